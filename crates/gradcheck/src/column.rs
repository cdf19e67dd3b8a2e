//! The difference quotients along one line at all its steps, and what is read off them.

use crate::error::CheckError;
use crate::kink::{Kink, kink};
use crate::ladder::{START, largest};
use crate::level::COTANGENTS;
use crate::line::{Cotangents, Line, Quotients, differences};
use crate::problem::{Point, Problem};
use crate::richardson::{Estimate, LEAST_ROUNDINGS, Walk, extrapolate, walk};

/// An output may be so many times larger than it moves before its size is no longer believed to be that
/// of the gradient's terms.
const MOST_STILL: f64 = 8.0;
/// How far the steepest quotient may underestimate a slope, squared: steps halve, and a function whose
/// two sides are seen at once shows half of it.
const UNSEEN: f64 = 4.0;

/// One line's quotients, for each cotangent and step.
pub(crate) struct Column<'a> {
    pub line: &'a Line,
    pub steps: &'a [f64],
    /// Indexed by cotangent, then step.
    pub quotients: Vec<Vec<f64>>,
    /// The slopes ahead less those behind, in the same order.
    pub gaps: Vec<Vec<f64>>,
    /// The uncancelled sizes of the quotients, in the same order.
    sizes: Vec<Vec<f64>>,
    /// Which outputs depend on the line; all, if none was seen to move.
    depending: Vec<bool>,
}

