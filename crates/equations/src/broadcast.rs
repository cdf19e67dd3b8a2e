//! Loops over values that vary along some of the four axes.
//!
//! A value is stored row-major over the axes it varies along; along the others its stride is 0.

use crate::axes::Axes;
use crate::extents::Extents;

/// Values with the strides that place them in a larger index space.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    values: &'a [f64],
    strides: [usize; 4],
}

impl<'a> View<'a> {
    pub(crate) fn new(values: &'a [f64], varies: Axes, extents: &Extents) -> Self {
        debug_assert_eq!(values.len(), extents.size(varies));
        View { values, strides: strides(varies, extents) }
    }

    /// The values written out along all the given axes.
    pub(crate) fn expand(self, axes: Axes, extents: &Extents) -> Vec<f64> {
        zip(self, self, axes, extents, |value, _| value)
    }
}

/// `f(a, b)` at every index along the given axes.
pub(crate) fn zip(
    a: View<'_>,
    b: View<'_>,
    axes: Axes,
    extents: &Extents,
    f: impl Fn(f64, f64) -> f64,
) -> Vec<f64> {
    let mut result = Vec::with_capacity(extents.size(axes));
    let (step_a, step_b) = (a.strides[3], b.strides[3]);
    for_each_lane(extents.shape(axes), |index, channels| {
        let (start_a, start_b) = (offset(a.strides, index), offset(b.strides, index));
        for channel in 0..channels {
            let value = a.values[start_a + channel * step_a];
            result.push(f(value, b.values[start_b + channel * step_b]));
        }
    });
    result
}

/// The sums of values along the axes that are not in `left`, by Neumaier's compensated summation:
/// this is the reference, so its error should not grow with the number of terms.
///
/// ```text
/// total' = total + value,  compensation += what the rounding of total' lost
/// ```
pub(crate) fn sum(values: &[f64], varies: Axes, left: Axes, extents: &Extents) -> Vec<f64> {
    let mut totals = vec![0.0; extents.size(left)];
    let mut compensations = totals.clone();
    let strides = strides(left, extents);
    let mut values = values.iter();
    for_each_lane(extents.shape(varies), |index, channels| {
        let start = offset(strides, index);
        for (channel, value) in values.by_ref().take(channels).enumerate() {
            let place = start + channel * strides[3];
            let total = totals[place];
            let next = total + value;
            compensations[place] += if total.abs() >= value.abs() {
                (total - next) + value
            } else {
                (value - next) + total
            };
            totals[place] = next;
        }
    });
    // Behind an infinite total the compensation is NaN, while the sum is still infinite.
    let compensated =
        |(total, lost): (f64, f64)| if total.is_finite() { total + lost } else { total };
    totals.into_iter().zip(compensations).map(compensated).collect()
}

/// The values along the axes that are not in `left` taken together by `f`, from `start` on.
pub(crate) fn fold(
    values: &[f64],
    varies: Axes,
    left: Axes,
    extents: &Extents,
    start: f64,
    f: impl Fn(f64, f64) -> f64,
) -> Vec<f64> {
    let mut folded = vec![start; extents.size(left)];
    let strides = strides(left, extents);
    let mut values = values.iter();
    for_each_lane(extents.shape(varies), |index, channels| {
        let first = offset(strides, index);
        for (channel, &value) in values.by_ref().take(channels).enumerate() {
            let place = first + channel * strides[3];
            folded[place] = f(folded[place], value);
        }
    });
    folded
}

/// Visits the index of sample, position and group, with the number of channels there.
fn for_each_lane(shape: [usize; 4], mut visit: impl FnMut([usize; 3], usize)) {
    let [samples, positions, groups, channels] = shape;
    for sample in 0..samples {
        for position in 0..positions {
            for group in 0..groups {
                visit([sample, position, group], channels);
            }
        }
    }
}

fn offset(strides: [usize; 4], index: [usize; 3]) -> usize {
    index[0] * strides[0] + index[1] * strides[1] + index[2] * strides[2]
}

fn strides(varies: Axes, extents: &Extents) -> [usize; 4] {
    let shape = extents.shape(varies);
    let mut strides = [0; 4];
    let mut stride = 1;
    for axis in (0..4).rev() {
        if varies.contains(Axes::EACH[axis]) {
            strides[axis] = stride;
            stride *= shape[axis];
        }
    }
    strides
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXTENTS: Extents = Extents { samples: 2, positions: 1, groups: 2, channels: 2 };

    #[test]
    fn sums_reduce_the_axes_that_are_not_left() {
        // Rows [1, 2, 3, 4] and [5, 6, 7, 8], of which every two features are a group.
        let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
        let sum = |left| sum(&values, Axes::ALL, left, &EXTENTS);
        assert_eq!(sum(Axes::NONE), [36.0]);
        assert_eq!(sum(Axes::SAMPLES), [10.0, 26.0]);
        assert_eq!(sum(Axes::GROUPS), [14.0, 22.0]);
        assert_eq!(sum(Axes::CHANNELS), [16.0, 20.0]);
        assert_eq!(sum(Axes::FEATURES), [6.0, 8.0, 10.0, 12.0]);
        assert_eq!(sum(Axes::SAMPLES.union(Axes::GROUPS)), [3.0, 7.0, 11.0, 15.0]);
    }

    #[test]
    fn values_broadcast_by_axis() {
        let per_sample = View::new(&[10.0, 20.0], Axes::SAMPLES, &EXTENTS);
        let per_group = View::new(&[1.0, 2.0], Axes::GROUPS, &EXTENTS);
        let axes = Axes::SAMPLES.union(Axes::GROUPS);
        let sums = zip(per_sample, per_group, axes, &EXTENTS, |a, b| a + b);
        assert_eq!(sums, [11.0, 12.0, 21.0, 22.0]);
        assert_eq!(per_group.expand(Axes::FEATURES, &EXTENTS), [1.0, 1.0, 2.0, 2.0]);
    }

    #[test]
    fn sums_do_not_lose_small_terms() {
        let extents = Extents { samples: 4, positions: 1, groups: 1, channels: 1 };
        let sum = |values: [f64; 4]| sum(&values, Axes::ALL, Axes::NONE, &extents)[0];
        // Neumaier's example: plain and Kahan summation give 0.
        assert_eq!(sum([1.0, 1e100, 1.0, -1e100]), 2.0);
        assert_eq!(sum([1.0, f64::INFINITY, 1.0, 1.0]), f64::INFINITY);
        assert!(sum([1.0, f64::NAN, 1.0, 1.0]).is_nan());
    }
}
