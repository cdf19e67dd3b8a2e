use super::exp::{expm1_near_zero, reduce};
use super::{ROUNDING, power_of_two};

/// The hyperbolic tangent, of full relative precision near 0 too.
///
/// ```text
/// tanh(x) = u / (u + 2),  u = exp(2x) - 1 = 2^n (exp(r) - 1) + (2^n - 1)
/// ```
#[inline(always)]
pub(crate) fn tanh(x: f64) -> f64 {
    let positive = x.abs();
    // Beyond this the result rounds to 1. NaN fails the comparison and stays.
    let positive = if positive > 20.0 { 20.0 } else { positive };
    let (n, r) = reduce(2.0 * positive);
    let scale = power_of_two(n + ROUNDING);
    let u = scale * expm1_near_zero(r) + (scale - 1.0);
    (u / (u + 2.0)).copysign(x)
}
