use std::collections::HashSet;
use std::f64::consts::FRAC_2_SQRT_PI;

use crate::axes::Axes;
use crate::formulas::Formulas;
use crate::norm::{Mode, NormEquation};
use crate::operation::{Binary, Operation, Pointwise, Statistic};
use crate::parser::BATCHES;
use crate::presentation;
use crate::term::{Input, Term, TermId};
use crate::window::{Reach, Window};

/// A norm with its derivative, as formulas.
///
/// The derivative is that of reverse mode, `dx = (∂y/∂x)ᵀ dy`, simplified as people write it:
///
/// ```
/// use equations::{Mode, NormEquation, NormSource};
/// let layer = NormEquation::parse(&NormSource {
///     equation: "gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta",
///     over: "features",
///     parameters: &[],
///     constants: &[],
/// })
/// .unwrap();
/// let derivation = layer.derivation(Mode::Train);
/// let names: Vec<&str> = derivation.names.iter().map(|(name, _)| name.as_str()).collect();
/// assert_eq!(names, ["s", "xhat", "g"]);
/// ```
#[derive(Clone, Debug)]
pub struct Derivation {
    /// The mode that it is of.
    pub mode: Mode,
    /// The terms of everything below.
    pub formulas: Formulas,
    /// The value.
    pub y: TermId,
    /// In training, for every running slot, what its average follows.
    pub tracked: Vec<TermId>,
    /// In training, for every running slot, how far it goes there, where that is not the momentum.
    pub weights: Vec<Option<TermId>>,
    /// The gradient of x, given the cotangent.
    pub dx: TermId,
    /// The gradients of the parameters, in their order.
    pub dparameters: Vec<TermId>,
    /// Terms that the printed formulas name, with their names, in evaluation order: what the author
    /// of the equation named, and what people name in derivatives, such as `xhat`.
    pub names: Vec<(String, TermId)>,
}

impl NormEquation {
    /// The derivative of the norm in a mode, derived by reverse mode.
    ///
    /// Derivatives that are infinite or undefined at a point count as 0 there, ties in `max` and
    /// `min` share equally, and no derivative goes through `stop`.
    #[must_use]
    pub fn derivation(&self, mode: Mode) -> Derivation {
        let mut formulas = Formulas::default();
        let forward = Forward::of(self, mode, &mut formulas);
        let mut reverse = Reverse::from(forward.y, &mut formulas);
        reverse.run();
        let dx = reverse.gradient(Input::X);
        let count = self.parameters().len();
        let dparameters = (0..count).map(|index| reverse.gradient(Input::Parameter(index)));
        let dparameters = dparameters.collect();
        let Forward { y, tracked, weights, names } = forward;
        let derived = Derivation { mode, formulas, y, tracked, weights, dx, dparameters, names };
        presentation::presented(derived.without_stops(), self)
    }
}

/// The value of an equation as terms.
struct Forward {
    y: TermId,
    tracked: Vec<TermId>,
    weights: Vec<Option<TermId>>,
    names: Vec<(String, TermId)>,
}

