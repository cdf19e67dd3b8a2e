use super::{LN_2, polynomial};

/// The natural logarithm: minus infinity of 0, NaN of what is below and of NaN.
///
/// ```text
/// log(x) = n ln 2 + log(m),  x = 2^n m,  sqrt(1/2) <= m < sqrt(2)
/// log(m) = 2 atanh(s) = f - (f^2/2 - s (f^2/2 + s^2 R(s^2))),  f = m - 1,  s = f / (2 + f)
/// ```
#[inline(always)]
pub(crate) fn log(x: f64) -> f64 {
    // Subnormal numbers have no exponent of their own.
    const LIFT: f64 = 18_014_398_509_481_984.0;
    let subnormal = x < f64::MIN_POSITIVE;
    let lifted = if subnormal { x * LIFT } else { x };
    let lift = if subnormal { 54.0 } else { 0.0 };

    // The exponent of the number counted from sqrt(1/2) on, above the mantissa counted alike.
    let from_root = lifted.to_bits().wrapping_add(1.0_f64.to_bits() - ROOT);
    let n = exponent(from_root) - lift;
    let m = f64::from_bits((from_root & MANTISSA) + ROOT);

    let f = m - 1.0;
    let s = f / (2.0 + f);
    let half_square = 0.5 * f * f;
    let log_m = f - (half_square - s * (half_square + tail(s * s)) - n * LN_2[1]);
    let value = n * LN_2[0] + log_m;

    let value = if x == 0.0 { f64::NEG_INFINITY } else { value };
    let value = if x == f64::INFINITY { x } else { value };
    if x >= 0.0 { value } else { f64::NAN }
}

/// The bits of sqrt(1/2), with zeros in the lower half.
const ROOT: u64 = 0x3fe6_a09e_0000_0000;
const MANTISSA: u64 = (1 << 52) - 1;

/// The exponent of positive bits as a number, without a conversion of integers, which has no
/// vector instruction before AVX-512.
#[inline(always)]
fn exponent(bits: u64) -> f64 {
    const TWO_TO_52: f64 = 4_503_599_627_370_496.0;
    f64::from_bits(TWO_TO_52.to_bits() | (bits >> 52)) - (TWO_TO_52 + 1023.0)
}

/// `z R(z)` of the series of `2 atanh(s) / s - 2`, where `z = s^2`.
///
/// ```text
/// fit(lambda z: (2*atanh(sqrt(z))/sqrt(z) - 2)/z if z > 1e-15 else mpf(2)/3 + 2*z/5,
///     0, 1.0001 * ((sqrt(2)-1)/(sqrt(2)+1))**2, 7)
/// ```
#[inline(always)]
fn tail(z: f64) -> f64 {
    z * polynomial(
        z,
        [
            0.666_666_666_666_667,
            0.399_999_999_998_994_44,
            0.285_714_286_260_032_7,
            0.222_222_111_302_598_78,
            0.181_828_894_556_749_47,
            0.153_317_106_182_107_73,
            0.146_165_854_248_886_23,
        ],
    )
}
