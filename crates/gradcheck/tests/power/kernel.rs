//! A norm as a kernel with every hook.

use crate::backward::Backward;
use crate::norm::{Norm, forward};
use crate::number::Number;
use crate::slices::{narrow, widen};
use gradcheck::{Call, Gradients, Kernel, Layout, Mode, Offered, Strided};
use std::collections::HashMap;

/// Gradients from an opened backward pass; the right ones are [`Backward::right`].
pub type Formula<E> = fn(&Backward<E>) -> Gradients;

/// A kernel that recomputes everything from its arguments, and keeps running averages.
pub struct Textbook<E> {
    pub norm: Norm,
    formula: Formula<E>,
    pub state: Vec<Vec<f64>>,
    /// The averages that an evaluation saw, by the number of its call.
    seen: HashMap<usize, Vec<Vec<f64>>>,
}

impl<E: Number> Textbook<E> {
    pub fn new(norm: Norm, formula: Formula<E>) -> Textbook<E> {
        Textbook { norm, formula, state: Vec::new(), seen: HashMap::new() }
    }

    pub fn right(norm: Norm) -> Textbook<E> {
        Textbook::new(norm, |at| at.right())
    }

    fn prepare(&mut self, shape: &[usize]) {
        let width = shape[shape.len() - 1];
        if self.norm == Norm::Batch && self.state.is_empty() {
            self.state = start_state(width);
        }
    }

    pub fn gradients(&self, call: &Call, cotangent: &[f64]) -> Gradients {
        let values = values_of(call);
        let values: Vec<&[f64]> = values.iter().map(Vec::as_slice).collect();
        let state = self.seen.get(&call.number).unwrap_or(&self.state);
        let at = Backward::new(self.norm, call.shape, &values, cotangent, call.mode, state);
        // Without rows no fault is to show but those that are meant for it.
        if cotangent.is_empty() { at.right() } else { (self.formula)(&at) }
    }
}

/// Running mean and variance before the first call.
pub fn start_state(width: usize) -> Vec<Vec<f64>> {
    vec![vec![0.0; width], vec![1.0; width]]
}

pub fn values_of(call: &Call) -> Vec<Vec<f64>> {
    call.arguments.iter().map(Strided::to_vec).collect()
}

/// Gradients as buffers of their own, in the shapes of the arguments.
pub fn buffers(call: &Call, gradients: Gradients) -> Vec<Option<Strided>> {
    let shapes = call.arguments.iter().map(Strided::shape);
    let buffer = |(gradient, shape): (Option<Vec<f64>>, &[usize])| {
        gradient.map(|gradient| match gradient.len() == shape.iter().product() {
            true => Strided::new(shape, &gradient),
            false => Strided::new(&[gradient.len()], &gradient),
        })
    };
    gradients.into_iter().zip(shapes).map(buffer).collect()
}

impl<E: Number> Kernel for Textbook<E> {
    fn forward(&mut self, call: &Call) -> Offered<Strided> {
        self.prepare(call.shape);
        if call.mode == Mode::Eval {
            self.seen.insert(call.number, self.state.clone());
        }
        let arguments: Vec<Vec<E>> = values_of(call).iter().map(|a| narrow(a)).collect();
        let arguments: Vec<&[E]> = arguments.iter().map(Vec::as_slice).collect();
        let state: Vec<Vec<E>> = self.state.iter().map(|average| narrow(average)).collect();
        let members = self.norm.members(call.shape);
        let (output, after) = forward(self.norm, &members, &arguments, call.mode, &state);
        self.state = after.iter().map(|average| widen(average)).collect();
        Ok(Some(Strided::new(call.shape, &widen(&output))))
    }

    fn backward(
        &mut self,
        call: &Call,
        cotangent: &Strided,
    ) -> Result<Vec<Option<Strided>>, String> {
        self.prepare(call.shape);
        Ok(buffers(call, self.gradients(call, &cotangent.to_vec())))
    }

    fn backward_into(
        &mut self,
        call: &Call,
        cotangent: &Strided,
        totals: &[Strided],
    ) -> Offered<()> {
        self.prepare(call.shape);
        let gradients = self.gradients(call, &cotangent.to_vec());
        for (total, gradient) in totals.iter().zip(gradients) {
            add(total, gradient.as_deref(), 1.0);
        }
        Ok(Some(()))
    }

    fn layouts(&self) -> Vec<Layout> {
        Layout::ALL.to_vec()
    }

    fn state(&mut self) -> Offered<Vec<Vec<f64>>> {
        Ok(Some(self.state.clone()))
    }

    fn set_state(&mut self, state: &[Vec<f64>]) -> Result<(), String> {
        self.state = state.to_vec();
        Ok(())
    }
}

/// Adds a multiple of a gradient to a buffer.
pub fn add(total: &Strided, gradient: Option<&[f64]>, factor: f64) {
    if let Some(gradient) = gradient {
        let held = total.to_vec();
        let sum: Vec<f64> = held.iter().zip(gradient).map(|(t, g)| t + factor * g).collect();
        total.write_all(&sum);
    }
}
