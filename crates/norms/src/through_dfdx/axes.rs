//! Sums, broadcasts and exchanges of axes that are known only at run time: one axis at a time, as the middle one
//! of three.

use dfdx::shapes::{Axes3, Axis};
use dfdx::tensor::{Cpu, OwnedTape, Tensor};
use dfdx::tensor_ops::{BroadcastTo, Device, PermuteTo, ReshapeTo, SumTo};
use equations::{Axes, Extents};
use ops::{DfdxTensor, Element};

/// A tensor with the tape on it.
pub(super) type Taped<E> = Tensor<Shape, E, Cpu, OwnedTape<E, Cpu>>;

/// The shape of every tensor here, with the axes in the order of [`Axes::EACH`].
type Shape = (usize, usize, usize, usize, usize, usize);

/// The sizes of the axes, in order.
pub(super) type Sizes = [usize; 6];

/// The size of every axis in `axes`, 1 for the others.
pub(super) fn shape(extents: &Extents, axes: Axes) -> Sizes {
    Axes::EACH.map(|axis| if axes.contains(axis) { extents.size(axis) } else { 1 })
}

/// Sums along `axes`, each of which keeps the size 1.
pub(super) fn sum_along<E: Element>(mut tensor: Taped<E>, axes: Axes) -> Taped<E>
where
    Cpu: Device<E>,
{
    for index in (0..Axes::EACH.len()).filter(|&index| axes.contains(Axes::EACH[index])) {
        let mut kept = sizes(&tensor);
        if kept[index] != 1 {
            let three = tensor.reshape_like(&around(kept, index));
            kept[index] = 1;
            tensor = three.sum::<(usize, usize), Axis<1>>().reshape_like(&tuple(kept));
        }
    }
    tensor
}

/// Repeats a tensor along its axes of size 1 until it has the shape `target`.
pub(super) fn spread<E: Element>(mut tensor: Taped<E>, target: Sizes) -> Taped<E>
where
    Cpu: Device<E>,
{
    for index in 0..target.len() {
        let mut wanted = sizes(&tensor);
        if wanted[index] != target[index] {
            let (outer, _, inner) = around(wanted, index);
            let narrow = tensor.reshape_like(&(outer, inner));
            wanted[index] = target[index];
            let wide = narrow.broadcast_like::<_, Axis<1>>(&around(wanted, index));
            tensor = wide.reshape_like(&tuple(wanted));
        }
    }
    tensor
}

/// Channels and columns, the last two axes, exchanged.
pub(super) fn transpose<E: Element>(tensor: Taped<E>) -> Taped<E>
where
    Cpu: Device<E>,
{
    let [parts, members, positions, groups, channels, columns] = sizes(&tensor);
    let outer = parts * members * positions * groups;
    let matrices = tensor.reshape_like(&(outer, channels, columns));
    let transposed = matrices.permute::<(usize, usize, usize), Axes3<0, 2, 1>>();
    transposed.reshape_like(&(parts, members, positions, groups, columns, channels))
}

/// The matrix products along the last two axes of two tensors whose other axes are the same: every product of
/// two numbers, then sums. dfdx's own `matmul`, built without its matrix library, keeps only the last
/// of the products that it should add up.
pub(super) fn matmul<E: Element>(a: Taped<E>, b: DfdxTensor<E>) -> Taped<E>
where
    Cpu: Device<E>,
{
    let [parts, members, positions, groups, rows, inner] = sizes(&a);
    let columns = sizes(&b)[5];
    let outer = parts * members * positions * groups;
    let all = (outer, rows, inner, columns);
    let a = a.reshape_like(&(outer, rows, inner)).broadcast_like::<_, Axis<3>>(&all);
    let b = b.reshape_like(&(outer, inner, columns)).broadcast_like::<_, Axis<1>>(&all);
    let product = (a * b).sum::<(usize, usize, usize), Axis<2>>();
    product.reshape_like(&(parts, members, positions, groups, rows, columns))
}

/// The sizes of a tensor's axes.
pub(super) fn sizes<E: Element, T>(tensor: &Tensor<Shape, E, Cpu, T>) -> Sizes {
    let (a, b, c, d, e, f) = *dfdx::shapes::HasShape::shape(tensor);
    [a, b, c, d, e, f]
}

pub(super) fn tuple([a, b, c, d, e, f]: Sizes) -> Shape {
    (a, b, c, d, e, f)
}

/// The sizes before an axis, of the axis, and behind it.
fn around(sizes: Sizes, index: usize) -> (usize, usize, usize) {
    (sizes[..index].iter().product(), sizes[index], sizes[index + 1..].iter().product())
}
