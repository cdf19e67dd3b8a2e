//! Value and gradients of a norm in rounded arithmetic.

use equations::{Axes, Derivation, Gradients, Mode, NormEquation, Place, Term, TermId};

use crate::cast_points::{CastPoint, cast_points, made_of_parameters};
use crate::format::Format;
use crate::policy::Policy;
use crate::rounded::{Reduction, add, multiply};

/// Value and gradients as a policy computes them, by the formulas of the derivation.
///
/// A quotient is one division. Where a formula has several factors or summands they are taken in the
/// order of the derivation, parameters last.
///
/// # Panics
/// If the numbers do not have the lengths that the extents say.
pub fn emulate(equation: &NormEquation, mode: Mode, at: &Place<'_>, policy: &Policy) -> Gradients {
    let stored = |values: &[f64]| values.iter().map(|v| policy.storage.round(*v)).collect();
    let (x, cotangent): (Vec<f64>, Vec<f64>) = (stored(at.x), stored(at.cotangent));
    let parameters: Vec<Vec<f64>> = at.parameters.iter().map(|values| stored(values)).collect();
    let parameters: Vec<&[f64]> = parameters.iter().map(Vec::as_slice).collect();
    let extents = &equation.divided(at.extents, mode);
    let at = Place { extents, x: &x, cotangent: &cotangent, parameters: &parameters, ..*at };
    let derivation = equation.derivation(mode);
    let emulation = Emulation {
        points: cast_points(&derivation),
        of_parameters: made_of_parameters(&derivation.formulas),
        derivation: &derivation,
        equation,
        policy,
        at,
    };
    emulation.gradients()
}

struct Emulation<'a> {
    derivation: &'a Derivation,
    equation: &'a NormEquation,
    policy: &'a Policy,
    at: Place<'a>,
    points: Vec<CastPoint>,
    of_parameters: Vec<bool>,
}

