//! A derivation as operations of arrays with one or two operands, shared wherever they are equal.

mod range;
mod writer;

use equations::{Axes, Input, Pointwise, Window};

/// The place of a node in [`Program::nodes`].
pub(super) type NodeId = usize;

/// The value of a norm and its gradients as nodes in evaluation order.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) nodes: Vec<Node>,
    pub(super) y: NodeId,
    pub(super) tracked: Vec<NodeId>,
    /// How far each average goes there, where that is not the momentum.
    pub(super) weights: Vec<Option<NodeId>>,
    pub(super) dx: NodeId,
    pub(super) dparameters: Vec<NodeId>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) operation: Operation,
    pub(super) varies: Axes,
}

/// A number, told apart by its bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Number(u64);

impl Number {
    pub(super) fn value(self) -> f64 {
        f64::from_bits(self.0)
    }
}

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Number(value.to_bits())
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Operation {
    Number(Number),
    Input(Input),
    Size(Axes),
    /// 0, 1, 2, ... along axes.
    Index(Axes),
    Unary(Unary, NodeId),
    Binary(Pair, NodeId, NodeId),
    Reduce(Reduction, NodeId, Axes),
    /// Of an operand that varies along the axis too.
    Window(Window, NodeId),
    /// Channels and columns exchanged.
    Transpose(NodeId),
    /// The matrix product of channels and columns.
    Matmul(NodeId, NodeId),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Unary {
    /// `factor * a + constant`
    Linear(Number, Number),
    /// `a ^ n` by multiplication, for n of at least 2.
    Power(u32),
    /// `a ^ p`; NaN for a base below 0.
    RealPower(Number),
    Inverse,
    InverseOrZero,
    Function(Pointwise),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Pair {
    Add,
    Subtract,
    /// `a + factor * b`
    AddScaled(Number),
    Multiply,
    Divide,
    Minimum,
    Maximum,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Reduction {
    Sum,
    Mean,
    Maximum,
    Minimum,
}

impl Operation {
    pub(super) fn operands(self) -> impl Iterator<Item = NodeId> {
        let operands = match self {
            Operation::Number(_)
            | Operation::Input(_)
            | Operation::Size(_)
            | Operation::Index(_) => [None; 2],
            Operation::Unary(_, a)
            | Operation::Reduce(_, a, _)
            | Operation::Window(_, a)
            | Operation::Transpose(a) => [Some(a), None],
            Operation::Binary(_, a, b) | Operation::Matmul(a, b) => [Some(a), Some(b)],
        };
        operands.into_iter().flatten()
    }
}

impl Program {
    /// What running averages follow, and then the weights that are not the momentum.
    pub(super) fn tracking(&self) -> Vec<NodeId> {
        let weights = self.weights.iter().flatten();
        self.tracked.iter().chain(weights).copied().collect()
    }

    /// Whether anything in it is a matrix of channels, or a row of one.
    pub(super) fn has_matrices(&self) -> bool {
        self.nodes.iter().any(|node| node.varies.contains(Axes::COLUMNS))
    }

    /// The nodes that some of them need, those included; `cut` nodes are given.
    pub(super) fn needed(&self, roots: &[NodeId], cut: &dyn Fn(NodeId) -> bool) -> Vec<bool> {
        let mut needed = vec![false; self.nodes.len()];
        roots.iter().for_each(|root| needed[*root] = true);
        for id in (0..needed.len()).rev() {
            if needed[id] && !cut(id) {
                self.nodes[id].operation.operands().for_each(|operand| needed[operand] = true);
            }
        }
        needed
    }

    /// For every node whether a given input is part of it.
    pub(super) fn depends_on(&self, input: Input) -> Vec<bool> {
        let mut depends = vec![false; self.nodes.len()];
        for (id, node) in self.nodes.iter().enumerate() {
            depends[id] = node.operation == Operation::Input(input)
                || node.operation.operands().any(|operand| depends[operand]);
        }
        depends
    }
}
