use super::{exp, log};

/// `log(1 + exp(x))`, of full relative precision where it is small too.
///
/// ```text
/// softplus(x) = max(x, 0) + log(1 + u),  u = exp(-|x|)
/// log(1 + u) = u log(w) / (w - 1),  w = 1 + u as it is rounded
/// ```
#[inline(always)]
pub(crate) fn softplus(x: f64) -> f64 {
    let u = exp(-x.abs());
    let w = 1.0 + u;
    // Kahan's: what the rounding of w does to the logarithm it does to w - 1 too.
    let log_w = log(w) * (u / (w - 1.0));
    let log_w = if w == 1.0 { u } else { log_w };
    let positive = if x > 0.0 { x } else { 0.0 };
    positive + log_w
}
