//! Difference quotients along a line through the base point.

use crate::error::CheckError;
use crate::ladder::CompensatedSum;
use crate::problem::{Point, Problem};
use crate::richardson::{CONVERGED, CONVERGED_TOGETHER};
use crate::settings::Precision;

/// A direction in one argument: an entry alone, or many at once. Its root mean square over the entries
/// that move is 1, so that a step means the same for both.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub argument: usize,
    /// Entries that move, and how far for a step of 1.
    pub entries: Vec<(usize, f64)>,
}

impl Line {
    pub fn coordinate(argument: usize, entry: usize) -> Line {
        Line { argument, entries: vec![(entry, 1.0)] }
    }

    /// A gradient along the line.
    pub fn along(&self, gradient: &[f64]) -> f64 {
        let mut sum = CompensatedSum::default();
        for &(entry, weight) in &self.entries {
            sum.add(weight * gradient[entry]);
        }
        sum.value()
    }

    /// The largest value that moves, times how far it does.
    pub fn size(&self, values: &[f64]) -> f64 {
        self.entries.iter().map(|&(e, weight)| (values[e] * weight).abs()).fold(0.0, f64::max)
    }

    fn is_coordinate(&self) -> bool {
        self.entries.len() == 1
    }

    /// The share of its value below which the error of a window is that of a converged one.
    pub fn converged(&self) -> f64 {
        if self.is_coordinate() { CONVERGED } else { CONVERGED_TOGETHER }
    }

    /// The size of a sum over outputs: of one coordinate's terms the plain sum, which bounds it, and of
    /// a random direction's terms, whose signs are independent, the root of the sum of squares.
    pub fn total(&self, terms: impl Iterator<Item = f64>) -> f64 {
        self.added_up(terms.fold(0.0, |sum, term| self.added(sum, term)))
    }

    /// One more term of such a sum.
    fn added(&self, sum: f64, term: f64) -> f64 {
        if self.is_coordinate() { sum + term.abs() } else { sum + term * term }
    }

    fn added_up(&self, sum: f64) -> f64 {
        if self.is_coordinate() { sum } else { sum.sqrt() }
    }

    /// Unavoidable noise of a sum over outputs, in roundings: that of the largest term, or of all.
    pub fn noise(&self, terms: impl Iterator<Item = f64>) -> f64 {
        if self.is_coordinate() {
            terms.map(f64::abs).fold(0.0, f64::max)
        } else {
            self.total(terms)
        }
    }

    /// Moves the line's entries from the base by a step, and tells how far they have come.
    fn place(&self, base: &[f64], values: &mut [f64], step: f64, precision: Precision) -> f64 {
        let (mut come, mut length) = (CompensatedSum::default(), 0.0);
        for &(entry, weight) in &self.entries {
            values[entry] = precision.round(base[entry] + step * weight);
            come.add((values[entry] - base[entry]) * weight);
            length += weight * weight;
        }
        come.value() / length
    }
}

/// The cotangents of one check: random ones, and perhaps every unit vector.
#[derive(Clone, Debug)]
pub(crate) struct Cotangents {
    /// Each of the length of the output.
    pub random: Vec<Vec<f64>>,
    /// Number of unit vectors: all of them or none.
    pub units: usize,
}

impl Cotangents {
    pub fn count(&self) -> usize {
        self.random.len() + self.units
    }

    /// The outputs that a cotangent weighs, and their weights.
    pub fn weights(&self, number: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let random = self.random.get(number).into_iter().flatten().copied().enumerate();
        let unit = number.checked_sub(self.random.len()).map(|output| (output, 1.0));
        random.chain(unit)
    }

    /// A cotangent written out.
    pub fn dense(&self, number: usize, length: usize) -> Vec<f64> {
        match self.random.get(number) {
            Some(random) => random.clone(),
            None => {
                let mut unit = vec![0.0; length];
                unit[number - self.random.len()] = 1.0;
                unit
            }
        }
    }
}

/// The outputs on both sides of a point, one beside the other.
pub(crate) struct Differences {
    /// Those ahead less those behind.
    central: Vec<f64>,
    /// The slopes ahead less those behind.
    gaps: Vec<f64>,
    /// How far apart both sides are.
    taken: f64,
}

impl Differences {
    fn of(above: Vec<f64>, below: Vec<f64>, here: &[f64], up: f64, down: f64) -> Differences {
        let (mut central, mut gaps) = (above, below);
        let (per_up, per_down) = (up.recip(), -down.recip());
        for ((above, below), here) in central.iter_mut().zip(&mut gaps).zip(here) {
            let gap = (*above - here) * per_up + (*below - here) * per_down;
            *above -= *below;
            *below = gap;
        }
        Differences { central, gaps, taken: up - down }
    }

