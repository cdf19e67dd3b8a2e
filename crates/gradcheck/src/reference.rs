//! The gradient of one argument by finite differences, with everything that makes its bar.

use crate::error::CheckError;
use crate::ladder::{Coordinate, Scale, largest, quotients};
use crate::problem::{Point, Problem};
use crate::richardson::{Estimate, Walk, extrapolate, walk};

/// What finite differences say of one argument.
pub(crate) struct Reference {
    /// Indexed by entry, then cotangent; `None` where too few steps are usable.
    pub estimates: Vec<Vec<Option<Estimate>>>,
    /// Indexed by cotangent: the uncancelled size of the gradient's terms.
    pub term_sizes: Vec<f64>,
    /// Largest change of an estimate over the whole argument when the inputs move by rounding alone.
    pub conditioning: f64,
}

/// Differentiates with respect to one argument. `moved_points` lie one unit in the last place from
/// the base, and `output_conditioning` is what such moves do to the outputs.
pub(crate) fn reference(
    problem: &Problem,
    argument: usize,
    cotangents: &[Vec<f64>],
    moved_points: &mut [Point],
    output_conditioning: f64,
) -> Result<Reference, CheckError> {
    let values = problem.arguments[argument].values;
    let scale = Scale::of(values);
    let mut point = problem.base();
    let mut reference = Reference {
        estimates: Vec::new(),
        term_sizes: vec![0.0; cotangents.len()],
        conditioning: 0.0,
    };
    for (entry, &value) in values.iter().enumerate() {
        let coordinate = Coordinate { argument, entry };
        let steps = scale.steps(value);
        let column = Column::measure(problem, &mut point, coordinate, &steps, cotangents)?;
        let estimates = column.estimates(problem, &steps, cotangents);
        for moved_point in moved_points.iter_mut() {
            let change =
                change_at(problem, moved_point, coordinate, &steps, cotangents, &estimates)?;
            reference.conditioning = reference.conditioning.max(change);
        }
        let found = column.term_sizes(problem, &steps, cotangents);
        for (largest, found) in reference.term_sizes.iter_mut().zip(found) {
            *largest = largest.max(found);
        }
        reference.estimates.push(estimates);
    }
    // Where terms cancel, the gradient at a moved point does not show how they move.
    for size in &reference.term_sizes {
        reference.conditioning = reference.conditioning.max(output_conditioning * size);
    }
    Ok(reference)
}

/// The quotients of one coordinate at all its steps.
struct Column {
    /// Indexed by cotangent, then step.
    quotients: Vec<Vec<f64>>,
    /// Which outputs depend on the coordinate; all, if none was seen to move.
    depending: Vec<bool>,
}

impl Column {
    fn measure(
        problem: &Problem,
        point: &mut Point,
        coordinate: Coordinate,
        steps: &[f64],
        cotangents: &[Vec<f64>],
    ) -> Result<Column, CheckError> {
        let mut depending = vec![false; problem.output.len()];
        let mut columns = vec![Vec::with_capacity(steps.len()); cotangents.len()];
        for &step in steps {
            let found = quotients(problem, point, coordinate, step, cotangents, &mut depending)?;
            for (column, quotient) in columns.iter_mut().zip(found) {
                column.push(quotient);
            }
            let has_ended = |(column, cotangent): (&Vec<f64>, &Vec<f64>)| {
                let rounding = rounding(largest(terms(problem, cotangent, &depending)));
                walk(steps, column, rounding).has_ended
            };
            if columns.iter().zip(cotangents).all(has_ended) {
                break;
            }
        }
        // An output may be too large for any step to show in it. Then its rounding is the noise.
        if !depending.contains(&true) {
            depending.fill(true);
        }
        Ok(Column { quotients: columns, depending })
    }

    fn estimates(
        &self,
        problem: &Problem,
        steps: &[f64],
        cotangents: &[Vec<f64>],
    ) -> Vec<Option<Estimate>> {
        let best = |(quotients, cotangent): (&Vec<f64>, &Vec<f64>)| {
            let rounding = rounding(largest(terms(problem, cotangent, &self.depending)));
            let Walk { best, .. } = walk(steps, quotients, rounding);
            best
        };
        self.quotients.iter().zip(cotangents).map(best).collect()
    }

