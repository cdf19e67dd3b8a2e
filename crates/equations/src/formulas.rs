use std::collections::HashMap;

use crate::axes::Axes;
use crate::operation::{Binary, Pointwise, Statistic};
use crate::scalar;
use crate::term::{Input, Term, TermId};
use crate::window::{Reach, Window};

/// Terms in evaluation order, operands before the terms that use them; equal terms are one.
///
/// The methods that add terms simplify as people do on paper: numbers are combined, products and
/// powers of products become one product, equal summands one summand, and what does not vary along
/// the axes of a mean or a sum moves in front of it.
#[derive(Clone, Debug, Default)]
pub struct Formulas {
    terms: Vec<Term>,
    facts: Vec<Facts>,
    known: HashMap<Vec<u64>, TermId>,
}

/// What is known of a term without evaluating it.
#[derive(Clone, Copy, Debug)]
struct Facts {
    varies: Axes,
    sign: Sign,
}

/// What is known of the sign of a term, where it is not NaN.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Sign {
    Any,
    NotNegative,
    Positive,
}

impl Formulas {
    /// The terms in evaluation order.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The axes along which the value of a term may change.
    #[must_use]
    pub fn varies(&self, term: TermId) -> Axes {
        self.facts[term].varies
    }

    /// Whether a term is above 0 whatever it is given, so that its inverse is finite.
    pub(crate) fn is_positive(&self, term: TermId) -> bool {
        self.facts[term].sign == Sign::Positive
    }

    pub(crate) fn number(&mut self, value: f64) -> TermId {
        self.add(Term::Number(value))
    }

    /// An input, whose axes and value, if it is a constant, only the equation knows.
    pub(crate) fn input(&mut self, input: Input, varies: Axes, value: Option<f64>) -> TermId {
        let id = self.add(Term::Input(input));
        self.facts[id] = Facts { varies, sign: value.map_or(Sign::Any, sign_of) };
        id
    }

    /// `factor * term`
    pub(crate) fn scaled(&mut self, factor: f64, term: TermId) -> TermId {
        self.sum(0.0, vec![(factor, term)])
    }

    /// `constant + Σ factor * term`
    pub(crate) fn sum(&mut self, mut constant: f64, summands: Vec<(f64, TermId)>) -> TermId {
        let mut terms: Vec<(f64, TermId)> = Vec::with_capacity(summands.len());
        for (mut factor, mut term) in summands {
            if let Some((inner, scaled)) = self.as_scaled(term) {
                (factor, term) = (factor * inner, scaled);
            }
            if let Term::Number(value) = self.terms[term] {
                constant += factor * value;
            } else if let Some((total, _)) = terms.iter_mut().find(|(_, other)| *other == term) {
                *total += factor;
            } else {
                terms.push((factor, term));
            }
        }
        terms.retain(|(factor, _)| *factor != 0.0);
        match terms[..] {
            [] => self.number(constant),
            [(1.0, term)] if constant == 0.0 => term,
            _ => self.add(Term::Sum { constant, terms }),
        }
    }

    /// `Π term ^ exponent`. Equal terms are combined, as `x^2 * x^3`, and `x / x` is 1 where `cancel`
    /// says so: a definition keeps its poles.
    pub(crate) fn product(&mut self, factors: &[(TermId, i32)], cancel: bool) -> TermId {
        let mut coefficient = 1.0;
        let mut flat: Vec<(TermId, i32)> = Vec::with_capacity(factors.len());
        for &(term, exponent) in factors {
            let (factor, term) = self.as_scaled(term).unwrap_or((1.0, term));
            coefficient *= factor.powi(exponent);
            match &self.terms[term] {
                Term::Number(value) => coefficient *= value.powi(exponent),
                Term::Product(inner) => {
                    for &(term, power) in inner {
                        multiply(&mut flat, term, power.saturating_mul(exponent), cancel);
                    }
                }
                _ => multiply(&mut flat, term, exponent, cancel),
            }
        }
        self.sums_over_sizes_are_means(&mut flat);
        flat.retain(|(_, exponent)| *exponent != 0);
        let product = match flat[..] {
            _ if coefficient == 0.0 => return self.number(0.0),
            [] => return self.number(coefficient),
            [(term, 1)] => term,
            _ => self.add(Term::Product(flat)),
        };
        self.scaled(coefficient, product)
    }