    /// Marks the outputs that differ.
    pub fn mark(&self, moved: &mut [bool]) {
        for ((moved, difference), gap) in moved.iter_mut().zip(&self.central).zip(&self.gaps) {
            *moved |= *difference != 0.0 || *gap != 0.0;
        }
    }
}

/// What one step along a line shows, for each cotangent `v`.
#[derive(Clone, Debug)]
pub(crate) struct Quotients {
    /// The central difference quotient of `v . f`; not finite where the step cannot be used.
    pub central: Vec<f64>,
    /// The forward quotient less the backward one. Means something at the base point alone.
    pub gaps: Vec<f64>,
    /// The uncancelled size of the central quotient: that of its terms `v df`, one per output.
    pub sizes: Vec<f64>,
}

impl Quotients {
    /// The quotients of some differences; `None` stands for a step that cannot be used.
    pub fn of(
        line: &Line,
        differences: Option<&Differences>,
        cotangents: &Cotangents,
    ) -> Quotients {
        let Some(Differences { central, gaps, taken }) = differences else {
            let nothing = vec![f64::NAN; cotangents.count()];
            return Quotients { central: nothing.clone(), gaps: nothing.clone(), sizes: nothing };
        };
        let room = || Vec::with_capacity(cotangents.count());
        let mut found = Quotients { central: room(), gaps: room(), sizes: room() };
        for random in &cotangents.random {
            let sums = Sums::of(random, central, gaps, line.is_coordinate());
            found.central.push(sums.product / taken);
            found.gaps.push(sums.gap);
            found.sizes.push(line.added_up(sums.size) / taken);
        }
        for output in 0..cotangents.units {
            let quotient = central[output] / taken;
            found.central.push(quotient);
            found.gaps.push(gaps[output]);
            found.sizes.push(quotient.abs());
        }
        found
    }
}

/// The most points that the function is asked for at once, and the most numbers of them and of their
/// outputs.
const MOST_AT_ONCE: usize = 128;
const MOST_NUMBERS: usize = 1 << 16;

/// Differences the function across a point by steps along lines, many of them at once, and hands over
/// what each step gives, in their order: `None` for one that cannot be used.
pub(crate) fn differences(
    problem: &Problem,
    point: &Point,
    steps: &[(&Line, f64)],
    take: &mut dyn FnMut(usize, Option<Differences>),
) -> Result<(), CheckError> {
    let numbers = point.iter().map(Vec::len).max().unwrap_or(0) + problem.output.len();
    let at_once = (MOST_NUMBERS / numbers.max(1)).clamp(2, MOST_AT_ONCE) / 2;
    // Memory of large arguments costs more than what is written to it, so it goes from step to step.
    let mut spare: Vec<Vec<f64>> = Vec::new();
    for (chunk, steps) in steps.chunks(at_once).enumerate() {
        let sides: Vec<Option<Sides>> = steps
            .iter()
            .map(|(line, step)| Sides::of(line, point, *step, problem.precision, &mut spare))
            .collect();
        let base: Vec<&[f64]> = point.iter().map(Vec::as_slice).collect();
        let mut points = Vec::with_capacity(2 * steps.len());
        for ((line, _), sides) in steps.iter().zip(&sides) {
            for values in sides.iter().flat_map(|sides| [&sides.above, &sides.below]) {
                let mut moved = base.clone();
                moved[line.argument] = values;
                points.push(moved);
            }
        }
        let mut outputs = problem.forward_at(&points)?.into_iter();
        for (number, sides) in sides.iter().enumerate() {
            let found = sides.as_ref().and_then(|sides| {
                let (above, below) = (outputs.next()?, outputs.next()?);
                Some(Differences::of(above, below, &problem.output, sides.up, sides.down))
            });
            take(chunk * at_once + number, found);
        }
        drop(points);
        spare.extend(sides.into_iter().flatten().flat_map(|sides| [sides.above, sides.below]));
    }
    Ok(())
}

/// One argument on both sides of a point, and how far they are from it.
struct Sides {
    above: Vec<f64>,
    below: Vec<f64>,
    up: f64,
    down: f64,
}

