//! Matrices of channels: transposes, and sums of products along shared axes.

use super::Writer;
use crate::compiled::program::{NodeId, Operation, Pair, Reduction};
use crate::compiled::shape::Mask;
use crate::compiled::steps::{Contraction, Loop, Step};
use equations::Axes;

impl Writer<'_, '_> {
    /// Channels and columns exchanged.
    pub(super) fn transposed(&self, e: NodeId, id: NodeId) -> Step {
        let [from, out] = [e, id].map(|id| self.draft.array(id));
        let count = self.draft.extents.channels;
        let is_matrix = self.draft.program.nodes[e].varies.contains(MATRIX);
        Step::Transpose { from, out, count: if is_matrix { count } else { 1 } }
    }

    /// The sum over k of `a` at column k times `b` at channel k.
    pub(super) fn matrix_product(&self, a: NodeId, b: NodeId, id: NodeId) -> Step {
        let shape = &self.draft.shape;
        let of = |id: NodeId, axis: usize| shape.strides(self.draft.mask(id))[axis];
        let [channels, columns] = [Axes::CHANNELS, Axes::COLUMNS].map(|axis| shape.mask(axis));
        let axes = 0..shape.axes.len();
        let mut loops: Vec<Loop> = axes
            .map(|axis| {
                let inside = |mask: Mask| mask.has(axis);
                // The channels of `b` and the columns of `a` are summed, and so are not their own here.
                let of_a = if inside(columns) { 0 } else { of(a, axis) };
                let of_b = if inside(channels) { 0 } else { of(b, axis) };
                Loop { size: shape.axes[axis].size, strides: [of_a, of_b, of(id, axis)] }
            })
            .collect();
        // At one channel both have no stride, and there is no axis for them.
        let stride = |mask: Mask, e: NodeId| mask.indices().map(|axis| of(e, axis)).sum();
        let strides = [stride(columns, a), stride(channels, b), 0];
        loops.push(Loop { size: self.draft.extents.channels, strides });
        Step::Contract(self.contraction([a, b, id], &loops, 1.0))
    }

    /// A sum or mean of products that nothing else needs, without the products.
    pub(super) fn summed_products(&self, id: NodeId) -> Option<Step> {
        let Operation::Reduce(reduction, e, axes) = self.operation(id) else { return None };
        let Operation::Binary(Pair::Multiply, a, b) = self.operation(e) else { return None };
        if !self.draft.is_contracted[e] {
            return None;
        }
        let shape = &self.draft.shape;
        let of = |id: NodeId, axis: usize| shape.strides(self.draft.mask(id))[axis];
        let loops: Vec<Loop> = self
            .draft
            .mask(e)
            .indices()
            .map(|axis| Loop {
                size: shape.axes[axis].size,
                strides: [of(a, axis), of(b, axis), of(id, axis)],
            })
            .collect();
        let count = self.draft.count(axes);
        let divisor = if reduction == Reduction::Mean { count } else { 1.0 };
        Some(Step::Contract(self.contraction([a, b, id], &loops, divisor)))
    }

    fn contraction(&self, nodes: [NodeId; 3], loops: &[Loop], divisor: f64) -> Contraction {
        let [a, b, out] = nodes.map(|id| self.draft.array(id));
        let mut rest: Vec<Loop> =
            loops.iter().copied().filter(|l| l.size != 1 && l.strides != [0; 3]).collect();
        let mut innermost = |has: [bool; 3]| -> Loop {
            let is_it = |l: &Loop| l.strides.map(|stride| stride != 0) == has;
            let Some(last) = rest.iter().rposition(is_it) else { return Loop::ONE };
            let mut merged = rest.remove(last);
            // Slower axes that go on where this one ends are the same loop.
            while let Some(slower) = rest.iter().rposition(is_it) {
                let goes_on = |i: usize| rest[slower].strides[i] == merged.strides[i] * merged.size;
                if !(0..3).all(goes_on) {
                    break;
                }
                merged.size *= rest.remove(slower).size;
            }
            merged
        };
        let rows = innermost([true, false, true]);
        let columns = innermost([false, true, true]);
        let inner = innermost([true, true, false]);
        Contraction { from: [a, b], out, outer: rest, rows, columns, inner, divisor }
    }
}

const MATRIX: Axes = Axes::CHANNELS.union(Axes::COLUMNS);