impl Forward {
    fn of(equation: &NormEquation, mode: Mode, formulas: &mut Formulas) -> Forward {
        let expression = equation.expression();
        let parameters = equation.parameters().len();
        let mut constants = vec![None; 1 + parameters];
        constants.extend(equation.constants().iter().map(|(_, value)| Some(*value)));
        let constants = expression.constant_values(&constants);

        let mut place: Vec<TermId> = Vec::with_capacity(expression.nodes().len());
        let mut tracked = vec![0; equation.running().len()];
        let mut weights = vec![None; tracked.len()];
        let mut names = Vec::new();
        for (id, node) in expression.nodes().iter().enumerate() {
            if !equation.needs(id, mode) {
                // Nothing that is needed refers to it.
                place.push(TermId::MAX);
                continue;
            }
            let term = match node.operation {
                Operation::Number(value) => formulas.number(value),
                Operation::Name(index) => {
                    let input = match index.checked_sub(1) {
                        None => Input::X,
                        Some(index) if index < parameters => Input::Parameter(index),
                        Some(index) => Input::Constant(index - parameters),
                    };
                    formulas.input(input, node.varies, constants[id])
                }
                Operation::Running { slot, .. } if mode == Mode::Eval => {
                    let axes = equation.running()[slot].varies;
                    formulas.input(Input::Average(slot), axes, None)
                }
                Operation::Past(e) => match expression.nodes()[e].operation {
                    Operation::Running { slot, .. } => {
                        formulas.input(Input::Average(slot), node.varies, None)
                    }
                    other => unreachable!("the parser gives no past to {other:?}"),
                },
                Operation::OwnPast { slot, varies } => {
                    formulas.input(Input::Average(slot), varies, None)
                }
                Operation::Batches => formulas.batches(equation, mode),
                Operation::Running { value, tracked: followed, weight, slot, .. } => {
                    tracked[slot] = place[followed];
                    weights[slot] = weight.map(|weight| place[weight]);
                    place[value]
                }
                Operation::Power(base, exponent) => {
                    let exponent = constants[exponent].expect("exponents are constant");
                    formulas.power(place[base], exponent)
                }
                Operation::Window { e, before, after, axis } => {
                    let reach =
                        |node: usize| constants[node].expect("reaches are constant") as usize;
                    let (before, after) = (reach(before), reach(after));
                    formulas.window(Window { axis, reach: Reach::Near { before, after } }, place[e])
                }
                Operation::Cumulative(direction, e, axis) => {
                    formulas.window(Window { axis, reach: Reach::All(direction) }, place[e])
                }
                operation => formulas.operation(operation, &place),
            };
            place.push(term);
        }
        if mode == Mode::Eval {
            tracked.clear();
            weights.clear();
        } else if let Some(slot) = equation.batches_slot() {
            // The count is an average that forgets at once.
            tracked[slot] = formulas.batches(equation, mode);
            weights[slot] = Some(formulas.number(1.0));
            names.push((BATCHES.to_owned(), tracked[slot]));
        }
        let y = *place.last().expect("an expression has a node");
        let needed = |(_, node): &&(String, usize)| place[*node] != TermId::MAX;
        let definitions = expression.definitions.iter().filter(needed);
        names.extend(definitions.map(|(name, node)| (name.clone(), place[*node])));
        names.sort_by_key(|(_, term)| *term);
        Forward { y, tracked, weights, names }
    }
}

impl Formulas {
    /// The number of training passes, this one included.
    fn batches(&mut self, equation: &NormEquation, mode: Mode) -> TermId {
        let slot = equation.batches_slot().expect("an equation with `batches` counts them");
        let so_far = self.input(Input::Average(slot), Axes::NONE, None);
        if mode == Mode::Train { self.sum(1.0, vec![(1.0, so_far)]) } else { so_far }
    }

    /// The term of an operation whose operands stand at `place`.
    fn operation(&mut self, operation: Operation, place: &[TermId]) -> TermId {
        match operation {
            Operation::Negate(e) => self.scaled(-1.0, place[e]),
            Operation::Binary(operator, a, b) => {
                let (a, b) = (place[a], place[b]);
                match operator {
                    Binary::Add => self.sum(0.0, vec![(1.0, a), (1.0, b)]),
                    Binary::Subtract => self.sum(0.0, vec![(1.0, a), (-1.0, b)]),
                    Binary::Multiply => self.product(&[(a, 1), (b, 1)], false),
                    Binary::Divide => self.product(&[(a, 1), (b, -1)], false),
                    Binary::Minimum | Binary::Maximum => self.extreme(operator, a, b),
                }
            }
            Operation::Pointwise(function, e) => self.pointwise(function, place[e]),
            Operation::Size(axes) => self.size(axes),
            Operation::Index(axes) => self.index(axes),
            Operation::Transpose(e) => self.transpose(place[e]),
            Operation::Matmul(a, b) => self.matmul(place[a], place[b]),
            Operation::Stop(e) => self.stop(place[e]),
            Operation::Statistic(statistic, e, axes) => self.reduction(statistic, place[e], axes),
            other => unreachable!("{other:?} is handled before, or not part of a norm"),
        }
    }

