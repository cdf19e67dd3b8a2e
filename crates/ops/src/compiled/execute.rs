//! Runs a plan.

use std::any::Any;
use std::mem::take;
use std::ops::Range;

use equations::Input;

use super::chunk::{Arrays, Chunk, InBlock, Pointwise, Step};
use super::kernels::{
    self, Operand, Totals, cast, identity, pair, pair_of_numbers, split, together, unary,
    unary_number,
};
use super::plan::Plan;
use super::program::{Pair, Unary};
use super::view::{Block, Kind, Operands, View};
use crate::{Buffer, Element};

/// What a plan reads and writes that is as large as the activation.
#[derive(Debug)]
pub(super) struct Wide<'a, E: Element> {
    pub(super) x: &'a Buffer<E>,
    /// None in a forward pass, and none where the result takes its place.
    pub(super) cotangent: Option<&'a Buffer<E>>,
    /// Where the result goes; in place of the cotangent it holds that before.
    pub(super) out: &'a mut Buffer<E>,
}

/// Numbers of type `E`, which may be that of the blocks.
enum Read<'a, E, F> {
    Same(&'a [F]),
    Other(&'a [E]),
}

enum Written<'a, E, F> {
    Same(&'a mut [F]),
    Other(&'a mut [E]),
}

impl<'a, E: Element, F: Element> Read<'a, E, F> {
    fn of(buffer: &'a Buffer<E>) -> Self {
        match (buffer as &dyn Any).downcast_ref::<Buffer<F>>() {
            Some(same) => Read::Same(same),
            None => Read::Other(buffer),
        }
    }
}

impl<'a, E: Element, F: Element> Written<'a, E, F> {
    fn of(buffer: &'a mut Buffer<E>) -> Self {
        if (buffer as &dyn Any).is::<Buffer<F>>() {
            let same = (buffer as &mut dyn Any).downcast_mut::<Buffer<F>>();
            Written::Same(same.expect("of the same type"))
        } else {
            Written::Other(buffer)
        }
    }
}

/// The numbers of a run; `F` is the type in which blocks are computed.
struct Work<'a, E, F: Element> {
    x: Read<'a, E, F>,
    cotangent: Option<Read<'a, E, F>>,
    out: Written<'a, E, F>,
    /// What varies along fewer axes than x.
    arrays: &'a mut [Vec<f64>],
    /// Those of the arrays that blocks are computed with, in the type of the blocks.
    slices: Vec<Vec<F>>,
    /// What they have lost in that type.
    lows: Vec<Vec<F>>,
    /// What varies along all axes, for the block at hand.
    blocks: Vec<Vec<F>>,
    /// Operands of a block that are not one lane, written out, and a result on its way.
    scratch: [Vec<F>; 3],
    /// A number for every lane of a block.
    numbers: Vec<f64>,
    result: Vec<F>,
    /// Where the chunk at hand starts in what is as large as x.
    start: usize,
    /// Where it is along the outer axes.
    outer: [usize; 4],
}

impl Plan {
    /// Fresh arrays for this plan.
    pub(super) fn arrays(&self) -> Vec<Vec<f64>> {
        let mut arrays: Vec<Vec<f64>> = self.lengths.iter().map(|len| vec![0.0; *len]).collect();
        for &(array, number) in &self.numbers {
            arrays[array].fill(number);
        }
        arrays
    }

    /// Runs the plan with blocks of type `F`. The arrays of inputs and given nodes are filled already.
    pub(super) fn run<'a, E: Element, F: Element>(
        &self,
        arrays: &'a mut [Vec<f64>],
        Wide { x, cotangent, out }: Wide<'a, E>,
    ) {
        for &(total, reduction) in &self.totals {
            arrays[total].fill(identity(reduction));
        }
        let unspecified = |len: usize| Buffer::<F>::unspecified(len).into_vec();
        let mut slices: Vec<Vec<F>> = vec![Vec::new(); arrays.len()];
        let mut lows = slices.clone();
        for &slot in &self.cast {
            slices[slot] = unspecified(arrays[slot].len());
            lows[slot] = unspecified(arrays[slot].len());
        }
        let blocks = self.blocks.iter().map(|len| unspecified(*len)).collect();
        let longest = self.blocks.iter().max().copied().unwrap_or(0);
        let mut work = Work {
            x: Read::of(x),
            cotangent: cotangent.map(Read::of),
            out: Written::of(out),
            arrays,
            slices,
            lows,
            blocks,
            scratch: [longest; 3].map(unspecified),
            numbers: Vec::new(),
            result: unspecified(longest),
            start: 0,
            outer: [0; 4],
        };
        self.before.run(&mut work);
        for &slot in &self.cast_before {
            split(&mut work.slices[slot], &mut work.lows[slot], &work.arrays[slot]);
        }
        self.chunks(&mut work);
        (work.start, work.outer) = (0, [0; 4]);
        self.after.run(&mut work);
        // The buffers go back to the thread's pool.
        let Work { slices, lows, blocks, scratch, result, .. } = work;
        let all = slices.into_iter().chain(lows).chain(blocks).chain(scratch).chain([result]);
        all.for_each(|vector| drop(Buffer::from_vec(vector)));
    }

    fn chunks<E: Element, F: Element>(&self, work: &mut Work<'_, E, F>) {
        let Some((last, slower)) = self.outer.split_last() else {
            self.chunk.run(work);
            return;
        };
        let count: usize = self.outer.iter().product();
        let length = self.shape.size(self.shape.all()) / count.max(1);
        for chunk in 0..slower.iter().product::<usize>() {
            let mut rest = chunk;
            for axis in (0..slower.len()).rev() {
                work.outer[axis] = rest % slower[axis];
                rest /= slower[axis];
            }
            for first in (0..*last).step_by(self.together) {
                work.outer[slower.len()] = first;
                work.start = (chunk * last + first) * length;
                match &self.rest {
                    Some(rest) if first + self.together > *last => rest.run(work),
                    _ => self.chunk.run(work),
                }
            }
        }
    }
}

