//! What a norm does to small changes of its input: its Jacobian.

use equations::{Axes, Derivation, Extents, Mode, NormEquation, Place};

use crate::choice::NormChoice;
use crate::point::Point;

/// Samples, positions and channels of a group of the input at which Jacobians are measured.
const SIZES: (usize, usize, usize) = (3, 3, 4);

/// Below this share of the largest singular value a direction counts as removed.
const REMOVED: f64 = 1e-9;

/// The Jacobian of the value with respect to x, in training, with parameters at their starts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sensitivity {
    /// Whether adding the same number to a slice changes nothing, to first order, at eps = 0. A slice
    /// is what the statistics reduce.
    pub removes_constant: bool,
    /// Whether moving a slice along itself changes nothing, to first order, at eps = 0.
    pub removes_input: bool,
    /// How many directions of a slice change nothing at all, at eps = 0.
    pub null_directions: f64,
    /// The largest factor by which a small change is amplified at standard normal input.
    pub largest: f64,
    /// The same at input of size 1e-8, with the norm's own eps: a Lipschitz bound near zero.
    pub largest_near_zero: f64,
}

/// Measures the Jacobian on a random batch of 3 samples for each part x 3 positions x 4 features for each group.
///
/// ```
/// use norms::{NormChoice, find, sensitivity};
///
/// // Layer norm removes the mean and the size, so that 2 of the 4 directions of a row are left. Near zero it is
/// // multiplication by 1 / sqrt(eps).
/// let layer = sensitivity(&NormChoice::plain(find("layer").unwrap()));
/// assert!(layer.removes_constant && layer.removes_input);
/// assert_eq!(layer.null_directions, 2.0);
/// assert!((layer.largest_near_zero - 1e5_f64.sqrt()).abs() < 1e-3);
/// ```
pub fn sensitivity(choice: &NormChoice) -> Sensitivity {
    let exact = choice.with_eps(0.0);
    let at_one = Jacobian::at(&exact, 1.0);
    let extents = exact.equation().divided(&at_one.point.extents, Mode::Train);
    let slices = Slices::of(exact.equation(), &extents);
    let singular = at_one.singular_values();
    let largest = singular.iter().copied().fold(0.0, f64::max);
    let removed = singular.iter().filter(|value| **value <= REMOVED * largest).count();
    let changes = |direction: &dyn Fn(f64) -> f64| {
        (0..slices.count).any(|slice| {
            at_one.along(&slices.direction(slice, &at_one.point.x, direction)) > REMOVED * largest
        })
    };
    Sensitivity {
        removes_constant: !changes(&|_| 1.0),
        removes_input: !changes(&|x| x),
        null_directions: removed as f64 / slices.count as f64,
        largest: Jacobian::at(choice, 1.0).largest(),
        largest_near_zero: Jacobian::at(choice, 1e-8).largest(),
    }
}

/// The numbers that a statistic takes together.
struct Slices {
    /// The slice of every element.
    of: Vec<f64>,
    count: usize,
}

impl Slices {
    /// What any of the statistics takes together; a norm without statistics has every element for itself.
    fn of(equation: &NormEquation, extents: &Extents) -> Slices {
        let left = Axes::ALL.without(equation.reduced().fold(Axes::NONE, Axes::union));
        let count = extents.size(left);
        let names: Vec<f64> = (0..count).map(|slice| slice as f64).collect();
        Slices { of: extents.expand(&names, left, Axes::ALL), count }
    }

    /// A direction of length 1 within a slice.
    fn direction(&self, slice: usize, x: &[f64], entry: &dyn Fn(f64) -> f64) -> Vec<f64> {
        let inside = |(of, x): (&f64, &f64)| if *of == slice as f64 { entry(*x) } else { 0.0 };
        let direction: Vec<f64> = self.of.iter().zip(x).map(inside).collect();
        let length = direction.iter().map(|d| d * d).sum::<f64>().sqrt();
        direction.into_iter().map(|d| d / length).collect()
    }
}

struct Jacobian {
    point: Point,
    /// A row for each entry of the value.
    rows: Vec<Vec<f64>>,
}

impl Jacobian {
    fn at(choice: &NormChoice, scale: f64) -> Jacobian {
        let (samples, positions, channels) = SIZES;
        let groups = choice.groups();
        let equation = choice.equation();
        let samples = samples * equation.parts();
        let extents = Extents::new(samples, positions, channels * groups, groups)
            .unwrap_or_else(|error| panic!("{error}"));
        let mut point = Point::random(equation, extents, 0);
        point.x.iter_mut().for_each(|x| *x *= scale);
        let parameters = equation.parameters().iter();
        point.parameters = parameters.map(|p| vec![p.start; p.len(&extents)]).collect();
        point.state = equation.start_state(&extents);
        let derivation = equation.derivation(Mode::Train);
        let rows =
            (0..extents.len()).map(|entry| row(equation, &derivation, &point, entry)).collect();
        Jacobian { point, rows }
    }

    /// How far the value moves in a direction of length 1.
    fn along(&self, direction: &[f64]) -> f64 {
        let dot = |row: &Vec<f64>| row.iter().zip(direction).map(|(a, b)| a * b).sum::<f64>();
        self.rows.iter().map(|row| dot(row).powi(2)).sum::<f64>().sqrt()
    }