impl Emulation<'_> {
    fn gradients(&self) -> Gradients {
        let mut values: Vec<Vec<f64>> = Vec::new();
        for id in 0..self.derivation.formulas.terms().len() {
            let value = self.value(id, &mut values);
            values.push(value);
        }
        let result = |id: TermId, axes: Axes| {
            let along = self.derivation.formulas.varies(id);
            let mut values = self.at.extents.expand(&values[id], along, axes);
            values.iter_mut().for_each(|value| *value = self.policy.storage.round(*value));
            values
        };
        let parameters = self.derivation.dparameters.iter().zip(self.equation.parameters());
        Gradients {
            y: result(self.derivation.y, Axes::ALL),
            dx: result(self.derivation.dx, Axes::ALL),
            dparameters: parameters.map(|(id, p)| result(*id, p.shape.varies())).collect(),
        }
    }

    fn value(&self, id: TermId, values: &mut [Vec<f64>]) -> Vec<f64> {
        let format = self.policy.at(self.points[id]);
        match &self.derivation.formulas.terms()[id] {
            Term::Sum { constant, terms } => self.sum(id, *constant, terms, values),
            Term::Product(factors) => self.product(id, factors, values),
            Term::Statistic(statistic, e, over) => {
                let is_gradient = self.points[id] == CastPoint::ParameterGradient;
                let accumulator = if is_gradient { format } else { format.accumulator() };
                let reduction = Reduction {
                    extents: self.at.extents,
                    along: self.derivation.formulas.varies(*e),
                    over: *over,
                    format,
                    accumulator,
                    variance: self.policy.variance,
                };
                reduction.of(*statistic, &values[*e])
            }
            // What is given is in the storage format or, as sizes, constants and averages, exact.
            Term::Number(_) | Term::Size(_) | Term::Index(_) | Term::Input(_) | Term::Stop(_) => {
                self.derivation.term_value(self.equation, &self.at, id, values)
            }
            term => {
                let rounded = |values: &[f64]| values.iter().map(|v| format.round(*v)).collect();
                let operands = term.operands();
                let kept: Vec<Vec<f64>> = operands
                    .iter()
                    .map(|operand| {
                        let narrow = rounded(&values[*operand]);
                        std::mem::replace(&mut values[*operand], narrow)
                    })
                    .collect();
                let exact = self.derivation.term_value(self.equation, &self.at, id, values);
                // Backwards, so that an operand that stands twice is put back as it was.
                for (operand, kept) in operands.into_iter().zip(kept).rev() {
                    values[operand] = kept;
                }
                rounded(&exact)
            }
        }
    }

    fn sum(
        &self,
        id: TermId,
        constant: f64,
        terms: &[(f64, TermId)],
        values: &[Vec<f64>],
    ) -> Vec<f64> {
        let operands: Vec<TermId> = terms.iter().map(|(_, term)| *term).collect();
        // Nothing is lost by starting from 0, and a constant such as the 1 of `1 + w` is exact.
        let mut sum = vec![constant; self.at.extents.size(self.derivation.formulas.varies(id))];
        for (place, format) in self.in_order(id, &operands) {
            let (factor, term) = terms[place];
            add(&mut sum, factor, &self.along(id, term, values), format);
        }
        sum
    }

    fn product(&self, id: TermId, factors: &[(TermId, i32)], values: &[Vec<f64>]) -> Vec<f64> {
        let operands: Vec<TermId> = factors.iter().map(|(term, _)| *term).collect();
        let size = self.at.extents.size(self.derivation.formulas.varies(id));
        let mut product = vec![1.0; size];
        for (place, format) in self.in_order(id, &operands) {
            let (term, exponent) = factors[place];
            multiply(&mut product, &self.along(id, term, values), exponent, format);
        }
        product
    }

    /// The places of the operands, those that are made of parameters last, with the format in which
    /// each is applied.
    fn in_order(&self, id: TermId, operands: &[TermId]) -> Vec<(usize, Format)> {
        let own = self.points[id];
        let (parameters, others): (Vec<usize>, Vec<usize>) =
            (0..operands.len()).partition(|place| self.of_parameters[operands[*place]]);
        // Where a parameter weighs statistics, that is still a statistic.
        let affine = if own == CastPoint::Normalize { CastPoint::Affine } else { own };
        let others = others.into_iter().map(|place| (place, self.policy.at(own)));
        let parameters = parameters.into_iter().map(|place| (place, self.policy.at(affine)));
        others.chain(parameters).collect()
    }

    /// An operand written out along the axes of the term that uses it.
    fn along(&self, id: TermId, operand: TermId, values: &[Vec<f64>]) -> Vec<f64> {
        let formulas = &self.derivation.formulas;
        let (from, to) = (formulas.varies(operand), formulas.varies(id));
        self.at.extents.expand(&values[operand], from, to)
    }
}

#[cfg(test)]
mod tests {
    use equations::{Extents, NormSource, ParameterShape, ParameterSource};

    use super::*;

    #[test]
    fn a_parameter_that_weighs_statistics_is_not_an_affine_cast() {
        // The mean of 256 and 258 is 257, which is no number of bf16: 256 and 258 are. In f32 both
        // deviations are 1, whatever the format of the affine operations.
        let parameters = [ParameterSource { name: "w", shape: ParameterShape::Scalar, start: 1.0 }];
        let equation = "x - w * mean(x)";
        let source =
            NormSource { equation, over: "features", parameters: &parameters, constants: &[] };
        let equation = NormEquation::parse(&source).unwrap();
        let extents = Extents::new(1, 1, 2, 1).unwrap();
        let (x, cotangent) = ([256.0, 258.0], [1.0, 0.0]);
        let at = Place {
            extents: &extents,
            x: &x,
            parameters: &[&[1.0]],
            state: &[],
            cotangent: &cotangent,
        };
        let y = |policy| emulate(&equation, Mode::Train, &at, &policy).y;
        assert_eq!(y(Policy::llama(Format::Bf16)), [-1.0, 1.0]);
        assert_eq!(y(Policy::none(Format::Bf16)), [0.0, 2.0]);
    }
}
