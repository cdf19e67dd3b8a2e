//! A training pass over one point, by the definition and by an operation.

use dfdx::tensor::Cpu;
use dfdx::tensor_ops::Device;
use ops::{Element, Layout, Mode, Pass, Value};

use crate::choice::{Evaluator, NormChoice};
use crate::norm::State;
use crate::point::Point;

/// What a training pass leaves.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub y: Vec<f64>,
    /// The running averages.
    pub state: Vec<Vec<f64>>,
    /// Those of x and the parameters at a cotangent of ones and minus ones; none by the definition.
    pub gradients: Vec<Vec<f64>>,
}

impl Found {
    /// The result and the averages.
    pub(super) fn numbers(&self) -> impl Iterator<Item = &f64> {
        self.y.iter().chain(self.state.iter().flatten())
    }

    /// The largest difference of the result or of an average, in units of the largest number of each.
    pub(super) fn distance(&self, expected: &Found) -> f64 {
        let of_averages = self.state.iter().zip(&expected.state);
        let parts = std::iter::once((&self.y, &expected.y)).chain(of_averages);
        parts.map(|(found, expected)| distance(found, expected)).fold(0.0, f64::max)
    }
}

/// By the interpreter, in double precision.
pub(super) fn defined(choice: &NormChoice, point: &Point) -> Found {
    let parameters: Vec<&[f64]> = point.parameters.iter().map(Vec::as_slice).collect();
    let (extents, mut state) = (&point.extents, point.state.clone());
    let (equation, mode) = (choice.equation(), equations::Mode::Train);
    let y = equation.evaluate_unchecked_sizes(extents, &point.x, &parameters, &mut state, mode);
    Found { y, state, gradients: Vec::new() }
}

/// By an operation, forward and backward.
pub(super) fn run<E: Element>(choice: &NormChoice, evaluator: Evaluator, point: &Point) -> Found
where
    Cpu: Device<E>,
{
    let extents = &point.extents;
    let x = Value::new(extents.rows(), extents.features(), &nearest::<E>(&point.x));
    let parameters: Vec<Value<E>> =
        point.parameters.iter().map(|p| Value::new(1, p.len(), &nearest(p))).collect();
    let mut state = State { averages: point.state.iter().map(|s| nearest(s)).collect() };
    let layout = Layout { samples: extents.samples, positions: extents.positions };
    let mut pass = Pass::recording(Mode::Train);
    let norm = choice.build::<E>(evaluator);
    let y = norm.apply(&x, layout, &parameters, &mut state, &mut pass);
    let sign = |index: usize| if index.is_multiple_of(3) { -1.0 } else { 1.0 };
    let cotangent: Vec<f64> = (0..extents.len()).map(sign).collect();
    let mut gradients = pass.backward_from(&y, &nearest(&cotangent));
    let values = std::iter::once(&x).chain(&parameters);
    Found {
        y: double(y.as_slice()),
        state: state.averages.iter().map(|average| double(average)).collect(),
        gradients: values.map(|value| double(gradients.of(value))).collect(),
    }
}

/// Of what is finite.
fn distance(found: &[f64], expected: &[f64]) -> f64 {
    let finite = || found.iter().zip(expected).filter(|(a, b)| a.is_finite() && b.is_finite());
    let largest = finite().map(|(_, expected)| expected.abs()).fold(0.0, f64::max);
    let furthest = finite().map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    if furthest == 0.0 { 0.0 } else { furthest / largest }
}

fn nearest<E: Element>(values: &[f64]) -> Vec<E> {
    values.iter().map(|value| E::nearest(*value)).collect()
}

fn double<E: Element>(values: &[E]) -> Vec<f64> {
    values.iter().map(|value| value.double()).collect()
}
