//! The steps of a chunk: passes over its blocks, and what is computed between them.

use equations::Input;

use super::plan::{Draft, Phase, kind};
use super::program::{NodeId, Operation, Pair, Reduction, Unary};
use super::view::{Block, Kind, View};

/// The work of a chunk.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    /// How the passes go through the chunk.
    pub(super) blocks: Vec<Block>,
    pub(super) steps: Vec<Step>,
}

#[derive(Debug)]
pub(super) enum Step {
    /// Something of fewer axes, all of it at once.
    Arrays { operation: Arrays, out: View, block: Block },
    /// Totals of a chunk start as the identity.
    Start { total: View, block: Block, reduction: Reduction },
    /// Sums become means.
    Divide { total: View, block: Block, count: f64 },
    /// Blocks are computed with an array, in their own type.
    Cast { array: View, block: Block },
    /// Over all blocks, in order.
    Pass(Vec<InBlock>),
}

#[derive(Debug)]
pub(super) enum Arrays {
    Unary(Unary, View),
    Pair(Pair, View, View),
    /// Of an operand whose lanes the block says.
    Reduce(Reduction, View),
}

#[derive(Debug)]
pub(super) enum InBlock {
    /// Reads x or the cotangent.
    Load(Input, usize),
    /// Computes a block.
    Compute(Pointwise, usize),
    Reduce(Reduction, View, View),
    ReduceProducts(View, View, View),
    /// Writes the wide result.
    Store(View),
    /// Computes the wide result where it is to be, or in a block first where that cannot be.
    Finish(Pointwise, usize),
    /// Writes an array that outlives the chunk.
    Keep(View, View),
}

/// What is computed element by element.
#[derive(Debug)]
pub(super) enum Pointwise {
    Unary(Unary, View),
    Pair(Pair, View, View),
    Triple(Triple, [View; 3]),
    /// `a + sign b`, where b varies along the lanes but not from block to block: a mean of numbers far
    /// from 0 has more digits than they have, and the differences from it need them.
    Shift(f64, View, View),
}

/// A product with a sum around it: two operations that need no block between them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Triple {
    /// `a * b + c`
    Add,
    /// `a * b - c`
    Subtract,
    /// `c - a * b`
    SubtractFrom,
}

impl Chunk {
    /// The nodes of a phase that knows no chunks, each over the whole of its axes.
    pub(super) fn of_arrays(draft: &mut Draft<'_>, phase: Phase) -> Chunk {
        let mut writer = Writer::new(draft, Vec::new());
        let mut steps = Vec::new();
        for id in 0..writer.draft.phases.len() {
            let draft = &*writer.draft;
            let total = draft.phases[id] == Phase::Total && phase == Phase::After;
            if total {
                // All parts are there: a sum becomes a mean, before anything uses it.
                steps.extend(writer.mean_of_total(id));
            } else if draft.phases[id] == phase && draft.is_computed(id) {
                writer.arrays(id, &mut steps);
            }
        }
        Chunk { blocks: Vec::new(), steps }
    }

    /// The work along the axes that are not outer ones; `together` indices of the last outer axis at
    /// a time, if chunks are taken together.
    pub(super) fn new(
        draft: &mut Draft<'_>,
        together: Option<usize>,
        (block, longest): (usize, usize),
    ) -> Chunk {
        let outer = draft.outer;
        let inner = draft.shape.axes[outer..].iter().enumerate();
        let inner = inner.map(|(index, axis)| (outer + index, axis.size));
        let space: Vec<(usize, usize)> =
            together.map(|size| (outer - 1, size)).into_iter().chain(inner).collect();
        let blocks = blocks(&space, block, longest);
        let mut writer = Writer::new(draft, space);
        let steps = writer.passes(&blocks);
        Chunk { blocks, steps }
    }
}

impl Chunk {
    /// Whether nothing reads the cotangent of a block once its result is written.
    pub(super) fn can_be_in_place(&self) -> bool {
        let mut written = false;
        for step in &self.steps {
            let Step::Pass(steps) = step else { continue };
            for step in steps {
                if written && step.reads_cotangent() {
                    return false;
                }
                written |= matches!(step, InBlock::Store(_) | InBlock::Finish(..));
            }
        }
        true
    }
}

impl InBlock {
    fn reads_cotangent(&self) -> bool {
        match self {
            InBlock::Load(..) => true,
            InBlock::Compute(operation, _) | InBlock::Finish(operation, _) => {
                operation.reads_cotangent()
            }
            InBlock::Store(a) | InBlock::Reduce(_, _, a) | InBlock::Keep(_, a) => a.is_cotangent(),
            InBlock::ReduceProducts(_, a, b) => a.is_cotangent() || b.is_cotangent(),
        }
    }
}

