use super::exp::{expm1_near_zero, reduce};
use super::{ROUNDING, polynomial, power_of_two};

/// The error function, of full relative precision near 0 too.
///
/// ```text
/// erf(x) = x P(x^2)                           up to 1
/// erf(x) = 1 - exp(-x^2) Q((x - 3) / (x + 3)) beyond
/// ```
#[inline(always)]
pub(crate) fn erf(x: f64) -> f64 {
    let positive = x.abs();
    // Beyond this the result rounds to 1. NaN fails the comparison and stays.
    let positive = if positive > 6.0 { 6.0 } else { positive };
    let square = positive * positive;
    let near = positive * near_zero(square);
    let t = (positive - 3.0) / (positive + 3.0);
    let far = 1.0 - exp_of_minus(square) * scaled_complement(t);
    let value = if positive < 1.0 { near } else { far };
    value.copysign(x)
}

/// `exp(-square)` for squares up to 36, whose power of two needs no care.
#[inline(always)]
fn exp_of_minus(square: f64) -> f64 {
    let (n, r) = reduce(-square);
    (1.0 + expm1_near_zero(r)) * power_of_two(n + ROUNDING)
}

/// `erf(x) / x` up to 1, where `z = x^2`.
///
/// ```text
/// fit(lambda z: erf(sqrt(z))/sqrt(z) if z > 0 else 2/sqrt(pi), 0, 1, 12)
/// ```
#[inline(always)]
fn near_zero(z: f64) -> f64 {
    polynomial(
        z,
        [
            std::f64::consts::FRAC_2_SQRT_PI,
            -0.376_126_389_031_835_43,
            0.112_837_916_709_450_06,
            -0.026_866_170_643_237_77,
            0.005_223_977_607_116_422_5,
            -0.000_854_832_597_538_969_2,
            0.000_120_552_949_048_397_07,
            -1.492_473_690_741_966e-5,
            1.644_742_470_331_736_2e-6,
            -1.620_848_380_187_170_7e-7,
            1.372_006_454_677_768_8e-8,
            -7.795_898_827_002_142e-10,
        ],
    )
}

/// `exp(x^2) erfc(x)` for x from 1 to 6, where `t = (x - 3) / (x + 3)`.
///
/// ```text
/// scaled = lambda x: exp(x*x) * erfc(x)
/// fit(lambda t: scaled(3*(1 + t)/(1 - t)), -mpf(1)/2, mpf(1)/3, 14)
/// ```
#[inline(always)]
fn scaled_complement(t: f64) -> f64 {
    polynomial(
        t,
        [
            0.179_001_151_181_389_23,
            -0.326_233_560_043_045_3,
            0.245_603_801_712_746,
            -0.150_115_936_498_993_32,
            0.071_665_837_159_166_37,
            -0.024_392_499_445_713_273,
            0.004_269_137_639_708_936,
            0.000_707_750_568_131_254_8,
            -0.000_597_081_139_566_000_3,
            4.518_860_865_801_026_6e-5,
            6.417_089_032_921_638e-5,
            -1.234_028_201_125_960_6e-5,
            -8.038_912_582_338_107e-6,
            5.299_013_187_569_616e-7,
        ],
    )
}
