use std::f64::consts::{FRAC_PI_2, FRAC_PI_4};

use super::polynomial;

/// The inverse tangent.
///
/// ```text
/// atan(a) = pi/4 + atan((a - 1) / (a + 1)) = pi/2 + atan(-1 / a)   for a > 0
/// ```
/// brings every argument to `|b| <= tan(pi/8)`.
#[inline(always)]
pub(crate) fn atan(x: f64) -> f64 {
    const TAN_PI_8: f64 = std::f64::consts::SQRT_2 - 1.0;
    const TAN_3_PI_8: f64 = std::f64::consts::SQRT_2 + 1.0;
    let a = x.abs();
    let (middle, small) = (a < TAN_3_PI_8, a < TAN_PI_8);
    // NaN fails both comparisons, and its quotient is NaN.
    let numerator = if middle { a - 1.0 } else { -1.0 };
    let denominator = if middle { a + 1.0 } else { a };
    let start = if middle { FRAC_PI_4 } else { FRAC_PI_2 };
    let numerator = if small { a } else { numerator };
    let denominator = if small { 1.0 } else { denominator };
    let start = if small { 0.0 } else { start };

    let b = numerator / denominator;
    (start + (b + b * tail(b * b))).copysign(x)
}

/// `atan(b) / b - 1`, where `z = b^2`.
///
/// ```text
/// fit(lambda z: (atan(sqrt(z))/sqrt(z) - 1)/z if z > 1e-15 else -mpf(1)/3 + z/5,
///     0, 1.0001 * (sqrt(2)-1)**2, 11)
/// ```
#[inline(always)]
fn tail(z: f64) -> f64 {
    z * polynomial(
        z,
        [
            -0.333_333_333_333_333_3,
            0.199_999_999_999_955_16,
            -0.142_857_142_846_656_82,
            0.111_111_110_151_870_18,
            -0.090_909_045_753_064_9,
            0.076_921_831_253_768_92,
            -0.066_645_105_255_089_36,
            0.058_581_409_048_663_28,
            -0.050_854_078_345_894_844,
            0.039_230_447_784_793_09,
            -0.019_175_404_711_104_935,
        ],
    )
}
