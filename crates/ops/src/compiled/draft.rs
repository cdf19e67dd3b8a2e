//! What a plan knows of every node before its steps are written.

use equations::{Axes, Extents, Input};

use super::plan::Goal;
use super::program::{NodeId, Operation, Program};
use super::shape::{Mask, Shape};
use super::view::{Kind, View};

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
    /// Whether every node is an array as a whole: where there are matrices of channels there are no blocks.
    pub(super) is_whole: bool,
    /// Products that are only added up, so that no array of them is needed.
    pub(super) is_contracted: Vec<bool>,
    pub(super) needed: Vec<bool>,
    pub(super) is_given: Vec<bool>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(program: &'a Program, goal: &Goal<'_>, extents: &'a Extents) -> Draft<'a> {
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
                Operation::Window(window, _) if !is_given[id] => used.push(window.axis),
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
            is_whole: program.has_matrices(),
            is_contracted: vec![false; nodes.len()],
            needed,
            is_given,
        };
        if draft.is_whole {
            draft.make_whole(goal);
        } else {
            draft.find_phases();
        }
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

    pub(super) fn is_used_after(&self, id: NodeId) -> bool {
        let nodes = self.program.nodes.iter().enumerate();
        let mut after = nodes.filter(|(user, _)| self.phases[*user] == Phase::After);
        after.any(|(_, user)| user.operation.operands().any(|e| self.same_as[e] == id))
    }

    pub(super) fn make_global(&mut self, id: NodeId) {
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

    /// Whether a node is computed here rather than given or known.
    pub(super) fn is_computed(&self, id: NodeId) -> bool {
        !self.is_given[id]
            && self.same_as[id] == id
            && !matches!(
                self.program.nodes[id].operation,
                Operation::Number(_) | Operation::Size(_) | Operation::Index(_)
            )
    }

    /// How many numbers a mean is over.
    pub(super) fn count(&self, axes: Axes) -> f64 {
        self.extents.size(axes) as f64
    }
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
