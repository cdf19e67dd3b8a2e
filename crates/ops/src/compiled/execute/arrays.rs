//! What varies along few axes, computed at once.

use std::mem::take;

use super::Work;
use super::blocks::unary_of;
use crate::Element;
use crate::compiled::kernels::{
    self, Operand, Totals, pair, pair_of_numbers, together, unary_number,
};
use crate::compiled::steps::{Arrays, Windowed};
use crate::compiled::view::{Block, View};

impl<E: Element, F: Element> Work<'_, E, F> {
    /// Adds up the neighbours in an array.
    pub(super) fn window(&mut self, windowed: &Windowed) {
        let Windowed { reach, from, out, len, count, inner } = windowed;
        let mut written = take(&mut self.arrays[out.slot]);
        let (start, at) = (from.base(&self.outer), out.base(&self.outer));
        let values = &self.arrays[from.slot][start..start + len];
        kernels::window(*reach, &mut written[at..at + len], values, *count, *inner);
        self.arrays[out.slot] = written;
    }

    /// Computes an array at once.
    pub(super) fn arrays(&mut self, operation: &Arrays, out: &View, block: &Block) {
        let outer = &self.outer;
        if block.len() == 1 {
            // The statistics of a row: a number each.
            let number = |view: &View| self.arrays[view.slot][view.start(outer, block, 0)];
            let result = match operation {
                Arrays::Unary(operation, a) => unary_number(*operation, number(a)),
                Arrays::Pair(operation, a, b) => pair_of_numbers(*operation, number(a), number(b)),
                Arrays::Reduce(reduction, e) => together(*reduction, number(out), number(e)),
            };
            self.arrays[out.slot][out.start(outer, block, 0)] = result;
            return;
        }
        let mut written = take(&mut self.arrays[out.slot]);
        let operand = |view: &View, lane: usize| {
            let (array, start) = (&self.arrays[view.slot], view.start(outer, block, lane));
            if view.varies_along() {
                Operand::Each(&array[start..start + block.columns])
            } else {
                Operand::Uniform(array[start])
            }
        };
        let columns = block.columns;
        for lane in 0..block.lanes {
            let at = out.start(outer, block, lane);
            match operation {
                Arrays::Unary(operation, a) => {
                    unary_of(*operation, &mut written[at..at + columns], operand(a, lane), columns);
                }
                Arrays::Pair(operation, a, b) => {
                    let (a, b) = (operand(a, lane), operand(b, lane));
                    pair(*operation, &mut written[at..at + columns], a, b, columns);
                }
                Arrays::Reduce(reduction, e) => {
                    let totals = if out.varies_along() {
                        Totals::Columns(&mut written[at..at + columns])
                    } else {
                        Totals::Lanes(&mut written[at..=at])
                    };
                    kernels::reduce(*reduction, totals, operand(e, lane), 1, columns);
                }
            }
        }
        self.arrays[out.slot] = written;
    }
}
