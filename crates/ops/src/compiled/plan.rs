//! What is computed in which order at given sizes.
//!
//! The outer axes are those that no statistic on the way to the result reduces, and along which no window
//! goes: samples and positions for layer normalization, none for batch normalization. Along them the work falls into chunks that
//! know nothing of each other. Within a chunk every statistic is a barrier: what varies along all axes
//! of the chunk is computed in passes over blocks that stay in the cache, and never leaves them but as
//! a statistic or a result; what varies along fewer is computed between the passes, once.
//!
//! A window is a barrier too. What it adds up, and what comes of that, is an array of the chunk's size.
//!
//! A chunk that is one block keeps what an earlier pass has computed; in a larger one each pass
//! computes again what it needs, which costs less than writing and reading it.

use equations::{Extents, Input};

use super::draft::{Draft, Phase};
use super::program::{NodeId, Operation, Program, Reduction};
use super::shape::Shape;
use super::steps::Chunk;

/// What a plan is for.
pub(super) struct Goal<'a> {
    /// The result that varies along all axes: the value, or the gradient of x.
    pub(super) wide: NodeId,
    /// Results that vary along fewer.
    pub(super) narrow: &'a [NodeId],
    /// Nodes that are given rather than computed.
    pub(super) given: &'a [NodeId],
}

/// The steps of a program at given sizes.
#[derive(Debug)]
pub(super) struct Plan {
    /// The lengths of the arrays, the blocks of chunks not counted.
    pub(super) lengths: Vec<usize>,
    /// The lengths of the blocks.
    pub(super) blocks: Vec<usize>,
    /// The arrays that blocks are computed with along their lanes, and those of them that are ready
    /// before the first chunk.
    pub(super) cast: Vec<usize>,
    pub(super) cast_before: Vec<usize>,
    /// Arrays that are the same at every call, with their value.
    pub(super) numbers: Vec<(usize, f64)>,
    /// Arrays that count: 0, 1, 2, ... at every call.
    pub(super) indices: Vec<usize>,
    /// Arrays that are filled before anything runs.
    pub(super) inputs: Vec<(Input, usize)>,
    /// The arrays of the given nodes, in their order; those that nothing needs have none.
    pub(super) given: Vec<Option<usize>>,
    /// Arrays that start as the identity of a reduction.
    pub(super) totals: Vec<(usize, Reduction)>,
    /// What depends on neither x nor the cotangent.
    pub(super) before: Chunk,
    /// The sizes of the outer axes.
    pub(super) outer: Vec<usize>,
    /// The work along the other axes, for so many indices of the last outer axis at a time.
    pub(super) chunk: Chunk,
    /// How many indices of the last outer axis a chunk takes.
    pub(super) together: usize,
    /// The work where fewer are left.
    pub(super) rest: Option<Chunk>,
    /// Whether the result may take the place of the cotangent.
    pub(super) in_place: bool,
    /// What depends on sums over all chunks.
    pub(super) after: Chunk,
    /// The array of every narrow result.
    pub(super) results: Vec<usize>,
    pub(super) shape: Shape,
}

/// Blocks are about so long: a dozen of them, in single precision, fit into the second cache.
const BLOCK: usize = 2048;
/// A chunk of so many numbers is one block, even if that is somewhat longer.
const LONGEST_BLOCK: usize = 4096;
/// Chunks that are shorter are taken together.
const SHORTEST_CHUNK: usize = 64;

impl Plan {
    pub(super) fn new(program: &Program, goal: &Goal<'_>, extents: &Extents) -> Plan {
        let mut draft = Draft::new(program, goal, extents);
        let (outer, together) = draft.chunks();
        draft.outer = outer;
        let phases = if draft.is_whole { Vec::new() } else { draft.phases.clone() };
        for (id, phase) in phases.into_iter().enumerate() {
            let outlives = match phase {
                Phase::Before | Phase::Total | Phase::After => true,
                Phase::Chunk => draft.is_used_after(id) || goal.narrow.contains(&id),
                Phase::Never => false,
            };
            if outlives {
                draft.make_global(id);
            }
        }
        let sizes: Vec<usize> = draft.shape.axes[..outer].iter().map(|axis| axis.size).collect();
        let before = Chunk::of_arrays(&mut draft, Phase::Before);
        let last = sizes.last().copied().unwrap_or(1);
        let lengths = (BLOCK, LONGEST_BLOCK);
        let joined = (together > 1).then_some(together);
        let chunk = Chunk::new(&mut draft, joined, lengths);
        let left = last % together;
        let rest = (left > 0).then(|| Chunk::new(&mut draft, Some(left), lengths));
        let after = Chunk::of_arrays(&mut draft, Phase::After);
        draft.finished(goal, before, (chunk, rest), after, sizes, together)
    }
}

