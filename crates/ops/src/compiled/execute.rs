//! Runs a plan.

use std::mem::take;

use equations::Input;

use super::chunk::{Arrays, Chunk, InBlock, Step};
use super::kernels::{
    Lane, accumulate, accumulate_products, identity, narrow, pair, reduce_lane, reduce_products,
    together, unary, widen,
};
use super::plan::Plan;
use super::program::Reduction;
use super::view::{Block, Kind, View};
use crate::Element;

/// What a plan reads and writes that is as large as the activation.
#[derive(Debug)]
pub(super) struct Wide<'a, E> {
    pub(super) x: &'a [E],
    /// Empty in a forward pass.
    pub(super) cotangent: &'a [E],
    pub(super) out: &'a mut [E],
}

/// Arrays of numbers, used again from call to call.
#[derive(Debug, Default)]
pub(super) struct Arrays64 {
    pub(super) arrays: Vec<Vec<f64>>,
}

impl Plan {
    /// Fresh arrays for this plan.
    pub(super) fn arrays(&self) -> Arrays64 {
        let mut arrays: Vec<Vec<f64>> = self.lengths.iter().map(|len| vec![0.0; *len]).collect();
        for &(array, number) in &self.numbers {
            arrays[array].fill(number);
        }
        Arrays64 { arrays }
    }

    /// Runs the plan. The arrays of inputs and given nodes are filled already.
    pub(super) fn run<E: Element>(&self, arrays: &mut Arrays64, wide: &mut Wide<'_, E>) {
        let arrays = &mut arrays.arrays;
        for &(total, reduction) in &self.totals {
            arrays[total].fill(identity(reduction));
        }
        self.before.run(arrays, wide, 0, &[0; 4]);
        let length = self.shape.size(self.shape.all());
        let Some((last, slower)) = self.outer.split_last() else {
            self.chunk.run(arrays, wide, 0, &[0; 4]);
            self.after.run(arrays, wide, 0, &[0; 4]);
            return;
        };
        let chunks: usize = self.outer.iter().product();
        let inner = length / chunks.max(1);
        let mut index = [0; 4];
        for chunk in 0..slower.iter().product::<usize>() {
            let mut rest = chunk;
            for axis in (0..slower.len()).rev() {
                index[axis] = rest % slower[axis];
                rest /= slower[axis];
            }
            for first in (0..*last).step_by(self.together) {
                index[slower.len()] = first;
                let start = (chunk * last + first) * inner;
                let whole = first + self.together <= *last;
                let work =
                    if whole { &self.chunk } else { self.rest.as_ref().unwrap_or(&self.chunk) };
                work.run(arrays, wide, start, &index);
            }
        }
        self.after.run(arrays, wide, 0, &[0; 4]);
    }
}

impl Chunk {
    /// `start` is where the chunk begins in what is as large as the activation, `outer` where it is
    /// along the outer axes.
    fn run<E: Element>(
        &self,
        arrays: &mut [Vec<f64>],
        wide: &mut Wide<'_, E>,
        start: usize,
        outer: &[usize; 4],
    ) {
        for step in &self.steps {
            match step {
                Step::Arrays { operation, out, block } => {
                    run_arrays(operation, out, block, arrays, outer);
                }
                Step::Start { total, block, reduction } => {
                    let from = total.base(outer);
                    arrays[total.slot][from..from + block.len()].fill(identity(*reduction));
                }
                Step::Divide { total, block, count } => {
                    let from = total.base(outer);
                    for sum in &mut arrays[total.slot][from..from + block.len()] {
                        *sum /= count;
                    }
                }
                Step::Pass(steps) => {
                    for block in &self.blocks {
                        for step in steps {
                            run_in_block(step, block, arrays, wide, start, outer);
                        }
                    }
                }
            }
        }
    }
}

fn run_arrays(
    operation: &Arrays,
    out: &View,
    block: &Block,
    arrays: &mut [Vec<f64>],
    outer: &[usize; 4],
) {
    let from = out.base(outer);
    match operation {
        Arrays::Unary(operation, a) => {
            let mut written = take(&mut arrays[out.slot]);
            let a = |lane| a.lane(arrays, a.base(outer), block, lane);
            for lane in 0..block.lanes {
                let at = out.start(from, block, lane);
                unary_lane(*operation, &mut written[at..at + block.columns], a(lane));
            }
            arrays[out.slot] = written;
        }
        Arrays::Pair(operation, a, b) => {
            let mut written = take(&mut arrays[out.slot]);
            let (base_a, base_b) = (a.base(outer), b.base(outer));
            let one = (a.as_one_lane(arrays, base_a, block), b.as_one_lane(arrays, base_b, block));
            if let (Some(a), Some(b)) = one {
                pair(*operation, &mut written[from..from + block.len()], a, b);
            } else {
                for lane in 0..block.lanes {
                    let at = out.start(from, block, lane);
                    let a = a.lane(arrays, base_a, block, lane);
                    let b = b.lane(arrays, base_b, block, lane);
                    pair(*operation, &mut written[at..at + block.columns], a, b);
                }
            }
            arrays[out.slot] = written;
        }
        Arrays::Reduce(reduction, e) => {
            reduce(*reduction, out, e, block, arrays, outer);
        }
    }
}

