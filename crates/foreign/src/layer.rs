//! A layer in a Python process, as the checker sees it.

use crate::error::ForeignError;
use crate::kernel::PythonKernel;
use crate::message::{
    Fitted, Hello, Made, ModeName, Parameters, Request, RoleName, State, dtype_name, mode_name,
};
use crate::options::PythonOptions;
use crate::process::Process;
use crate::spec::Spec;
use gradcheck::{Evaluation, Kernel, KernelInfo, Layer, Mode, Parameter, Precision, Role, Value};
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::collections::HashMap;

/// A layer of a Python file, which runs in a process of its own for as long as this lives.
///
/// Its kernels are the gradient in double and in single precision. If its forward pass does not see changes that
/// only float64 can hold, because it casts to float32 inside, there is the latter alone, and the definition is declared
/// to be in single precision.
#[derive(Debug)]
pub struct PythonLayer {
    spec: Spec,
    hello: Hello,
    process: RefCell<Process>,
    known: RefCell<Known>,
}

/// What has been asked once.
#[derive(Debug, Default)]
struct Known {
    fitted: HashMap<Vec<usize>, Vec<usize>>,
    starts: HashMap<Vec<usize>, Start>,
    notes: Vec<String>,
    /// The shape that running averages were asked for last.
    last_shape: Option<Vec<usize>>,
    /// An error where the checker's interface has no room for one. The next call tells it.
    pending: Option<ForeignError>,
}

/// What the layer is before the first call, for one shape.
#[derive(Clone, Debug, Default)]
struct Start {
    parameters: Vec<Parameter>,
    state: Vec<Vec<f64>>,
}

impl PythonLayer {
    /// Starts Python and loads a layer, named as `FILE.py:NAME`.
    ///
    /// # Errors
    ///
    /// A [`ForeignError`] if there is no such file, name or interpreter, if NumPy is missing, if the file cannot be
    /// imported, or if the layer fails at its first inputs.
    ///
    /// ```
    /// use foreign::{ForeignError, PythonLayer, PythonOptions};
    ///
    /// let error = PythonLayer::start("no_such_file.py:MyNorm", &PythonOptions::default());
    /// let error = error.expect_err("there is no such file");
    /// assert_eq!(error.to_string(), "there is no file no_such_file.py");
    /// ```
    pub fn start(spec: &str, options: &PythonOptions) -> Result<PythonLayer, ForeignError> {
        let spec = Spec::parse(spec)?;
        let mut process = Process::start(&spec, options)?;
        let (hello, _) = process.ask(&Request::Hello, &[])?;
        let layer = PythonLayer {
            spec,
            hello,
            process: RefCell::new(process),
            known: RefCell::new(Known::default()),
        };
        layer.note_precision();
        layer.note_eps();
        Ok(layer)
    }

    /// What the layer was taken to be: `PyTorch`, `JAX` or `NumPy`.
    pub fn kind(&self) -> &str {
        &self.hello.kind
    }

    /// What a reader of the verdict should know: shapes that the layer refused, and a forward pass that is not in
    /// double precision. Grows while the layer is checked.
    pub fn notes(&self) -> Vec<String> {
        self.known.borrow().notes.clone()
    }

    /// Why the process has ended before its time: a crash or a hang. What was not examined until then
    /// stays undecided.
    pub fn ended(&self) -> Option<ForeignError> {
        self.process.borrow().over()
    }

    pub(crate) fn hello(&self) -> &Hello {
        &self.hello
    }

    pub(crate) fn ask<T: DeserializeOwned>(
        &self,
        request: &Request,
        numbers: &[&[f64]],
    ) -> Result<(T, Vec<f64>), String> {
        if let Some(error) = self.known.borrow().pending.clone() {
            return Err(error.to_string());
        }
        self.process.borrow_mut().ask(request, numbers).map_err(|error| error.to_string())
    }

    /// The running averages before the first call, at the last shape that was looked at.
    pub(crate) fn first_state(&self) -> Vec<Vec<f64>> {
        let last_shape = self.known.borrow().last_shape.clone();
        last_shape.map_or_else(Vec::new, |shape| self.start_state(&shape))
    }

