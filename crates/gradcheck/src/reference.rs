//! The gradient of one argument by finite differences, with everything that makes its bar.

use crate::column::{Column, Estimated, TermSize, changes_at};
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
    /// The natural scale for each cotangent: the largest value and the largest uncancelled size of what
    /// adds up to one.
    pub scales: Vec<f64>,
    /// For each cotangent the slope that would move its outputs by their own size.
    pub output_scales: Vec<f64>,
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

/// What a kernel may divide by the root of eps, say, where all of it cancels, in units of the cotangent.
const FLAT: f64 = 32768.0;

impl Reference {
    /// Whether the function was not seen to depend on the argument. A norm of one number does not, and
    /// what its kernel adds up to zero has a size that no difference can tell.
    fn is_flat(&self, random: usize) -> bool {
        let still = |e: &Option<Estimate>| e.as_ref().is_none_or(|e| e.value == 0.0);
        self.lines.iter().all(|line| {
            line.estimates[..random].iter().all(still)
                && line.term_sizes[..random].iter().all(|size| *size == 0.0)
        })
    }

    fn scale(&self, cotangents: &Cotangents, number: usize) -> f64 {
        let values = self.lines.iter().filter_map(|line| line.estimates[number].as_ref());
        let values = largest(values.map(|estimate| estimate.value));
        let scale = values.max(largest(self.lines.iter().map(|line| line.term_sizes[number])));
        if scale > 0.0 {
            scale
        } else if self.is_flat(cotangents.random.len()) {
            FLAT * largest(cotangents.weights(number).map(|(_, weight)| weight))
        } else {
            // An output of zeros with a gradient of zeros has no scale; any does.
            1.0
        }
    }

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

/// So many lines walk down their steps side by side, and so many columns are in memory at once.
const SIDE_BY_SIDE: usize = 32;

/// Differentiates with respect to one argument along some lines. The conditioning is measured along
/// the first `conditioned` of them.
pub(crate) fn reference(
    problem: &Problem,
    lines: &[Line],
    conditioned: usize,
    cotangents: &Cotangents,
    moves: &[Moves],
) -> Result<Reference, CheckError> {
    let conditioning = moves.iter().map(|moves| (moves.precision, 0.0)).collect();
    let (scales, output_scales) = (Vec::new(), vec![0.0; cotangents.count()]);
    let mut found = Reference { lines: Vec::new(), scales, output_scales, conditioning };
    let mut scales: Vec<Option<Scale>> = vec![None; problem.arguments.len()];
    for (chunk, lines) in lines.chunks(SIDE_BY_SIDE).enumerate() {
        let lines: Vec<Scaled> = lines
            .iter()
            .map(|line| {
                let values = problem.arguments[line.argument].values;
                let scale = scales[line.argument].get_or_insert_with(|| Scale::of(values));
                let size = line.size(values);
                Scaled { line: line.clone(), size, steps: scale.steps(size, problem.precision) }
            })
            .collect();
        let conditioned = conditioned.saturating_sub(chunk * SIDE_BY_SIDE).min(lines.len());
        add(&mut found, problem, &lines, conditioned, cotangents, moves)?;
    }
    found.scales = (0..cotangents.count()).map(|number| found.scale(cotangents, number)).collect();
    Ok(found)
}

/// A line, the size of what moves along it, and the steps to take.
struct Scaled {
    line: Line,
    size: f64,
    steps: Vec<f64>,
}

/// Measures some lines at once.
fn add(
    reference: &mut Reference,
    problem: &Problem,
    lines: &[Scaled],
    conditioned: usize,
    cotangents: &Cotangents,
    moves: &[Moves],
) -> Result<(), CheckError> {
    let walked: Vec<(&Line, &[f64])> =
        lines.iter().map(|l| (&l.line, l.steps.as_slice())).collect();
    let columns = Column::measure_all(problem, &walked, cotangents)?;
    let estimates: Vec<Vec<Option<Estimate>>> =
        columns.iter().map(|column| column.estimates(problem, cotangents)).collect();
    let conditioned: Vec<Estimated> = lines
        .iter()
        .zip(&estimates)
        .take(conditioned)
        .map(|(Scaled { line, steps, .. }, estimates)| Estimated { line, steps, estimates })
        .collect();
    let term_sizes: Vec<Vec<TermSize>> =
        columns.iter().map(|column| column.term_sizes(problem, cotangents)).collect();
    for (moves, (precision, conditioning)) in moves.iter().zip(&mut reference.conditioning) {
        // Where terms cancel, the gradient at a moved point does not show how they move.
        let unit_roundoff = precision.unit_roundoff();
        for (term_sizes, line) in term_sizes.iter().zip(lines) {
            for terms in &term_sizes[..cotangents.random.len()] {
                let by_output = moves.output_conditioning * terms.size;
                let by_input = TermSize::conditioning(*terms, unit_roundoff, line.size);
                *conditioning = conditioning.max(by_output).max(by_input);
            }
        }
        for moved in &moves.points {
            for change in changes_at(problem, moved, &conditioned, cotangents)? {
                *conditioning = conditioning.max(change);
            }
        }
    }
    let found = columns.iter().zip(lines).zip(estimates).zip(term_sizes);
    for (((column, line), estimates), term_sizes) in found {
        let kinks = column.kinks(&estimates);
        for (scale, terms) in reference.output_scales.iter_mut().zip(&term_sizes) {
            *scale = scale.max(terms.still);
        }
        let term_sizes = term_sizes.iter().map(|terms| terms.size).collect();
        let line = line.line.clone();
        reference.lines.push(LineReference { line, estimates, kinks, term_sizes });
    }
    Ok(())
}

/// The largest change of an output, relative to the largest output, when the inputs move by rounding
/// alone.
fn output_conditioning(problem: &Problem, moved_points: &[Point]) -> Result<f64, CheckError> {
    let scale = largest(problem.output.iter().copied());
    let mut conditioning: f64 = 0.0;
    for output in problem.forward_all(moved_points)? {
        for (moved, base) in output.iter().zip(&problem.output) {
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
