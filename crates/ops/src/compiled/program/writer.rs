//! The terms of a derivation as nodes.

use std::collections::HashMap;

use equations::{Axes, Binary, Derivation, Input, NormEquation, Statistic, Term, TermId};

use super::{Node, NodeId, Operation, Pair, Program, Reduction, Unary};

impl Program {
    pub(in crate::compiled) fn new(equation: &NormEquation, derivation: &Derivation) -> Program {
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
            weights: derivation.weights.iter().map(|id| id.map(|id| place[id])).collect(),
            dx: place[derivation.dx],
            dparameters: all(&derivation.dparameters),
            nodes: writer.nodes,
        }
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
            Term::Index(axes) => self.add(Operation::Index(*axes), *axes),
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
            Term::Window(window, e) => {
                let e = self.written_out(place[*e], window.axis);
                self.add(Operation::Window(*window, e), varies)
            }
            Term::Transpose(e) => self.add(Operation::Transpose(place[*e]), varies),
            Term::Matmul(a, b) => self.add(Operation::Matmul(place[*a], place[*b]), varies),
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

    /// A node that varies along an axis: itself, or its product with ones.
    fn written_out(&mut self, e: NodeId, axis: Axes) -> NodeId {
        if self.nodes[e].varies.contains(axis) {
            return e;
        }
        let index = self.add(Operation::Index(axis), axis);
        let ones = self.unary(Unary::Linear(0.0.into(), 1.0.into()), index);
        self.pair(Pair::Multiply, e, ones)
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