impl Draft<'_> {
    /// How many axes are outer ones, and how many indices of the last of them make a chunk.
    fn chunks(&self) -> (usize, usize) {
        if self.is_whole {
            return (0, 1);
        }
        let reduced = |index: usize| {
            self.program.nodes.iter().enumerate().any(|(id, node)| {
                let axes = match node.operation {
                    Operation::Reduce(_, _, axes) => axes,
                    Operation::Window(window, _) => window.axis,
                    _ => return false,
                };
                self.phases[id] == Phase::Chunk && self.shape.mask(axes).has(index)
            })
        };
        let innermost = self.shape.axes.len() - 1;
        let mut outer = (0..innermost).find(|index| reduced(*index)).unwrap_or(innermost);
        let length = |outer: usize| -> usize {
            self.shape.axes[outer..].iter().map(|axis| axis.size).product()
        };
        while outer > 1
            && (length(outer) < SHORTEST_CHUNK
                || (length(outer) < BLOCK && length(outer - 1) <= LONGEST_BLOCK))
        {
            outer -= 1;
        }
        if outer == 1 && length(1) <= LONGEST_BLOCK / 2 {
            let together = LONGEST_BLOCK / length(1).max(1);
            return (1, together.clamp(1, self.shape.axes[0].size.max(1)));
        }
        (outer, 1)
    }

    fn finished(
        self,
        goal: &Goal<'_>,
        before: Chunk,
        (chunk, rest): (Chunk, Option<Chunk>),
        after: Chunk,
        outer: Vec<usize>,
        together: usize,
    ) -> Plan {
        let mut plan = Plan {
            lengths: Vec::new(),
            blocks: Vec::new(),
            cast: Vec::new(),
            cast_before: Vec::new(),
            numbers: Vec::new(),
            indices: Vec::new(),
            inputs: Vec::new(),
            given: goal.given.iter().map(|id| self.global[*id]).collect(),
            totals: Vec::new(),
            before,
            in_place: chunk.can_be_in_place() && rest.as_ref().is_none_or(Chunk::can_be_in_place),
            outer,
            chunk,
            together,
            rest,
            after,
            results: Vec::new(),
            shape: self.shape.clone(),
        };
        for (id, node) in self.program.nodes.iter().enumerate() {
            let Some(array) = self.global[id].filter(|_| !self.is_given[id]) else { continue };
            match (self.phases[id], node.operation) {
                (Phase::Before, Operation::Number(number)) => {
                    plan.numbers.push((array, number.value()));
                }
                (Phase::Before, Operation::Size(axes)) => {
                    plan.numbers.push((array, self.extents.size(axes) as f64));
                }
                (Phase::Before, Operation::Index(_)) => plan.indices.push(array),
                (Phase::Before, Operation::Input(input)) => plan.inputs.push((input, array)),
                (Phase::Total, Operation::Reduce(reduction, ..)) => {
                    plan.totals.push((array, reduction));
                }
                _ => {}
            }
        }
        for id in goal.narrow {
            let id = self.same_as[*id];
            let array = self.global[id].expect("results outlive chunks");
            plan.results.push(array);
        }
        plan.lengths = self.lengths;
        plan.blocks = self.blocks;
        plan.cast = distinct(self.cast);
        plan.cast_before = distinct(self.cast_before);
        plan
    }
}

fn distinct(mut slots: Vec<usize>) -> Vec<usize> {
    slots.sort_unstable();
    slots.dedup();
    slots
}