    /// A statistic of the language by those of terms.
    fn reduction(&mut self, statistic: Statistic, e: TermId, axes: Axes) -> TermId {
        let root_of = |formulas: &mut Self, statistic, axes| {
            let square = formulas.product(&[(e, 2)], false);
            let squares = formulas.statistic(statistic, square, axes);
            formulas.pointwise(Pointwise::Sqrt, squares)
        };
        match statistic {
            Statistic::Rms => root_of(self, Statistic::Mean, axes),
            Statistic::Norm2 => root_of(self, Statistic::Sum, axes),
            Statistic::Norm1 => {
                let absolute = self.pointwise(Pointwise::Abs, e);
                self.statistic(Statistic::Sum, absolute, axes)
            }
            Statistic::Std => {
                let var = self.statistic(Statistic::Var, e, axes);
                self.pointwise(Pointwise::Sqrt, var)
            }
            _ => self.statistic(statistic, e, axes),
        }
    }
}

/// The reverse sweep: for every term the summands of its gradient.
struct Reverse<'a> {
    formulas: &'a mut Formulas,
    summands: Vec<Vec<(f64, TermId)>>,
    /// What the value is divided by somewhere: where that is 0 there is no value to differentiate.
    divisors: HashSet<TermId>,
}

impl<'a> Reverse<'a> {
    /// Starts at `y`, whose gradient is the cotangent, summed where `y` does not vary.
    fn from(y: TermId, formulas: &'a mut Formulas) -> Self {
        let cotangent = formulas.input(Input::Cotangent, Axes::ALL, None);
        let mut summands = vec![Vec::new(); formulas.terms().len()];
        let along = Axes::ALL.without(formulas.varies(y));
        summands[y].push((1.0, formulas.statistic(Statistic::Sum, cotangent, along)));
        let divisors = formulas.terms().iter().filter_map(|term| match term {
            Term::Product(factors) => Some(factors.iter().filter(|(_, by)| *by < 0)),
            _ => None,
        });
        let divisors = divisors.flatten().map(|(e, _)| *e).collect();
        Reverse { formulas, summands, divisors }
    }

    fn run(&mut self) {
        for id in (0..self.summands.len()).rev() {
            if self.summands[id].is_empty() {
                continue;
            }
            let gradient = self.total(id);
            for (operand, product) in self.shares(id, gradient) {
                // A gradient is a number for every index of its term: where the operand does not
                // vary, those numbers add up. A transpose has the indices of its operand.
                let varies = match self.formulas.terms()[id] {
                    Term::Transpose(_) => Axes::NONE,
                    _ => self.formulas.varies(id),
                };
                let along = varies.without(self.formulas.varies(operand));
                let summand = self.formulas.statistic(Statistic::Sum, product, along);
                self.summands[operand].push((1.0, summand));
            }
        }
    }

    /// For every operand what comes of the gradient of a term, as a number for every index of the larger
    /// of the two.
    fn shares(&mut self, id: TermId, gradient: TermId) -> Vec<(TermId, TermId)> {
        match self.formulas.terms()[id] {
            Term::Window(window, e) => {
                return vec![(e, self.formulas.window(window.adjoint(), gradient))];
            }
            Term::Transpose(e) => return vec![(e, self.formulas.transpose(gradient))],
            Term::Matmul(a, b) => return self.factors(a, b, gradient),
            _ => {}
        }
        let slopes = self.slopes(id).into_iter();
        let share =
            |(operand, slope)| (operand, self.formulas.product(&[(gradient, 1), (slope, 1)], true));
        slopes.map(share).collect()
    }

    /// What comes of the gradient of a matrix product: `gradient bᵀ` for `a` and `aᵀ gradient` for `b`. Where
    /// the product does not vary, neither does its gradient, and it is not to be written out: there the
    /// products are outer ones.
    fn factors(&mut self, a: TermId, b: TermId, gradient: TermId) -> Vec<(TermId, TermId)> {
        let f = &mut *self.formulas;
        let (rows, columns) =
            (f.varies(a).contains(Axes::CHANNELS), f.varies(b).contains(Axes::COLUMNS));
        let [across_a, across_b] = [a, b].map(|e| f.transpose(e));
        let of_a = match columns {
            true => f.matmul(gradient, across_b),
            false => f.product(&[(gradient, 1), (across_b, 1)], true),
        };
        let of_b = match rows {
            true => f.matmul(across_a, gradient),
            false => f.product(&[(across_a, 1), (gradient, 1)], true),
        };
        vec![(a, of_a), (b, of_b)]
    }

