//! Loops over values that vary along some of the axes.
//!
//! A value is stored row-major over the axes it varies along; along the others its stride is 0.

use crate::axes::Axes;
use crate::extents::Extents;

/// The number of axes.
pub(crate) const AXES: usize = Axes::EACH.len();

/// The axis of inner loops.
const LAST: usize = AXES - 1;

/// Values with the strides that place them in a larger index space.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    values: &'a [f64],
    strides: [usize; AXES],
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
    let Loops { shape, strides: [strides_a, strides_b] } =
        Loops::merged(extents.shape(axes), [a.strides, b.strides]);
    let (step_a, step_b) = (strides_a[LAST], strides_b[LAST]);
    for_each_lane(shape, |index, channels| {
        let a = &a.values[offset(strides_a, index)..];
        let b = &b.values[offset(strides_b, index)..];
        match (step_a, step_b) {
            (1, 1) => result.extend(a[..channels].iter().zip(b).map(|(a, b)| f(*a, *b))),
            (1, 0) => result.extend(a[..channels].iter().map(|a| f(*a, b[0]))),
            (0, 1) => result.extend(b[..channels].iter().map(|b| f(a[0], *b))),
            _ => result.extend((0..channels).map(|i| f(a[i * step_a], b[i * step_b]))),
        }
    });
    result
}

/// The sizes of nested loops, and the strides of two arrays in them.
struct Loops {
    shape: [usize; AXES],
    strides: [[usize; AXES]; 2],
}

impl Loops {
    /// Neighbouring axes that both arrays go through as through one become one, the innermost ones first,
    /// so that the inner loop is as long as can be. The order of the elements stays.
    fn merged(shape: [usize; AXES], strides: [[usize; AXES]; 2]) -> Loops {
        let mut loops = Loops { shape: [1; AXES], strides: [[0; AXES]; 2] };
        let mut place = AXES;
        for axis in (0..AXES).rev().filter(|&axis| shape[axis] != 1) {
            let goes_on = place < AXES
                && (0..2).all(|array| {
                    strides[array][axis] == loops.strides[array][place] * loops.shape[place]
                });
            if goes_on {
                loops.shape[place] *= shape[axis];
            } else {
                place -= 1;
                loops.shape[place] = shape[axis];
                (0..2).for_each(|array| loops.strides[array][place] = strides[array][axis]);
            }
        }
        loops
    }
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
    let of_values = strides(varies, extents);
    let Loops { shape, strides: [of_values, of_totals] } =
        Loops::merged(extents.shape(varies), [of_values, strides(left, extents)]);
    for_each_lane(shape, |index, channels| {
        let values = &values[offset(of_values, index)..][..channels];
        let start = offset(of_totals, index);
        if of_totals[LAST] == 0 {
            let sum = values.iter().fold((totals[start], compensations[start]), added);
            (totals[start], compensations[start]) = sum;
            return;
        }
        let totals = totals[start..][..channels].iter_mut();
        for ((total, lost), value) in totals.zip(&mut compensations[start..]).zip(values) {
            (*total, *lost) = added((*total, *lost), value);
        }
    });
    totals.into_iter().zip(compensations).map(compensated).collect()
}

/// Behind an infinite total the compensation is NaN, while the sum is still infinite.
pub(crate) fn compensated((total, lost): (f64, f64)) -> f64 {
    if total.is_finite() { total + lost } else { total }
}

/// One more value. What rounding loses is the same as by a comparison of the magnitudes, which a
/// processor would guess wrong half of the time: Knuth's sum of two numbers.
pub(crate) fn added((total, lost): (f64, f64), value: &f64) -> (f64, f64) {
    let next = total + value;
    let virtual_value = next - total;
    (next, lost + ((total - (next - virtual_value)) + (value - virtual_value)))
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
            let place = first + channel * strides[LAST];
            folded[place] = f(folded[place], value);
        }
    });
    folded
}

/// Visits every index of all axes but the last, in order, with the size of that one.
fn for_each_lane(shape: [usize; AXES], mut visit: impl FnMut([usize; LAST], usize)) {
    if shape.contains(&0) {
        return;
    }
    let mut index = [0; LAST];
    loop {
        visit(index, shape[LAST]);
        let Some(axis) = (0..LAST).rfind(|&axis| index[axis] + 1 < shape[axis]) else { return };
        index[axis] += 1;
        index[axis + 1..].fill(0);
    }
}

fn offset(strides: [usize; AXES], index: [usize; LAST]) -> usize {
    index.iter().zip(strides).map(|(index, stride)| index * stride).sum()
}

fn strides(varies: Axes, extents: &Extents) -> [usize; AXES] {
    let shape = extents.shape(varies);
    let mut strides = [0; AXES];
    let mut stride = 1;
    for axis in (0..AXES).rev() {
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

    const EXTENTS: Extents = Extents { samples: 2, positions: 1, groups: 2, channels: 2, parts: 1 };

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
    fn loops_over_what_lies_together_are_one() {
        // x of 2 x 3 x 4 lies together; a gain per channel is read again in every row of 4.
        let shape = [1, 2, 3, 1, 4, 1];
        let x = [24, 12, 4, 4, 1, 0];
        let gain = [0, 0, 0, 0, 1, 0];
        let merged = Loops::merged(shape, [x, x]);
        assert_eq!((merged.shape, merged.strides[0]), ([1, 1, 1, 1, 1, 24], [0, 0, 0, 0, 0, 1]));
        let merged = Loops::merged(shape, [x, gain]);
        assert_eq!(merged.shape, [1, 1, 1, 1, 6, 4]);
        assert_eq!(merged.strides, [[0, 0, 0, 0, 4, 1], [0, 0, 0, 0, 0, 1]]);
        // One number for each row is the same along the row.
        let merged = Loops::merged(shape, [x, [6, 3, 1, 0, 0, 0]]);
        assert_eq!(merged.shape, [1, 1, 1, 1, 6, 4]);
        assert_eq!(merged.strides, [[0, 0, 0, 0, 4, 1], [0, 0, 0, 0, 1, 0]]);
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
        let extents = Extents { samples: 4, positions: 1, groups: 1, channels: 1, parts: 1 };
        let sum = |values: [f64; 4]| sum(&values, Axes::ALL, Axes::NONE, &extents)[0];
        // Neumaier's example: plain and Kahan summation give 0.
        assert_eq!(sum([1.0, 1e100, 1.0, -1e100]), 2.0);
        assert_eq!(sum([1.0, f64::INFINITY, 1.0, 1.0]), f64::INFINITY);
        assert!(sum([1.0, f64::NAN, 1.0, 1.0]).is_nan());
    }
}
