use crate::axes::Axes;
use crate::operation::{Binary, Pointwise, Statistic};
use crate::window::Window;

/// The place of a term in [`Formulas::terms`](crate::Formulas::terms).
pub type TermId = usize;

/// A term of a formula: what a derivative is made of. Sums and products have any number of operands,
/// as people write them, and equal terms are one term.
#[derive(Clone, PartialEq, Debug)]
pub enum Term {
    /// A number.
    Number(f64),
    /// Something given.
    Input(Input),
    /// `constant + Σ factor * term`
    Sum {
        /// What is added to the terms.
        constant: f64,
        /// Every term with its factor.
        terms: Vec<(f64, TermId)>,
    },
    /// `Π term ^ exponent`
    Product(Vec<(TermId, i32)>),
    /// `base ^ exponent` for an exponent that is no integer, or beyond the integers that multiply. NaN for a
    /// base below 0.
    Power(TermId, f64),
    /// A pointwise function.
    Pointwise(Pointwise, TermId),
    /// [`Binary::Minimum`] or [`Binary::Maximum`] of two terms; NaN in gives NaN out.
    Extreme(Binary, TermId, TermId),
    /// `mean`, `sum`, `var`, `max` or `min` over axes. Where the term does not vary along them it
    /// counts as written out in full.
    Statistic(Statistic, TermId, Axes),
    /// The sum over neighbours along an axis. Where the term does not vary along it, it counts as written
    /// out in full.
    Window(Window, TermId),
    /// Channels and columns exchanged.
    Transpose(TermId),
    /// The matrix product, the sum of the first at channel and k times the second at k and column; the
    /// first varies along columns and the second along channels.
    Matmul(TermId, TermId),
    /// The number of elements along axes.
    Size(Axes),
    /// 0, 1, 2, ... along axes, in the order in which they are stored.
    Index(Axes),
    /// `1 / e`, and 0 where `e` is 0: derivatives without bound count as 0.
    InverseOrZero(TermId),
    /// The value of its operand, through which no derivative goes.
    Stop(TermId),
}

/// What a formula is given.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Input {
    /// The activation.
    X,
    /// A parameter, by its index among [`NormEquation::parameters`](crate::NormEquation::parameters).
    Parameter(usize),
    /// A constant, by its index among [`NormEquation::constants`](crate::NormEquation::constants).
    Constant(usize),
    /// The running average of a slot as it was before the pass: in evaluation the running value, in
    /// training its `past`; for the slot that counts them the number of passes before.
    Average(usize),
    /// The gradient of the loss with respect to the result: `dy`.
    Cotangent,
}

impl Term {
    /// The terms that this one is made of.
    #[must_use]
    pub fn operands(&self) -> Vec<TermId> {
        match self {
            Term::Number(_) | Term::Input(_) | Term::Size(_) | Term::Index(_) => Vec::new(),
            Term::Sum { terms, .. } => terms.iter().map(|(_, term)| *term).collect(),
            Term::Product(factors) => factors.iter().map(|(term, _)| *term).collect(),
            Term::Power(e, _)
            | Term::Pointwise(_, e)
            | Term::Statistic(_, e, _)
            | Term::Window(_, e)
            | Term::Transpose(e)
            | Term::InverseOrZero(e)
            | Term::Stop(e) => vec![*e],
            Term::Extreme(_, a, b) | Term::Matmul(a, b) => vec![*a, *b],
        }
    }

    /// The same term of other operands.
    pub(crate) fn with_operands(&self, place: impl Fn(TermId) -> TermId) -> Term {
        match self {
            Term::Number(_) | Term::Input(_) | Term::Size(_) | Term::Index(_) => self.clone(),
            Term::Sum { constant, terms } => Term::Sum {
                constant: *constant,
                terms: terms.iter().map(|(factor, term)| (*factor, place(*term))).collect(),
            },
            Term::Product(factors) => {
                Term::Product(factors.iter().map(|(term, by)| (place(*term), *by)).collect())
            }
            Term::Power(e, exponent) => Term::Power(place(*e), *exponent),
            Term::Pointwise(function, e) => Term::Pointwise(*function, place(*e)),
            Term::Extreme(operator, a, b) => Term::Extreme(*operator, place(*a), place(*b)),
            Term::Statistic(statistic, e, axes) => Term::Statistic(*statistic, place(*e), *axes),
            Term::Window(window, e) => Term::Window(*window, place(*e)),
            Term::Transpose(e) => Term::Transpose(place(*e)),
            Term::Matmul(a, b) => Term::Matmul(place(*a), place(*b)),
            Term::InverseOrZero(e) => Term::InverseOrZero(place(*e)),
            Term::Stop(e) => Term::Stop(place(*e)),
        }
    }
}