    /// The gradient of an input; 0 if nothing depends on it.
    fn gradient(&mut self, input: Input) -> TermId {
        let is_it = |term: &Term| *term == Term::Input(input);
        let id = self.formulas.terms().iter().position(is_it);
        match id.filter(|id| !self.summands[*id].is_empty()) {
            Some(id) => self.total(id),
            None => self.formulas.number(0.0),
        }
    }

    /// What has come together, the simplest summand first.
    fn total(&mut self, id: TermId) -> TermId {
        let mut summands = self.summands[id].clone();
        let formulas = &*self.formulas;
        summands.sort_by_key(|(_, term)| {
            let term = formulas.as_scaled(*term).map_or(*term, |(_, term)| term);
            let factors = formulas.factors(term);
            let statistic =
                |(e, _): &&(TermId, i32)| matches!(formulas.terms()[*e], Term::Statistic(..));
            (factors.iter().filter(statistic).count(), factors.len())
        });
        self.formulas.sum(0.0, summands)
    }

    /// For every operand the derivative of a term with respect to it, as a number for every index of
    /// the larger of the two; a statistic's derivative is a number for every index of its operand.
    fn slopes(&mut self, id: TermId) -> Vec<(TermId, TermId)> {
        let f = &mut *self.formulas;
        match f.terms()[id].clone() {
            Term::Number(_) | Term::Input(_) | Term::Size(_) | Term::Index(_) | Term::Stop(_) => {
                Vec::new()
            }
            Term::Sum { terms, .. } => {
                terms.into_iter().map(|(factor, term)| (term, f.number(factor))).collect()
            }
            Term::Product(factors) => (0..factors.len())
                .map(|index| {
                    let mut slope = factors.clone();
                    let (operand, exponent) = slope[index];
                    slope[index].1 -= 1;
                    let product = f.product(&slope, true);
                    (operand, f.scaled(f64::from(exponent), product))
                })
                .collect(),
            Term::Power(base, exponent) => {
                // At 0 an exponent below 1 has an infinite derivative.
                let slope = if exponent > 0.0 && exponent < 1.0 {
                    let inverse = f.inverse_or_zero(base);
                    f.product(&[(id, 1), (inverse, 1)], true)
                } else {
                    f.power(base, exponent - 1.0)
                };
                vec![(base, f.scaled(exponent, slope))]
            }
            Term::Pointwise(function, e) => vec![(e, self.pointwise(function, id, e))],
            Term::Extreme(operator, a, b) => {
                // (1 + sign(a - b)) / 2 is 1, 1/2 or 0.
                let difference = f.sum(0.0, vec![(1.0, a), (-1.0, b)]);
                let sign = f.pointwise(Pointwise::Sign, difference);
                let half = if operator == Binary::Maximum { 0.5 } else { -0.5 };
                vec![(a, f.sum(0.5, vec![(half, sign)])), (b, f.sum(0.5, vec![(-half, sign)]))]
            }
            Term::Statistic(statistic, e, axes) => {
                vec![(e, self.statistic(statistic, id, e, axes))]
            }
            Term::Window(..) | Term::Transpose(_) | Term::Matmul(..) => {
                unreachable!("its gradient is no product of numbers")
            }
            Term::InverseOrZero(_) => unreachable!("no equation has it"),
        }
    }

    fn pointwise(&mut self, function: Pointwise, value: TermId, e: TermId) -> TermId {
        let f = &mut *self.formulas;
        match function {
            Pointwise::Sqrt => {
                // Infinite at 0, unless the operand never is.
                let inverse = if self.divisors.contains(&value) {
                    f.product(&[(value, -1)], true)
                } else {
                    f.inverse_or_zero(value)
                };
                f.scaled(0.5, inverse)
            }
            Pointwise::Rsqrt => unreachable!("it is a power of sqrt"),
            Pointwise::Abs => f.pointwise(Pointwise::Sign, e),
            Pointwise::Exp => value,
            Pointwise::Log => f.product(&[(e, -1)], true),
            Pointwise::Tanh => {
                let square = f.product(&[(value, 2)], true);
                f.sum(1.0, vec![(-1.0, square)])
            }
            Pointwise::Sigmoid => {
                let rest = f.sum(1.0, vec![(-1.0, value)]);
                f.product(&[(value, 1), (rest, 1)], true)
            }
            Pointwise::Softplus => f.pointwise(Pointwise::Sigmoid, e),
            Pointwise::Sign => f.number(0.0),
            Pointwise::Erf => {
                let square = f.product(&[(e, 2)], true);
                let negative = f.scaled(-1.0, square);
                let bell = f.pointwise(Pointwise::Exp, negative);
                f.scaled(FRAC_2_SQRT_PI, bell)
            }
            Pointwise::Atan => {
                let square = f.product(&[(e, 2)], true);
                let sum = f.sum(1.0, vec![(1.0, square)]);
                f.product(&[(sum, -1)], true)
            }
        }
    }

