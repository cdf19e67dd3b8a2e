//! Sums over neighbours along an axis, each index with its list of neighbours: what a banded matrix of
//! zeros and ones does, without the matrix.

use dfdx::tensor::{Cpu, PutTape, SplitTape, TensorFromVec};
use dfdx::tensor_ops::{Device, ReshapeTo};
use equations::{Axes, Direction, Reach, Window};
use ops::Element;

use super::axes::{Sizes, Taped, sizes, tuple};
use super::own;

/// The sums of a tensor that has its full size along the axis.
pub(super) fn sums<E: Element>(e: Taped<E>, window: Window) -> Taped<E>
where
    Cpu: Device<E>,
{
    let (e, mut tape) = e.contiguous().split_tape();
    let lanes = Lanes::of(sizes(&e), window.axis);
    let values = e.as_vec();
    let mut result = vec![E::zero(); values.len()];
    lanes.each(|at| match window.reach {
        Reach::Near { .. } => {
            for index in 0..lanes.count {
                for neighbour in window.neighbours(index, lanes.count) {
                    result[at(index)] += values[at(neighbour)];
                }
            }
        }
        Reach::All(direction) => cumulative(direction, lanes.count, |index, total| {
            *total += values[at(index)];
            result[at(index)] = *total;
        }),
    });
    let result = E::device().tensor_from_vec(result, tuple(sizes(&e)));
    own::record(&mut tape, e, result.clone(), move |sums, gradients| {
        lanes.each(|at| match window.reach {
            // What was read is written, and the other way round.
            Reach::Near { .. } => {
                for index in 0..lanes.count {
                    for neighbour in window.neighbours(index, lanes.count) {
                        sums[at(neighbour)] += gradients[at(index)];
                    }
                }
            }
            Reach::All(direction) => {
                let back = match direction {
                    Direction::UpTo => Direction::From,
                    Direction::From => Direction::UpTo,
                };
                cumulative(back, lanes.count, |index, total| {
                    *total += gradients[at(index)];
                    sums[at(index)] += *total;
                });
            }
        });
    });
    result.put_tape(tape)
}

/// Walks from the end where a sum begins.
fn cumulative<E: Element>(direction: Direction, count: usize, mut step: impl FnMut(usize, &mut E)) {
    let mut total = E::zero();
    match direction {
        Direction::UpTo => (0..count).for_each(|index| step(index, &mut total)),
        Direction::From => (0..count).rev().for_each(|index| step(index, &mut total)),
    }
}

/// The runs of numbers along an axis.
#[derive(Clone, Copy)]
struct Lanes {
    outer: usize,
    count: usize,
    inner: usize,
}

impl Lanes {
    fn of(sizes: Sizes, axis: Axes) -> Lanes {
        let mut of_axis = (0..sizes.len()).filter(|index| axis.contains(Axes::EACH[*index]));
        let first = of_axis.next().expect("an axis");
        let last = of_axis.next_back().unwrap_or(first);
        Lanes {
            outer: sizes[..first].iter().product(),
            count: sizes[first..=last].iter().product(),
            inner: sizes[last + 1..].iter().product(),
        }
    }

    /// Calls with the place of every index of a lane, lane after lane.
    fn each(self, mut visit: impl FnMut(&dyn Fn(usize) -> usize)) {
        for outer in 0..self.outer {
            for inner in 0..self.inner {
                visit(&|index| (outer * self.count + index) * self.inner + inner);
            }
        }
    }
}