    fn largest(&self) -> f64 {
        self.singular_values().into_iter().fold(0.0, f64::max)
    }

    /// By one-sided Jacobi rotations: rows are turned until each two are orthogonal, and their lengths
    /// are the singular values. Small ones come out with small errors, unlike roots of eigenvalues.
    fn singular_values(&self) -> Vec<f64> {
        let mut rows = self.rows.clone();
        for _ in 0..40 {
            let mut turned = false;
            for first in 1..rows.len() {
                for second in 0..first {
                    let (above, below) = rows.split_at_mut(first);
                    turned |= make_orthogonal(&mut above[second], &mut below[0]);
                }
            }
            if !turned {
                break;
            }
        }
        rows.iter().map(|row| row.iter().map(|r| r * r).sum::<f64>().sqrt()).collect()
    }
}

fn row(equation: &NormEquation, derivation: &Derivation, point: &Point, entry: usize) -> Vec<f64> {
    let mut cotangent = vec![0.0; point.extents.len()];
    cotangent[entry] = 1.0;
    let parameters: Vec<&[f64]> = point.parameters.iter().map(Vec::as_slice).collect();
    let (extents, state) = (&point.extents, &point.state);
    let at = Place { extents, x: &point.x, parameters: &parameters, state, cotangent: &cotangent };
    derivation.evaluate(equation, &at).dx
}

/// Rotates two rows within their plane; whether that was needed.
fn make_orthogonal(a: &mut [f64], b: &mut [f64]) -> bool {
    let (mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b.iter()) {
        aa += a * a;
        bb += b * b;
        ab += a * b;
    }
    if ab.abs() <= 1e-15 * (aa * bb).sqrt() {
        return false;
    }
    let tau = (bb - aa) / (2.0 * ab);
    let tangent = tau.signum() / (tau.abs() + (1.0 + tau * tau).sqrt());
    let cosine = 1.0 / (1.0 + tangent * tangent).sqrt();
    let sine = cosine * tangent;
    for (a, b) in a.iter_mut().zip(b.iter_mut()) {
        (*a, *b) = (cosine * *a - sine * *b, sine * *a + cosine * *b);
    }
    true
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{CATALOGUE, Claim, Definition};

    fn of(equation: &str, over: &str) -> Sensitivity {
        let definition = Definition {
            name: "own".to_owned(),
            equation: equation.to_owned(),
            over: over.to_owned(),
            parameters: vec![],
            constants: vec![],
        };
        let choice = NormChoice::defined(Arc::new(definition), 1, vec![]).expect("an equation");
        sensitivity(&choice)
    }

    #[test]
    fn null_spaces_are_those_of_the_formulas() {
        // RMS removes x alone; subtracting the mean removes 1 alone; the identity nothing.
        let rms = of("x / sqrt(mean(x^2) + eps)", "features");
        assert_eq!(
            (rms.removes_constant, rms.removes_input, rms.null_directions),
            (false, true, 1.0)
        );
        let centred = of("x - mean(x)", "features");
        assert_eq!((centred.removes_constant, centred.removes_input), (true, false));
        assert_eq!((centred.null_directions, centred.largest.round()), (1.0, 1.0));
        let identity = of("x", "none");
        assert_eq!(
            (identity.null_directions, identity.largest, identity.largest_near_zero),
            (0.0, 1.0, 1.0)
        );
        // Batch norm removes both from each feature's 9 values.
        let batch = of("(x - mean(x)) / sqrt(var(x) + eps)", "samples+positions");
        assert!(batch.removes_constant && batch.removes_input && batch.null_directions == 2.0);
    }

    /// First order and invariance belong together, but for a derivative that stops on the way.
    #[test]
    fn what_is_claimed_to_change_nothing_is_removed() {
        for entry in CATALOGUE {
            let plain = NormChoice::plain(entry);
            let groups = if plain.equation().knows_groups() { 2 } else { 1 };
            let choice = plain.with(groups, vec![]).expect("it is in the catalogue");
            let found = sensitivity(&choice);
            let claims = |claim| entry.claims.contains(&claim);
            if !choice.equation().has_stops() {
                assert!(
                    found.removes_constant || !claims(Claim::Shift),
                    "{}: {found:?}",
                    entry.name
                );
                assert!(found.removes_input || !claims(Claim::Scale), "{}: {found:?}", entry.name);
            }
            assert!(found.largest_near_zero.is_finite(), "{}: {found:?}", entry.name);
        }
    }

    #[test]
    fn near_zero_eps_bounds_the_amplification() {
        let near = |equation: &str| of(equation, "features").largest_near_zero;
        // x / s at x = 0 is multiplication by 1 / s(0).
        assert!((near("x / sqrt(mean(x^2) + eps)") * 1e-5_f64.sqrt() - 1.0).abs() < 1e-6);
        assert!((near("x / (rms(x) + 1e-3)") * 1e-3 - 1.0).abs() < 1e-4);
        assert!((near("3 * tanh(x / 2)") - 1.5).abs() < 1e-9);
    }
}