fn run_in_block<E: Element>(
    step: &InBlock,
    block: &Block,
    arrays: &mut [Vec<f64>],
    wide: &mut Wide<'_, E>,
    start: usize,
    outer: &[usize; 4],
) {
    let range = start + block.start()..start + block.start() + block.len();
    match step {
        InBlock::Load(input, register) => {
            let source = if *input == Input::X { wide.x } else { wide.cotangent };
            widen(&mut arrays[*register][..block.len()], &source[range]);
        }
        InBlock::Unary(operation, register, a) => {
            let mut written = take(&mut arrays[*register]);
            match a.as_one_lane(arrays, a.base(outer), block) {
                Some(a) => unary_lane(*operation, &mut written[..block.len()], a),
                None => {
                    for (lane, out) in lanes(&mut written, block) {
                        let a = a.lane(arrays, a.base(outer), block, lane);
                        unary_lane(*operation, out, a);
                    }
                }
            }
            arrays[*register] = written;
        }
        InBlock::Pair(operation, register, a, b) => {
            let mut written = take(&mut arrays[*register]);
            let (base_a, base_b) = (a.base(outer), b.base(outer));
            let one = (a.as_one_lane(arrays, base_a, block), b.as_one_lane(arrays, base_b, block));
            if let (Some(a), Some(b)) = one {
                pair(*operation, &mut written[..block.len()], a, b);
            } else {
                for (lane, out) in lanes(&mut written, block) {
                    let a = a.lane(arrays, base_a, block, lane);
                    let b = b.lane(arrays, base_b, block, lane);
                    pair(*operation, out, a, b);
                }
            }
            arrays[*register] = written;
        }
        InBlock::Reduce(reduction, total, e) => {
            reduce(*reduction, total, e, block, arrays, outer);
        }
        InBlock::ReduceProducts(total, a, b) => {
            let mut totals = take(&mut arrays[total.slot]);
            let from = total.base(outer);
            let (base_a, base_b) = (a.base(outer), b.base(outer));
            for lane in 0..block.lanes {
                let at = total.start(from, block, lane);
                let a = a.lane(arrays, base_a, block, lane);
                let b = b.lane(arrays, base_b, block, lane);
                if varies_along(total) {
                    accumulate_products(&mut totals[at..at + block.columns], a, b);
                } else {
                    totals[at] += reduce_products(a, b, block.columns);
                }
            }
            arrays[total.slot] = totals;
        }
        InBlock::Store(e) => match e.as_one_lane(arrays, e.base(outer), block) {
            Some(e) => store(&mut wide.out[range], e),
            None => {
                let out = wide.out[range].chunks_exact_mut(block.columns);
                for (lane, out) in out.enumerate() {
                    store(out, e.lane(arrays, e.base(outer), block, lane));
                }
            }
        },
        InBlock::Keep(out, e) => {
            let mut written = take(&mut arrays[out.slot]);
            let from = out.base(outer);
            for lane in 0..block.lanes {
                let at = out.start(from, block, lane);
                let out = &mut written[at..at + block.columns];
                match e.lane(arrays, e.base(outer), block, lane) {
                    Lane::Slice(e) => out.copy_from_slice(e),
                    Lane::Uniform(e) => out.fill(e),
                }
            }
            arrays[out.slot] = written;
        }
    }
}

fn lanes<'a>(
    written: &'a mut [f64],
    block: &Block,
) -> impl Iterator<Item = (usize, &'a mut [f64])> {
    written[..block.len()].chunks_exact_mut(block.columns).enumerate()
}

fn unary_lane(operation: super::program::Unary, out: &mut [f64], a: Lane<'_>) {
    match a {
        Lane::Slice(a) => unary(operation, out, a),
        Lane::Uniform(a) => {
            let mut result = [0.0];
            unary(operation, &mut result, &[a]);
            out.fill(result[0]);
        }
    }
}

fn store<E: Element>(out: &mut [E], e: Lane<'_>) {
    match e {
        Lane::Slice(e) => narrow(out, e),
        Lane::Uniform(e) => out.fill(E::nearest(e)),
    }
}

fn reduce(
    reduction: Reduction,
    total: &View,
    e: &View,
    block: &Block,
    arrays: &mut [Vec<f64>],
    outer: &[usize; 4],
) {
    let mut totals = take(&mut arrays[total.slot]);
    let (from, base) = (total.base(outer), e.base(outer));
    for lane in 0..block.lanes {
        let at = total.start(from, block, lane);
        let e = e.lane(arrays, base, block, lane);
        if varies_along(total) {
            accumulate(reduction, &mut totals[at..at + block.columns], e);
        } else {
            totals[at] = together(reduction, totals[at], reduce_lane(reduction, e, block.columns));
        }
    }
    arrays[total.slot] = totals;
}

/// Whether a total has a number for every column.
fn varies_along(total: &View) -> bool {
    matches!(&total.kind, Kind::Block | Kind::Contiguous | Kind::Lanes { along: true, .. })
}
