//! The steps of one coordinate, and the difference quotients along them.

use crate::error::CheckError;
use crate::problem::{Point, Problem};

/// Number of steps. So many are needed where the spread of an argument says nothing of the function,
/// as in a constant row among others: its length is the root of eps. Others end long before.
const LEVELS: usize = 40;

/// The length of one argument from which its steps descend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Scale {
    /// Root mean square of the distance to the median, rounded down to a power of two.
    Spread(f64),
    /// All values are the same number, within rounding.
    NoSpread,
}

impl Scale {
    pub fn of(values: &[f64]) -> Scale {
        let median = median(values);
        let largest = largest(values.iter().copied());
        let distance = largest_distance(values, median);
        if distance <= largest * 2f64.powi(-26) {
            return Scale::NoSpread;
        }
        // Dividing by the largest distance first keeps the squares from overflowing.
        let squares = values.iter().map(|value| ((value - median) / distance).powi(2));
        let mean_square = squares.sum::<f64>() / values.len() as f64;
        Scale::Spread(power_of_two_below(distance * mean_square.sqrt()))
    }

    /// The largest step of a coordinate with this value.
    fn length(self, value: f64) -> f64 {
        match self {
            Scale::Spread(length) => length,
            Scale::NoSpread if value == 0.0 => 1.0,
            Scale::NoSpread => power_of_two_below(value.abs()),
        }
    }

    /// The steps of a coordinate with this value, each half the one before. Being powers of two, they
    /// are taken exactly wherever the value's own spacing allows.
    pub fn steps(self, value: f64) -> Vec<f64> {
        (0..LEVELS).map(|level| self.length(value) * 2f64.powi(-(level as i32))).collect()
    }
}

/// One entry of one argument.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Coordinate {
    pub argument: usize,
    pub entry: usize,
}

/// The central difference quotient of `v . f` along a coordinate for each cotangent `v`; not finite
/// where the step cannot be used. Outputs that differ are marked in `moved`.
pub(crate) fn quotients(
    problem: &Problem,
    point: &mut Point,
    coordinate: Coordinate,
    step: f64,
    cotangents: &[Vec<f64>],
    moved: &mut [bool],
) -> Result<Vec<f64>, CheckError> {
    let Coordinate { argument, entry } = coordinate;
    let value = point[argument][entry];
    let (above, below) = (value + step, value - step);
    let taken = above - below;
    if !is_taken(taken, step) {
        return Ok(vec![f64::NAN; cotangents.len()]);
    }
    point[argument][entry] = above;
    let above = problem.forward(point);
    point[argument][entry] = below;
    let below = problem.forward(point);
    point[argument][entry] = value;
    let (above, below) = (above?, below?);

    let mut sums = vec![CompensatedSum::default(); cotangents.len()];
    for (output, (above, below)) in above.iter().zip(&below).enumerate() {
        let difference = above - below;
        if difference != 0.0 {
            moved[output] = true;
            for (sum, cotangent) in sums.iter_mut().zip(cotangents) {
                sum.add(cotangent[output] * difference);
            }
        }
    }
    Ok(sums.iter().map(|sum| sum.value() / taken).collect())
}

/// Extrapolation needs steps that halve. A step near the spacing of the value is rounded too far
/// from its nominal length for that.
fn is_taken(taken: f64, step: f64) -> bool {
    taken.is_finite() && step > 0.0 && (taken - 2.0 * step).abs() <= 2.0 * step * 2f64.powi(-8)
}

/// Neumaier's sum: the parts that rounding drops are kept apart and added at the end.
#[derive(Clone, Copy, Debug, Default)]
struct CompensatedSum {
    total: f64,
    dropped: f64,
}

impl CompensatedSum {
    fn add(&mut self, term: f64) {
        let total = self.total + term;
        self.dropped += if self.total.abs() >= term.abs() {
            (self.total - total) + term
        } else {
            (term - total) + self.total
        };
        self.total = total;
    }

    fn value(self) -> f64 {
        self.total + self.dropped
    }
}

/// The largest magnitude, 0 for none.
pub(crate) fn largest(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, |largest, value| largest.max(value.abs()))
}

fn largest_distance(values: &[f64], centre: f64) -> f64 {
    largest(values.iter().map(|value| value - centre))
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn power_of_two_below(value: f64) -> f64 {
    value.log2().floor().exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_the_spread_and_ignores_an_offset() {
        // Distances from the median 3 are 2, 1, 0, 1, 2: root mean square sqrt(2), below it 1.
        assert_eq!(Scale::of(&[1.0, 2.0, 3.0, 4.0, 5.0]), Scale::Spread(1.0));
        let offset = [1e7 + 1.0, 1e7 + 2.0, 1e7 + 3.0, 1e7 + 4.0, 1e7 + 5.0];
        assert_eq!(Scale::of(&offset), Scale::Spread(1.0));
        assert_eq!(Scale::of(&[-1e300, 0.0, 1e300]).length(0.0), 2f64.powi(996));
    }

    #[test]
    fn without_spread_the_value_itself_is_the_scale() {
        assert_eq!(Scale::of(&[5.0, 5.0]), Scale::NoSpread);
        assert_eq!(Scale::of(&[1e3, 1e3f64.next_up()]), Scale::NoSpread);
        assert_eq!(Scale::NoSpread.length(-5.0), 4.0);
        assert_eq!(Scale::NoSpread.length(0.0), 1.0);
    }

    #[test]
    fn a_step_below_the_spacing_of_the_value_is_not_taken() {
        // The spacing of f64 at 1e16 is 2.
        assert!(!is_taken((1e16 + 0.5) - (1e16 - 0.5), 0.5));
        assert!(is_taken((1e16 + 512.0) - (1e16 - 512.0), 512.0));
    }

    #[test]
    fn the_compensated_sum_keeps_what_cancellation_would_lose() {
        // Plain summation of these gives 0; the exact value is 2.
        let mut sum = CompensatedSum::default();
        for term in [1.0, 1e100, 1.0, -1e100] {
            sum.add(term);
        }
        assert_eq!(sum.value(), 2.0);
    }
}
