//! A norm of the catalogue as the gradient checker sees it.
//!
//! What is differenced is the interpreter of the equation; what is under test is every operation
//! that computes it: the kernel that training uses and dfdx's autodiff, in both precisions.

use std::cell::RefCell;
use std::collections::HashMap;

use dfdx::tensor::Cpu;
use dfdx::tensor_ops::Device;
use equations::{Axes, Extents};
use gradcheck::{
    Call, CheckError, Evaluation, Examination, Kernel, KernelInfo, Layer, Mode, Offered, Options,
    Parameter, Precision, Progress, Property, Role, Slices, Strided, examine_with,
};
use ops::{Buffer, Element, Layout, Pass, Value};

use crate::catalogue::{Entry, Kernel as Operation};
use crate::choice::{Evaluator, NormChoice};
use crate::claims::Claim;
use crate::norm::State;

/// Examines every operation that computes a norm, over the checker's battery for norms.
///
/// # Errors
/// If the norm cannot be evaluated at all.
pub fn certify(
    entry: &'static Entry,
    options: &Options,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Vec<Examination>, CheckError> {
    examine_with(&EntryLayer::new(entry), options, progress)
}

/// The precision and the evaluator of each operation under test.
const OPERATIONS: [(Precision, Evaluator); 4] = [
    (Precision::Double, Evaluator::Fastest),
    (Precision::Double, Evaluator::Dfdx),
    (Precision::Single, Evaluator::Fastest),
    (Precision::Single, Evaluator::Dfdx),
];

struct EntryLayer {
    entry: &'static Entry,
    groups: usize,
    plain: NormChoice,
    /// The norm at every eps that a case asked for, by its bits.
    at_eps: RefCell<HashMap<u64, NormChoice>>,
}

impl EntryLayer {
    fn new(entry: &'static Entry) -> Self {
        let groups = if entry.takes_groups { 2 } else { 1 };
        let plain = NormChoice::new(entry, groups, Vec::new())
            .unwrap_or_else(|error| panic!("{}: {error}", entry.name));
        EntryLayer { entry, groups, plain, at_eps: RefCell::default() }
    }

    fn has_eps(&self) -> bool {
        self.plain.equation().constants().iter().any(|(name, _)| name == "eps")
    }

    /// The norm with the eps that stands last among a case's arguments.
    fn choice(&self, eps: Option<f64>) -> NormChoice {
        let Some(eps) = eps else { return self.plain.clone() };
        let with_eps = || {
            let constants = vec![("eps".to_owned(), eps)];
            NormChoice::new(self.entry, self.groups, constants).expect("it has the constant eps")
        };
        self.at_eps.borrow_mut().entry(eps.to_bits()).or_insert_with(with_eps).clone()
    }

    /// How many operations differ: without a kernel of its own a norm is computed by dfdx alone.
    fn operations(&self) -> impl Iterator<Item = &'static (Precision, Evaluator)> {
        let has_kernel = self.entry.kernel != Operation::Dfdx;
        OPERATIONS.iter().filter(move |(_, by)| has_kernel || *by == Evaluator::Dfdx)
    }

    fn extents(&self, shape: &[usize]) -> Extents {
        let (layout, width) = layout(shape);
        Extents::new(layout.samples, layout.positions, width, self.groups)
            .unwrap_or_else(|error| panic!("`fit` makes shapes fit: {error}"))
    }
}

/// `[samples, features]`, or with one or two axes of positions between them.
fn layout(shape: &[usize]) -> (Layout, usize) {
    let (samples, width) = (shape[0], shape[shape.len() - 1]);
    let positions = shape[1..shape.len() - 1].iter().product();
    (Layout { samples, positions }, width)
}

impl Layer for EntryLayer {
    fn name(&self) -> String {
        self.entry.name.to_owned()
    }

    fn fit(&self, shape: &[usize]) -> Vec<usize> {
        let mut shape = shape.to_vec();
        if let Some(width) = shape.last_mut() {
            // A case of few features is about statistics over few numbers, so every group gets as many.
            *width = match *width {
                few @ 0..=4 => few * self.groups,
                many => many.next_multiple_of(self.groups),
            };
        }
        shape
    }

    fn parameters(&self, shape: &[usize]) -> Vec<Parameter> {
        let extents = self.extents(shape);
        let parameters = self.plain.equation().parameters().iter().map(|parameter| {
            let role = if parameter.name == "beta" { Role::Bias } else { Role::Gain };
            Parameter::new(&parameter.name, &[parameter.len(&extents)], role)
        });
        let eps = self.has_eps().then(|| Parameter::new("eps", &[], Role::Eps));
        parameters.chain(eps).collect()
    }

    fn modes(&self) -> Vec<Mode> {
        let same = self.plain.equation().running().is_empty();
        if same { vec![Mode::Train] } else { vec![Mode::Train, Mode::Eval] }
    }