    fn statistic(&mut self, statistic: Statistic, value: TermId, e: TermId, axes: Axes) -> TermId {
        let f = &mut *self.formulas;
        match statistic {
            Statistic::Sum => f.number(1.0),
            Statistic::Mean => {
                let size = f.size(axes);
                f.product(&[(size, -1)], true)
            }
            Statistic::Var => {
                // The mean inside moves too, but the deviations from it add up to 0.
                let mean = f.statistic(Statistic::Mean, e, axes);
                let deviation = f.sum(0.0, vec![(1.0, e), (-1.0, mean)]);
                let size = f.size(axes);
                let slope = f.product(&[(deviation, 1), (size, -1)], true);
                f.scaled(2.0, slope)
            }
            Statistic::Max | Statistic::Min => {
                // 1 where the operand is the extreme, 0 elsewhere; ties share.
                let difference = f.sum(0.0, vec![(1.0, e), (-1.0, value)]);
                let sign = f.pointwise(Pointwise::Sign, difference);
                let square = f.product(&[(sign, 2)], true);
                let is_extreme = f.sum(1.0, vec![(-1.0, square)]);
                let ties = f.statistic(Statistic::Sum, is_extreme, axes);
                f.product(&[(is_extreme, 1), (ties, -1)], true)
            }
            other => unreachable!("{other:?} is written out"),
        }
    }
}

impl Derivation {
    /// The same with every stop replaced by its operand: they have done their work.
    fn without_stops(self) -> Derivation {
        self.rebuilt(|formulas, from, id, place| match from.terms()[id] {
            Term::Stop(e) => place[e],
            _ => formulas.add_from(from, id, place),
        })
    }

    /// New formulas of everything that the value and the gradients need, term by term in evaluation
    /// order; `build` adds one of them, whose operands are at the given places.
    pub(crate) fn rebuilt(
        self,
        mut build: impl FnMut(&mut Formulas, &Formulas, TermId, &[TermId]) -> TermId,
    ) -> Derivation {
        let from = &self.formulas;
        let needed = self.needed();
        let mut formulas = Formulas::default();
        let mut place = vec![TermId::MAX; from.terms().len()];
        for id in (0..place.len()).filter(|id| needed[*id]) {
            place[id] = build(&mut formulas, from, id, &place);
        }
        let kept = |(_, id): &&(String, TermId)| needed[*id];
        let names = self.names.iter().filter(kept).map(|(name, id)| (name.clone(), place[*id]));
        Derivation {
            mode: self.mode,
            y: place[self.y],
            tracked: self.tracked.iter().map(|id| place[*id]).collect(),
            weights: self.weights.iter().map(|id| id.map(|id| place[id])).collect(),
            dx: place[self.dx],
            dparameters: self.dparameters.iter().map(|id| place[*id]).collect(),
            names: names.collect(),
            formulas,
        }
    }

    /// The terms of the results.
    pub(crate) fn results(&self) -> impl Iterator<Item = TermId> {
        let forward = [self.y].into_iter().chain(self.tracked.iter().copied());
        let forward = forward.chain(self.weights.iter().flatten().copied());
        forward.chain([self.dx]).chain(self.dparameters.iter().copied())
    }

    fn needed(&self) -> Vec<bool> {
        let terms = self.formulas.terms();
        let mut needed = vec![false; terms.len()];
        self.results().for_each(|id| needed[id] = true);
        for id in (0..terms.len()).rev() {
            if needed[id] {
                terms[id].operands().into_iter().for_each(|operand| needed[operand] = true);
            }
        }
        needed
    }
}
