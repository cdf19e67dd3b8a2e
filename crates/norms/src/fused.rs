//! Norms as one operation with a hand-written derivative.

mod batch;
mod layer;

pub(crate) use batch::BatchNorm;
pub(crate) use layer::LayerNorm;

use equations::NormEquation;
use ops::Element;

/// `1 / sqrt(variance + eps)` for the mean square `variance` of deviations, also where their
/// squares leave the range of the type: then they are measured in units of the largest.
#[inline(always)]
fn reciprocal_deviation<E: Element>(
    variance: E,
    eps: E,
    deviations: impl Iterator<Item = E> + Clone,
    count: usize,
) -> E {
    // Squares of large deviations overflow; those of deviations near the root of the smallest number
    // lose digits, which matters only without eps.
    let (large, small) = (E::max_value(), E::min_positive_value().sqrt());
    if variance < large && (variance + eps > small || variance == E::zero() && eps > E::zero()) {
        return (variance + eps).sqrt().recip();
    }
    let largest = deviations
        .clone()
        .fold(E::zero(), |largest, d| if d.abs() > largest { d.abs() } else { largest });
    if largest == E::zero() || !largest.is_finite() {
        return (variance + eps).sqrt().recip();
    }
    let squares = deviations.map(|d| (d / largest) * (d / largest)).sum::<E>();
    let variance = squares / E::nearest(count as f64);
    // Each factor is in range, where their product need not be before the division.
    (variance + eps / largest / largest).sqrt().recip() / largest
}

/// The constant `eps` of an equation that has one.
fn eps<E: Element>(equation: &NormEquation) -> E {
    let eps = equation.constants().iter().find(|(name, _)| name == "eps");
    E::nearest(eps.expect("a fused kernel belongs to an equation with eps").1)
}