impl Pointwise {
    pub(super) fn reads_cotangent(&self) -> bool {
        match self {
            Pointwise::Unary(_, a) => a.is_cotangent(),
            Pointwise::Pair(_, a, b) | Pointwise::Shift(_, a, b) => {
                a.is_cotangent() || b.is_cotangent()
            }
            Pointwise::Triple(_, operands) => operands.iter().any(View::is_cotangent),
        }
    }
}

fn blocks(space: &[(usize, usize)], block: usize, longest: usize) -> Vec<Block> {
    let (&(_, width), lanes) = space.split_last().expect("a shape has an axis");
    let lanes: usize = lanes.iter().map(|(_, size)| size).product();
    if lanes * width <= longest {
        return vec![Block::whole(lanes, width)];
    }
    let columns = if width <= longest { width } else { block };
    let together = (block / columns.max(1)).max(1);
    let mut blocks = Vec::new();
    for first_lane in (0..lanes).step_by(together) {
        for first_column in (0..width).step_by(columns) {
            let lanes = together.min(lanes - first_lane);
            let columns = columns.min(width - first_column);
            blocks.push(Block { first_lane, lanes, first_column, columns, width });
        }
    }
    blocks
}

struct Writer<'a, 'd> {
    draft: &'a mut Draft<'d>,
    /// The axes of the chunk with their sizes in it.
    space: Vec<(usize, usize)>,
    /// For every node of the chunk the pass in which it, or the statistic it is, can be used.
    ready: Vec<usize>,
    /// The arrays of nodes that vary along some of the chunk's axes.
    local: Vec<Option<usize>>,
    /// The blocks of nodes that vary along all of them.
    registers: Vec<Option<usize>>,
    free: Vec<usize>,
    /// Arrays that the pass at hand reads along its lanes.
    casts: Vec<Step>,
}

impl<'a, 'd> Writer<'a, 'd> {
    fn new(draft: &'a mut Draft<'d>, space: Vec<(usize, usize)>) -> Self {
        let count = draft.phases.len();
        Writer {
            draft,
            space,
            ready: vec![0; count],
            local: vec![None; count],
            registers: vec![None; count],
            free: Vec::new(),
            casts: Vec::new(),
        }
    }

    fn operation(&self, id: NodeId) -> Operation {
        self.draft.program.nodes[id].operation
    }

    fn is_in_chunk(&self, id: NodeId) -> bool {
        self.draft.phases[id] == Phase::Chunk && self.draft.is_computed(id)
    }

    /// Whether a node varies along all axes of the chunk, so that only blocks of it exist.
    fn is_full(&self, id: NodeId) -> bool {
        let id = self.draft.same_as[id];
        let mask = self.draft.mask(id);
        self.draft.phases[id] == Phase::Chunk && self.space.iter().all(|(axis, _)| mask.has(*axis))
    }

    /// The axes of the chunk along which a node varies.
    fn space_of(&self, id: NodeId) -> Vec<(usize, usize)> {
        let mask = self.draft.mask(id);
        if self.space.is_empty() {
            return mask.indices().map(|i| (i, self.draft.shape.axes[i].size)).collect();
        }
        self.space.iter().copied().filter(|(axis, _)| mask.has(*axis)).collect()
    }

    fn view(&self, id: NodeId, space: &[(usize, usize)]) -> View {
        let id = self.draft.same_as[id];
        if self.is_full(id) && !self.space.is_empty() {
            let register = self.registers[id].expect("computed before it is used");
            return View::new(
                register,
                match self.operation(id) {
                    Operation::Input(input) => Kind::Given { x: input == Input::X },
                    _ => Kind::Block,
                },
            );
        }
        self.array_view(id, space)
    }

    /// An operand of a block.
    fn block_view(&mut self, id: NodeId) -> View {
        let space = self.space.clone();
        let view = self.view(id, &space);
        let is_array = !matches!(view.kind, Kind::Block | Kind::Given { .. });
        if is_array && view.varies_along() {
            self.draft.cast.push(view.slot);
            if self.draft.phases[self.draft.same_as[id]] == Phase::Before {
                self.draft.cast_before.push(view.slot);
            } else {
                let own = self.space_of(id);
                let array = self.array_view(id, &own);
                self.casts.push(Step::Cast { array, block: whole(&own) });
            }
        }
        view
    }