impl Sides {
    /// `None` if the step cannot be taken.
    fn of(
        line: &Line,
        point: &Point,
        step: f64,
        precision: Precision,
        spare: &mut Vec<Vec<f64>>,
    ) -> Option<Sides> {
        let base = &point[line.argument];
        let mut copy = || {
            let mut copy = spare.pop().unwrap_or_default();
            copy.clone_from(base);
            copy
        };
        let mut above = copy();
        let up = line.place(base, &mut above, step, precision);
        if !is_taken(up, step) {
            return None;
        }
        let mut below = copy();
        let down = line.place(base, &mut below, -step, precision);
        is_taken(up - down, 2.0 * step).then_some(Sides { above, below, up, down })
    }
}

/// What a cotangent makes of the differences of all outputs.
struct Sums {
    /// The scalar product, compensated.
    product: f64,
    /// The scalar product with the gaps.
    gap: f64,
    /// The sum of the terms' magnitudes or squares.
    size: f64,
}

/// So many sums run side by side, as one alone would wait for each addition.
const LANES: usize = 8;

impl Sums {
    fn of(weights: &[f64], differences: &[f64], gaps: &[f64], is_plain: bool) -> Sums {
        let mut totals = [0.0; LANES];
        let (mut dropped, mut gap, mut size) = (totals, totals, totals);
        let mut add = |lane: usize, weight: f64, difference: f64, bend: f64| {
            let (total, term): (f64, f64) = (totals[lane], weight * difference);
            let sum = total + term;
            let added = sum - total;
            dropped[lane] += (total - (sum - added)) + (term - added);
            totals[lane] = sum;
            gap[lane] += weight * bend;
            size[lane] += if is_plain { term.abs() } else { term * term };
        };
        let chunks = weights.chunks_exact(LANES).zip(differences.chunks_exact(LANES));
        for ((weights, differences), gaps) in chunks.zip(gaps.chunks_exact(LANES)) {
            for lane in 0..LANES {
                add(lane, weights[lane], differences[lane], gaps[lane]);
            }
        }
        for output in weights.len() - weights.len() % LANES..weights.len() {
            add(0, weights[output], differences[output], gaps[output]);
        }
        let mut product = CompensatedSum::default();
        totals.into_iter().chain(dropped).for_each(|part| product.add(part));
        Sums { product: product.value(), gap: gap.iter().sum(), size: size.iter().sum() }
    }
}

/// Extrapolation needs steps that halve. A step near the spacing of the value is rounded too far
/// from its nominal length for that.
fn is_taken(taken: f64, step: f64) -> bool {
    taken.is_finite() && step > 0.0 && (taken - step).abs() <= step * 2f64.powi(-8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_below_the_spacing_of_the_value_is_not_taken() {
        // The spacing of f64 at 1e16 is 2, that of f32 at 1 is 2^-23.
        let come = |value: f64, step: f64, precision| {
            Line::coordinate(0, 0).place(&[value], &mut [value], step, precision)
        };
        assert!(!is_taken(come(1e16, 0.5, Precision::Double), 0.5));
        assert!(is_taken(come(1e16, 512.0, Precision::Double), 512.0));
        assert!(!is_taken(come(1.0, 2f64.powi(-25), Precision::Single), 2f64.powi(-25)));
        assert!(is_taken(come(1.0, 2f64.powi(-10), Precision::Single), 2f64.powi(-10)));
    }

    #[test]
    fn the_compensated_product_keeps_what_cancellation_would_lose() {
        // Exactly 2 + 1e-3; plain summation loses both ones.
        let one = [1e100, 1.0, 1.0, 1.0, -1e100, 1.0, -1.0, 0.0, 1e-3];
        let other = [1.0, 1e0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0];
        let sums = Sums::of(&one, &other, &[0.0, 0.5, 0.5, 0.5, 0.0, 0.5, 0.5, 0.5, 0.0], true);
        assert_eq!(sums.product, 2.001);
        // Half of 1 + 1 + 1 + 1 - 1, and the sum of the magnitudes.
        assert_eq!((sums.gap, sums.size), (1.5, 2e100));
        let many = vec![0.1; 1003];
        let sums = Sums::of(&many, &many, &many, false);
        assert!((sums.product - 10.03).abs() < 1e-14);
        // 1003 squares of 0.01.
        assert!((sums.size - 0.1003).abs() < 1e-14);
    }

    #[test]
    fn a_direction_weighs_a_gradient() {
        let line = Line { argument: 0, entries: vec![(0, 1.0), (2, -1.0)] };
        // 3 - 5 = -2; the entry at 1 does not move.
        assert_eq!(line.along(&[3.0, 100.0, 5.0]), -2.0);
        assert_eq!(line.total([3.0, -4.0].into_iter()), 5.0);
        assert_eq!(Line::coordinate(0, 1).total([3.0, -4.0].into_iter()), 7.0);
    }
}
