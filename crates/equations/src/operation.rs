use std::ops::Range;

use crate::axes::Axes;
use crate::window::Direction;

/// The place of a node in [`Expression::nodes`](crate::Expression::nodes).
pub type NodeId = usize;

/// One operation of an expression.
///
/// Two nodes are equal when they compute the same thing, wherever they stand in their texts.
#[derive(Clone, Debug)]
pub struct Node {
    /// What is computed, from which nodes.
    pub operation: Operation,
    /// The axes along which the value may change.
    pub varies: Axes,
    /// The bytes of the text this node was read from.
    pub span: Range<usize>,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.operation == other.operation && self.varies == other.varies
    }
}

/// What a node computes. Operands come before the node that uses them.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Operation {
    /// A number of the text.
    Number(f64),
    /// The value of a name, by its index among the names of the expression.
    Name(usize),
    /// `-e`
    Negate(NodeId),
    /// A pointwise operation of two values.
    Binary(Binary, NodeId, NodeId),
    /// `base ^ exponent`. The exponent is a constant expression. Integer exponents multiply;
    /// others need a base that is not negative, else the value is NaN.
    Power(NodeId, NodeId),
    /// A pointwise function of one value.
    Pointwise(Pointwise, NodeId),
    /// A statistic over axes. Where its argument does not vary along them it counts as written
    /// out in full.
    Statistic(Statistic, NodeId, Axes),
    /// The sum over the neighbours along an axis, along which the value varies in any case. How far it
    /// reaches are constant expressions, whole numbers.
    Window {
        /// What is added up.
        e: NodeId,
        /// How many neighbours before the index.
        before: NodeId,
        /// How many behind it.
        after: NodeId,
        /// Samples, positions, the channels of a group, or features as one axis.
        axis: Axes,
    },
    /// The sum over all indices along an axis up to the index, or from it on.
    Cumulative(Direction, NodeId, Axes),
    /// The channels of a group and the columns exchanged: numbers for every channel as a row, a row as
    /// numbers for every channel, and a matrix transposed.
    Transpose(NodeId),
    /// The matrix product, the sum of `a` at channel and k times `b` at k and column: of two matrices, or
    /// of a matrix and numbers for every channel. Where an operand does not vary it counts as written out.
    Matmul(NodeId, NodeId),
    /// The number of elements along axes.
    Size(Axes),
    /// 0, 1, 2, ... along axes, in the order in which they are stored.
    Index(Axes),
    /// In training the number of training passes, this one included; in evaluation the number so far.
    Batches,
    /// The value of its operand, with derivative 0.
    Stop(NodeId),
    /// In training `value`, while a running average follows `tracked`; in evaluation the average.
    Running {
        /// The value in training.
        value: NodeId,
        /// The average before the first pass: a constant expression.
        start: NodeId,
        /// What the average follows; `value` itself unless the text says otherwise.
        tracked: NodeId,
        /// How far it goes there in one pass: the momentum unless the text says otherwise.
        weight: Option<NodeId>,
        /// The index of the average among the running slots of the expression.
        slot: usize,
    },
    /// The average behind a running value, the operand, as it was before the pass: a constant to
    /// derivatives. In evaluation it is the running value itself.
    Past(NodeId),
    /// The same inside the definition of the running value itself, which stands behind it.
    OwnPast {
        /// The index of the average among the running slots of the expression.
        slot: usize,
        /// The axes along which it may change.
        varies: Axes,
    },
    /// A function of the vocabulary, by its index, at an argument.
    Call(usize, NodeId),
}

/// Pointwise operations of two values. NaN in gives NaN out, also for the last two.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Binary {
    /// `a + b`
    Add,
    /// `a - b`
    Subtract,
    /// `a * b`
    Multiply,
    /// `a / b`
    Divide,
    /// `min(a, b)`
    Minimum,
    /// `max(a, b)`
    Maximum,
}

/// Pointwise functions of one value.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Pointwise {
    /// The square root.
    Sqrt,
    /// `1 / sqrt(e)`
    Rsqrt,
    /// The absolute value.
    Abs,
    /// The exponential function.
    Exp,
    /// The natural logarithm.
    Log,
    /// The hyperbolic tangent.
    Tanh,
    /// `1 / (1 + exp(-e))`
    Sigmoid,
    /// `log(1 + exp(e))`
    Softplus,
    /// -1, 0 or 1; 0 at 0.
    Sign,
    /// The error function.
    Erf,
    /// The inverse tangent.
    Atan,
}