impl<'a> Column<'a> {
    /// Walks down the steps of one line, [`Column::measure_all`].
    pub fn measure(
        problem: &Problem,
        line: &'a Line,
        steps: &'a [f64],
        cotangents: &Cotangents,
    ) -> Result<Column<'a>, CheckError> {
        let mut columns = Column::measure_all(problem, &[(line, steps)], cotangents)?;
        Ok(columns.remove(0))
    }

    /// Walks down the steps of some lines until rounding has taken over for every random cotangent. All
    /// lines that are still on their way take a step at once, as a function may be quicker at many points.
    pub fn measure_all(
        problem: &Problem,
        lines: &[(&'a Line, &'a [f64])],
        cotangents: &Cotangents,
    ) -> Result<Vec<Column<'a>>, CheckError> {
        let base = problem.base();
        let outputs = problem.output.len();
        let mut columns: Vec<Column> = lines
            .iter()
            .map(|(line, steps)| Column::new(line, steps, cotangents, outputs))
            .collect();
        let mut walking: Vec<usize> = (0..columns.len()).collect();
        for level in 0.. {
            walking.retain(|&number| level < columns[number].steps.len());
            if walking.is_empty() {
                break;
            }
            let steps: Vec<(&Line, f64)> =
                walking.iter().map(|&number| (lines[number].0, lines[number].1[level])).collect();
            differences(problem, &base, &steps, &mut |number, found| {
                let column = &mut columns[walking[number]];
                found.iter().for_each(|found| found.mark(&mut column.depending));
                column.push(&Quotients::of(column.line, found.as_ref(), cotangents));
            })?;
            walking.retain(|&number| !columns[number].has_ended(problem, cotangents));
        }
        for column in &mut columns {
            // An output may be too large for any step to show in it. Then its rounding is the noise.
            if !column.depending.contains(&true) {
                column.depending.fill(true);
            }
        }
        Ok(columns)
    }

    fn new(
        line: &'a Line,
        steps: &'a [f64],
        cotangents: &Cotangents,
        outputs: usize,
    ) -> Column<'a> {
        let empty = vec![Vec::with_capacity(steps.len()); cotangents.count()];
        let (gaps, sizes) = (empty.clone(), empty.clone());
        Column { line, steps, quotients: empty, gaps, sizes, depending: vec![false; outputs] }
    }

    fn push(&mut self, found: &Quotients) {
        let all = found.central.iter().zip(&found.gaps).zip(&found.sizes);
        for (number, ((central, gap), size)) in all.enumerate() {
            self.quotients[number].push(*central);
            self.gaps[number].push(*gap);
            self.sizes[number].push(*size);
        }
    }

    /// Whether no cotangent needs a smaller step. A few random ones speak for the unit vectors; one
    /// special one does not, as it may weigh the outputs so that their sum does not move at all.
    fn has_ended(&self, problem: &Problem, cotangents: &Cotangents) -> bool {
        let random = cotangents.random.len();
        let asked = if random < COTANGENTS { cotangents.count() } else { random };
        (0..asked).filter(|&number| self.has_weight(cotangents, number)).all(|number| {
            let rounding = self.rounding(problem, cotangents, number);
            self.walk(number, rounding).has_ended
        })
    }

    pub fn estimates(&self, problem: &Problem, cotangents: &Cotangents) -> Vec<Option<Estimate>> {
        let best = |number: usize| {
            if !self.has_weight(cotangents, number) {
                return Some(Estimate { value: 0.0, error: 0.0, first_level: 0, noise: 0.0 });
            }
            let rounding = self.rounding(problem, cotangents, number);
            self.walk(number, rounding).best
        };
        let with_unseen = |number: usize| {
            let unseen = self.unseen(problem, cotangents, number);
            best(number).map(|found| Estimate { error: found.error + unseen, ..found })
        };
        (0..cotangents.count()).map(with_unseen).collect()
    }

    /// What outputs that were not seen to move may have moved within their rounding, even at the
    /// largest step: beside 1e19 an added 1 is lost.
    fn unseen(&self, problem: &Problem, cotangents: &Cotangents, number: usize) -> f64 {
        let still = cotangents.weights(number).filter(|&(output, _)| !self.depending[output]);
        let noise = still.map(|(output, weight)| problem.noise[output] * weight);
        LEAST_ROUNDINGS * self.line.noise(noise) / self.steps[0]
    }

    fn walk(&self, number: usize, rounding: f64) -> Walk {
        let converged = self.line.converged();
        walk(self.steps, &self.quotients[number], &self.sizes[number], rounding, converged)
    }

    /// Whether a cotangent weighs any output that depends on the line.
    fn has_weight(&self, cotangents: &Cotangents, number: usize) -> bool {
        let unit = number.checked_sub(cotangents.random.len());
        unit.is_none_or(|output| self.depending[output])
    }

    pub fn kinks(&self, estimates: &[Option<Estimate>]) -> Vec<Option<Kink>> {
        let at = |(number, estimate): (usize, &Option<Estimate>)| {
            let noise = estimate.as_ref()?.noise;
            if self.gaps[number].iter().all(|&gap| gap == 0.0) {
                return None;
            }
            kink(self.steps, &self.quotients[number], &self.gaps[number], noise)
        };
        estimates.iter().enumerate().map(at).collect()
    }

    /// For each cotangent the larger of `sum |v y| / s` and the steepest quotient of the ladder. The
    /// latter is the size of the terms where they cancel at the base point alone, as in an RMS norm of
    /// one number. It counts only as far as the outputs' own size explains it, for beside a pole it
    /// means nothing. The former counts only as far as the outputs move at all: a large output that
    /// another argument makes says nothing of this one.
    pub fn term_sizes(&self, problem: &Problem, cotangents: &Cotangents) -> Vec<TermSize> {
        let largest_output = largest(problem.output.iter().copied());
        let size = |number: usize| {
            if !self.has_weight(cotangents, number) {
                return TermSize { size: 0.0, still: 0.0, steepest: 0.0, terms: 0.0 };
            }
            let weights = self.weights(cotangents, number);
            let most = largest_output * self.line.total(weights.map(|(_, weight)| weight));
            let usable = |quotients: &'_ [f64]| -> Vec<(f64, f64)> {
                let usable = quotients.iter().zip(self.steps).filter(|(q, _)| q.is_finite());
                usable.map(|(q, step)| (q.abs().min(most / step), *step)).collect()
            };
            let steepest = |found: &[(f64, f64)]| found.iter().map(|(q, _)| *q).fold(0.0, f64::max);
            let terms = self.line.total(self.terms(problem, cotangents, number));
            let still = terms / (self.steps[0] / START);
            let moving = MOST_STILL * steepest(&usable(&self.sizes[number]));
            let quotients = usable(&self.quotients[number]);
            let steepest = steepest(&quotients);
            // An output that is nearly 0 here may be large a step away: its size is not the function's.
            let moved = quotients.iter().map(|(q, step)| q * step).fold(0.0, f64::max);
            let terms = if terms > 0.0 { terms.max(moved) } else { 0.0 };
            TermSize { size: steepest.max(still.min(moving)), still, steepest, terms }
        };
        (0..cotangents.count()).map(size).collect()
    }

    /// The noise of what the forward pass computes, for one cotangent.
    fn rounding(&self, problem: &Problem, cotangents: &Cotangents, number: usize) -> f64 {
        let noise = |(output, weight): (usize, f64)| problem.noise[output] * weight;
        self.line.noise(self.weights(cotangents, number).map(noise))
    }

    /// `v y` of the outputs that depend on the line.
    fn terms<'b>(
        &'b self,
        problem: &'b Problem,
        cotangents: &'b Cotangents,
        number: usize,
    ) -> impl Iterator<Item = f64> + 'b {
        self.weights(cotangents, number).map(|(output, weight)| problem.output[output] * weight)
    }

    fn weights<'b>(
        &'b self,
        cotangents: &'b Cotangents,
        number: usize,
    ) -> impl Iterator<Item = (usize, f64)> + 'b {
        cotangents.weights(number).filter(|&(output, _)| self.depending[output])
    }
}

