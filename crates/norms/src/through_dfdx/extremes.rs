//! The largest and the smallest, over axes and of two: NaN in gives NaN out, and ties share the
//! derivative equally.

use dfdx::tensor::{Cpu, PutTape, SplitTape, TensorFromVec};
use dfdx::tensor_ops::{Device, ReshapeTo};
use equations::{Axes, Extents};
use ops::{DfdxTensor, Element};

use super::axes::{Sizes, Taped, shape, sizes, tuple};
use super::own;

/// Which end is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extreme {
    Smallest,
    Largest,
}

impl Extreme {
    /// How much of the derivative the first of two values gets: all, half of it in a tie, or
    /// nothing; NaN where either is NaN.
    fn share<E: Element>(self, a: E, b: E) -> E {
        if a.is_nan() || b.is_nan() {
            E::nan()
        } else if a == b {
            E::nearest(0.5)
        } else if (a > b) == (self == Extreme::Largest) {
            E::one()
        } else {
            E::zero()
        }
    }

    fn of_two<E: Element>(self, a: E, b: E) -> E {
        let share = self.share(a, b);
        if share.is_nan() {
            share
        } else if share > E::zero() {
            a
        } else {
            b
        }
    }
}

/// The larger or the smaller of the elements of two tensors of one shape, the second contiguous.
pub(super) fn of_two<E: Element>(a: Taped<E>, b: DfdxTensor<E>, extreme: Extreme) -> Taped<E>
where
    Cpu: Device<E>,
{
    let (a, mut tape) = a.contiguous().split_tape();
    let (left, right) = (a.as_vec(), b.as_vec());
    let pairs = || left.iter().zip(&right);
    let result = pairs().map(|(&a, &b)| extreme.of_two(a, b)).collect::<Vec<E>>();
    let shares = pairs().map(|(&a, &b)| extreme.share(a, b)).collect::<Vec<E>>();
    let result = E::device().tensor_from_vec(result, tuple(sizes(&a)));
    let of_b = shares.iter().map(|&share| E::one() - share).collect::<Vec<E>>();
    for (argument, shares) in [(a, shares), (b, of_b)] {
        own::record(&mut tape, argument, result.clone(), move |sums, gradients| {
            for ((sum, &share), &gradient) in sums.iter_mut().zip(&shares).zip(gradients) {
                *sum += share * gradient;
            }
        });
    }
    result.put_tape(tape)
}

/// The largest or the smallest element along `axes`, each of which keeps the size 1.
pub(super) fn along<E: Element>(
    e: Taped<E>,
    axes: Axes,
    extents: &Extents,
    extreme: Extreme,
) -> Taped<E>
where
    Cpu: Device<E>,
{
    let (e, mut tape) = e.contiguous().split_tape();
    let (values, from) = (e.as_vec(), sizes(&e));
    let reduced = shape(extents, Axes::ALL.without(axes));
    let to: Sizes = std::array::from_fn(|axis| if from[axis] == 1 { 1 } else { reduced[axis] });
    let places = places(from, to);

    let start = match extreme {
        Extreme::Largest => E::neg_infinity(),
        Extreme::Smallest => E::infinity(),
    };
    let mut found = vec![start; to.iter().product()];
    for (&place, &value) in places.iter().zip(&values) {
        found[place] = extreme.of_two(found[place], value);
    }
    let mut ties = vec![E::zero(); found.len()];
    for (&place, &value) in places.iter().zip(&values) {
        if value == found[place] {
            ties[place] += E::one();
        }
    }

    let result = E::device().tensor_from_vec(found.clone(), tuple(to));
    own::record(&mut tape, e, result.clone(), move |sums, gradients| {
        for ((sum, &place), &value) in sums.iter_mut().zip(&places).zip(&values) {
            if found[place].is_nan() {
                *sum += found[place];
            } else if value == found[place] {
                *sum += gradients[place] / ties[place];
            }
        }
    });
    result.put_tape(tape)
}

/// For every element of a tensor of sizes `from`, in order, its place in one of sizes `to`, which
/// are the same or 1.
fn places(from: Sizes, to: Sizes) -> Vec<usize> {
    let mut places = vec![0];
    for (from, to) in from.into_iter().zip(to) {
        let step = |place: usize| (0..from).map(move |index| place * to + index.min(to - 1));
        places = places.into_iter().flat_map(step).collect();
    }
    places
}
