//! An operation of an entry, with the hooks that tests of conduct need.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use dfdx::tensor::Cpu;
use dfdx::tensor_ops::Device;
use gradcheck::{Call, Kernel, Layer, Mode, Offered, Strided};
use ops::{Buffer, Element, Pass, Value};

use super::layer::{EntryLayer, layout};
use crate::choice::Evaluator;
use crate::norm::{Norm, State};

/// Operations by evaluator and the bits of eps. They own nothing that a call changes but room to work in,
/// and what is derived and planned for one case serves the next.
pub(super) type Built<E> = RefCell<HashMap<(Evaluator, Option<u64>), Rc<dyn Norm<E>>>>;

/// One operation, with the state that it keeps from call to call.
pub(super) struct EntryKernel<'a, E: Element> {
    layer: &'a EntryLayer,
    evaluator: Evaluator,
    /// The operation at every eps that a case asked for.
    norms: &'a Built<E>,
    state: Option<State<E>>,
    /// The state before the forward pass of each use: a backward pass starts from there again.
    before: HashMap<usize, State<E>>,
    /// The number of the last forward pass, and what it recorded: its first backward pass uses that.
    recorded: Option<(usize, Recorded<E>)>,
}

impl<'a, E: Element> EntryKernel<'a, E>
where
    Cpu: Device<E>,
{
    pub(super) fn new(layer: &'a EntryLayer, evaluator: Evaluator, norms: &'a Built<E>) -> Self {
        EntryKernel { layer, evaluator, norms, state: None, before: HashMap::new(), recorded: None }
    }

    fn current_state(&mut self, shape: &[usize]) -> State<E> {
        let start = || State { averages: nearest_all(&self.layer.start_state(shape)) };
        self.state.clone().unwrap_or_else(start)
    }

    fn norm(&self, eps: Option<f64>) -> Rc<dyn Norm<E>> {
        let build = || Rc::from(self.layer.choice(eps).build::<E>(self.evaluator));
        let key = (self.evaluator, eps.map(f64::to_bits));
        Rc::clone(self.norms.borrow_mut().entry(key).or_insert_with(build))
    }

    /// What the forward pass of a call recorded, or another one from the same state if that is used up.
    fn recorded(&mut self, call: &Call) -> Recorded<E> {
        if let Some((_, recorded)) = self.recorded.take_if(|(number, _)| *number == call.number) {
            return recorded;
        }
        let before = self.before.get(&call.number).cloned();
        let mut state = before.unwrap_or_else(|| self.current_state(call.shape));
        self.run(call, &mut state)
    }

    /// Runs the operation from a state on; what was recorded can be differentiated.
    fn run(&mut self, call: &Call, state: &mut State<E>) -> Recorded<E> {
        let (layout, width) = layout(call.shape);
        let arguments: Vec<Vec<f64>> = call.arguments.iter().map(Strided::to_vec).collect();
        let eps = self.layer.has_eps().then(|| arguments[arguments.len() - 1][0]);
        let norm = self.norm(eps);
        let count = norm.equation().parameters().len();
        let x = Value::new(layout.rows(), width, &nearest::<E>(&arguments[0]));
        let parameters: Vec<Value<E>> =
            arguments[1..=count].iter().map(|p| Value::new(1, p.len(), &nearest(p))).collect();
        let mode = match call.mode {
            Mode::Train => ops::Mode::Train,
            Mode::Eval => ops::Mode::Eval,
        };
        let mut pass = Pass::recording(mode);
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
        let recorded = self.run(call, &mut state);
        let y = double(recorded.y.as_slice());
        self.recorded = Some((call.number, recorded));
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
        let gradients = self.recorded(call).gradients(&cotangent.to_vec(), &[]);
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
        let held: Vec<Vec<f64>> = totals.iter().map(Strided::to_vec).collect();
        let gradients = self.recorded(call).gradients(&cotangent.to_vec(), &held);
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
