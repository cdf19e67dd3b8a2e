//! The gradient of one argument by finite differences, with everything that makes its bar.

use crate::column::{Column, TermSize, change_at};
use crate::error::CheckError;
use crate::kink::Kink;
use crate::ladder::{Scale, largest};
use crate::line::{Cotangents, Line};
use crate::problem::{Point, Problem};
use crate::random::moved_by_one_ulp;
use crate::richardson::Estimate;
use crate::settings::Precision;

/// Random moves of the inputs by one unit in the last place, to measure the conditioning.
const MOVES: usize = 8;
/// So many of them also move the gradient, which costs a few forward calls per entry.
pub(crate) const GRADIENT_MOVES: usize = 2;

/// What finite differences say of one argument.
pub(crate) struct Reference {
    /// One per line.
    pub lines: Vec<LineReference>,
    /// How badly conditioned the gradient is, for a kernel of each precision asked for.
    pub conditioning: Vec<(Precision, f64)>,
}

/// What finite differences say along one line, for each cotangent.
pub(crate) struct LineReference {
    pub line: Line,
    /// `None` where too few steps are usable.
    pub estimates: Vec<Option<Estimate>>,
    pub kinks: Vec<Option<Kink>>,
    pub term_sizes: Vec<f64>,
}

impl Reference {
    pub fn conditioning(&self, precision: Precision) -> f64 {
        let found = self.conditioning.iter().find(|(p, _)| *p == precision);
        found.map_or(f64::INFINITY, |(_, conditioning)| *conditioning)
    }
}

/// Points one unit in the last place from the base, and what such moves do to the outputs.
pub(crate) struct Moves {
    pub precision: Precision,
    pub points: Vec<Point>,
    /// The largest change of an output, relative to the largest output.
    pub output_conditioning: f64,
}

impl Moves {
    pub fn new(problem: &Problem, seed: u64, precision: Precision) -> Result<Moves, CheckError> {
        let base = problem.base();
        let mut points: Vec<Point> =
            (0..MOVES).map(|number| moved_by_one_ulp(seed, number, &base, precision)).collect();
        let output_conditioning = output_conditioning(problem, &points)?;
        points.truncate(GRADIENT_MOVES);
        Ok(Moves { precision, points, output_conditioning })
    }
}

/// Differentiates with respect to one argument along some lines. The conditioning is measured along
/// the first `conditioned` of them.
pub(crate) fn reference(
    problem: &Problem,
    lines: Vec<Line>,
    conditioned: usize,
    cotangents: &Cotangents,
    moves: &mut [Moves],
) -> Result<Reference, CheckError> {
    let mut point = problem.base();
    let mut conditioning: Vec<(Precision, f64)> =
        moves.iter().map(|moves| (moves.precision, 0.0)).collect();
    let mut scales: Vec<Option<Scale>> = vec![None; problem.arguments.len()];
    let mut found = Vec::new();
    for (number, line) in lines.into_iter().enumerate() {
        let values = problem.arguments[line.argument].values;
        let scale = scales[line.argument].get_or_insert_with(|| Scale::of(values));
        let size = line.size(values);
        let steps = scale.steps(size, problem.precision);
        let column = Column::measure(problem, &mut point, &line, &steps, cotangents)?;
        let estimates = column.estimates(problem, cotangents);
        let term_sizes = column.term_sizes(problem, cotangents);
        for (moves, (precision, conditioning)) in moves.iter_mut().zip(&mut conditioning) {
            // Where terms cancel, the gradient at a moved point does not show how they move.
            let unit_roundoff = precision.unit_roundoff();
            for terms in &term_sizes[..cotangents.random.len()] {
                let by_output = moves.output_conditioning * terms.size;
                let by_input = TermSize::conditioning(*terms, unit_roundoff, size);
                *conditioning = conditioning.max(by_output).max(by_input);
            }
            if number < conditioned {
                for moved in &mut moves.points {
                    let change = change_at(problem, moved, &line, &steps, cotangents, &estimates)?;
                    *conditioning = conditioning.max(change);
                }
            }
        }
        let kinks = column.kinks(&estimates);
        let term_sizes = term_sizes.iter().map(|terms| terms.size).collect();
        found.push(LineReference { line, estimates, kinks, term_sizes });
    }
    Ok(Reference { lines: found, conditioning })
}

/// The largest change of an output, relative to the largest output, when the inputs move by rounding
/// alone.
fn output_conditioning(problem: &Problem, moved_points: &[Point]) -> Result<f64, CheckError> {
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
