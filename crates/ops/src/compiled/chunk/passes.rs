//! The passes of a chunk over its blocks.

use super::{Writer, whole};
use crate::compiled::draft::Phase;
use crate::compiled::program::{NodeId, Operation, Pair, Reduction};
use crate::compiled::steps::{InBlock, Pointwise, Step, Triple};
use crate::compiled::view::{Block, Kind, View};

impl Writer<'_, '_> {
    /// Passes, and before each what can be computed at once.
    pub(super) fn passes(&mut self, blocks: &[Block]) -> Vec<Step> {
        self.find_passes();
        let last = self.last;
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

    /// Numbers the passes: a statistic is ready in the pass after the one that its operand is in, and so is
    /// a window.
    fn find_passes(&mut self) {
        let mut last = 0;
        for id in 0..self.ready.len() {
            let computed = self.is_in_chunk(id) || self.draft.phases[id] == Phase::Total;
            if !computed {
                continue;
            }
            let operands = self.operation(id).operands();
            let operands = operands.map(|e| self.ready[self.draft.same_as[e]]).max().unwrap_or(0);
            last = last.max(operands);
            let of_blocks = self.is_window_of_blocks(id);
            if of_blocks {
                self.add_source(id);
            }
            self.ready[id] = operands + usize::from(of_blocks || self.is_barrier(id));
        }
        self.last = last.max(self.ready[self.draft.same_as[self.draft.wide]]);
    }

    /// Whether a node is a statistic of blocks.
    fn is_barrier(&self, id: NodeId) -> bool {
        matches!(self.operation(id), Operation::Reduce(_, e, _) if self.is_full(e))
    }

    /// Whether a node is computed at once before a pass.
    fn is_array_of(&self, id: NodeId, pass: usize) -> bool {
        let phase = self.draft.phases[id];
        let computed = self.is_in_chunk(id) && !self.is_full(id) || phase == Phase::Total;
        computed && !self.is_barrier(id) && self.ready[id] == pass
    }

    /// The statistics whose operand a pass has.
    fn reductions_of(&self, pass: usize) -> Vec<NodeId> {
        let in_pass = |id: &NodeId| {
            let computed = self.is_in_chunk(*id) || self.draft.phases[*id] == Phase::Total;
            computed && self.is_barrier(*id) && self.ready[*id] == pass + 1
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
        id == wide && self.draft.global[id].is_none() && self.uses[id].all == 0
    }

    /// Whether sums of it are all that a node is needed for.
    fn only_summed(&self, id: NodeId) -> bool {
        let wide = self.draft.same_as[self.draft.wide];
        wide != id && self.draft.global[id].is_none() && self.uses[id].others == 0
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

    /// Nodes of all axes that outlive the chunk, or the pass because a window adds them up.
    fn kept(&self, pass: usize) -> Vec<NodeId> {
        let kept = |id: &NodeId| {
            self.is_in_chunk(*id)
                && self.is_full(*id)
                && (self.draft.global[*id].is_some() || self.sources[*id].is_some())
                && self.ready[*id] == pass
        };
        (0..self.ready.len()).filter(kept).collect()
    }

    /// The nodes that a pass computes, in evaluation order: all that its targets need, or in a single
    /// block only those that no earlier pass could compute.
    fn order(&self, pass: usize, one_block: bool) -> Vec<NodeId> {
        let mut needed = vec![false; self.ready.len()];
        let passes = if one_block { 0..=self.last } else { pass..=pass };
        passes.flat_map(|pass| self.targets(pass)).for_each(|id| needed[id] = true);
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
            // The kernel takes a factor that is a block first.
            let has_block = self.is_full(a) || self.is_full(b);
            let alone = self.uses[e].all == 1 && self.draft.global[e].is_none();
            (self.is_full(e) && has_block && alone).then_some((a, b))
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
                let global = self.draft.global[id].map(|_| self.draft.global_view(id, &space));
                let source = self.sources[id].map(|source| View::new(source, Kind::Contiguous));
                for out in [global, source].into_iter().flatten() {
                    steps.push(InBlock::Keep(out, self.block_view(id)));
                }
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
        // What later passes read off, rather than compute with.
        for pass in self.last + 1 - later.len()..=self.last {
            self.targets(pass).into_iter().for_each(|id| read[id] = true);
        }
        let unread = self.registers.iter_mut().zip(read).filter(|(_, read)| !read);
        self.free.extend(unread.filter_map(|(register, _)| register.take()));
    }

    fn release_all(&mut self) {
        for register in &mut self.registers {
            self.free.extend(register.take());
        }
    }
}