    pub(crate) fn has_state(&self) -> bool {
        self.hello.modes.len() > 1
    }

    /// The definition at places of one shape, mode and state, in one exchange: the outputs one after the other,
    /// and the running averages after the first if these are asked for.
    fn define(
        &self,
        at: &[Evaluation],
        with_state: bool,
    ) -> Result<(Vec<f64>, Vec<Vec<f64>>), String> {
        let Evaluation { shape, arguments, mode, state, .. } = at[0];
        let mode = mode_name(mode);
        let lengths = state.iter().map(Vec::len).collect();
        let request = Request::Definition { shape, mode, state: lengths, with_state };
        let places = [at.len() as f64];
        let (entries, values) = changes(at);
        let mut numbers: Vec<&[f64]> = vec![&places];
        numbers.extend(arguments);
        numbers.extend(state.iter().map(Vec::as_slice));
        numbers.extend([entries.as_slice(), values.as_slice()]);
        let (State { state }, mut outputs) = self.ask(&request, &numbers)?;
        let count = at.len() * shape.iter().product::<usize>();
        let expected = count + state.iter().sum::<usize>();
        if outputs.len() != expected {
            let found = outputs.len();
            return Err(format!("forward answers {found} numbers in place of {expected}"));
        }
        let state = split(&outputs[count..], &state);
        outputs.truncate(count);
        Ok((outputs, state))
    }

    fn note_precision(&self) {
        if !self.hello.is_double {
            self.note(
                "forward does not see changes that only float64 can hold: it seems to compute in float32, which \
                 leaves the differences little to find"
                    .to_string(),
            );
        }
    }

    fn note_eps(&self) {
        if self.hello.keeps_eps {
            self.note("eps keeps its default, since forward refuses eps = 0 or 0.5".to_string());
        }
    }

    fn note(&self, note: String) {
        self.known.borrow_mut().notes.push(note);
    }

    fn ask_fit(&self, shape: &[usize]) -> Vec<usize> {
        let asked = self.process.borrow_mut().ask(&Request::Fit { shape }, &[]);
        let fitted: Fitted = match asked {
            Ok((fitted, _)) => fitted,
            Err(error) => return self.postpone(error, shape.to_vec()),
        };
        if let Some(because) = fitted.because {
            let taken = &fitted.shape;
            self.note(format!(
                "inputs of shape {shape:?} are refused ({because}): {taken:?} is used"
            ));
        }
        fitted.shape
    }

    fn ask_start(&self, shape: &[usize]) -> Start {
        let asked = self.process.borrow_mut().ask(&Request::Parameters { shape }, &[]);
        let (answer, payload): (Parameters, Vec<f64>) = match asked {
            Ok(answer) => answer,
            Err(error) => return self.postpone(error, Start::default()),
        };
        let role = |role| match role {
            RoleName::Gain => Role::Gain,
            RoleName::Bias => Role::Bias,
            RoleName::Matrix => Role::Matrix,
            RoleName::Eps => Role::Eps,
        };
        let parameters = answer.parameters.iter();
        let parameters =
            parameters.map(|p| Parameter::new(&p.name, &p.shape, role(p.role))).collect();
        Start { parameters, state: split(&payload, &answer.state) }
    }

    fn start_at(&self, shape: &[usize]) -> Start {
        self.known.borrow_mut().last_shape = Some(shape.to_vec());
        if let Some(known) = self.known.borrow().starts.get(shape) {
            return known.clone();
        }
        let found = self.ask_start(shape);
        self.known.borrow_mut().starts.insert(shape.to_vec(), found.clone());
        found
    }

    fn postpone<T>(&self, error: ForeignError, meanwhile: T) -> T {
        self.known.borrow_mut().pending.get_or_insert(error);
        meanwhile
    }
}

impl Layer for PythonLayer {
    fn name(&self) -> String {
        self.spec.name.clone()
    }

    fn fit(&self, shape: &[usize]) -> Vec<usize> {
        if let Some(known) = self.known.borrow().fitted.get(shape) {
            return known.clone();
        }
        let found = self.ask_fit(shape);
        self.known.borrow_mut().fitted.insert(shape.to_vec(), found.clone());
        found
    }

