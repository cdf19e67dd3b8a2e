//! The steps of a pass at one block.

use std::mem::take;
use std::ops::Range;

use equations::Input;

use super::operands::given;
use super::{Read, Work, Written};
use crate::Element;
use crate::compiled::kernels::{self, Operand, Totals, cast, pair, unary, unary_number};
use crate::compiled::program::{Pair, Unary};
use crate::compiled::steps::{InBlock, Pointwise};
use crate::compiled::view::{Block, Kind, Operands, View};

impl<E: Element, F: Element> Work<'_, E, F> {
    pub(super) fn in_block(&mut self, step: &InBlock, block: &Block) {
        let first = self.start + block.start();
        let range = first..first + block.len();
        match step {
            InBlock::Load(input, register) => {
                // Where the types agree operands are read where they are.
                let source = match (input, &self.x, &self.cotangent, &self.out) {
                    (Input::X, Read::Other(x), ..) => x,
                    (Input::Cotangent, _, Some(Read::Other(cotangent)), _) => cotangent,
                    (Input::Cotangent, _, None, Written::Other(cotangent)) => &**cotangent,
                    _ => return,
                };
                cast(&mut self.blocks[*register][..block.len()], &source[range]);
            }
            InBlock::Compute(operation, register) => {
                let mut written = take(&mut self.blocks[*register]);
                self.compute(operation, &mut written[..block.len()], block);
                self.blocks[*register] = written;
            }
            InBlock::Reduce(reduction, total, e) => {
                let mut all = take(&mut self.arrays[total.slot]);
                let outer = self.outer;
                self.with([e, e, e], block, |[e, ..]| {
                    for_totals(
                        total,
                        &mut all,
                        &outer,
                        block,
                        [e, e],
                        |totals, [e, _], lanes, columns| {
                            kernels::reduce(*reduction, totals, e, lanes, columns);
                        },
                    );
                });
                self.arrays[total.slot] = all;
            }
            InBlock::ReduceProducts(total, a, b) => {
                let mut all = take(&mut self.arrays[total.slot]);
                let outer = self.outer;
                self.with([a, b, b], block, |[a, b, _]| {
                    for_totals(
                        total,
                        &mut all,
                        &outer,
                        block,
                        [a, b],
                        |totals, [a, b], lanes, columns| {
                            kernels::reduce_products(totals, a, b, lanes, columns);
                        },
                    );
                });
                self.arrays[total.slot] = all;
            }
            InBlock::Store(e) => self.store(e, block, range),
            InBlock::Finish(last, register) => {
                let in_place = self.cotangent.is_none() && last.reads_cotangent();
                match &mut self.out {
                    Written::Same(out) if !in_place => {
                        let out = take(out);
                        self.compute(last, &mut out[range], block);
                        self.out = Written::Same(out);
                    }
                    _ => {
                        // The result goes where an operand is, or has another type.
                        let mut written = take(&mut self.blocks[*register]);
                        self.compute(last, &mut written[..block.len()], block);
                        self.write(range, &written[..block.len()]);
                        self.blocks[*register] = written;
                    }
                }
            }
            InBlock::Keep(out, e) => {
                let mut written = take(&mut self.arrays[out.slot]);
                let (outer, columns) = (self.outer, block.columns);
                self.with([e, e, e], block, |[e, ..]| {
                    for lane in 0..block.lanes {
                        let at = out.start(&outer, block, lane);
                        write(&mut written[at..at + columns], part(e, lane, columns), columns);
                    }
                });
                self.arrays[out.slot] = written;
            }
        }
    }

    fn compute(&mut self, operation: &Pointwise, out: &mut [F], block: &Block) {
        let columns = block.columns;
        match operation {
            Pointwise::Unary(operation, a) => {
                self.with([a, a, a], block, |[a, ..]| unary_of(*operation, out, a, columns));
            }
            Pointwise::Pair(
                operation @ (Pair::Add | Pair::Subtract | Pair::AddScaled(_)),
                a,
                b,
            ) => {
                // A number for every lane keeps all its digits in a sum.
                self.with_lanes([a, b], block, |[a, b]| pair(*operation, out, a, b, columns));
            }
            Pointwise::Pair(operation, a, b) => {
                self.with([a, b, b], block, |[a, b, _]| pair(*operation, out, a, b, columns));
            }
            Pointwise::Shift(sign, a, b) => {
                let operands = Operands {
                    blocks: &self.blocks,
                    given: given(&self.x, self.cotangent.as_ref(), &self.out),
                    first: self.start + block.start(),
                    slices: &self.slices,
                    arrays: self.arrays,
                };
                let lost = Operands { slices: &self.lows, ..operands };
                let views = [(a, operands), (b, operands), (b, lost)];
                let found = views.map(|(view, from)| view.operand(from, &self.outer, block));
                if let [Some(a), Some(b), Some(lost)] = found {
                    let columns = match b {
                        Operand::Columns(all) => all.len(),
                        _ => block.len(),
                    };
                    kernels::shift_columns(*sign, out, [a, b, lost], columns);
                    return;
                }
                // Lanes that are anywhere are written out, without what they have lost.
                let operation = if *sign < 0.0 { Pair::Subtract } else { Pair::Add };
                self.with([a, b, b], block, |[a, b, _]| pair(operation, out, a, b, columns));
            }
            Pointwise::Triple(operation, [a, b, c]) => {
                self.with([a, b, c], block, |[a, b, c]| {
                    kernels::triple(*operation, out, [a, b, c], columns);
                });
            }
        }
    }

    /// Writes the wide result.
    fn store(&mut self, e: &View, block: &Block, range: Range<usize>) {
        let mut written = take(&mut self.result);
        let part = &mut written[..block.len()];
        self.with([e, e, e], block, |[e, ..]| write(part, e, block.columns));
        self.write(range, &written[..block.len()]);
        self.result = written;
    }

    fn write(&mut self, range: Range<usize>, block: &[F]) {
        match &mut self.out {
            Written::Same(out) => out[range].copy_from_slice(block),
            Written::Other(out) => cast(&mut out[range], block),
        }
    }
}

