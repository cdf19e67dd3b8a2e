//! A derivation as operations of arrays with one or two operands, shared wherever they are equal.

use std::collections::HashMap;

use equations::{
    Axes, Binary, Derivation, Input, NormEquation, Pointwise, Statistic, Term, TermId,
};

/// The place of a node in [`Program::nodes`].
pub(super) type NodeId = usize;

/// The value of a norm and its gradients as nodes in evaluation order.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) nodes: Vec<Node>,
    pub(super) y: NodeId,
    pub(super) tracked: Vec<NodeId>,
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
    Unary(Unary, NodeId),
    Binary(Pair, NodeId, NodeId),
    Reduce(Reduction, NodeId, Axes),
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

impl Operation {
    pub(super) fn operands(self) -> impl Iterator<Item = NodeId> {
        let operands = match self {
            Operation::Number(_) | Operation::Input(_) | Operation::Size(_) => [None; 2],
            Operation::Unary(_, a) | Operation::Reduce(_, a, _) => [Some(a), None],
            Operation::Binary(_, a, b) => [Some(a), Some(b)],
        };
        operands.into_iter().flatten()
    }
}

impl Program {
    pub(super) fn new(equation: &NormEquation, derivation: &Derivation) -> Program {
        let mut writer = Writer { equation, derivation, nodes: Vec::new(), known: HashMap::new() };
        let mut place: Vec<NodeId> = Vec::new();
        for id in 0..derivation.formulas.terms().len() {
            let node = writer.term(id, &place);
            place.push(node);
        }
        let all = |ids: &[TermId]| ids.iter().map(|id| place[*id]).collect();
        Program {
            y: place[derivation.y],
            tracked: all(&derivation.tracked),
            dx: place[derivation.dx],
            dparameters: all(&derivation.dparameters),
            nodes: writer.nodes,
        }
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

    /// Whether what varies along all axes is, for x of any size, about as large as x or its inverse, so
    /// that it is in range where x is: no square of x is written down, no inverse of a square.
    pub(super) fn stays_in_range(&self) -> bool {
        let mut degrees: Vec<Degrees> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let of = |e: NodeId| degrees[e];
            degrees.push(match node.operation {
                Operation::Input(Input::X) => Degrees { large: 1.0, small: 1.0 },
                Operation::Number(_) | Operation::Input(_) | Operation::Size(_) => Degrees::ZERO,
                Operation::Unary(unary, e) => of(e).of_unary(unary),
                Operation::Binary(pair, a, b) => of(a).of_pair(pair, of(b)),
                Operation::Reduce(_, e, _) => of(e),
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

struct Writer<'a> {
    equation: &'a NormEquation,
    derivation: &'a Derivation,
    nodes: Vec<Node>,
    known: HashMap<Operation, NodeId>,
}

impl Writer<'_> {
    fn term(&mut self, id: TermId, place: &[NodeId]) -> NodeId {
        let formulas = &self.derivation.formulas;
        let varies = formulas.varies(id);
        match &formulas.terms()[id] {
            Term::Number(value) => self.number(*value),
            Term::Size(axes) => self.add(Operation::Size(*axes), Axes::NONE),
            Term::Input(Input::Constant(index)) => self.number(self.equation.constants()[*index].1),
            Term::Input(input) => self.add(Operation::Input(*input), varies),
            Term::Sum { constant, terms } => {
                let terms: Vec<_> = terms.iter().map(|&(by, e)| (by, place[e])).collect();
                self.sum(*constant, &terms)
            }
            Term::Product(factors) => {
                let factors: Vec<_> = factors.iter().map(|&(e, by)| (place[e], by)).collect();
                self.product(&factors)
            }
            Term::Power(e, exponent) => self.unary(Unary::RealPower((*exponent).into()), place[*e]),
            Term::Pointwise(function, e) => self.unary(Unary::Function(*function), place[*e]),
            Term::InverseOrZero(e) => self.unary(Unary::InverseOrZero, place[*e]),
            Term::Extreme(Binary::Minimum, a, b) => self.pair(Pair::Minimum, place[*a], place[*b]),
            Term::Extreme(_, a, b) => self.pair(Pair::Maximum, place[*a], place[*b]),
            Term::Stop(e) => place[*e],
            Term::Statistic(statistic, e, axes) => {
                let e = place[*e];
                match statistic {
                    Statistic::Mean => self.reduce(Reduction::Mean, e, *axes),
                    Statistic::Sum => self.reduce(Reduction::Sum, e, *axes),
                    Statistic::Max => self.reduce(Reduction::Maximum, e, *axes),
                    Statistic::Min => self.reduce(Reduction::Minimum, e, *axes),
                    Statistic::Var => {
                        let mean = self.reduce(Reduction::Mean, e, *axes);
                        let deviation = self.pair(Pair::Subtract, e, mean);
                        let square = self.pair(Pair::Multiply, deviation, deviation);
                        self.reduce(Reduction::Mean, square, *axes)
                    }
                    other => unreachable!("{other:?} is written out in derivations"),
                }
            }
        }
    }

    fn number(&mut self, value: f64) -> NodeId {
        self.add(Operation::Number(value.into()), Axes::NONE)
    }

    fn value(&self, id: NodeId) -> Option<f64> {
        match self.nodes[id].operation {
            Operation::Number(number) => Some(number.value()),
            _ => None,
        }
    }

    fn sum(&mut self, mut constant: f64, terms: &[(f64, NodeId)]) -> NodeId {
        let mut open: Vec<(f64, NodeId)> = Vec::with_capacity(terms.len());
        for &(factor, e) in terms {
            match self.value(e) {
                Some(value) => constant += factor * value,
                None => open.push((factor, e)),
            }
        }
        // To begin with a summand as it is saves a multiplication.
        let first = open.iter().position(|(factor, _)| *factor == 1.0).unwrap_or(0);
        if open.is_empty() {
            return self.number(constant);
        }
        let (factor, e) = open.remove(first);
        let mut sum = self.unary(Unary::Linear(factor.into(), constant.into()), e);
        for (factor, e) in open {
            let pair = match factor {
                1.0 => Pair::Add,
                -1.0 => Pair::Subtract,
                _ => Pair::AddScaled(factor.into()),
            };
            sum = self.pair(pair, sum, e);
        }
        sum
    }

    /// Factors that vary along few axes are multiplied, and divided, before they meet the others.
    fn product(&mut self, factors: &[(NodeId, i32)]) -> NodeId {
        let mut along: Vec<Axes> = factors.iter().map(|(e, _)| self.nodes[*e].varies).collect();
        along.sort_by_key(|axes| (axes.count(), *axes));
        along.dedup();
        let mut parts: Vec<(Axes, NodeId)> = Vec::with_capacity(along.len());
        for axes in along {
            let here = factors.iter().filter(|(e, _)| self.nodes[*e].varies == axes);
            let (above, below): (Vec<_>, Vec<_>) = here.partition(|(_, by)| *by > 0);
            let above = self.powers(&above);
            let below = self.powers(&below);
            let part = match (above, below) {
                (Some(above), Some(below)) => self.pair(Pair::Divide, above, below),
                (Some(above), None) => above,
                (None, Some(below)) => self.unary(Unary::Inverse, below),
                (None, None) => unreachable!("the axes are those of a factor"),
            };
            parts.push((axes, part));
        }
        let mut index = 0;
        while index < parts.len() {
            let (axes, part) = parts[index];
            let larger = (index + 1..parts.len()).find(|at| parts[*at].0.contains(axes));
            match larger {
                Some(at) => {
                    parts[at].1 = self.pair(Pair::Multiply, parts[at].1, part);
                    parts.remove(index);
                }
                None => index += 1,
            }
        }
        let parts: Vec<NodeId> = parts.into_iter().map(|(_, part)| part).collect();
        parts
            .into_iter()
            .reduce(|a, b| self.pair(Pair::Multiply, a, b))
            .unwrap_or_else(|| self.number(1.0))
    }

    fn powers(&mut self, factors: &[&(NodeId, i32)]) -> Option<NodeId> {
        let mut product = None;
        for &&(e, exponent) in factors {
            let power = match exponent.unsigned_abs() {
                1 => e,
                2 => self.pair(Pair::Multiply, e, e),
                exponent => self.unary(Unary::Power(exponent), e),
            };
            product = Some(match product {
                None => power,
                Some(product) => self.pair(Pair::Multiply, product, power),
            });
        }
        product
    }

    fn unary(&mut self, unary: Unary, e: NodeId) -> NodeId {
        if unary == Unary::Linear(1.0.into(), 0.0.into()) {
            return e;
        }
        self.add(Operation::Unary(unary, e), self.nodes[e].varies)
    }

    fn pair(&mut self, pair: Pair, a: NodeId, b: NodeId) -> NodeId {
        let varies = self.nodes[a].varies.union(self.nodes[b].varies);
        self.add(Operation::Binary(pair, a, b), varies)
    }

    fn reduce(&mut self, reduction: Reduction, e: NodeId, axes: Axes) -> NodeId {
        self.add(Operation::Reduce(reduction, e, axes), self.nodes[e].varies.without(axes))
    }

    fn add(&mut self, operation: Operation, varies: Axes) -> NodeId {
        if let Some(&id) = self.known.get(&operation) {
            return id;
        }
        self.nodes.push(Node { operation, varies });
        self.known.insert(operation, self.nodes.len() - 1);
        self.nodes.len() - 1
    }
}