    /// The larger of `sum |v y| / s` and the steepest quotient of the ladder. The latter is the size
    /// of the terms where they cancel at the base point alone, as in an RMS norm of one number. It
    /// counts only as far as the outputs' own size explains it, for beside a pole it means nothing.
    fn term_sizes(&self, problem: &Problem, steps: &[f64], cotangents: &[Vec<f64>]) -> Vec<f64> {
        let largest_output = largest(problem.output.iter().copied());
        let size = |quotients: &[f64], cotangent: &[f64]| {
            let weights = cotangent.iter().zip(&self.depending).filter(|(_, depends)| **depends);
            let most = largest_output * weights.map(|(v, _)| v.abs()).sum::<f64>();
            let steepness = |(quotient, step): (&f64, &f64)| quotient.abs().min(most / step);
            let usable = quotients.iter().zip(steps).filter(|(quotient, _)| quotient.is_finite());
            let steepest = usable.map(steepness).fold(0.0, f64::max);
            steepest.max(terms(problem, cotangent, &self.depending).sum::<f64>() / steps[0])
        };
        self.quotients.iter().zip(cotangents).map(|(q, v)| size(q, v)).collect()
    }
}

/// `|v y|` of the outputs that depend on the coordinate.
fn terms<'a>(
    problem: &'a Problem,
    cotangent: &'a [f64],
    depending: &'a [bool],
) -> impl Iterator<Item = f64> + 'a {
    let products = problem.output.iter().zip(cotangent).map(|(y, v)| (y * v).abs());
    products.zip(depending).filter(|(_, depends)| **depends).map(|(product, _)| product)
}

/// Half a unit in the last place of the forward pass, which computes in f64 always.
fn rounding(value: f64) -> f64 {
    f64::EPSILON / 2.0 * value
}

/// The largest change of an output, relative to the largest output, when the inputs move by rounding
/// alone.
pub(crate) fn output_conditioning(
    problem: &Problem,
    moved_points: &[Point],
) -> Result<f64, CheckError> {
    let scale = largest(problem.output.iter().copied());
    let mut conditioning: f64 = 0.0;
    for point in moved_points {
        for (moved, base) in problem.forward(point)?.iter().zip(&problem.output) {
            if moved != base {
                let change = (moved - base).abs() / scale;
                // A function that fails one rounding away is as badly conditioned as can be.
                conditioning =
                    conditioning.max(if change.is_nan() { f64::INFINITY } else { change });
            }
        }
    }
    Ok(conditioning)
}

/// How far the estimates of one coordinate are from those at a moved point. The window chosen at the
/// base point is used again, which costs a fraction of a new search.
fn change_at(
    problem: &Problem,
    point: &mut Point,
    coordinate: Coordinate,
    steps: &[f64],
    cotangents: &[Vec<f64>],
    estimates: &[Option<Estimate>],
) -> Result<f64, CheckError> {
    let mut unused = vec![false; problem.output.len()];
    let mut columns = vec![vec![f64::NAN; steps.len()]; cotangents.len()];
    for (level, &step) in steps.iter().enumerate() {
        let is_used = |e: &Estimate| (e.first_level..e.first_level + 3).contains(&level);
        if estimates.iter().flatten().any(is_used) {
            let found = quotients(problem, point, coordinate, step, cotangents, &mut unused)?;
            for (column, quotient) in columns.iter_mut().zip(found) {
                column[level] = quotient;
            }
        }
    }
    let mut largest: f64 = 0.0;
    for (column, estimate) in columns.iter().zip(estimates) {
        let Some(estimate) = estimate else { continue };
        let (_, value) = extrapolate(&column[estimate.first_level..]);
        let change = (value - estimate.value).abs();
        // A function that fails one rounding away is as badly conditioned as can be.
        largest = largest.max(if change.is_nan() { f64::INFINITY } else { change });
    }
    Ok(largest)
}