    fn parameters(&self, shape: &[usize]) -> Vec<Parameter> {
        self.start_at(shape).parameters
    }

    fn modes(&self) -> Vec<Mode> {
        let mode = |mode: &ModeName| match mode {
            ModeName::Train => Mode::Train,
            ModeName::Eval => Mode::Eval,
        };
        self.hello.modes.iter().map(mode).collect()
    }

    fn start_state(&self, shape: &[usize]) -> Vec<Vec<f64>> {
        self.start_at(shape).state
    }

    fn definition(&self, at: &Evaluation) -> Result<Value, String> {
        let (output, state) = self.define(&[*at], true)?;
        Ok(Value { output, state })
    }

    fn outputs(&self, at: &[Evaluation]) -> Vec<Result<Vec<f64>, String>> {
        let Some(first) = at.first() else { return Vec::new() };
        let is_like = |other: &Evaluation| {
            other.shape == first.shape && other.mode == first.mode && other.state == first.state
        };
        if !at.iter().all(is_like) {
            let one = |at| self.definition(at).map(|value| value.output);
            return at.iter().map(one).collect();
        }
        match self.define(at, false) {
            Ok((outputs, _)) => {
                let size = outputs.len() / at.len();
                let output = |place: usize| Ok(outputs[place * size..(place + 1) * size].to_vec());
                (0..at.len()).map(output).collect()
            }
            Err(message) => vec![Err(message); at.len()],
        }
    }

    fn definition_precision(&self) -> Precision {
        if self.hello.is_double { Precision::Double } else { Precision::Single }
    }

    fn kernels(&self) -> Vec<KernelInfo> {
        let kernel = |precision: Precision| {
            let name = format!("{} {}", self.hello.kind, dtype_name(precision));
            KernelInfo { name, precision }
        };
        match self.definition_precision() {
            Precision::Double => vec![kernel(Precision::Double), kernel(Precision::Single)],
            Precision::Single => vec![kernel(Precision::Single)],
        }
    }

    fn kernel(&self, number: usize) -> Result<Box<dyn Kernel + '_>, String> {
        let kernels = self.kernels();
        let info = kernels
            .get(number)
            .ok_or_else(|| format!("there is no kernel {number}, only {}", kernels.len()))?;
        let request = Request::Kernel { dtype: dtype_name(info.precision) };
        let (Made { kernel }, _) = self.ask(&request, &[])?;
        Ok(Box::new(PythonKernel::new(self, kernel)))
    }
}

/// Where the arguments of later places differ from those of the first, as flat entries of all arguments of all
/// places, and what they are there.
fn changes(at: &[Evaluation]) -> (Vec<f64>, Vec<f64>) {
    let (mut entries, mut values) = (Vec::new(), Vec::new());
    let total: usize = at[0].arguments.iter().map(|argument| argument.len()).sum();
    for (place, evaluation) in at.iter().enumerate().skip(1) {
        let mut start = place * total;
        for (argument, first) in evaluation.arguments.iter().zip(at[0].arguments) {
            if !std::ptr::eq(*argument, *first) {
                for (entry, (value, first)) in argument.iter().zip(*first).enumerate() {
                    if value.to_bits() != first.to_bits() {
                        entries.push((start + entry) as f64);
                        values.push(*value);
                    }
                }
            }
            start += first.len();
        }
    }
    (entries, values)
}

/// Numbers cut into pieces of these lengths.
pub(crate) fn split(numbers: &[f64], lengths: &[usize]) -> Vec<Vec<f64>> {
    let mut rest = numbers;
    let mut pieces = Vec::new();
    for &length in lengths {
        let (piece, others) = rest.split_at(length.min(rest.len()));
        pieces.push(piece.to_vec());
        rest = others;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_cut_in_order() {
        assert_eq!(split(&[1.0, 2.0, 3.0], &[1, 0, 2]), [vec![1.0], vec![], vec![2.0, 3.0]]);
        assert_eq!(split(&[1.0], &[2]), [vec![1.0]]);
    }
}
