//! A layer under test: its definition, and its kernels with the hooks that protocol tests need.

use crate::property::Property;
use crate::settings::Precision;
use crate::strided::{Layout, Strided};

/// What a hook answers: a value, `None` if the kernel does not offer it, or a message.
pub type Offered<T> = Result<Option<T>, String>;

/// Whether statistics come from the batch or from what training has gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Statistics of the batch; running averages change.
    Train,
    /// Statistics of the running averages, which stay.
    Eval,
}

impl Mode {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Train => "training",
            Mode::Eval => "evaluation",
        }
    }
}

/// What an argument after the first is for, which decides the values that it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Multiplies: 1 is neutral.
    Gain,
    /// Is added: 0 is neutral.
    Bias,
    /// Mixes entries, as the matrix of a linear map does: no value is neutral, and equal ones make all
    /// outputs equal. Independent numbers of the size at which outputs are about as large as inputs.
    Matrix,
    /// A constant of the formula with the value of the case. It gets no gradient.
    Eps,
}

/// An argument after the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Name in messages.
    pub name: String,
    /// Its shape; `[]` is a scalar.
    pub shape: Vec<usize>,
    /// What it is for.
    pub role: Role,
}

impl Parameter {
    /// A parameter.
    pub fn new(name: &str, shape: &[usize], role: Role) -> Parameter {
        Parameter { name: name.to_string(), shape: shape.to_vec(), role }
    }
}

/// Where the definition of a layer is evaluated.
#[derive(Clone, Copy, Debug)]
pub struct Evaluation<'a> {
    /// Shape of the input.
    pub shape: &'a [usize],
    /// The input, then the parameters, in row-major order.
    pub arguments: &'a [&'a [f64]],
    /// Where `stop(...)` is evaluated; the arguments themselves unless something is differenced.
    pub base: &'a [&'a [f64]],
    /// Training or evaluation.
    pub mode: Mode,
    /// The running averages beforehand.
    pub state: &'a [Vec<f64>],
}

/// The value of a layer's definition.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// The output.
    pub output: Vec<f64>,
    /// The running averages afterwards.
    pub state: Vec<Vec<f64>>,
}

/// Name and precision of a kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KernelInfo {
    /// Name in reports.
    pub name: String,
    /// Precision in which it computes.
    pub precision: Precision,
}

/// A layer: what it is by definition, for inputs of any shape, and the kernels that claim to compute
/// its gradient. Everything with a default may be left out.
pub trait Layer {
    /// Name in reports.
    fn name(&self) -> String;

    /// The shape nearest to this one that the layer takes: `[rows, ..., features]` with, say, the
    /// features rounded up to a multiple of the groups. Unchanged by default.
    fn fit(&self, shape: &[usize]) -> Vec<usize> {
        shape.to_vec()
    }

    /// The arguments after the first, for an input of this shape.
    fn parameters(&self, shape: &[usize]) -> Vec<Parameter>;

    /// The modes that differ; training alone by default.
    fn modes(&self) -> Vec<Mode> {
        vec![Mode::Train]
    }

    /// The running averages before the first call; none by default. Averages that are to be checked
    /// in evaluation are these, each moved at random by about a tenth.
    fn start_state(&self, _shape: &[usize]) -> Vec<Vec<f64>> {
        Vec::new()
    }

    /// The definition, in f64. This is what is differenced.
    ///
    /// # Errors
    ///
    /// A message if it could not be computed.
    fn definition(&self, at: &Evaluation) -> Result<Value, String>;

    /// The output of the definition at many places, with a result for each; one by one by default. They
    /// differ in a few numbers, and arguments that do not differ may be the same slice. Worth its while
    /// where every call costs something of its own, as in another process.
    fn outputs(&self, at: &[Evaluation]) -> Vec<Result<Vec<f64>, String>> {
        at.iter().map(|at| self.definition(at).map(|value| value.output)).collect()
    }

    /// Precision in which the definition computes. [`Precision::Single`] makes every verdict weak: the
    /// differences are then taken in f32, for want of anything better.
    fn definition_precision(&self) -> Precision {
        Precision::Double
    }

    /// Whether the definition depends on [`Evaluation::base`]. Then the distance of the gradient to
    /// the derivative without any stop is measured and reported.
    fn stops(&self) -> bool {
        false
    }

    /// What holds of the definition in training for an input of this shape; nothing is declared by
    /// default.
    fn properties(&self, _shape: &[usize]) -> Vec<Property> {
        Vec::new()
    }

    /// The kernels under test, at least one.
    fn kernels(&self) -> Vec<KernelInfo>;

    /// A new kernel, as [`Layer::kernels`] numbers them, that has seen no call.
    ///
    /// # Errors
    ///
    /// A message if it could not be made.
    fn kernel(&self, number: usize) -> Result<Box<dyn Kernel + '_>, String>;
}

/// One use of a kernel: what `forward` and the `backward` that belongs to it are given.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Number of the use. A forward pass and its backward passes have the same; no other use of the
    /// same kernel has it. A kernel that keeps something for backward keeps it under this number.
    pub number: usize,
    /// Shape of the input.
    pub shape: &'a [usize],
    /// The input, then the parameters. They are not to be written to.
    pub arguments: &'a [Strided],
    /// Training or evaluation.
    pub mode: Mode,
}

/// A kernel under test. Only [`Kernel::backward`] is required; what else is left out is reported as
/// "not offered". Its numbers come and go as f64, whatever it computes in.
pub trait Kernel {
    /// The kernel's own value, which is compared with the definition. Called before every `backward`
    /// of the same number.
    ///
    /// # Errors
    ///
    /// A message if it could not be computed.
    fn forward(&mut self, _call: &Call) -> Offered<Strided> {
        Ok(None)
    }

    /// The gradient of each argument at a cotangent of the output, or `None` for "no gradient". May be
    /// called many times for one forward pass.
    ///
    /// # Errors
    ///
    /// A message if it could not be computed.
    fn backward(
        &mut self,
        call: &Call,
        cotangent: &Strided,
    ) -> Result<Vec<Option<Strided>>, String>;

    /// The same, added to buffers that hold something already: one per argument, in their order.
    ///
    /// # Errors
    ///
    /// A message if it could not be computed.
    fn backward_into(
        &mut self,
        _call: &Call,
        _cotangent: &Strided,
        _totals: &[Strided],
    ) -> Offered<()> {
        Ok(None)
    }

    /// The layouts of input and cotangent that the kernel takes; contiguous alone by default.
    fn layouts(&self) -> Vec<Layout> {
        vec![Layout::Contiguous]
    }

    /// The running averages now.
    ///
    /// # Errors
    ///
    /// A message if they could not be read.
    fn state(&mut self) -> Offered<Vec<Vec<f64>>> {
        Ok(None)
    }

    /// Replaces the running averages; without running averages there is nothing to do.
    ///
    /// # Errors
    ///
    /// A message if they could not be replaced.
    fn set_state(&mut self, _state: &[Vec<f64>]) -> Result<(), String> {
        Ok(())
    }
}
