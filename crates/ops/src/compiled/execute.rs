//! Runs a plan.

mod arrays;
mod blocks;
mod matrices;
mod operands;

use std::any::Any;

use super::kernels::{identity, split};
use super::plan::Plan;
use super::steps::{Chunk, Step};
use super::view::Block;
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
        for &array in &self.indices {
            let places = arrays[array].iter_mut().enumerate();
            places.for_each(|(index, place)| *place = index as f64);
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
        // A result of parameters alone is stored block by block, though no block is computed.
        let blocks = self.chunk.blocks.iter().chain(self.rest.iter().flat_map(|rest| &rest.blocks));
        let longest = blocks.map(Block::len).max().unwrap_or(0);
        let blocks = self.blocks.iter().map(|len| unspecified(*len)).collect();
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
                Step::Window(windowed) => work.window(windowed),
                Step::Transpose { from, out, count } => work.transpose(*from, *out, *count),
                Step::Contract(contraction) => work.contract(contraction),
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
