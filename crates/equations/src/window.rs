//! Sums over neighbours along an axis.

use std::ops::Range;

use crate::axes::Axes;
use crate::broadcast::AXES;
use crate::extents::Extents;

/// Which neighbours along an axis are added up; every index is its own neighbour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Window {
    /// The axis: samples, positions, the channels of a group, or features as one.
    pub axis: Axes,
    /// How far it reaches.
    pub reach: Reach,
}

/// How far a sum over neighbours reaches.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Reach {
    /// From `index - before` to `index + after`, cut off at the ends.
    Near {
        /// How many before the index.
        before: usize,
        /// How many behind it.
        after: usize,
    },
    /// To an end of the axis.
    All(Direction),
}

/// Which indices a cumulative sum takes in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Direction {
    /// All up to the index: `cumsum`.
    UpTo,
    /// All from the index on: `cumsum_back`.
    From,
}

impl Direction {
    /// The name of the sum in a text.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Direction::UpTo => "cumsum",
            Direction::From => "cumsum_back",
        }
    }
}

impl Window {
    /// The window of the gradient: that of all indices whose sums an index is part of.
    ///
    /// ```
    /// use equations::{Axes, Reach, Window};
    /// let reach = Reach::Near { before: 2, after: 0 };
    /// let adjoint = Window { axis: Axes::POSITIONS, reach }.adjoint();
    /// assert_eq!(adjoint.reach, Reach::Near { before: 0, after: 2 });
    /// ```
    #[must_use]
    pub fn adjoint(self) -> Window {
        let reach = match self.reach {
            Reach::Near { before, after } => Reach::Near { before: after, after: before },
            Reach::All(Direction::UpTo) => Reach::All(Direction::From),
            Reach::All(Direction::From) => Reach::All(Direction::UpTo),
        };
        Window { reach, ..self }
    }

    /// The neighbours of an index among `count`.
    #[must_use]
    pub fn neighbours(self, index: usize, count: usize) -> Range<usize> {
        match self.reach {
            Reach::Near { before, after } => {
                index.saturating_sub(before)..index.saturating_add(after).min(count - 1) + 1
            }
            Reach::All(Direction::UpTo) => 0..index + 1,
            Reach::All(Direction::From) => index..count,
        }
    }

    /// The sums of values that vary along the axis too, by Neumaier's compensated summation.
    pub(crate) fn sums(self, values: &[f64], varies: Axes, extents: &Extents) -> Vec<f64> {
        let shape = extents.shape(varies);
        let along = |axis: &usize| self.axis.contains(Axes::EACH[*axis]);
        let (Some(first), Some(last)) = ((0..AXES).find(along), (0..AXES).rfind(along)) else {
            return values.to_vec();
        };
        let count: usize = shape[first..=last].iter().product();
        let inner: usize = shape[last + 1..].iter().product();
        let mut sums = vec![0.0; values.len()];
        let lanes = values.chunks_exact(count * inner).zip(sums.chunks_exact_mut(count * inner));
        for (values, sums) in lanes {
            for lane in 0..inner {
                let value = |index: usize| values[index * inner + lane];
                for (index, sum) in self.along_lane(count, value).into_iter().enumerate() {
                    sums[index * inner + lane] = sum;
                }
            }
        }
        sums
    }

    fn along_lane(self, count: usize, value: impl Fn(usize) -> f64) -> Vec<f64> {
        // A cumulative sum goes on where the one before it has ended.
        let mut total = Compensated::default();
        let mut next = |index: usize| {
            total.add(value(index));
            total.sum()
        };
        match self.reach {
            Reach::All(Direction::UpTo) => (0..count).map(next).collect(),
            Reach::All(Direction::From) => {
                let mut sums: Vec<f64> = (0..count).rev().map(&mut next).collect();
                sums.reverse();
                sums
            }
            Reach::Near { .. } => (0..count)
                .map(|index| {
                    let mut total = Compensated::default();
                    self.neighbours(index, count).for_each(|index| total.add(value(index)));
                    total.sum()
                })
                .collect(),
        }
    }
}

/// A sum with what its roundings have lost.
#[derive(Clone, Copy, Default)]
struct Compensated {
    total: f64,
    lost: f64,
}

impl Compensated {
    fn add(&mut self, value: f64) {
        let next = self.total + value;
        self.lost += if self.total.abs() >= value.abs() {
            (self.total - next) + value
        } else {
            (value - next) + self.total
        };
        self.total = next;
    }

    /// Behind an infinite total the compensation is NaN, while the sum is still infinite.
    fn sum(self) -> f64 {
        if self.total.is_finite() { self.total + self.lost } else { self.total }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two groups of three channels, two positions: 1 to 12.
    const EXTENTS: Extents = Extents { samples: 1, positions: 2, groups: 2, channels: 3, parts: 1 };

    fn sums(axis: Axes, reach: Reach) -> Vec<f64> {
        let values: Vec<f64> = (1..=12).map(f64::from).collect();
        Window { axis, reach }.sums(&values, Axes::ALL, &EXTENTS)
    }

    #[test]
    fn windows_are_cut_off_at_the_ends() {
        let near = Reach::Near { before: 1, after: 2 };
        let features = [6.0, 10.0, 14.0, 18.0, 15.0, 11.0, 24.0, 34.0, 38.0, 42.0, 33.0, 23.0];
        assert_eq!(sums(Axes::FEATURES, near), features);
        let group = [6.0, 6.0, 5.0, 15.0, 15.0, 11.0, 24.0, 24.0, 17.0, 33.0, 33.0, 23.0];
        assert_eq!(sums(Axes::CHANNELS, near), group);
        let far = Reach::Near { before: usize::MAX, after: usize::MAX };
        assert_eq!(sums(Axes::FEATURES, far)[..7], [21.0, 21.0, 21.0, 21.0, 21.0, 21.0, 57.0]);
        assert_eq!(sums(Axes::SAMPLES, far)[..3], [1.0, 2.0, 3.0]);
    }

    #[test]
    fn cumulative_sums_include_their_own_index() {
        let up_to = sums(Axes::POSITIONS, Reach::All(Direction::UpTo));
        assert_eq!(up_to, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 18.0]);
        let from = sums(Axes::CHANNELS, Reach::All(Direction::From));
        assert_eq!(from[..6], [6.0, 5.0, 3.0, 15.0, 11.0, 6.0]);
    }

    #[test]
    fn the_adjoint_of_a_window_is_its_transpose() {
        let reaches = [
            Reach::Near { before: 0, after: 3 },
            Reach::Near { before: 2, after: 1 },
            Reach::All(Direction::UpTo),
            Reach::All(Direction::From),
        ];
        for reach in reaches {
            let window = Window { axis: Axes::POSITIONS, reach };
            for (i, j) in (0..6).flat_map(|i| (0..6).map(move |j| (i, j))) {
                let forth = window.neighbours(i, 6).contains(&j);
                assert_eq!(forth, window.adjoint().neighbours(j, 6).contains(&i), "{reach:?}");
            }
        }
    }

    #[test]
    fn sums_do_not_lose_small_terms() {
        let row = Extents { samples: 1, positions: 1, groups: 1, channels: 4, parts: 1 };
        let window = Window { axis: Axes::FEATURES, reach: Reach::All(Direction::UpTo) };
        let sums = window.sums(&[1.0, 1e100, 1.0, -1e100], Axes::ALL, &row);
        assert_eq!(sums, [1.0, 1e100, 1e100, 2.0]);
    }
}