/// The totals of a block one after the other, with the operands that belong to them: all at once, or
/// lane by lane where the totals of the lanes are anywhere.
#[inline(always)]
fn for_totals<'e, F: Element>(
    total: &View,
    all: &mut [f64],
    outer: &[usize; 4],
    block: &Block,
    [a, b]: [Operand<'e, F>; 2],
    mut run: impl FnMut(Totals<'_>, [Operand<'e, F>; 2], usize, usize),
) {
    let start = total.start(outer, block, 0);
    let columns = block.columns;
    let by_lane = [&a, &b].iter().any(|operand| matches!(operand, Operand::Lanes(_)));
    let together = match total.kind {
        Kind::Columns { lanes } if block.first_lane.is_multiple_of(lanes) => lanes,
        Kind::Contiguous if columns == block.width => block.lanes,
        _ => block.lanes + 1,
    };
    if let Kind::PerLane = total.kind {
        let totals = Totals::Lanes(&mut all[start..start + block.lanes]);
        run(totals, [a, b], block.lanes, columns);
    } else if block.lanes.is_multiple_of(together) && (together == 1 || !by_lane) {
        let columns = together * columns;
        let totals = Totals::Columns(&mut all[start..start + columns]);
        run(totals, [a, b], block.lanes / together, columns);
    } else {
        for lane in 0..block.lanes {
            let start = total.start(outer, block, lane);
            let totals = if total.varies_along() {
                Totals::Columns(&mut all[start..start + columns])
            } else {
                Totals::Lanes(&mut all[start..=start])
            };
            run(totals, [part(a, lane, columns), part(b, lane, columns)], 1, columns);
        }
    }
}

/// One lane of an operand of a block.
#[inline(always)]
fn part<F: Element>(whole: Operand<'_, F>, lane: usize, columns: usize) -> Operand<'_, F> {
    match whole {
        Operand::Each(all) => Operand::Each(&all[lane * columns..(lane + 1) * columns]),
        Operand::Columns(all) => {
            let start = lane * columns % all.len();
            Operand::Each(&all[start..start + columns])
        }
        Operand::Uniform(_) => whole,
        Operand::Lanes(lanes) => Operand::Uniform(lanes[lane]),
    }
}

pub(super) fn unary_of<F: Element>(
    operation: Unary,
    out: &mut [F],
    a: Operand<'_, F>,
    columns: usize,
) {
    match a {
        Operand::Each(a) => unary(operation, out, a),
        Operand::Uniform(a) => out.fill(F::nearest(unary_number(operation, a))),
        Operand::Columns(a) => {
            out.chunks_exact_mut(a.len()).for_each(|out| unary(operation, out, a));
        }
        Operand::Lanes(lanes) => {
            for (out, a) in out.chunks_exact_mut(columns).zip(lanes) {
                out.fill(F::nearest(unary_number(operation, *a)));
            }
        }
    }
}

fn write<E: Element, F: Element>(out: &mut [E], e: Operand<'_, F>, columns: usize) {
    match e {
        Operand::Each(e) => cast(out, e),
        Operand::Uniform(e) => out.fill(E::nearest(e)),
        Operand::Columns(e) => out.chunks_exact_mut(e.len()).for_each(|out| cast(out, e)),
        Operand::Lanes(lanes) => {
            for (out, e) in out.chunks_exact_mut(columns).zip(lanes) {
                out.fill(E::nearest(*e));
            }
        }
    }
}