    fn array_view(&self, id: NodeId, space: &[(usize, usize)]) -> View {
        let Some(local) = self.local[id] else { return self.draft.global_view(id, space) };
        let own = self.space_of(id);
        let mut strides = vec![0; space.len()];
        let mut stride = 1;
        for (axis, size) in own.iter().rev() {
            if let Some(index) = space.iter().position(|(other, _)| other == axis) {
                strides[index] = stride;
            }
            stride *= size;
        }
        let sizes: Vec<usize> = space.iter().map(|(_, size)| *size).collect();
        View::new(local, kind(&strides, &sizes))
    }

    /// Computes a node of fewer axes at once.
    fn arrays(&mut self, id: NodeId, steps: &mut Vec<Step>) {
        let space = self.space_of(id);
        if self.draft.global[id].is_none() && self.local[id].is_none() {
            let length = space.iter().map(|(_, size)| size).product();
            self.local[id] = Some(self.draft.new_array(length));
        }
        let whole = whole(&space);
        let out = self.array_view(id, &space);
        let operation = match self.operation(id) {
            Operation::Unary(unary, a) => Arrays::Unary(unary, self.view(a, &space)),
            Operation::Binary(pair, a, b) => {
                Arrays::Pair(pair, self.view(a, &space), self.view(b, &space))
            }
            Operation::Reduce(reduction, e, axes) => {
                let total = self.draft.phases[id] == Phase::Total;
                if !total {
                    steps.push(Step::Start { total: out, block: whole, reduction });
                }
                let operands = self.space_of(e);
                let operand = self.view(e, &operands);
                let out = self.array_view(id, &operands);
                let block = self::whole(&operands);
                let operation = Arrays::Reduce(reduction, operand);
                steps.push(Step::Arrays { operation, out, block });
                if !total {
                    steps.extend(self.mean(id, reduction, self.draft.count(axes)));
                }
                return;
            }
            Operation::Input(_) | Operation::Number(_) | Operation::Size(_) => return,
        };
        steps.push(Step::Arrays { operation, out, block: whole });
    }

    /// Divides a finished sum by the count if it is a mean.
    fn mean(&self, id: NodeId, reduction: Reduction, count: f64) -> Option<Step> {
        let space = self.space_of(id);
        let step = Step::Divide { total: self.array_view(id, &space), block: whole(&space), count };
        (reduction == Reduction::Mean).then_some(step)
    }

    fn mean_of_total(&self, id: NodeId) -> Option<Step> {
        let Operation::Reduce(reduction, _, axes) = self.operation(id) else { return None };
        self.mean(id, reduction, self.draft.count(axes))
    }

    fn passes(&mut self, blocks: &[Block]) -> Vec<Step> {
        let last = self.find_passes();
        let one_block = blocks.len() == 1;
        let block_length = blocks.iter().map(Block::len).max().unwrap_or(0);
        let orders: Vec<Vec<NodeId>> = (0..=last).map(|pass| self.order(pass, one_block)).collect();
        let mut steps = Vec::new();
        for pass in 0..=last {
            for id in 0..self.ready.len() {
                if self.is_array_of(id, pass) {
                    self.arrays(id, &mut steps);
                }
            }
            let reductions = self.reductions_of(pass);
            for &id in &reductions {
                self.start(id, &mut steps);
            }
            // In one block a register is in use until the last pass that reads it.
            let later = if one_block { &orders[pass + 1..] } else { &[] };
            let in_blocks = self.pass(pass, &orders[pass], later, block_length);
            steps.append(&mut self.casts);
            if !in_blocks.is_empty() {
                steps.push(Step::Pass(in_blocks));
            }
            for &id in &reductions {
                if self.draft.phases[id] == Phase::Chunk {
                    steps.extend(self.mean_of_total(id));
                }
            }
            if !one_block {
                self.release_all();
            }
        }
        steps
    }

    /// Numbers the passes: a statistic is ready in the pass after the one that its operand is in.
    fn find_passes(&mut self) -> usize {
        let mut last = 0;
        for id in 0..self.ready.len() {
            let computed = self.is_in_chunk(id) || self.draft.phases[id] == Phase::Total;
            if !computed {
                continue;
            }
            let operands = self.operation(id).operands();
            let operands = operands.map(|e| self.ready[self.draft.same_as[e]]).max().unwrap_or(0);
            last = last.max(operands);
            let is_barrier = match self.operation(id) {
                Operation::Reduce(_, e, _) => self.is_full(e),
                _ => false,
            };
            self.ready[id] = operands + usize::from(is_barrier);
        }
        last.max(self.ready[self.draft.same_as[self.draft.wide]])
    }