impl Chunk {
    fn run<E: Element, F: Element>(&self, work: &mut Work<'_, E, F>) {
        for step in &self.steps {
            match step {
                Step::Arrays { operation, out, block } => work.arrays(operation, out, block),
                Step::Start { total, block, reduction } => {
                    let from = total.base(&work.outer);
                    let totals = &mut work.arrays[total.slot][from..from + block.len()];
                    totals.fill(identity(*reduction));
                }
                Step::Divide { total, block, count } => {
                    let from = total.base(&work.outer);
                    for sum in &mut work.arrays[total.slot][from..from + block.len()] {
                        *sum /= count;
                    }
                }
                Step::Cast { array, block } => {
                    let range = array.base(&work.outer)..array.base(&work.outer) + block.len();
                    let slot = array.slot;
                    let high = &mut work.slices[slot][range.clone()];
                    split(high, &mut work.lows[slot][range.clone()], &work.arrays[slot][range]);
                }
                Step::Pass(steps) => {
                    for block in &self.blocks {
                        for step in steps {
                            work.in_block(step, block);
                        }
                    }
                }
            }
        }
    }
}

impl<E: Element, F: Element> Work<'_, E, F> {
    /// Computes an array at once.
    fn arrays(&mut self, operation: &Arrays, out: &View, block: &Block) {
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

    fn in_block(&mut self, step: &InBlock, block: &Block) {
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
                let [a, b, lost] = views.map(|(view, from)| view.operand(from, &self.outer, block));
                if let (Some(a), Some(b), Some(lost)) = (a, b, lost) {
                    let columns = match b {
                        Operand::Columns(all) => all.len(),
                        _ => block.len(),
                    };
                    kernels::shift_columns(*sign, out, [a, b, lost], columns);
                    return;
                }
                let pair = if *sign < 0.0 { Pair::Subtract } else { Pair::Add };
                let Pointwise::Shift(_, a, b) = operation else { return };
                self.compute(&Pointwise::Pair(pair, a.clone(), b.clone()), out, block);
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

    /// Hands two operands over, what is the same along every lane as a number for each.
    fn with_lanes(
        &mut self,
        views: [&View; 2],
        block: &Block,
        run: impl FnOnce([Operand<'_, F>; 2]),
    ) {
        let mut numbers = take(&mut self.numbers);
        let lanes = |view: &View| !view.varies_along() && !matches!(view.kind, Kind::Constant);
        let [a, b] = views;
        if lanes(b) && !lanes(a) {
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
    fn with(&mut self, views: [&View; 3], block: &Block, run: impl FnOnce([Operand<'_, F>; 3])) {
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
fn given<'a, E, F>(
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

fn written_out<'a, F: Element>(
    scratch: &'a mut [F],
    view: &View,
    from: Operands<'_, F>,
    outer: &[usize; 4],
    block: &Block,
) -> Operand<'a, F> {
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

fn unary_of<F: Element>(operation: Unary, out: &mut [F], a: Operand<'_, F>, columns: usize) {
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