    /// `base ^ exponent`
    pub(crate) fn power(&mut self, base: TermId, exponent: f64) -> TermId {
        if let Term::Number(value) = self.terms[base] {
            return self.number(scalar::power(value, exponent));
        }
        if exponent.abs() == 0.5 {
            let root = self.pointwise(Pointwise::Sqrt, base);
            return self.product(&[(root, exponent.signum() as i32)], false);
        }
        if exponent.fract() == 0.0 && exponent.abs() <= scalar::LARGEST_PRODUCT {
            return self.product(&[(base, exponent as i32)], false);
        }
        self.add(Term::Power(base, exponent))
    }

    pub(crate) fn pointwise(&mut self, function: Pointwise, e: TermId) -> TermId {
        match (function, &self.terms[e]) {
            (_, Term::Number(value)) => self.number(scalar::pointwise(function)(*value)),
            (Pointwise::Rsqrt, _) => {
                let root = self.pointwise(Pointwise::Sqrt, e);
                self.product(&[(root, -1)], false)
            }
            _ => self.add(Term::Pointwise(function, e)),
        }
    }

    pub(crate) fn extreme(&mut self, operator: Binary, a: TermId, b: TermId) -> TermId {
        match (&self.terms[a], &self.terms[b]) {
            (Term::Number(a), Term::Number(b)) => self.number(scalar::binary(operator)(*a, *b)),
            _ if a == b => a,
            _ => self.add(Term::Extreme(operator, a, b)),
        }
    }

    /// `1 / e`, and 0 where `e` is 0.
    pub(crate) fn inverse_or_zero(&mut self, e: TermId) -> TermId {
        if self.is_positive(e) {
            return self.product(&[(e, -1)], true);
        }
        self.add(Term::InverseOrZero(e))
    }

    pub(crate) fn stop(&mut self, e: TermId) -> TermId {
        match self.terms[e] {
            Term::Number(_) => e,
            _ => self.add(Term::Stop(e)),
        }
    }

    pub(crate) fn size(&mut self, axes: Axes) -> TermId {
        if axes.is_empty() { self.number(1.0) } else { self.add(Term::Size(axes)) }
    }

    pub(crate) fn index(&mut self, axes: Axes) -> TermId {
        if axes.is_empty() { self.number(0.0) } else { self.add(Term::Index(axes)) }
    }

    /// `mean`, `sum`, `var`, `max` or `min` of a term over axes.
    pub(crate) fn statistic(&mut self, statistic: Statistic, e: TermId, axes: Axes) -> TermId {
        let present = axes.without(axes.without(self.varies(e)));
        if statistic == Statistic::Sum && present != axes {
            // Along axes where the term does not vary it counts once for every index.
            let times = self.size(axes.without(present));
            let sum = self.statistic(Statistic::Sum, e, present);
            return self.product(&[(times, 1), (sum, 1)], false);
        }
        match statistic {
            Statistic::Var if present.is_empty() => self.number(0.0),
            _ if present.is_empty() => e,
            Statistic::Mean | Statistic::Sum => self.linear(e, present, |formulas, e| {
                let product = formulas.matrix_times_vector(e, present);
                match product.filter(|_| statistic == Statistic::Sum) {
                    Some((a, b)) => formulas.matmul(a, b),
                    None => formulas.add(Term::Statistic(statistic, e, present)),
                }
            }),
            _ => self.add(Term::Statistic(statistic, e, present)),
        }
    }

    /// The sum of a term over neighbours along an axis.
    pub(crate) fn window(&mut self, window: Window, e: TermId) -> TermId {
        if window.reach == (Reach::Near { before: 0, after: 0 }) {
            return e;
        }
        self.linear(e, window.axis, |formulas, e| formulas.add(Term::Window(window, e)))
    }

