//! A layer made of plain closures.

use crate::layer::{Call, Evaluation, Kernel, KernelInfo, Layer, Offered, Parameter, Value};
use crate::problem::Gradients;
use crate::property::Property;
use crate::settings::Precision;
use crate::strided::Strided;
use std::fmt;

type Definition<'a> = dyn Fn(&[usize], &[&[f64]]) -> Vec<f64> + 'a;
type PlainBackward<'a> = dyn Fn(&[usize], &[&[f64]], &[f64]) -> Gradients + 'a;
type Factory<'a> = dyn Fn() -> Box<dyn Kernel + 'a> + 'a;
type Parameters<'a> = dyn Fn(&[usize]) -> Vec<Parameter> + 'a;
type Properties<'a> = dyn Fn(&[usize]) -> Vec<Property> + 'a;

/// A layer given by closures of the shape of its input and of its arguments, the input first.
///
/// ```
/// use gradcheck::{Options, Plain, Verdict, examine};
///
/// // y = x^3 for an input of any shape.
/// let cube = |_: &[usize], a: &[&[f64]]| a[0].iter().map(|x| x * x * x).collect::<Vec<f64>>();
/// let gradient = |_: &[usize], a: &[&[f64]], v: &[f64]| {
///     vec![Some(a[0].iter().zip(v).map(|(x, v)| 3.0 * x * x * v).collect())]
/// };
/// let layer = Plain::new("cube", cube, gradient);
/// let options = Options { only: Some("plain".to_string()), ..Options::default() };
/// let found = examine(&layer, &options)?;
/// assert_eq!(found[0].verdict, Verdict::Pass);
/// # Ok::<(), gradcheck::CheckError>(())
/// ```
pub struct Plain<'a> {
    name: String,
    precision: Precision,
    definition: Box<Definition<'a>>,
    definition_precision: Precision,
    backward: Box<PlainBackward<'a>>,
    forward: Option<Box<Definition<'a>>>,
    parameters: Box<Parameters<'a>>,
    properties: Box<Properties<'a>>,
    kernel: Option<Box<Factory<'a>>>,
}

impl<'a> Plain<'a> {
    /// A layer without parameters whose backward pass computes in f64.
    pub fn new(
        name: &str,
        definition: impl Fn(&[usize], &[&[f64]]) -> Vec<f64> + 'a,
        backward: impl Fn(&[usize], &[&[f64]], &[f64]) -> Gradients + 'a,
    ) -> Plain<'a> {
        Plain {
            name: name.to_string(),
            precision: Precision::Double,
            definition: Box::new(definition),
            definition_precision: Precision::Double,
            backward: Box::new(backward),
            forward: None,
            parameters: Box::new(|_| Vec::new()),
            properties: Box::new(|_| Vec::new()),
            kernel: None,
        }
    }

    /// Declares the precision in which the backward pass computes.
    pub fn in_precision(self, precision: Precision) -> Plain<'a> {
        Plain { precision, ..self }
    }

    /// Declares that the definition itself computes in f32; every verdict is then weak.
    pub fn defined_in_single(self) -> Plain<'a> {
        Plain { definition_precision: Precision::Single, ..self }
    }

    /// Adds parameters, for each shape of the input.
    pub fn with_parameters(self, parameters: impl Fn(&[usize]) -> Vec<Parameter> + 'a) -> Self {
        Plain { parameters: Box::new(parameters), ..self }
    }

    /// Declares properties, for each shape of the input.
    pub fn with_properties(self, properties: impl Fn(&[usize]) -> Vec<Property> + 'a) -> Self {
        Plain { properties: Box::new(properties), ..self }
    }

    /// Adds the kernel's own forward pass, whose value is compared with the definition.
    pub fn with_forward(self, forward: impl Fn(&[usize], &[&[f64]]) -> Vec<f64> + 'a) -> Plain<'a> {
        Plain { forward: Some(Box::new(forward)), ..self }
    }

    /// Tests kernels that this makes, in place of the backward closure.
    pub fn with_kernel(self, make: impl Fn() -> Box<dyn Kernel + 'a> + 'a) -> Plain<'a> {
        Plain { kernel: Some(Box::new(make)), ..self }
    }
}

impl fmt::Debug for Plain<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Plain").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Layer for Plain<'_> {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn parameters(&self, shape: &[usize]) -> Vec<Parameter> {
        (self.parameters)(shape)
    }

    fn definition(&self, at: &Evaluation) -> Result<Value, String> {
        let output = (self.definition)(at.shape, at.arguments);
        Ok(Value { output, state: at.state.to_vec() })
    }

    fn definition_precision(&self) -> Precision {
        self.definition_precision
    }

    fn properties(&self, shape: &[usize]) -> Vec<Property> {
        (self.properties)(shape)
    }

    fn kernels(&self) -> Vec<KernelInfo> {
        vec![KernelInfo { name: self.name.clone(), precision: self.precision }]
    }

    fn kernel(&self, _number: usize) -> Result<Box<dyn Kernel + '_>, String> {
        Ok(match &self.kernel {
            Some(make) => make(),
            None => Box::new(PlainKernel { layer: self }),
        })
    }
}

/// The two closures of a layer as a kernel that keeps nothing.
struct PlainKernel<'k, 'a> {
    layer: &'k Plain<'a>,
}

impl Kernel for PlainKernel<'_, '_> {
    fn forward(&mut self, call: &Call) -> Offered<Strided> {
        let Some(forward) = &self.layer.forward else { return Ok(None) };
        let values: Vec<Vec<f64>> = call.arguments.iter().map(Strided::to_vec).collect();
        let values: Vec<&[f64]> = values.iter().map(Vec::as_slice).collect();
        let output = forward(call.shape, &values);
        Ok(Some(Strided::new(&[output.len()], &output)))
    }

    fn backward(
        &mut self,
        call: &Call,
        cotangent: &Strided,
    ) -> Result<Vec<Option<Strided>>, String> {
        let values: Vec<Vec<f64>> = call.arguments.iter().map(Strided::to_vec).collect();
        let values: Vec<&[f64]> = values.iter().map(Vec::as_slice).collect();
        let gradients = (self.layer.backward)(call.shape, &values, &cotangent.to_vec());
        let strided = |gradient: Vec<f64>| Strided::new(&[gradient.len()], &gradient);
        Ok(gradients.into_iter().map(|gradient| gradient.map(strided)).collect())
    }
}