    /// Whether a node is computed at once before a pass.
    fn is_array_of(&self, id: NodeId, pass: usize) -> bool {
        let phase = self.draft.phases[id];
        let barrier = matches!(self.operation(id), Operation::Reduce(_, e, _) if self.is_full(e));
        let computed = self.is_in_chunk(id) && !self.is_full(id) || phase == Phase::Total;
        computed && !barrier && self.ready[id] == pass
    }

    /// The statistics whose operand a pass has.
    fn reductions_of(&self, pass: usize) -> Vec<NodeId> {
        let in_pass = |id: &NodeId| {
            let computed = self.is_in_chunk(*id) || self.draft.phases[*id] == Phase::Total;
            let barrier =
                matches!(self.operation(*id), Operation::Reduce(_, e, _) if self.is_full(e));
            computed && barrier && self.ready[*id] == pass + 1
        };
        (0..self.ready.len()).filter(in_pass).collect()
    }

    fn start(&mut self, id: NodeId, steps: &mut Vec<Step>) {
        if self.draft.phases[id] == Phase::Total {
            return;
        }
        let Operation::Reduce(reduction, ..) = self.operation(id) else { return };
        let space = self.space_of(id);
        if self.draft.global[id].is_none() && self.local[id].is_none() {
            let length = space.iter().map(|(_, size)| size).product();
            self.local[id] = Some(self.draft.new_array(length));
        }
        let total = self.array_view(id, &space);
        steps.push(Step::Start { total, block: whole(&space), reduction });
    }

    /// The two factors where a statistic sums products that nothing else needs.
    fn products(&self, id: NodeId) -> Option<(NodeId, NodeId)> {
        let Operation::Reduce(Reduction::Sum | Reduction::Mean, e, _) = self.operation(id) else {
            return None;
        };
        let e = self.draft.same_as[e];
        let Operation::Binary(Pair::Multiply, a, b) = self.operation(e) else { return None };
        (self.is_full(e) && self.only_summed(e)).then_some((a, b))
    }

    /// Whether a node is the wide result and nothing else.
    fn is_only_stored(&self, id: NodeId) -> bool {
        let wide = self.draft.same_as[self.draft.wide];
        id == wide && self.draft.global[id].is_none() && self.uses(id) == 0
    }

    fn only_summed(&self, id: NodeId) -> bool {
        if self.draft.same_as[self.draft.wide] == id || self.draft.global[id].is_some() {
            return false;
        }
        (0..self.ready.len()).all(|user| {
            let used = self.draft.phases[user] != Phase::Never
                && self.operation(user).operands().any(|e| self.draft.same_as[e] == id);
            let sums = matches!(
                self.operation(user),
                Operation::Reduce(Reduction::Sum | Reduction::Mean, ..)
            );
            !used || (sums && self.draft.same_as[user] == user)
        })
    }

    /// What a pass reads of each block.
    fn targets(&self, pass: usize) -> Vec<NodeId> {
        let mut targets = Vec::new();
        for id in self.reductions_of(pass) {
            match (self.products(id), self.operation(id)) {
                (Some((a, b)), _) => targets.extend([a, b]),
                (None, Operation::Reduce(_, e, _)) => targets.push(e),
                _ => {}
            }
        }
        let same = |id: NodeId| self.draft.same_as[id];
        let wide = same(self.draft.wide);
        if self.ready[wide] == pass {
            targets.push(wide);
        }
        targets.extend(self.kept(pass));
        targets.into_iter().map(same).filter(|id| self.is_full(*id)).collect()
    }

    /// Nodes of all axes that outlive the chunk.
    fn kept(&self, pass: usize) -> Vec<NodeId> {
        let kept = |id: &NodeId| {
            self.is_in_chunk(*id)
                && self.is_full(*id)
                && self.draft.global[*id].is_some()
                && self.ready[*id] == pass
        };
        (0..self.ready.len()).filter(kept).collect()
    }