/// Reductions over axes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Statistic {
    /// The arithmetic mean.
    Mean,
    /// The biased variance `mean((e - mean(e))^2)`.
    Var,
    /// `sqrt(var(e))`
    Std,
    /// The root mean square `sqrt(mean(e^2))`.
    Rms,
    /// The sum.
    Sum,
    /// The sum of absolute values.
    Norm1,
    /// The square root of the sum of squares.
    Norm2,
    /// The largest value. NaN in gives NaN out; ties share the derivative equally.
    Max,
    /// The smallest value, as [`Statistic::Max`].
    Min,
}

impl Operation {
    /// The operands, in the order in which they are written.
    ///
    /// A running value without something else to track has its value twice.
    pub fn operands(self) -> impl DoubleEndedIterator<Item = NodeId> {
        let operands = match self {
            Operation::Number(_)
            | Operation::Name(_)
            | Operation::Size(_)
            | Operation::Index(_)
            | Operation::Batches
            | Operation::OwnPast { .. } => [None; 4],
            Operation::Negate(e)
            | Operation::Pointwise(_, e)
            | Operation::Statistic(_, e, _)
            | Operation::Cumulative(_, e, _)
            | Operation::Transpose(e)
            | Operation::Stop(e)
            | Operation::Past(e)
            | Operation::Call(_, e) => [Some(e), None, None, None],
            Operation::Binary(_, a, b) | Operation::Power(a, b) | Operation::Matmul(a, b) => {
                [Some(a), Some(b), None, None]
            }
            Operation::Window { e, before, after, .. } => {
                [Some(e), Some(before), Some(after), None]
            }
            Operation::Running { value, start, tracked, weight, .. } => {
                [Some(value), Some(start), Some(tracked), weight]
            }
        };
        operands.into_iter().flatten()
    }

    /// The same operation of other operands.
    pub(crate) fn with_operands(self, place: impl Fn(NodeId) -> NodeId) -> Operation {
        match self {
            Operation::Number(_)
            | Operation::Name(_)
            | Operation::Size(_)
            | Operation::Index(_)
            | Operation::Batches
            | Operation::OwnPast { .. } => self,
            Operation::Negate(e) => Operation::Negate(place(e)),
            Operation::Binary(operator, a, b) => Operation::Binary(operator, place(a), place(b)),
            Operation::Power(base, exponent) => Operation::Power(place(base), place(exponent)),
            Operation::Pointwise(function, e) => Operation::Pointwise(function, place(e)),
            Operation::Statistic(statistic, e, axes) => {
                Operation::Statistic(statistic, place(e), axes)
            }
            Operation::Window { e, before, after, axis } => {
                Operation::Window { e: place(e), before: place(before), after: place(after), axis }
            }
            Operation::Cumulative(direction, e, axis) => {
                Operation::Cumulative(direction, place(e), axis)
            }
            Operation::Transpose(e) => Operation::Transpose(place(e)),
            Operation::Matmul(a, b) => Operation::Matmul(place(a), place(b)),
            Operation::Stop(e) => Operation::Stop(place(e)),
            Operation::Running { value, start, tracked, weight, slot } => Operation::Running {
                value: place(value),
                start: place(start),
                tracked: place(tracked),
                weight: weight.map(&place),
                slot,
            },
            Operation::Past(e) => Operation::Past(place(e)),
            Operation::Call(function, e) => Operation::Call(function, place(e)),
        }
    }

    /// The axes that the operation itself speaks of.
    pub(crate) fn axes(self) -> Option<Axes> {
        match self {
            Operation::Statistic(_, _, axes)
            | Operation::Cumulative(_, _, axes)
            | Operation::Window { axis: axes, .. }
            | Operation::Size(axes)
            | Operation::Index(axes) => Some(axes),
            _ => None,
        }
    }

    /// The axes along which the value may change, given those of the operands.
    pub(crate) fn varies(
        self,
        name: impl Fn(usize) -> Axes,
        node: impl Fn(NodeId) -> Axes,
    ) -> Axes {
        match self {
            Operation::Number(_) | Operation::Size(_) | Operation::Batches => Axes::NONE,
            Operation::Name(index) => name(index),
            Operation::Index(axes) | Operation::OwnPast { varies: axes, .. } => axes,
            Operation::Statistic(_, e, axes) => node(e).without(axes),
            Operation::Window { e, axis, .. } | Operation::Cumulative(_, e, axis) => {
                node(e).union(axis)
            }
            Operation::Transpose(e) => node(e).transposed(),
            Operation::Matmul(a, b) => {
                node(a).without(Axes::COLUMNS).union(node(b).without(Axes::CHANNELS))
            }
            // An average does not know the parts of a batch.
            Operation::Past(e) => node(e).without(Axes::PARTS),
            _ => self.operands().fold(Axes::NONE, |axes, operand| axes.union(node(operand))),
        }
    }
}

