use crate::axes::Axes;
use crate::broadcast::{View, zip};
use crate::derivation::Derivation;
use crate::extents::Extents;
use crate::interpreter::Reduction;
use crate::matrix::{self, Values};
use crate::norm::NormEquation;
use crate::scalar;
use crate::term::{Input, Term, TermId};

/// Where a derivation is evaluated. All values are stored as [`Extents`] says.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The sizes of the axes.
    pub extents: &'a Extents,
    /// The activation.
    pub x: &'a [f64],
    /// The parameters, in the order of the equation.
    pub parameters: &'a [&'a [f64]],
    /// The running averages before the pass, which evaluation reads and `past` does in training.
    pub state: &'a [Vec<f64>],
    /// The gradient of the loss with respect to the result.
    pub cotangent: &'a [f64],
}

/// A value with its gradients.
#[derive(Clone, PartialEq, Debug)]
pub struct Gradients {
    /// The value of the norm.
    pub y: Vec<f64>,
    /// The gradient of the activation.
    pub dx: Vec<f64>,
    /// The gradients of the parameters, in the order of the equation.
    pub dparameters: Vec<Vec<f64>>,
}

impl Derivation {
    /// Value and gradients by the formulas, term by term: what they mean, without any haste. An empty
    /// batch gives an empty result and zeros.
    ///
    /// # Panics
    /// When a slice does not have the length that the extents say.
    #[must_use]
    pub fn evaluate(&self, equation: &NormEquation, at: &Place<'_>) -> Gradients {
        let lengths = equation.parameters().iter().map(|p| p.len(at.extents));
        if at.extents.is_empty() {
            let dparameters = lengths.map(|len| vec![0.0; len]).collect();
            return Gradients { y: Vec::new(), dx: Vec::new(), dparameters };
        }
        let extents = &equation.divided(at.extents, self.mode);
        let at = &Place { extents, ..*at };
        let mut values: Vec<Vec<f64>> = Vec::with_capacity(self.formulas.terms().len());
        for id in 0..self.formulas.terms().len() {
            values.push(self.term_value(equation, at, id, &values));
        }
        let along = |id: TermId, axes: Axes| {
            View::new(&values[id], self.formulas.varies(id), at.extents).expand(axes, at.extents)
        };
        let parameters = self.dparameters.iter().zip(equation.parameters());
        Gradients {
            y: along(self.y, Axes::ALL),
            dx: along(self.dx, Axes::ALL),
            dparameters: parameters.map(|(id, p)| along(*id, p.shape.varies())).collect(),
        }
    }

    /// The value of one term, given those of the terms before it, each stored along the axes that it
    /// varies along. The batch is in as many parts as the extents say.
    ///
    /// # Panics
    /// When a slice does not have the length that the extents say.
    #[must_use]
    pub fn term_value(
        &self,
        equation: &NormEquation,
        at: &Place<'_>,
        id: TermId,
        values: &[Vec<f64>],
    ) -> Vec<f64> {
        let (extents, varies) = (at.extents, self.formulas.varies(id));
        let view = |e: TermId| View::new(&values[e], self.formulas.varies(e), extents);
        let of = |e: TermId| Values { values: &values[e], varies: self.formulas.varies(e) };
        let map = |e: TermId, f: &dyn Fn(f64) -> f64| values[e].iter().map(|e| f(*e)).collect();
        match &self.formulas.terms()[id] {
            Term::Number(value) => vec![*value],
            Term::Size(axes) => vec![extents.size(*axes) as f64],
            Term::Index(axes) => (0..extents.size(*axes)).map(|i| i as f64).collect(),
            Term::Input(input) => match *input {
                Input::X => at.x.to_vec(),
                Input::Parameter(index) => at.parameters[index].to_vec(),
                Input::Constant(index) => vec![equation.constants()[index].1],
                Input::Average(slot) => at.state[slot].clone(),
                Input::Cotangent => at.cotangent.to_vec(),
            },
            Term::Sum { constant, terms } => {
                let start = vec![*constant; extents.size(varies)];
                terms.iter().fold(start, |sum, &(factor, term)| {
                    let sum = View::new(&sum, varies, extents);
                    zip(sum, view(term), varies, extents, |sum, term| sum + factor * term)
                })
            }
            Term::Product(factors) => {
                let start = vec![1.0; extents.size(varies)];
                factors.iter().fold(start, |product, &(factor, exponent)| {
                    let product = View::new(&product, varies, extents);
                    zip(product, view(factor), varies, extents, |product, factor| {
                        let power = scalar::power(factor, f64::from(exponent.abs()));
                        if exponent < 0 { product / power } else { product * power }
                    })
                })
            }
            Term::Power(base, exponent) => map(*base, &|base| scalar::power(base, *exponent)),
            Term::Pointwise(function, e) => map(*e, &scalar::pointwise(*function)),
            Term::Extreme(operator, a, b) => {
                zip(view(*a), view(*b), varies, extents, scalar::binary(*operator))
            }
            Term::Statistic(statistic, e, axes) => {
                let reduction =
                    Reduction { varies: self.formulas.varies(*e), axes: *axes, extents };
                reduction.statistic(*statistic, &values[*e])
            }
            Term::Window(window, e) => {
                window.sums(&view(*e).expand(varies, extents), varies, extents)
            }
            Term::Transpose(e) => matrix::transpose(of(*e), extents),
            Term::Matmul(a, b) => matrix::matmul(of(*a), of(*b), extents),
            Term::InverseOrZero(e) => map(*e, &|e| if e == 0.0 { 0.0 } else { 1.0 / e }),
            Term::Stop(e) => values[*e].clone(),
        }
    }
}
