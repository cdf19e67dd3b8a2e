//! What is computed in which order at given sizes.
//!
//! The outer axes are those that no statistic on the way to the result reduces: samples and positions
//! for layer normalization, none for batch normalization. Along them the work falls into chunks that
//! know nothing of each other. Within a chunk every statistic is a barrier: what varies along all axes
//! of the chunk is computed in passes over blocks that stay in the cache, and never leaves them but as
//! a statistic or a result; what varies along fewer is computed between the passes, once.
//!
//! A chunk that is one block keeps what an earlier pass has computed; in a larger one each pass
//! computes again what it needs, which costs less than writing and reading it.

use equations::{Axes, Extents, Input};

use super::program::{NodeId, Operation, Program, Reduction};
use super::shape::{Mask, Shape};
use super::steps::Chunk;
use super::view::{Kind, View};

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

/// When a node is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nobody needs it.
    Never,
    Before,
    /// In every chunk.
    Chunk,
    /// In every chunk a part of the sum.
    Total,
    After,
}

/// A plan in the making: what is known of every node.
pub(super) struct Draft<'a> {
    pub(super) program: &'a Program,
    pub(super) extents: &'a Extents,
    pub(super) shape: Shape,
    pub(super) phases: Vec<Phase>,
    /// Whose value the node has: a statistic over axes of size 1 is its operand.
    pub(super) same_as: Vec<NodeId>,
    /// The array of every node that outlives a chunk.
    pub(super) global: Vec<Option<usize>>,
    pub(super) wide: NodeId,
    pub(super) lengths: Vec<usize>,
    pub(super) blocks: Vec<usize>,
    pub(super) cast: Vec<usize>,
    pub(super) cast_before: Vec<usize>,
    pub(super) outer: usize,
    needed: Vec<bool>,
    is_given: Vec<bool>,
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
        for (id, phase) in draft.phases.clone().into_iter().enumerate() {
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

impl<'a> Draft<'a> {
    fn new(program: &'a Program, goal: &Goal<'_>, extents: &'a Extents) -> Draft<'a> {
        let nodes = &program.nodes;
        let mut is_given = vec![false; nodes.len()];
        goal.given.iter().for_each(|id| is_given[*id] = true);
        let roots: Vec<NodeId> = [goal.wide].iter().chain(goal.narrow).copied().collect();
        let needed = program.needed(&roots, &|id| is_given[id]);

        let mut used = vec![];
        for (id, node) in nodes.iter().enumerate().filter(|(id, _)| needed[*id]) {
            used.push(node.varies);
            match node.operation {
                Operation::Reduce(_, _, axes) if !is_given[id] => used.push(axes),
                _ => {}
            }
        }
        used.sort();
        used.dedup();
        let mut draft = Draft {
            program,
            extents,
            shape: Shape::new(extents, &used),
            phases: vec![Phase::Never; nodes.len()],
            same_as: (0..nodes.len()).collect(),
            global: vec![None; nodes.len()],
            wide: goal.wide,
            lengths: Vec::new(),
            blocks: Vec::new(),
            cast: Vec::new(),
            cast_before: Vec::new(),
            outer: 0,
            needed,
            is_given,
        };
        draft.find_phases();
        draft
    }

    /// The axes along which a node varies here.
    pub(super) fn mask(&self, id: NodeId) -> Mask {
        self.shape.mask(self.program.nodes[self.same_as[id]].varies)
    }

    fn find_phases(&mut self) {
        let inside = self.on_the_way();
        let nodes = &self.program.nodes;
        let mut moves = vec![false; nodes.len()];
        for id in (0..nodes.len()).filter(|id| self.needed[*id]) {
            let operation = nodes[id].operation;
            let in_phase =
                |phase: Phase| operation.operands().any(|e| self.phases[self.same_as[e]] == phase);
            moves[id] = match operation {
                _ if self.is_given[id] => false,
                Operation::Input(input) => matches!(input, Input::X | Input::Cotangent),
                _ => operation.operands().any(|operand| moves[operand]),
            };
            self.phases[id] = match operation {
                _ if !moves[id] => Phase::Before,
                _ if in_phase(Phase::Total) || in_phase(Phase::After) => Phase::After,
                Operation::Reduce(_, e, axes) if inside[id] => {
                    if self.shape.mask(axes).is_empty() {
                        self.same_as[id] = self.same_as[e];
                    }
                    Phase::Chunk
                }
                Operation::Reduce(..) => Phase::Total,
                _ => Phase::Chunk,
            };
        }
    }

    /// Which nodes the wide result or an operand of a statistic needs.
    fn on_the_way(&self) -> Vec<bool> {
        let mut roots = vec![self.wide];
        for (id, node) in self.program.nodes.iter().enumerate() {
            if let Operation::Reduce(_, e, _) = node.operation
                && self.needed[id]
                && !self.is_given[id]
            {
                roots.push(e);
            }
        }
        self.program.needed(&roots, &|id| self.is_given[id])
    }

    /// How many axes are outer ones, and how many indices of the last of them make a chunk.
    fn chunks(&self) -> (usize, usize) {
        let reduced = |index: usize| {
            self.program.nodes.iter().enumerate().any(|(id, node)| match node.operation {
                Operation::Reduce(_, _, axes) => {
                    self.phases[id] == Phase::Chunk && self.shape.mask(axes).has(index)
                }
                _ => false,
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

    fn is_used_after(&self, id: NodeId) -> bool {
        let nodes = self.program.nodes.iter().enumerate();
        let mut after = nodes.filter(|(user, _)| self.phases[*user] == Phase::After);
        after.any(|(_, user)| user.operation.operands().any(|e| self.same_as[e] == id))
    }

    fn make_global(&mut self, id: NodeId) {
        let id = self.same_as[id];
        if self.global[id].is_none() {
            let length = self.shape.size(self.mask(id));
            self.global[id] = Some(self.new_array(length));
        }
    }

    pub(super) fn new_array(&mut self, length: usize) -> usize {
        self.lengths.push(length);
        self.lengths.len() - 1
    }

    pub(super) fn new_block(&mut self, length: usize) -> usize {
        self.blocks.push(length);
        self.blocks.len() - 1
    }

    /// A node that outlives chunks, seen from loops over the axes `space`, whose sizes are given.
    pub(super) fn global_view(&self, id: NodeId, space: &[(usize, usize)]) -> View {
        let id = self.same_as[id];
        let slot = self.global[id].expect("the node outlives chunks");
        let strides = self.shape.strides(self.mask(id));
        let inner: Vec<usize> = space.iter().map(|(axis, _)| strides[*axis]).collect();
        let sizes: Vec<usize> = space.iter().map(|(_, size)| *size).collect();
        let mut view = View::new(slot, kind(&inner, &sizes));
        let outer = view.outer.iter_mut().zip(&strides[..self.outer]);
        outer.for_each(|(outer, stride)| *outer = *stride);
        view
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

    /// Whether a node is computed here rather than given or known.
    pub(super) fn is_computed(&self, id: NodeId) -> bool {
        !self.is_given[id]
            && self.same_as[id] == id
            && !matches!(
                self.program.nodes[id].operation,
                Operation::Number(_) | Operation::Size(_)
            )
    }

    /// How many numbers a mean is over.
    pub(super) fn count(&self, axes: Axes) -> f64 {
        self.extents.size(axes) as f64
    }
}

fn distinct(mut slots: Vec<usize>) -> Vec<usize> {
    slots.sort_unstable();
    slots.dedup();
    slots
}

/// How loops over axes of the given sizes see numbers with the given strides.
pub(super) fn kind(strides: &[usize], sizes: &[usize]) -> Kind {
    let Some((&last, lanes)) = strides.split_last() else { return Kind::Constant };
    let mut expected = 1;
    let mut contiguous = true;
    for (stride, size) in strides.iter().zip(sizes).rev() {
        contiguous &= *stride == expected || *size == 1;
        expected *= size;
    }
    if contiguous {
        return Kind::Contiguous;
    }
    if strides.iter().zip(sizes).all(|(stride, size)| *stride == 0 || *size == 1) {
        return Kind::Constant;
    }
    let count = sizes[..lanes.len()].iter().product();
    let mut starts = Vec::with_capacity(count);
    let mut index = vec![0; lanes.len()];
    for _ in 0..count {
        starts.push(index.iter().zip(lanes).map(|(i, stride)| i * stride).sum());
        for axis in (0..index.len()).rev() {
            index[axis] += 1;
            if index[axis] < sizes[axis] {
                break;
            }
            index[axis] = 0;
        }
    }
    let along = last != 0;
    let repeats = starts.iter().skip(1).position(|start| *start == 0).map(|index| index + 1);
    let width = sizes[sizes.len() - 1];
    if let Some(lanes) = repeats.filter(|_| along)
        && starts.iter().enumerate().all(|(lane, start)| *start == lane % lanes * width)
    {
        return Kind::Columns { lanes };
    }
    if !along && starts.iter().enumerate().all(|(lane, start)| *start == lane) {
        return Kind::PerLane;
    }
    Kind::Lanes { starts, along }
}