    /// `sum[columns](a transpose(v))` is `matmul(a, v)`, and `sum[group](a v)` is `matmul(transpose(v), a)`,
    /// where v is numbers for every channel and a is a matrix.
    fn matrix_times_vector(&mut self, e: TermId, axes: Axes) -> Option<(TermId, TermId)> {
        let Term::Product(factors) = &self.terms[e] else { return None };
        let &[(one, 1), (other, 1)] = &factors[..] else { return None };
        let matrix = Axes::CHANNELS.union(Axes::COLUMNS);
        let is_matrix = |e: TermId| self.varies(e).contains(matrix);
        let (a, v) = match (is_matrix(one), is_matrix(other)) {
            (true, false) => (one, other),
            (false, true) => (other, one),
            _ => return None,
        };
        match (axes, &self.terms[v]) {
            (Axes::COLUMNS, &Term::Transpose(v)) => Some((a, v)),
            (Axes::CHANNELS, _) => Some((self.transpose(v), a)),
            _ => None,
        }
    }

    /// Channels and columns exchanged, which what does not vary along them does not notice.
    pub(crate) fn transpose(&mut self, e: TermId) -> TermId {
        let matrix = Axes::CHANNELS.union(Axes::COLUMNS);
        match self.terms[e] {
            _ if self.varies(e).without(matrix) == self.varies(e) => e,
            Term::Transpose(inner) => inner,
            Term::Matmul(a, b) => {
                let [a, b] = [a, b].map(|e| self.transpose(e));
                self.matmul(b, a)
            }
            _ => {
                // What does not vary along them stands in front.
                let (factor, scaled) = self.as_scaled(e).unwrap_or((1.0, e));
                let constant =
                    |&(e, _): &(TermId, i32)| self.varies(e).without(matrix) == self.varies(e);
                let (mut outer, inner): (Vec<_>, Vec<_>) =
                    self.factors(scaled).into_iter().partition(constant);
                if factor == 1.0 && outer.is_empty() {
                    return self.add(Term::Transpose(e));
                }
                let inner = self.product(&inner, false);
                outer.push((self.transpose(inner), 1));
                let product = self.product(&outer, false);
                self.scaled(factor, product)
            }
        }
    }

    /// The matrix product, with what does not vary along channels and columns in front of it. What it adds
    /// up varies in both operands: a number taken so often is a factor.
    pub(crate) fn matmul(&mut self, a: TermId, b: TermId) -> TermId {
        let matrix = Axes::CHANNELS.union(Axes::COLUMNS);
        if !self.varies(a).contains(Axes::COLUMNS) {
            let sum = self.statistic(Statistic::Sum, b, Axes::CHANNELS);
            return self.product(&[(a, 1), (sum, 1)], false);
        }
        if !self.varies(b).contains(Axes::CHANNELS) {
            let sum = self.statistic(Statistic::Sum, a, Axes::COLUMNS);
            return self.product(&[(sum, 1), (b, 1)], false);
        }
        let mut outer = Vec::new();
        let mut coefficient = 1.0;
        let [a, b] = [a, b].map(|e| {
            let (factor, e) = self.as_scaled(e).unwrap_or((1.0, e));
            coefficient *= factor;
            let constant =
                |&(e, _): &(TermId, i32)| self.varies(e).without(matrix) == self.varies(e);
            let (in_front, inner): (Vec<_>, Vec<_>) =
                self.factors(e).into_iter().partition(constant);
            outer.extend(in_front);
            self.product(&inner, false)
        });
        outer.push((self.add(Term::Matmul(a, b)), 1));
        let product = self.product(&outer, false);
        self.scaled(coefficient, product)
    }

    /// A mean or a sum, with what does not vary along its axes in front of it.
    fn linear(
        &mut self,
        e: TermId,
        axes: Axes,
        sum: impl FnOnce(&mut Self, TermId) -> TermId,
    ) -> TermId {
        let (factor, term) = self.as_scaled(e).unwrap_or((1.0, e));
        let varying = |varies: Axes| varies.without(axes) != varies;
        let factors = match &self.terms[term] {
            Term::Product(factors) => factors.clone(),
            _ => vec![(term, 1)],
        };
        let (inner, mut outer): (Vec<_>, Vec<_>) =
            factors.into_iter().partition(|(term, _)| varying(self.varies(*term)));
        let inner = self.product(&inner, false);
        outer.push((sum(self, inner), 1));
        let product = self.product(&outer, false);
        self.scaled(factor, product)
    }

