//! Derived gradients as text: plain, as papers print them, and in LaTeX.

use crate::axes::Axes;
use crate::derivation::Derivation;
use crate::known::PARTS;
use crate::layout::{Piece, Sign};
use crate::norm::NormEquation;
use crate::notation::Notation;
use crate::operation::{Binary, Operation};
use crate::parser::{BATCHES, GROUPS, INDEX, SIZE};
use crate::print;
use crate::term::{Input, Term, TermId};
use crate::window::{Reach, Window};

impl Derivation {
    /// The gradients in ASCII, a line for each after the lines of what they use.
    ///
    /// `dy` is the gradient of the loss with respect to the result, `average_m` the running average
    /// behind the definition `m`, and `inverse(e)`, if it occurs, is `1 / e`, and 0 where e is 0.
    ///
    /// ```
    /// use equations::{Mode, NormEquation, NormSource};
    /// let equation = "gamma * tanh(2 * x)";
    /// let source = NormSource { equation, over: "none", parameters: &[], constants: &[] };
    /// let norm = NormEquation::parse(&source).unwrap();
    /// assert!(norm.derivation(Mode::Train).text(&norm).ends_with("dgamma = sum[samples+positions](dy * tanh(2 * x))"));
    /// ```
    #[must_use]
    pub fn text(&self, equation: &NormEquation) -> String {
        joined(&self.lines(equation, Notation::Ascii))
    }

    /// The gradients in the characters of papers, as [`Derivation::text`].
    #[must_use]
    pub fn papers(&self, equation: &NormEquation) -> String {
        joined(&self.lines(equation, Notation::Papers))
    }

    /// The gradients in LaTeX, as aligned lines. Here `average_m` is an m with a hat, and
    /// `inverse(e)` is written as a pseudoinverse, with the exponent `+`.
    #[must_use]
    pub fn latex(&self, equation: &NormEquation) -> String {
        print::aligned(&self.lines(equation, Notation::Latex))
    }

    /// Names with their texts: what the gradients use, then the gradients.
    fn lines(&self, equation: &NormEquation, notation: Notation) -> Vec<(String, String)> {
        let mut terms = Terms { notation, equation, derivation: self, of: Vec::new() };
        let mut lines = Vec::new();
        for (id, needed) in self.needed_for_gradients().into_iter().enumerate() {
            if !needed {
                terms.of.push(Piece::default());
                continue;
            }
            let piece = terms.piece(id);
            terms.of.push(match self.name_of(id) {
                Some(name) => {
                    let name = notation.name(name);
                    lines.push((name.text().to_owned(), piece.into_text()));
                    name
                }
                None => piece,
            });
        }
        let mut line = |name: &str, term: TermId| {
            let name = notation.differential(name);
            lines.push((name.text().to_owned(), terms.of[term].text().to_owned()));
        };
        line("x", self.dx);
        for (parameter, gradient) in equation.parameters().iter().zip(&self.dparameters) {
            line(&parameter.name, *gradient);
        }
        lines
    }

    fn needed_for_gradients(&self) -> Vec<bool> {
        let terms = self.formulas.terms();
        let mut needed = vec![false; terms.len()];
        needed[self.dx] = true;
        self.dparameters.iter().for_each(|gradient| needed[*gradient] = true);
        for id in (0..terms.len()).rev() {
            if needed[id] {
                terms[id].operands().into_iter().for_each(|operand| needed[operand] = true);
            }
        }
        needed
    }

    /// The name of a term, unless its own text is as short.
    fn name_of(&self, id: TermId) -> Option<&str> {
        let short = &self.formulas.terms()[id];
        if matches!(short, Term::Number(_) | Term::Input(_) | Term::Size(_) | Term::Index(_)) {
            return None;
        }
        self.names.iter().find(|(_, named)| *named == id).map(|(name, _)| name.as_str())
    }
}

fn joined(lines: &[(String, String)]) -> String {
    let lines: Vec<String> = lines.iter().map(|(name, text)| format!("{name} = {text}")).collect();
    lines.join("\n")
}

/// The texts of the terms so far.
struct Terms<'a> {
    notation: Notation,
    equation: &'a NormEquation,
    derivation: &'a Derivation,
    of: Vec<Piece>,
}

