//! Sums and broadcasts along axes that are known only at run time: one axis at a time.

use dfdx::shapes::Axis;
use dfdx::tensor::{Cpu, OwnedTape, Tensor};
use dfdx::tensor_ops::{BroadcastTo, Device, ReshapeTo, SumTo};
use equations::{Axes, Extents};
use ops::Element;

/// A tensor with the tape on it.
pub(super) type Taped<E> = Tensor<(usize, usize, usize, usize), E, Cpu, OwnedTape<E, Cpu>>;

/// The four axes in the order of the tensors' axes.
const ORDER: [Axes; 4] = [Axes::SAMPLES, Axes::POSITIONS, Axes::GROUPS, Axes::CHANNELS];

/// The size of every axis in `axes`, 1 for the others.
pub(super) fn shape(extents: &Extents, axes: Axes) -> [usize; 4] {
    ORDER.map(|axis| if axes.contains(axis) { extents.size(axis) } else { 1 })
}

/// Sums along `axes`, each of which keeps the size 1.
pub(super) fn sum_along<E: Element>(mut tensor: Taped<E>, axes: Axes) -> Taped<E>
where
    Cpu: Device<E>,
{
    for index in (0..4).filter(|&index| axes.contains(ORDER[index])) {
        let mut kept = sizes(&tensor);
        kept[index] = 1;
        // The sizes that are left after the axis is gone.
        let [a, b, c] = without(kept, index);
        type Rank3 = (usize, usize, usize);
        let reduced = match index {
            0 => tensor.sum::<Rank3, Axis<0>>(),
            1 => tensor.sum::<Rank3, Axis<1>>(),
            2 => tensor.sum::<Rank3, Axis<2>>(),
            _ => tensor.sum::<Rank3, Axis<3>>(),
        };
        debug_assert_eq!([a, b, c], dims3(&reduced));
        tensor = reduced.reshape_like(&tuple(kept));
    }
    tensor
}

/// Repeats a tensor along its axes of size 1 until it has the shape `target`.
pub(super) fn spread<E: Element>(mut tensor: Taped<E>, target: [usize; 4]) -> Taped<E>
where
    Cpu: Device<E>,
{
    for index in 0..4 {
        let mut wanted = sizes(&tensor);
        if wanted[index] == target[index] {
            continue;
        }
        let [a, b, c] = without(wanted, index);
        let narrow = tensor.reshape_like(&(a, b, c));
        wanted[index] = target[index];
        let wanted = tuple(wanted);
        tensor = match index {
            0 => narrow.broadcast_like::<_, Axis<0>>(&wanted),
            1 => narrow.broadcast_like::<_, Axis<1>>(&wanted),
            2 => narrow.broadcast_like::<_, Axis<2>>(&wanted),
            _ => narrow.broadcast_like::<_, Axis<3>>(&wanted),
        };
    }
    tensor
}

/// The sizes of a tensor's axes.
pub(super) fn sizes<E: Element, T>(
    tensor: &Tensor<(usize, usize, usize, usize), E, Cpu, T>,
) -> [usize; 4] {
    let (a, b, c, d) = *dfdx::shapes::HasShape::shape(tensor);
    [a, b, c, d]
}

pub(super) fn tuple([a, b, c, d]: [usize; 4]) -> (usize, usize, usize, usize) {
    (a, b, c, d)
}

fn dims3<E: Element, T>(tensor: &Tensor<(usize, usize, usize), E, Cpu, T>) -> [usize; 3] {
    let (a, b, c) = *dfdx::shapes::HasShape::shape(tensor);
    [a, b, c]
}

fn without(sizes: [usize; 4], index: usize) -> [usize; 3] {
    let mut rest = sizes.into_iter().enumerate().filter(|&(i, _)| i != index).map(|(_, size)| size);
    std::array::from_fn(|_| rest.next().expect("three axes are left"))
}
