//! Whether numbers of single precision stay in its range.

use equations::{Axes, Input, Pointwise};

use super::{Node, NodeId, Operation, Pair, Program, Unary};

impl Program {
    /// Whether what varies along all axes is, for x of any size, about as large as x or its inverse, so
    /// that it is in range where x is: no square of x is written down, no inverse of a square.
    pub(in crate::compiled) fn stays_in_range(&self) -> bool {
        let mut degrees: Vec<Degrees> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let of = |e: NodeId| degrees[e];
            degrees.push(match node.operation {
                Operation::Input(Input::X) => Degrees { large: 1.0, small: 1.0 },
                Operation::Number(_)
                | Operation::Input(_)
                | Operation::Size(_)
                | Operation::Index(_) => Degrees::ZERO,
                Operation::Unary(unary, e) => of(e).of_unary(unary),
                Operation::Binary(pair, a, b) => of(a).of_pair(pair, of(b)),
                Operation::Reduce(_, e, _) | Operation::Window(_, e) | Operation::Transpose(e) => {
                    of(e)
                }
                Operation::Matmul(a, b) => of(a).of_pair(Pair::Multiply, of(b)),
            });
        }
        let summed = |id: NodeId| {
            let sums = |node: &&Node| node.operation.operands().any(|e| e == id);
            self.nodes
                .iter()
                .filter(sums)
                .all(|node| matches!(node.operation, Operation::Reduce(..)))
        };
        let mut wide = (0..self.nodes.len()).filter(|id| self.nodes[*id].varies == Axes::ALL);
        wide.all(|id| {
            let in_range = degrees[id].large <= 1.0 && degrees[id].small >= -1.0;
            // Products are widened before they are summed, and nowhere written down.
            let product = matches!(self.nodes[id].operation, Operation::Binary(Pair::Multiply, ..));
            in_range || (product && summed(id) && id != self.dx && id != self.y)
        })
    }
}

/// The power of x that a node grows with where x is large, and shrinks with where it is small.
#[derive(Clone, Copy, Debug)]
struct Degrees {
    large: f64,
    small: f64,
}

impl Degrees {
    const ZERO: Degrees = Degrees { large: 0.0, small: 0.0 };

    fn times(self, factor: f64) -> Degrees {
        Degrees { large: factor * self.large, small: factor * self.small }
    }

    fn of_unary(self, unary: Unary) -> Degrees {
        match unary {
            Unary::Linear(_, constant) if constant.value() == 0.0 => self,
            // Where x is large the larger summand counts, where it is small the other.
            Unary::Linear(..) => self.plus(Degrees::ZERO),
            Unary::Power(exponent) => self.times(f64::from(exponent)),
            Unary::RealPower(exponent) => self.times(exponent.value()),
            Unary::Inverse | Unary::InverseOrZero => self.times(-1.0),
            Unary::Function(Pointwise::Sqrt) => self.times(0.5),
            Unary::Function(Pointwise::Abs) => self,
            Unary::Function(Pointwise::Softplus) => self.plus(Degrees::ZERO),
            // Bounded, or beyond any power.
            Unary::Function(_) => Degrees::ZERO,
        }
    }

    fn of_pair(self, pair: Pair, other: Degrees) -> Degrees {
        match pair {
            Pair::Add | Pair::Subtract | Pair::AddScaled(_) | Pair::Minimum | Pair::Maximum => {
                self.plus(other)
            }
            Pair::Multiply => {
                Degrees { large: self.large + other.large, small: self.small + other.small }
            }
            Pair::Divide => {
                Degrees { large: self.large - other.large, small: self.small - other.small }
            }
        }
    }

    fn plus(self, other: Degrees) -> Degrees {
        Degrees { large: self.large.max(other.large), small: self.small.min(other.small) }
    }
}
