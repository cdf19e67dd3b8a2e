//! The gradient of a Python layer in one precision.

use crate::layer::{PythonLayer, split};
use crate::message::{
    Gradients, LayoutName, Nothing, Request, Run, State, View, Written, mode_name,
};
use gradcheck::{Call, Kernel, Layout, Offered, Strided};

/// Gradients in memory that later ones may share; the shim watches as many.
const KEPT: usize = 12;

/// A kernel of the process, which forgets it when this is dropped.
pub(crate) struct PythonKernel<'a> {
    layer: &'a PythonLayer,
    number: usize,
    /// Shape of the last call: the running averages belong to a module that is made for its features.
    shape: Option<Vec<usize>>,
    /// Running averages that wait for the next call to say for how many features they are.
    waiting: Option<Vec<Vec<f64>>>,
    /// With the numbers of their owners, the latest last.
    kept: Vec<(usize, Strided)>,
}

/// What a kernel can be asked to run.
#[derive(Clone, Copy)]
enum Pass {
    Forward,
    Backward,
    BackwardInto,
}

impl<'a> PythonKernel<'a> {
    pub fn new(layer: &'a PythonLayer, number: usize) -> PythonKernel<'a> {
        PythonKernel { layer, number, shape: None, waiting: None, kept: Vec::new() }
    }

    /// Runs one pass with the arguments and what else comes with it.
    fn run<T: serde::de::DeserializeOwned>(
        &mut self,
        pass: Pass,
        call: &Call,
        buffers: &[&Strided],
    ) -> Result<(T, Vec<f64>), String> {
        self.shape = Some(call.shape.to_vec());
        if let Some(state) = self.waiting.take() {
            self.write_state(&state)?;
        }
        let storages: Vec<Vec<f64>> = buffers.iter().map(|buffer| buffer.storage()).collect();
        let views = buffers.iter().zip(&storages).map(|(b, s)| View::of(b, s.len())).collect();
        let (kernel, mode) = (self.number, mode_name(call.mode));
        let run = Run { kernel, number: call.number, shape: call.shape, mode, views };
        let numbers: Vec<&[f64]> = storages.iter().map(Vec::as_slice).collect();
        let request = match pass {
            Pass::Forward => Request::Forward(run),
            Pass::Backward => Request::Backward(run),
            Pass::BackwardInto => Request::BackwardInto(run),
        };
        self.layer.ask(&request, &numbers)
    }

    fn write_state(&self, state: &[Vec<f64>]) -> Result<(), String> {
        let Some(shape) = &self.shape else { return Ok(()) };
        let lengths = state.iter().map(Vec::len).collect();
        let request = Request::SetState { kernel: self.number, shape, state: lengths };
        let numbers: Vec<&[f64]> = state.iter().map(Vec::as_slice).collect();
        let (Nothing {}, _) = self.layer.ask(&request, &numbers)?;
        Ok(())
    }

    /// A gradient as the checker should see it: on the same storage as whatever it shares memory with.
    fn gradient(
        &mut self,
        values: &[f64],
        shape: &[usize],
        owner: usize,
        views: &[&Strided],
    ) -> Result<Strided, String> {
        if let Some(view) = views.get(owner) {
            let is_the_same = view.shape() == shape && same_bits(&view.to_vec(), values);
            return if is_the_same {
                Ok((*view).clone())
            } else {
                Err("backward returns a gradient in the memory of its arguments or cotangent"
                    .into())
            };
        }
        if let Some(place) = self.kept.iter().position(|(number, _)| *number == owner) {
            // What has just been used again is forgotten last.
            let (_, earlier) = self.kept.remove(place);
            self.kept.push((owner, earlier.clone()));
            return if earlier.shape() == shape {
                earlier.write_all(values);
                Ok(earlier)
            } else {
                Err("backward returns a gradient in memory that an earlier gradient has".into())
            };
        }
        let fresh = Strided::new(shape, values);
        self.kept.push((owner, fresh.clone()));
        self.kept.drain(..self.kept.len().saturating_sub(KEPT));
        Ok(fresh)
    }
}

impl Kernel for PythonKernel<'_> {
    fn forward(&mut self, call: &Call) -> Offered<Strided> {
        let views: Vec<&Strided> = call.arguments.iter().collect();
        let (answer, payload): (Written, _) = self.run(Pass::Forward, call, &views)?;
        let count: usize = call.shape.iter().product();
        let (output, rest) = cut(&payload, count)?;
        write_back(&answer.written, rest, &views)?;
        Ok(Some(Strided::new(call.shape, output)))
    }