/// The functions of the language, by name.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Function {
    Pointwise(Pointwise),
    Statistic(Statistic),
    Minimum,
    Maximum,
    Clamp,
    Window,
    Cumulative(Direction),
    Transpose,
    Matmul,
    Stop,
    Running,
    Past,
}

pub(crate) const FUNCTIONS: [(&str, Function); 29] = [
    ("mean", Function::Statistic(Statistic::Mean)),
    ("var", Function::Statistic(Statistic::Var)),
    ("std", Function::Statistic(Statistic::Std)),
    ("rms", Function::Statistic(Statistic::Rms)),
    ("sum", Function::Statistic(Statistic::Sum)),
    ("norm1", Function::Statistic(Statistic::Norm1)),
    ("norm2", Function::Statistic(Statistic::Norm2)),
    ("sqrt", Function::Pointwise(Pointwise::Sqrt)),
    ("rsqrt", Function::Pointwise(Pointwise::Rsqrt)),
    ("abs", Function::Pointwise(Pointwise::Abs)),
    ("exp", Function::Pointwise(Pointwise::Exp)),
    ("log", Function::Pointwise(Pointwise::Log)),
    ("tanh", Function::Pointwise(Pointwise::Tanh)),
    ("sigmoid", Function::Pointwise(Pointwise::Sigmoid)),
    ("softplus", Function::Pointwise(Pointwise::Softplus)),
    ("sign", Function::Pointwise(Pointwise::Sign)),
    ("erf", Function::Pointwise(Pointwise::Erf)),
    ("atan", Function::Pointwise(Pointwise::Atan)),
    ("min", Function::Minimum),
    ("max", Function::Maximum),
    ("clamp", Function::Clamp),
    ("window", Function::Window),
    ("cumsum", Function::Cumulative(Direction::UpTo)),
    ("cumsum_back", Function::Cumulative(Direction::From)),
    ("transpose", Function::Transpose),
    ("matmul", Function::Matmul),
    ("stop", Function::Stop),
    ("running", Function::Running),
    ("past", Function::Past),
];

impl Pointwise {
    /// The name of the function in a text.
    #[must_use]
    pub fn name(self) -> &'static str {
        name_where(|function| matches!(function, Function::Pointwise(other) if other == self))
    }
}

impl Statistic {
    /// The name of the statistic in a text.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            // With two arguments these are pointwise, so the list has them once, as that.
            Statistic::Max => "max",
            Statistic::Min => "min",
            _ => name_where(
                |function| matches!(function, Function::Statistic(other) if other == self),
            ),
        }
    }
}

fn name_where(is_it: impl Fn(Function) -> bool) -> &'static str {
    let found = FUNCTIONS.iter().find(|(_, function)| is_it(*function));
    found.expect("every function of the language is in the list").0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_know_their_names() {
        let all = [Pointwise::Sqrt, Pointwise::Rsqrt, Pointwise::Abs, Pointwise::Exp];
        assert_eq!(all.map(Pointwise::name), ["sqrt", "rsqrt", "abs", "exp"]);
        let all = [Pointwise::Log, Pointwise::Tanh, Pointwise::Sigmoid, Pointwise::Sign];
        assert_eq!(all.map(Pointwise::name), ["log", "tanh", "sigmoid", "sign"]);
        let all = [Statistic::Mean, Statistic::Var, Statistic::Std, Statistic::Rms];
        assert_eq!(all.map(Statistic::name), ["mean", "var", "std", "rms"]);
        let all = [Statistic::Sum, Statistic::Norm1, Statistic::Norm2, Statistic::Max];
        assert_eq!(all.map(Statistic::name), ["sum", "norm1", "norm2", "max"]);
        let all = [Pointwise::Erf, Pointwise::Atan, Pointwise::Softplus];
        assert_eq!(all.map(Pointwise::name), ["erf", "atan", "softplus"]);
    }

    #[test]
    fn equality_ignores_where_a_node_stands() {
        let node = |span| Node { operation: Operation::Name(0), varies: Axes::ALL, span };
        assert_eq!(node(0..1), node(5..6));
        assert_ne!(node(0..1), Node { varies: Axes::NONE, ..node(0..1) });
    }
}
