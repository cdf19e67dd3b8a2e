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
fn reciprocal_deviation<E: Element>(variance: E, eps: E, deviations: impl FnOnce() -> Vec<E>) -> E {
    // Squares of large deviations overflow; those of deviations near the root of the smallest number
    // lose digits, which matters only without eps.
    let (large, small) = (E::max_value(), E::min_positive_value().sqrt());
    if variance < large && variance + eps > small {
        (variance + eps).sqrt().recip()
    } else {
        in_units_of_the_largest(variance, eps, &deviations())
    }
}

#[cold]
fn in_units_of_the_largest<E: Element>(variance: E, eps: E, deviations: &[E]) -> E {
    let largest = |largest: E, d: &E| if d.abs() > largest { d.abs() } else { largest };
    let largest = deviations.iter().fold(E::zero(), largest);
    if largest == E::zero() || !largest.is_finite() {
        return (variance + eps).sqrt().recip();
    }
    let squares = deviations.iter().map(|&d| (d / largest) * (d / largest)).sum::<E>();
    let variance = squares / E::nearest(deviations.len() as f64);
    // Each factor is in range, where their product need not be before the division.
    (variance + eps / largest / largest).sqrt().recip() / largest
}

/// The constant `eps` of an equation that has one.
fn eps<E: Element>(equation: &NormEquation) -> E {
    let eps = equation.constants().iter().find(|(name, _)| name == "eps");
    E::nearest(eps.expect("a fused kernel belongs to an equation with eps").1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviations_whose_squares_leave_the_range_are_measured() {
        // The root mean square of (3, -4, 0, 5) is sqrt(50 / 4).
        for unit in [1e-30_f32, 1e-3, 1.0, 1e20, 1e37] {
            let deviations = [3.0 * unit, -4.0 * unit, 0.0, 5.0 * unit];
            let variance = deviations.iter().map(|d| d * d).sum::<f32>() / 4.0;
            let r = reciprocal_deviation(variance, 0.0, || deviations.to_vec());
            let expected = 1.0 / (f64::from(unit) * 12.5_f64.sqrt());
            assert!((f64::from(r) / expected - 1.0).abs() < 1e-6, "{unit:e}: {r:e} {expected:e}");
        }
    }

    #[test]
    fn equal_numbers_leave_eps_alone() {
        let r = reciprocal_deviation(0.0_f64, 1e-4, || vec![0.0; 3]);
        assert!((r - 100.0).abs() < 1e-12);
        assert!(reciprocal_deviation(f32::NAN, 1e-5, || vec![f32::NAN]).is_nan());
    }
}