    fn start_state(&self, shape: &[usize]) -> Vec<Vec<f64>> {
        self.plain.equation().start_state(&self.extents(shape))
    }

    fn definition(&self, at: &Evaluation) -> Result<gradcheck::Value, String> {
        let eps = self.has_eps().then(|| at.arguments[at.arguments.len() - 1][0]);
        let choice = self.choice(eps);
        let equation = choice.equation();
        let count = equation.parameters().len();
        let (x, parameters) = (at.arguments[0], &at.arguments[1..=count]);
        let (extents, mut state) = (self.extents(at.shape), at.state.to_vec());
        let mode = match at.mode {
            Mode::Train => equations::Mode::Train,
            Mode::Eval => equations::Mode::Eval,
        };
        let output = equation.evaluate_unchecked_sizes(&extents, x, parameters, &mut state, mode);
        Ok(gradcheck::Value { output, state })
    }

    fn properties(&self, shape: &[usize]) -> Vec<Property> {
        let extents = self.extents(shape);
        // The slices over which the norm takes its statistics: what it varies along names them.
        let over = self.plain.equation().over();
        let slices = Slices::by(shape, |index| slice(&extents, over, index));
        let samples = Slices::by(shape, |index| index[0]);
        let claims = |claim| self.entry.claims.contains(&claim);
        let mut properties = Vec::new();
        if claims(Claim::Shift) {
            properties.push(Property::Shift(slices));
        }
        if claims(Claim::Scale) && self.has_eps() {
            let degrees = vec![("x".to_owned(), 1.0), ("eps".to_owned(), 2.0)];
            properties.push(Property::Homogeneous { degrees, output: 0.0 });
        }
        if claims(Claim::SampleIndependence) {
            properties.push(Property::Independent(samples.clone()));
        }
        properties.push(Property::Exchange(samples));
        properties
    }

    fn kernels(&self) -> Vec<KernelInfo> {
        let name = |by: Evaluator| match by {
            Evaluator::Fastest => "kernel",
            Evaluator::Dfdx => "dfdx",
        };
        let info = |&(precision, by): &(Precision, Evaluator)| KernelInfo {
            name: name(by).to_owned(),
            precision,
        };
        self.operations().map(info).collect()
    }

    fn kernel(&self, number: usize) -> Result<Box<dyn Kernel + '_>, String> {
        let &(precision, evaluator) = self.operations().nth(number).ok_or("no such kernel")?;
        Ok(match precision {
            Precision::Double => Box::new(EntryKernel::<f64>::new(self, evaluator)),
            Precision::Single => Box::new(EntryKernel::<f32>::new(self, evaluator)),
        })
    }
}

/// The number of the slice over `over` that an index of `[samples, positions.., features]` is in.
fn slice(extents: &Extents, over: Axes, index: &[usize]) -> usize {
    let feature = index[index.len() - 1];
    // The battery's layouts have two axes of positions at most; a mixed radix is enough to name them.
    let position = index[1..index.len() - 1].iter().fold(0, |position, i| position * 1024 + i);
    let parts = [
        (Axes::SAMPLES, index[0]),
        (Axes::POSITIONS, position),
        (Axes::GROUPS, feature / extents.channels.max(1)),
        (Axes::CHANNELS, feature % extents.channels.max(1)),
    ];
    parts.iter().fold(0, |name, &(axis, part)| {
        let part = if over.contains(axis) { 0 } else { part };
        name * (1 << 16) + part
    })
}

/// One operation, with the state that it keeps from call to call.
struct EntryKernel<'a, E> {
    layer: &'a EntryLayer,
    evaluator: Evaluator,
    state: Option<State<E>>,
    /// The state before the forward pass of each use: a backward pass starts from there again.
    before: HashMap<usize, State<E>>,
}

impl<'a, E: Element> EntryKernel<'a, E>
where
    Cpu: Device<E>,
{
    fn new(layer: &'a EntryLayer, evaluator: Evaluator) -> Self {
        EntryKernel { layer, evaluator, state: None, before: HashMap::new() }
    }

    fn current_state(&mut self, shape: &[usize]) -> State<E> {
        let start = || State { averages: nearest_all(&self.layer.start_state(shape)) };
        self.state.clone().unwrap_or_else(start)
    }

    /// Runs the operation from a state on; what was recorded can be differentiated.
    fn run(&self, call: &Call, state: &mut State<E>) -> Recorded<E> {
        let (layout, width) = layout(call.shape);
        let arguments: Vec<Vec<f64>> = call.arguments.iter().map(Strided::to_vec).collect();
        let eps = self.layer.has_eps().then(|| arguments[arguments.len() - 1][0]);
        let choice = self.layer.choice(eps);
        let count = choice.equation().parameters().len();
        let x = Value::new(layout.rows(), width, &nearest::<E>(&arguments[0]));
        let parameters: Vec<Value<E>> =
            arguments[1..=count].iter().map(|p| Value::new(1, p.len(), &nearest(p))).collect();
        let mode = match call.mode {
            Mode::Train => ops::Mode::Train,
            Mode::Eval => ops::Mode::Eval,
        };
        let mut pass = Pass::recording(mode);
        let norm = choice.build::<E>(self.evaluator);
        let y = norm.apply(&x, layout, &parameters, state, &mut pass);
        Recorded { x, parameters, y, pass }
    }
}