    /// Adds a term as it is.
    pub(crate) fn add(&mut self, term: Term) -> TermId {
        let key = key(&term);
        if let Some(&id) = self.known.get(&key) {
            return id;
        }
        let facts = Facts { varies: self.varies_of(&term), sign: self.sign_of(&term) };
        self.facts.push(facts);
        self.terms.push(term);
        self.known.insert(key, self.terms.len() - 1);
        self.terms.len() - 1
    }

    /// Adds a term of other formulas whose operands are those of `place`; axes and sign are kept.
    pub(crate) fn add_from(&mut self, from: &Formulas, id: TermId, place: &[TermId]) -> TermId {
        let term = from.terms[id].with_operands(|operand| place[operand]);
        let input = matches!(term, Term::Input(_));
        let added = self.add(term);
        if input {
            self.facts[added] = from.facts[id];
        }
        added
    }

    /// A term that is a number times another.
    pub(crate) fn as_scaled(&self, term: TermId) -> Option<(f64, TermId)> {
        match &self.terms[term] {
            Term::Sum { constant, terms } if *constant == 0.0 && terms.len() == 1 => Some(terms[0]),
            _ => None,
        }
    }

    /// The factors of a term that is a product, or the term itself.
    pub(crate) fn factors(&self, term: TermId) -> Vec<(TermId, i32)> {
        match &self.terms[term] {
            Term::Product(factors) => factors.clone(),
            _ => vec![(term, 1)],
        }
    }

    /// `sum[A](e) / size[A]` is `mean[A](e)`.
    fn sums_over_sizes_are_means(&mut self, factors: &mut [(TermId, i32)]) {
        for index in 0..factors.len() {
            let (sum, 1) = factors[index] else { continue };
            let Term::Statistic(Statistic::Sum, e, axes) = self.terms[sum] else { continue };
            let Some(&size) = self.known.get(&key(&Term::Size(axes))) else { continue };
            let divisor = factors.iter().position(|&(term, by)| term == size && by < 0);
            if let Some(divisor) = divisor {
                factors[divisor].1 += 1;
                factors[index].0 = self.add(Term::Statistic(Statistic::Mean, e, axes));
            }
        }
    }

    fn varies_of(&self, term: &Term) -> Axes {
        let operands = term.operands();
        let union = operands.iter().fold(Axes::NONE, |axes, e| axes.union(self.varies(*e)));
        match term {
            Term::Statistic(_, _, axes) => union.without(*axes),
            Term::Index(axes) => *axes,
            Term::Window(window, _) => union.union(window.axis),
            Term::Transpose(_) => union.transposed(),
            Term::Matmul(a, b) => self
                .varies(*a)
                .without(Axes::COLUMNS)
                .union(self.varies(*b).without(Axes::CHANNELS)),
            _ => union,
        }
    }

    fn sign_of(&self, term: &Term) -> Sign {
        let sign = |e: TermId| self.facts[e].sign;
        match term {
            Term::Number(value) => sign_of(*value),
            Term::Input(_) => Sign::Any,
            Term::Size(_) => Sign::Positive,
            Term::Index(_) => Sign::NotNegative,
            Term::Sum { constant, terms } => {
                let parts = terms.iter().map(|&(factor, term)| match sign(term) {
                    _ if factor < 0.0 => Sign::Any,
                    sign => sign,
                });
                let parts: Vec<Sign> = parts.chain([sign_of(*constant)]).collect();
                let any = parts.contains(&Sign::Any);
                if any { Sign::Any } else { parts.into_iter().max().unwrap_or(Sign::Any) }
            }
            // What is small but not 0 may have a product that is 0, so nothing here is positive.
            Term::Product(factors) => {
                let even = |&(term, exponent): &(TermId, i32)| {
                    exponent % 2 == 0 || sign(term) != Sign::Any
                };
                if factors.iter().all(even) { Sign::NotNegative } else { Sign::Any }
            }
            Term::Pointwise(function, e) => match function {
                Pointwise::Sqrt => sign(*e).max(Sign::NotNegative),
                Pointwise::Abs | Pointwise::Exp | Pointwise::Sigmoid | Pointwise::Softplus => {
                    Sign::NotNegative
                }
                _ => Sign::Any,
            },
            Term::Matmul(..) => Sign::Any,
            Term::Power(..) => Sign::NotNegative,
            Term::Extreme(Binary::Maximum, a, b) => sign(*a).max(sign(*b)),
            Term::Extreme(_, a, b) => sign(*a).min(sign(*b)),
            Term::Statistic(Statistic::Var, ..) => Sign::NotNegative,
            Term::Statistic(_, e, _)
            | Term::Window(_, e)
            | Term::Transpose(e)
            | Term::InverseOrZero(e)
            | Term::Stop(e) => sign(*e),
        }
    }
}