    /// The nodes that a pass computes, in evaluation order: all that its targets need, or in a single
    /// block only those that no earlier pass could compute.
    fn order(&self, pass: usize, one_block: bool) -> Vec<NodeId> {
        let mut needed = vec![false; self.ready.len()];
        let targets: Vec<NodeId> = if one_block {
            (0..=self.ready.len()).flat_map(|later| self.targets_if_any(later)).collect()
        } else {
            self.targets(pass)
        };
        targets.into_iter().for_each(|id| needed[id] = true);
        for id in (0..needed.len()).rev().filter(|id| self.is_full(*id)) {
            if needed[id] {
                for operand in self.operands(id) {
                    let operand = self.draft.same_as[operand];
                    needed[operand] |= self.is_full(operand);
                }
            }
        }
        let fresh = |id: &NodeId| needed[*id] && (!one_block || self.ready[*id] == pass);
        (0..needed.len()).filter(fresh).collect()
    }

    fn targets_if_any(&self, pass: usize) -> Vec<NodeId> {
        let most = self.ready.iter().max().copied().unwrap_or(0);
        if pass <= most { self.targets(pass) } else { Vec::new() }
    }

    fn pass(
        &mut self,
        pass: usize,
        order: &[NodeId],
        later: &[Vec<NodeId>],
        block_length: usize,
    ) -> Vec<InBlock> {
        let reductions = self.reductions_of(pass);
        let mut steps = Vec::new();
        let mut pending: Vec<NodeId> = reductions.clone();
        let mut kept = self.kept(pass);
        let wide = self.draft.same_as[self.draft.wide];
        let mut stores = self.ready[wide] == pass;
        for (position, &id) in order.iter().enumerate() {
            let operation = self.pointwise(id);
            let register = self.take_register(block_length);
            self.registers[id] = Some(register);
            steps.push(match operation {
                None => match self.operation(id) {
                    Operation::Input(input) => InBlock::Load(input, register),
                    other => unreachable!("{other:?} is no operation of a block"),
                },
                Some(operation) if stores && self.is_only_stored(id) => {
                    stores = false;
                    InBlock::Finish(operation, register)
                }
                Some(operation) => InBlock::Compute(operation, register),
            });
            // Everything that can be read off now is, so that registers are free early.
            self.consume(&mut pending, &mut kept, &mut stores, &mut steps);
            self.release(&order[position + 1..], later, &pending, &kept, stores);
        }
        self.consume(&mut pending, &mut kept, &mut stores, &mut steps);
        self.release(&[], later, &pending, &kept, stores);
        steps
    }

    /// The operation that computes a node, with its operands; products are part of their sums.
    fn pointwise(&mut self, id: NodeId) -> Option<Pointwise> {
        if let Some((triple, operands)) = self.triple(id) {
            return Some(Pointwise::Triple(triple, operands.map(|e| self.block_view(e))));
        }
        match self.operation(id) {
            Operation::Unary(unary, a) => Some(Pointwise::Unary(unary, self.block_view(a))),
            Operation::Binary(pair, a, b) => {
                let shifts = self.is_full(a) && !self.is_full(b) && !self.is_parameter(b);
                let (a, b) = (self.block_view(a), self.block_view(b));
                Some(match pair {
                    Pair::Add if shifts && b.varies_along() => Pointwise::Shift(1.0, a, b),
                    Pair::Subtract if shifts && b.varies_along() => Pointwise::Shift(-1.0, a, b),
                    _ => Pointwise::Pair(pair, a, b),
                })
            }
            _ => None,
        }
    }

    fn is_parameter(&self, id: NodeId) -> bool {
        matches!(self.operation(self.draft.same_as[id]), Operation::Input(_))
    }

    /// A sum or difference of something and a product that nothing else needs.
    fn triple(&self, id: NodeId) -> Option<(Triple, [NodeId; 3])> {
        let Operation::Binary(pair @ (Pair::Add | Pair::Subtract), left, right) =
            self.operation(id)
        else {
            return None;
        };
        let product = |e: NodeId| {
            let e = self.draft.same_as[e];
            let Operation::Binary(Pair::Multiply, a, b) = self.operation(e) else { return None };
            (self.is_full(e) && self.uses(e) == 1 && self.draft.global[e].is_none())
                .then_some((a, b))
        };
        let swap = |(a, b): (NodeId, NodeId)| if self.is_full(a) { (a, b) } else { (b, a) };
        match (product(left).map(swap), product(right).map(swap)) {
            (Some((a, b)), _) if pair == Pair::Add => Some((Triple::Add, [a, b, right])),
            (_, Some((a, b))) if pair == Pair::Add => Some((Triple::Add, [a, b, left])),
            (_, Some((a, b))) => Some((Triple::SubtractFrom, [a, b, left])),
            (Some((a, b)), None) => Some((Triple::Subtract, [a, b, right])),
            _ => None,
        }
    }

