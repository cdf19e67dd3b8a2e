//! How the operands of a block are handed over.

use std::mem::take;

use super::{Read, Work, Written};
use crate::Element;
use crate::compiled::kernels::{self, Operand};
use crate::compiled::view::{Block, Kind, Operands, View};

impl<E: Element, F: Element> Work<'_, E, F> {
    /// Hands two operands over, what is the same along every lane as a number for each.
    pub(super) fn with_lanes(
        &mut self,
        views: [&View; 2],
        block: &Block,
        run: impl FnOnce([Operand<'_, F>; 2]),
    ) {
        let mut numbers = take(&mut self.numbers);
        let [a, b] = views;
        if b.has_numbers_anywhere(block) && !a.has_numbers_anywhere(block) {
            let array = &self.arrays[b.slot];
            numbers.clear();
            numbers.extend((0..block.lanes).map(|lane| array[b.start(&self.outer, block, lane)]));
            self.with([a, a, a], block, |[a, ..]| run([a, Operand::Lanes(&numbers)]));
        } else {
            self.with([a, b, b], block, |[a, b, _]| run([a, b]));
        }
        self.numbers = numbers;
    }

    /// Hands operands over; what has its lanes anywhere is written out before.
    #[inline(always)]
    pub(super) fn with(
        &mut self,
        views: [&View; 3],
        block: &Block,
        run: impl FnOnce([Operand<'_, F>; 3]),
    ) {
        let operands = Operands {
            blocks: &self.blocks,
            given: given(&self.x, self.cotangent.as_ref(), &self.out),
            first: self.start + block.start(),
            slices: &self.slices,
            arrays: self.arrays,
        };
        let [a, b, c] = views;
        let operand_a = a.operand(operands, &self.outer, block);
        let operand_b = b.operand(operands, &self.outer, block);
        let operand_c = c.operand(operands, &self.outer, block);
        if let (Some(a), Some(b), Some(c)) = (operand_a, operand_b, operand_c) {
            return run([a, b, c]);
        }
        let [mut of_a, mut of_b, mut of_c] = take(&mut self.scratch);
        let outer = &self.outer;
        run([
            operand_a.unwrap_or_else(|| written_out(&mut of_a, a, operands, outer, block)),
            operand_b.unwrap_or_else(|| written_out(&mut of_b, b, operands, outer, block)),
            operand_c.unwrap_or_else(|| written_out(&mut of_c, c, operands, outer, block)),
        ]);
        self.scratch = [of_a, of_b, of_c];
    }
}

/// x and the cotangent, where they have the type of the blocks; in place the cotangent is what the
/// result replaces.
#[inline(always)]
pub(super) fn given<'a, E, F>(
    x: &Read<'a, E, F>,
    cotangent: Option<&Read<'a, E, F>>,
    out: &'a Written<'_, E, F>,
) -> Option<[&'a [F]; 2]> {
    match (x, cotangent, out) {
        (Read::Same(x), Some(Read::Same(cotangent)), _) => Some([x, cotangent]),
        (Read::Same(x), None, Written::Same(cotangent)) => Some([x, &**cotangent]),
        _ => None,
    }
}

fn written_out<'a, F: Element>(
    scratch: &'a mut [F],
    view: &View,
    from: Operands<'_, F>,
    outer: &[usize; 4],
    block: &Block,
) -> Operand<'a, F> {
    if let Kind::PerLane = view.kind {
        let numbers = &from.arrays[view.slot][view.start(outer, block, 0)..];
        kernels::spread(&mut scratch[..block.len()], numbers, block.columns);
        return Operand::Each(&scratch[..block.len()]);
    }
    for (lane, out) in scratch[..block.len()].chunks_exact_mut(block.columns).enumerate() {
        let start = view.start(outer, block, lane);
        if view.varies_along() {
            out.copy_from_slice(&from.slices[view.slot][start..start + block.columns]);
        } else {
            out.fill(F::nearest(from.arrays[view.slot][start]));
        }
    }
    Operand::Each(&scratch[..block.len()])
}