fn sign_of(value: f64) -> Sign {
    if value > 0.0 {
        Sign::Positive
    } else if value == 0.0 {
        Sign::NotNegative
    } else {
        Sign::Any
    }
}

/// Multiplies a product by `term ^ exponent`.
fn multiply(factors: &mut Vec<(TermId, i32)>, term: TermId, exponent: i32, cancel: bool) {
    let alike = |&&mut (other, power): &&mut (TermId, i32)| {
        other == term && (cancel || power.signum() == exponent.signum())
    };
    match factors.iter_mut().find(alike) {
        Some((_, power)) => *power = power.saturating_add(exponent),
        None => factors.push((term, exponent)),
    }
}

/// What tells terms apart: sums and products that differ in the order of their parts are equal.
fn key(term: &Term) -> Vec<u64> {
    let mut words = vec![];
    let mut pairs = |tag: u64, head: u64, mut pairs: Vec<[u64; 2]>| {
        pairs.sort_unstable();
        words = [tag, head].into_iter().chain(pairs.into_iter().flatten()).collect();
    };
    match term {
        Term::Number(value) => pairs(0, value.to_bits(), vec![]),
        Term::Input(input) => pairs(1, 0, vec![input_key(*input)]),
        Term::Sum { constant, terms } => {
            let terms = terms.iter().map(|(factor, term)| [*term as u64, factor.to_bits()]);
            pairs(2, constant.to_bits(), terms.collect());
        }
        Term::Product(factors) => {
            let factors = factors.iter().map(|(term, by)| [*term as u64, *by as u64]);
            pairs(3, 0, factors.collect());
        }
        Term::Power(base, exponent) => pairs(4, *base as u64, vec![[exponent.to_bits(), 0]]),
        Term::Pointwise(function, e) => pairs(5, *e as u64, vec![[*function as u64, 0]]),
        Term::Extreme(operator, a, b) => {
            pairs(6, *operator as u64, vec![[*a as u64, 0], [*b as u64, 0]]);
        }
        Term::Statistic(statistic, e, axes) => {
            pairs(7, *e as u64, vec![[*statistic as u64, u64::from(axes.bits())]]);
        }
        Term::Size(axes) => pairs(8, u64::from(axes.bits()), vec![]),
        Term::InverseOrZero(e) => pairs(9, *e as u64, vec![]),
        Term::Stop(e) => pairs(10, *e as u64, vec![]),
        Term::Index(axes) => pairs(11, u64::from(axes.bits()), vec![]),
        Term::Transpose(e) => pairs(14, *e as u64, vec![]),
        // The order matters.
        Term::Matmul(a, b) => pairs(15, *a as u64, vec![[*b as u64, 0]]),
        Term::Window(Window { axis, reach }, e) => {
            let (kind, reach) = match *reach {
                Reach::Near { before, after } => (12, [before as u64, after as u64]),
                Reach::All(direction) => (13, [direction as u64, 0]),
            };
            pairs(kind << 8 | u64::from(axis.bits()), *e as u64, vec![reach]);
        }
    }
    words
}

fn input_key(input: Input) -> [u64; 2] {
    match input {
        Input::X => [0, 0],
        Input::Parameter(index) => [1, index as u64],
        Input::Constant(index) => [2, index as u64],
        Input::Average(slot) => [3, slot as u64],
        Input::Cotangent => [4, 0],
    }
}
