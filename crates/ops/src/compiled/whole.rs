//! Plans where there are matrices of channels: every node is an array as a whole.

use equations::Axes;

use super::draft::{Draft, Phase};
use super::plan::Goal;
use super::program::{NodeId, Operation, Pair, Reduction};

impl Draft<'_> {
    /// Every node at once, before anything else: arrays are taken again when nothing reads them any more.
    pub(super) fn make_whole(&mut self, goal: &Goal<'_>) {
        let nodes = &self.program.nodes;
        self.find_contracted(goal);
        let mut last_use = vec![0; nodes.len()];
        for (id, node) in nodes.iter().enumerate().filter(|(id, _)| self.needed[*id]) {
            let read = |e: NodeId| match nodes[e].operation {
                Operation::Binary(_, a, b) if self.is_contracted[e] => vec![e, a, b],
                _ => vec![e],
            };
            let operands =
                if self.is_given[id] { vec![] } else { node.operation.operands().collect() };
            operands.into_iter().flat_map(read).for_each(|e| last_use[e] = id);
        }
        let results: Vec<NodeId> = [&[goal.wide], goal.narrow].concat();
        let mut free: Vec<(usize, usize)> = Vec::new();
        for id in 0..nodes.len() {
            if !self.needed[id] || self.is_contracted[id] {
                continue;
            }
            self.phases[id] = Phase::Before;
            let length = self.shape.size(self.mask(id));
            // What is filled in before stays what it is.
            let again =
                free.iter().position(|(free, _)| *free == length && self.is_computed_now(id));
            self.global[id] = Some(match again {
                Some(place) => free.swap_remove(place).1,
                None => self.new_array(length),
            });
            let over =
                |e: &NodeId| last_use[*e] == id && self.is_computed_now(*e) && !results.contains(e);
            for e in (0..id).filter(over).collect::<Vec<_>>() {
                if let Some(array) = self.global[e] {
                    free.push((self.shape.size(self.mask(e)), array));
                }
            }
        }
    }

    /// Whether a step computes a node, rather than somebody filling it in.
    fn is_computed_now(&self, id: NodeId) -> bool {
        let filled = matches!(self.program.nodes[id].operation, Operation::Input(_));
        !filled && self.is_computed(id)
    }

    /// Finds products of more axes than an activation has, as of x with its transpose, whose sums are all
    /// that is needed.
    fn find_contracted(&mut self, goal: &Goal<'_>) {
        let nodes = &self.program.nodes;
        let mut only_summed: Vec<bool> = nodes
            .iter()
            .enumerate()
            .map(|(id, node)| {
                let product =
                    matches!(node.operation, Operation::Binary(Pair::Multiply, a, b) if a != b);
                product
                    && self.needed[id]
                    && !self.is_given[id]
                    && node.varies.contains(Axes::COLUMNS)
                    && id != goal.wide
                    && !goal.narrow.contains(&id)
            })
            .collect();
        for (id, node) in nodes.iter().enumerate().filter(|(id, _)| self.needed[*id]) {
            let sums =
                matches!(node.operation, Operation::Reduce(Reduction::Sum | Reduction::Mean, ..));
            if !sums && !self.is_given[id] {
                node.operation.operands().for_each(|e| only_summed[e] = false);
            }
        }
        self.is_contracted = only_summed;
    }

    /// The array of a node.
    pub(super) fn array(&self, id: NodeId) -> usize {
        self.global[id].expect("every node has an array where there are matrices")
    }
}