    /// How many operands a node is.
    fn uses(&self, id: NodeId) -> usize {
        let users = (0..self.ready.len()).filter(|user| self.draft.phases[*user] != Phase::Never);
        users
            .map(|user| {
                let operands = self.operation(user).operands();
                operands.filter(|e| self.draft.same_as[*e] == id).count()
            })
            .sum()
    }

    /// What a block of a node is computed from.
    fn operands(&self, id: NodeId) -> Vec<NodeId> {
        match self.triple(id) {
            Some((_, operands)) => operands.to_vec(),
            None => self.operation(id).operands().collect(),
        }
    }

    /// Statistics, kept arrays and the result whose operands are there.
    fn consume(
        &mut self,
        pending: &mut Vec<NodeId>,
        kept: &mut Vec<NodeId>,
        stores: &mut bool,
        steps: &mut Vec<InBlock>,
    ) {
        let space = self.space.clone();
        let there = |writer: &Self, id: NodeId| {
            let id = writer.draft.same_as[id];
            !writer.is_full(id) || writer.registers[id].is_some()
        };
        pending.retain(|&id| {
            let Operation::Reduce(reduction, e, _) = self.operation(id) else { return false };
            let total = self.array_view(id, &space);
            match self.products(id) {
                Some((a, b)) if there(self, a) && there(self, b) => {
                    let (a, b) = (self.block_view(a), self.block_view(b));
                    steps.push(InBlock::ReduceProducts(total, a, b));
                    false
                }
                None if there(self, e) => {
                    let e = self.block_view(e);
                    steps.push(InBlock::Reduce(reduction, total, e));
                    false
                }
                _ => true,
            }
        });
        kept.retain(|&id| {
            if there(self, id) {
                let out = self.draft.global_view(id, &space);
                steps.push(InBlock::Keep(out, self.block_view(id)));
            }
            !there(self, id)
        });
        if *stores && there(self, self.draft.wide) {
            let result = self.block_view(self.draft.wide);
            steps.push(InBlock::Store(result));
            *stores = false;
        }
    }

    fn take_register(&mut self, length: usize) -> usize {
        self.free.pop().unwrap_or_else(|| self.draft.new_block(length))
    }

    /// Frees the registers that nothing reads any more.
    fn release(
        &mut self,
        rest: &[NodeId],
        later: &[Vec<NodeId>],
        pending: &[NodeId],
        kept: &[NodeId],
        stores: bool,
    ) {
        let same = |id: NodeId| self.draft.same_as[id];
        let mut read = vec![false; self.registers.len()];
        for &id in rest.iter().chain(later.iter().flatten()) {
            self.operands(id).into_iter().for_each(|e| read[same(e)] = true);
        }
        for &id in pending {
            self.operation(id).operands().for_each(|e| read[same(e)] = true);
            self.products(id).into_iter().for_each(|(a, b)| {
                read[same(a)] = true;
                read[same(b)] = true;
            });
        }
        kept.iter().for_each(|id| read[*id] = true);
        if stores {
            read[same(self.draft.wide)] = true;
        }
        if !later.is_empty() {
            // What later passes read off, rather than compute with.
            let first = self.passes_left(later.len());
            for pass in first {
                self.targets(pass).into_iter().for_each(|id| read[id] = true);
            }
        }
        let unread = self.registers.iter_mut().zip(read).filter(|(_, read)| !read);
        self.free.extend(unread.filter_map(|(register, _)| register.take()));
    }

    /// The numbers of the last passes.
    fn passes_left(&self, count: usize) -> std::ops::RangeInclusive<usize> {
        let last = (0..self.ready.len())
            .filter(|id| self.is_in_chunk(*id) || self.draft.phases[*id] == Phase::Total)
            .map(|id| {
                let operands = self.operation(id).operands();
                operands.map(|e| self.ready[self.draft.same_as[e]]).max().unwrap_or(0)
            })
            .max()
            .unwrap_or(0)
            .max(self.ready[self.draft.same_as[self.draft.wide]]);
        last + 1 - count..=last
    }

    fn release_all(&mut self) {
        for register in &mut self.registers {
            self.free.extend(register.take());
        }
    }
}

/// The lanes of a space as one block.
fn whole(space: &[(usize, usize)]) -> Block {
    match space.split_last() {
        None => Block::whole(1, 1),
        Some((&(_, width), lanes)) => {
            Block::whole(lanes.iter().map(|(_, size)| size).product(), width)
        }
    }
}
