use super::{LN_2, ROUNDING, polynomial, power_of_two};

/// The exponential: infinite above 709.78, subnormal below -708.4, 0 below -745.2, NaN of NaN.
///
/// ```text
/// exp(x) = 2^n exp(r),  n = x / ln 2 rounded,  |r| <= ln 2 / 2
/// ```
#[inline(always)]
pub(crate) fn exp(x: f64) -> f64 {
    // Beyond these the result is 0 or infinite all the same. NaN fails both comparisons and stays.
    let x = if x < -746.0 { -746.0 } else { x };
    let x = if x > 710.0 { 710.0 } else { x };
    let (n, r) = reduce(x);
    // In two factors, since 2^1024 is no number and 2^-1074 has lost its bits.
    let half = n * 0.5 + ROUNDING;
    let rest = n - (half - ROUNDING);
    (1.0 + expm1_near_zero(r)) * power_of_two(half) * power_of_two(rest + ROUNDING)
}

/// `1 / (1 + exp(-x))`, which keeps its relative precision where it is nearly 0.
#[inline(always)]
pub(crate) fn sigmoid(x: f64) -> f64 {
    let small = exp(-x.abs());
    // NaN fails the comparison, and both operands of the quotient are NaN then.
    let numerator = if x >= 0.0 { 1.0 } else { small };
    numerator / (1.0 + small)
}

/// The integer n nearest to `x / ln 2`, and `r = x - n ln 2`.
#[inline(always)]
pub(super) fn reduce(x: f64) -> (f64, f64) {
    let n = (x * std::f64::consts::LOG2_E + ROUNDING) - ROUNDING;
    (n, (x - n * LN_2[0]) - n * LN_2[1])
}

/// `exp(r) - 1` for `|r| <= ln 2 / 2`, of full relative precision near 0 too.
///
/// ```text
/// fit(lambda r: (expm1(r) - r) / r**2 if r else mpf(1)/2, -log(2)/2, log(2)/2, 10)
/// ```
#[inline(always)]
pub(super) fn expm1_near_zero(r: f64) -> f64 {
    let tail = polynomial(
        r,
        [
            0.500_000_000_000_000_1,
            0.166_666_666_666_666_69,
            0.041_666_666_666_624_164,
            0.008_333_333_333_330_065,
            0.001_388_888_891_719_671_9,
            0.000_198_412_698_630_405_45,
            2.480_152_132_236_869_2e-5,
            2.755_726_848_031_002_4e-6,
            2.762_007_587_998_336_7e-7,
            2.510_037_583_256_123_4e-8,
        ],
    );
    r + r * r * tail
}
