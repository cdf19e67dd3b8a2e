//! The steps along a line.

use crate::settings::Precision;

/// The largest step in units of the length. At a few lengths a normalization has turned over, which
/// shows the size of its terms even where it is flat, as between two numbers.
pub(crate) const START: f64 = 4.0;
/// Number of steps. So many are needed where the spread of an argument says nothing of the function,
/// as in a constant row among others: its length is the root of eps. Others end long before.
const LEVELS: usize = 42;
/// The same where the function computes in f32. From the spread of large rows they have to reach the root
/// of eps, which is the length of a row without any.
const LEVELS_IN_SINGLE: usize = 24;

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

    /// The length that belongs to a value of this size.
    fn length(self, size: f64) -> f64 {
        match self {
            Scale::Spread(length) => length,
            Scale::NoSpread if size == 0.0 => 1.0,
            Scale::NoSpread => power_of_two_below(size.abs()),
        }
    }

    /// The steps from a value of this size, each half the one before. Being powers of two, they are
    /// taken exactly wherever the value's own spacing allows.
    pub fn steps(self, size: f64, precision: Precision) -> Vec<f64> {
        let levels = match precision {
            Precision::Double => LEVELS,
            Precision::Single => LEVELS_IN_SINGLE,
        };
        let largest = START * self.length(size);
        (0..levels).map(|level| largest * 2f64.powi(-(level as i32))).collect()
    }
}

/// Neumaier's sum: the parts that rounding drops are kept apart and added at the end.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CompensatedSum {
    total: f64,
    dropped: f64,
}

impl CompensatedSum {
    pub fn add(&mut self, term: f64) {
        let total = self.total + term;
        self.dropped += if self.total.abs() >= term.abs() {
            (self.total - total) + term
        } else {
            (term - total) + self.total
        };
        self.total = total;
    }

    pub fn value(self) -> f64 {
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
    fn the_compensated_sum_keeps_what_cancellation_would_lose() {
        // Plain summation of these gives 0; the exact value is 2.
        let mut sum = CompensatedSum::default();
        for term in [1.0, 1e100, 1.0, -1e100] {
            sum.add(term);
        }
        assert_eq!(sum.value(), 2.0);
    }
}