struct Recorded<E: Element> {
    x: Value<E>,
    parameters: Vec<Value<E>>,
    y: Value<E>,
    pass: Pass<E>,
}

impl<E: Element> Recorded<E> {
    /// The gradients of x and the parameters, each added to what `totals` hold.
    fn gradients(mut self, cotangent: &[f64], totals: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let values: Vec<Value<E>> = std::iter::once(self.x).chain(self.parameters).collect();
        let earlier: Vec<_> = values
            .iter()
            .zip(totals)
            .map(|(value, total)| (value.key().clone(), nearest::<E>(total)))
            .collect();
        // Recorded last, so run first: the norm's derivative finds the gradients not empty.
        self.pass.record(move |gradients| {
            for (key, total) in &earlier {
                gradients.add(key, Buffer::copy_of(total));
            }
        });
        let mut gradients = self.pass.backward_from(&self.y, &nearest(cotangent));
        values.iter().map(|value| double(gradients.of(value))).collect()
    }
}

impl<E: Element> Kernel for EntryKernel<'_, E>
where
    Cpu: Device<E>,
{
    fn forward(&mut self, call: &Call) -> Offered<Strided> {
        let mut state = self.current_state(call.shape);
        self.before.insert(call.number, state.clone());
        let y = double(self.run(call, &mut state).y.as_slice());
        if call.mode == Mode::Train && !state.averages.is_empty() {
            self.state = Some(state);
        }
        Ok(Some(Strided::new(call.shape, &y)))
    }

    fn backward(
        &mut self,
        call: &Call,
        cotangent: &Strided,
    ) -> Result<Vec<Option<Strided>>, String> {
        let before = self.before.get(&call.number).cloned();
        let mut state = before.unwrap_or_else(|| self.current_state(call.shape));
        let gradients = self.run(call, &mut state).gradients(&cotangent.to_vec(), &[]);
        let shaped = gradients.iter().zip(call.arguments);
        let shaped = shaped.map(|(gradient, at)| Some(Strided::new(at.shape(), gradient)));
        // eps is a constant of the equation.
        let constants = self.layer.has_eps().then_some(None);
        Ok(shaped.chain(constants).collect())
    }

    fn backward_into(
        &mut self,
        call: &Call,
        cotangent: &Strided,
        totals: &[Strided],
    ) -> Offered<()> {
        let before = self.before.get(&call.number).cloned();
        let mut state = before.unwrap_or_else(|| self.current_state(call.shape));
        let held: Vec<Vec<f64>> = totals.iter().map(Strided::to_vec).collect();
        let gradients = self.run(call, &mut state).gradients(&cotangent.to_vec(), &held);
        for (total, gradient) in totals.iter().zip(&gradients) {
            total.write_all(gradient);
        }
        Ok(Some(()))
    }

    fn state(&mut self) -> Offered<Vec<Vec<f64>>> {
        let state = self.state.as_ref();
        Ok(state.map(|state| state.averages.iter().map(|average| double(average)).collect()))
    }

    fn set_state(&mut self, state: &[Vec<f64>]) -> Result<(), String> {
        self.state = Some(State { averages: nearest_all(state) });
        Ok(())
    }
}

fn nearest<E: Element>(values: &[f64]) -> Vec<E> {
    values.iter().map(|&value| E::nearest(value)).collect()
}

fn nearest_all<E: Element>(lists: &[Vec<f64>]) -> Vec<Vec<E>> {
    lists.iter().map(|list| nearest(list)).collect()
}

fn double<E: Element>(values: &[E]) -> Vec<f64> {
    values.iter().map(|value| value.double()).collect()
}

#[cfg(test)]
mod tests {
    use gradcheck::Outcome;

    use super::*;
    use crate::CATALOGUE;

    #[test]
    fn every_operation_of_the_catalogue_is_certified() {
        for entry in CATALOGUE {
            let examined = certify(entry, &Options::default(), &mut |_| ()).expect(entry.name);
            for examination in examined {
                let outcome = examination.verdict.outcome();
                assert_eq!(outcome, Outcome::Passed, "{}\n{examination}", entry.name);
            }
        }
    }
}