    fn backward(
        &mut self,
        call: &Call,
        cotangent: &Strided,
    ) -> Result<Vec<Option<Strided>>, String> {
        let mut views: Vec<&Strided> = call.arguments.iter().collect();
        views.push(cotangent);
        let (answer, payload): (Gradients, _) = self.run(Pass::Backward, call, &views)?;
        let mut rest = payload.as_slice();
        let mut values = Vec::new();
        for shape in answer.gradients.iter().flatten() {
            let (found, others) = cut(rest, shape.iter().product())?;
            values.push(found);
            rest = others;
        }
        write_back(&answer.written, rest, &views)?;
        let mut values = values.into_iter();
        let mut gradients = Vec::new();
        for (shape, owner) in answer.gradients.iter().zip(&answer.owners) {
            gradients.push(match (shape, owner, shape.as_ref().and_then(|_| values.next())) {
                (Some(shape), Some(owner), Some(values)) => {
                    Some(self.gradient(values, shape, *owner, &views)?)
                }
                _ => None,
            });
        }
        Ok(gradients)
    }

    fn backward_into(
        &mut self,
        call: &Call,
        cotangent: &Strided,
        totals: &[Strided],
    ) -> Offered<()> {
        if !self.layer.hello().accumulates {
            return Ok(None);
        }
        let mut views: Vec<&Strided> = call.arguments.iter().collect();
        views.push(cotangent);
        let watched = views.clone();
        views.extend(totals);
        let (answer, payload): (Written, _) = self.run(Pass::BackwardInto, call, &views)?;
        let mut rest = payload.as_slice();
        for total in totals {
            let (added, others) = cut(rest, total.len())?;
            total.write_all(added);
            rest = others;
        }
        write_back(&answer.written, rest, &watched)?;
        Ok(Some(()))
    }

    fn layouts(&self) -> Vec<Layout> {
        let layout = |name: &LayoutName| match name {
            LayoutName::Contiguous => Layout::Contiguous,
            LayoutName::Transposed => Layout::Transposed,
            LayoutName::Sliced => Layout::Sliced,
            LayoutName::Broadcast => Layout::Broadcast,
        };
        self.layer.hello().layouts.iter().map(layout).collect()
    }

    fn state(&mut self) -> Offered<Vec<Vec<f64>>> {
        if !self.layer.has_state() {
            return Ok(None);
        }
        let Some(shape) = &self.shape else {
            return Ok(Some(self.waiting.clone().unwrap_or_else(|| self.layer.first_state())));
        };
        if let Some(waiting) = &self.waiting {
            return Ok(Some(waiting.clone()));
        }
        let request = Request::State { kernel: self.number, shape };
        let (State { state }, payload) = self.layer.ask(&request, &[])?;
        Ok(Some(split(&payload, &state)))
    }

    fn set_state(&mut self, state: &[Vec<f64>]) -> Result<(), String> {
        // The next call says for how many features it is, which need not be those of the last.
        self.waiting = self.layer.has_state().then(|| state.to_vec());
        Ok(())
    }
}

impl Drop for PythonKernel<'_> {
    fn drop(&mut self) {
        // If the process has ended, there is nothing left to forget.
        let forgotten: Result<(Nothing, Vec<f64>), String> =
            self.layer.ask(&Request::Drop { kernel: self.number }, &[]);
        drop(forgotten);
    }
}

/// Shows the checker what the layer has written to, in row-major order.
fn write_back(written: &[usize], numbers: &[f64], views: &[&Strided]) -> Result<(), String> {
    let mut rest = numbers;
    for &number in written {
        let view = views.get(number).ok_or_else(|| format!("there is no argument {number}"))?;
        let (values, others) = cut(rest, view.len())?;
        view.write_all(values);
        rest = others;
    }
    Ok(())
}

fn cut(numbers: &[f64], count: usize) -> Result<(&[f64], &[f64]), String> {
    numbers
        .split_at_checked(count)
        .ok_or_else(|| format!("the layer answers {} numbers in place of {count}", numbers.len()))
}

fn same_bits(one: &[f64], other: &[f64]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| a.to_bits() == b.to_bits())
}