impl Terms<'_> {
    fn piece(&self, id: TermId) -> Piece {
        let notation = self.notation;
        match &self.derivation.formulas.terms()[id] {
            Term::Number(value) => self.number(*value),
            Term::Input(input) => self.input(*input),
            Term::Sum { constant, terms } => self.sum(*constant, terms),
            Term::Product(factors) => self.product(1.0, factors),
            Term::Power(base, exponent) => {
                notation.power(self.of[*base].clone(), self.number(*exponent))
            }
            Term::Pointwise(function, e) => self.call(function.name(), None, &[*e]),
            Term::Extreme(Binary::Minimum, a, b) => self.call("min", None, &[*a, *b]),
            Term::Extreme(_, a, b) => self.call("max", None, &[*a, *b]),
            Term::Statistic(statistic, e, axes) => {
                self.call(statistic.name(), self.shown(*axes), &[*e])
            }
            Term::Window(window, e) => self.window(*window, *e),
            Term::Transpose(e) => notation.transpose(self.of[*e].clone()),
            Term::Matmul(a, b) => notation.matrix_product(self.of[*a].clone(), self.of[*b].clone()),
            Term::Size(Axes::GROUPS) => notation.name(GROUPS),
            Term::Size(Axes::PARTS) => notation.name(PARTS.0),
            Term::Size(axes) => notation.of_axes(SIZE, self.shown(*axes)),
            Term::Index(axes) => notation.of_axes(INDEX, self.shown(*axes)),
            Term::InverseOrZero(e) if notation == Notation::Latex => {
                notation.power(self.of[*e].clone(), Piece::whole("+".to_owned()))
            }
            Term::InverseOrZero(e) => self.call("inverse", None, &[*e]),
            Term::Stop(e) => self.call("stop", None, &[*e]),
        }
    }

    /// Terms with a plus before terms with a minus only where the first would have a minus: the
    /// constant may be what comes first.
    fn sum(&self, constant: f64, terms: &[(f64, TermId)]) -> Piece {
        let mut parts: Vec<(Sign, Piece)> =
            terms.iter().map(|&(factor, term)| (sign(factor), self.scaled(factor, term))).collect();
        if constant != 0.0 {
            let part = (sign(constant), self.notation.number(constant.abs()));
            let first = parts.first().is_some_and(|(sign, _)| *sign == Sign::Minus);
            parts.insert(if first { 0 } else { parts.len() }, part);
        }
        self.notation.sum(parts)
    }

    /// `|factor| * term`
    fn scaled(&self, factor: f64, term: TermId) -> Piece {
        let product = match &self.derivation.formulas.terms()[term] {
            Term::Product(factors) if self.derivation.name_of(term).is_none() => factors.clone(),
            _ => vec![(term, 1)],
        };
        self.product(factor.abs(), &product)
    }

    /// `factor * Π term ^ exponent` as a fraction, with the factors in their order.
    fn product(&self, factor: f64, factors: &[(TermId, i32)]) -> Piece {
        let (mut above, mut below) = (Vec::new(), Vec::new());
        let inverse = (1.0 / factor).round();
        if factor < 1.0 && 1.0 / inverse == factor {
            below.push(self.notation.number(inverse));
        } else if factor != 1.0 {
            above.push(self.notation.number(factor));
        }
        for (term, exponent) in self.flat(factors) {
            let part = if exponent > 0 { &mut above } else { &mut below };
            let base = self.of[term].clone();
            part.push(match exponent.unsigned_abs() {
                1 => base,
                exponent => self.notation.power(base, self.notation.number(f64::from(exponent))),
            });
        }
        let numerator = self.notation.product(above);
        if below.is_empty() {
            return numerator;
        }
        self.notation.fraction(numerator, self.notation.product(below))
    }

    /// The factors with those of products among them in their place.
    fn flat(&self, factors: &[(TermId, i32)]) -> Vec<(TermId, i32)> {
        let inner =
            |&(term, exponent): &(TermId, i32)| match &self.derivation.formulas.terms()[term] {
                Term::Product(inner)
                    if exponent.abs() == 1 && self.derivation.name_of(term).is_none() =>
                {
                    inner.iter().map(|&(e, by)| (e, by * exponent)).collect()
                }
                _ => vec![(term, exponent)],
            };
        factors.iter().flat_map(inner).collect()
    }

    fn number(&self, value: f64) -> Piece {
        let number = self.notation.number(value.abs());
        if value < 0.0 { self.notation.negation(number) } else { number }
    }

    fn input(&self, input: Input) -> Piece {
        match input {
            Input::X => self.notation.name("x"),
            Input::Parameter(index) => self.notation.name(&self.equation.parameters()[index].name),
            Input::Constant(index) => self.notation.name(&self.equation.constants()[index].0),
            Input::Average(slot) => self.average(slot),
            Input::Cotangent => self.notation.differential("y"),
        }
    }

    /// A running average, by the name of the definition that is its running value; for the slot that counts
    /// them the number of passes, in training of those before.
    fn average(&self, slot: usize) -> Piece {
        if self.equation.batches_slot() == Some(slot) {
            let in_training = !self.derivation.tracked.is_empty();
            let before = if in_training { "past_" } else { "" };
            return self.notation.name(&format!("{before}{BATCHES}"));
        }
        let expression = self.equation.expression();
        let of_slot = |node: usize| match expression.nodes()[node].operation {
            Operation::Running { slot: other, .. } => other == slot,
            _ => false,
        };
        let name = expression.definitions.iter().find(|(_, node)| of_slot(*node));
        let name = name.map_or(slot.to_string(), |(name, _)| name.clone());
        match self.notation {
            Notation::Latex => {
                Piece::whole(format!(r"\hat{{{}}}", self.notation.name(&name).text()))
            }
            _ => self.notation.name(&format!("average_{name}")),
        }
    }

    fn window(&self, Window { axis, reach }: Window, e: TermId) -> Piece {
        let (before, after) = match reach {
            Reach::All(direction) => return self.call(direction.name(), self.shown(axis), &[e]),
            Reach::Near { before, after } => (before, after),
        };
        let e = self.of[e].text().to_owned();
        let arguments = [e, before.to_string(), after.to_string()];
        self.notation.call("window", self.shown(axis), &arguments)
    }

    fn call(&self, function: &str, axes: Option<Axes>, arguments: &[TermId]) -> Piece {
        let texts: Vec<String> = arguments.iter().map(|e| self.of[*e].text().to_owned()).collect();
        self.notation.call(function, axes, &texts)
    }

    fn shown(&self, axes: Axes) -> Option<Axes> {
        let over = self.equation.over();
        (axes != over || over.is_empty()).then_some(axes)
    }
}

fn sign(value: f64) -> Sign {
    if value < 0.0 { Sign::Minus } else { Sign::Plus }
}