/// The uncancelled size of a gradient's terms, and the output terms `|v y|` that they move: those at the
/// base point, or as much as any step moves them if that is more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TermSize {
    pub size: f64,
    /// The output terms over the length of the steps, whether they move so much or not.
    pub still: f64,
    steepest: f64,
    terms: f64,
}

impl TermSize {
    /// The conditioning of a kernel that forms differences of its inputs. Their rounding `u |x|`
    /// shifts it along a function whose length is the output's size over its slope, even if the
    /// function itself takes no notice: two numbers standardized are 1 and -1, whatever they are.
    pub fn conditioning(self, unit_roundoff: f64, reach: f64) -> f64 {
        if self.terms == 0.0 {
            return 0.0;
        }
        UNSEEN * unit_roundoff * reach * self.steepest * (self.steepest / self.terms)
    }
}

/// How far the estimates of some lines are from those at a moved point: the largest change of each. The
/// windows chosen at the base point are used again, which costs a fraction of a new search.
pub(crate) fn changes_at(
    problem: &Problem,
    point: &Point,
    lines: &[Estimated],
    cotangents: &Cotangents,
) -> Result<Vec<f64>, CheckError> {
    let random = Cotangents { random: cotangents.random.clone(), units: 0 };
    let mut columns: Vec<Vec<Vec<f64>>> = Vec::new();
    let (mut places, mut steps) = (Vec::new(), Vec::new());
    for (number, Estimated { line, steps: all, estimates }) in lines.iter().enumerate() {
        columns.push(vec![vec![f64::NAN; all.len()]; random.count()]);
        for (level, &step) in all.iter().enumerate() {
            let is_used = |e: &Estimate| (e.first_level..e.first_level + 3).contains(&level);
            if estimates[..random.count()].iter().flatten().any(is_used) {
                places.push((number, level));
                steps.push((*line, step));
            }
        }
    }
    differences(problem, point, &steps, &mut |number, found| {
        let found = Quotients::of(steps[number].0, found.as_ref(), &random);
        let (line, level) = places[number];
        for (column, quotient) in columns[line].iter_mut().zip(found.central) {
            column[level] = quotient;
        }
    })?;
    let change = |(columns, line): (&Vec<Vec<f64>>, &Estimated)| {
        let changes = columns.iter().zip(line.estimates).map(|(column, estimate)| {
            let Some(estimate) = estimate else { return 0.0 };
            let (_, value) = extrapolate(&column[estimate.first_level..]);
            let change = (value - estimate.value).abs();
            // A function that fails one rounding away is as badly conditioned as can be.
            if change.is_nan() { f64::INFINITY } else { change }
        });
        changes.fold(0.0, f64::max)
    };
    Ok(columns.iter().zip(lines).map(change).collect())
}

/// A line with what was found along it, for each cotangent.
pub(crate) struct Estimated<'a> {
    pub line: &'a Line,
    pub steps: &'a [f64],
    pub estimates: &'a [Option<Estimate>],
}
