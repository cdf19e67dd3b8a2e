//! The parameters of a network, in one list with names and roles.

use norms::ParameterSpec;
use ops::{Buffer, Element, Value};
use rand::Rng;
use rand_distr::StandardNormal;

use crate::initializations::Initialization;
use crate::randomness::{Seed, stream};

/// A trainable value of a network.
#[derive(Debug)]
pub struct Parameter<E: Element> {
    /// A stable name such as `block.3.norm.gamma`.
    pub name: String,
    /// What it is to an optimizer.
    pub role: Role,
    /// Which layer it belongs to: 0 is the stem, then the blocks; the last is the head with the
    /// final norm.
    pub layer: usize,
    /// The numbers.
    pub value: Value<E>,
}

/// What a parameter does; weight decay is for matrices alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The matrix of a linear map.
    Matrix,
    /// Something that is added.
    Bias,
    /// Something that multiplies features, or another parameter of a norm.
    Gain,
}

/// The list while a network is built, and the way in which its parts find their own.
#[derive(Debug)]
pub(crate) struct Parameters<E: Element> {
    pub list: Vec<Parameter<E>>,
    init: &'static Initialization,
    seed: Seed,
}

/// Where a linear map's matrix stands in the list; its bias is the next.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LinearIndex(usize);

impl<E: Element> Parameters<E> {
    pub(crate) fn new(init: &'static Initialization, seed: Seed) -> Self {
        Parameters { list: Vec::new(), init, seed }
    }

    /// Adds a matrix, drawn from the stream of its name, and a bias of zeros.
    pub(crate) fn add_linear(
        &mut self,
        name: &str,
        layer: usize,
        inputs: usize,
        outputs: usize,
    ) -> LinearIndex {
        let index = LinearIndex(self.list.len());
        let weight = format!("{name}.weight");
        let deviation = (self.init.standard_deviation)(inputs as f64, outputs as f64);
        let mut draws = stream(self.seed, "weights", &weight, 0);
        let mut data = Buffer::unspecified(inputs * outputs);
        for element in data.iter_mut() {
            let draw: f64 = draws.sample(StandardNormal);
            *element = E::nearest(deviation * draw);
        }
        let value = Value::from_buffer(inputs, outputs, data);
        self.list.push(Parameter { name: weight, role: Role::Matrix, layer, value });
        let value = Value::from_buffer(1, outputs, Buffer::zeros(outputs));
        self.list.push(Parameter { name: format!("{name}.bias"), role: Role::Bias, layer, value });
        index
    }

    /// Adds the parameters of a norm and says where the first stands.
    pub(crate) fn add_norm(&mut self, name: &str, layer: usize, specs: &[ParameterSpec]) -> usize {
        let index = self.list.len();
        for spec in specs {
            let role = if spec.name == "beta" { Role::Bias } else { Role::Gain };
            let value = Value::new(1, spec.len, &vec![E::nearest(spec.start); spec.len]);
            let name = format!("{name}.{}", spec.name);
            self.list.push(Parameter { name, role, layer, value });
        }
        index
    }

    /// A linear map's matrix and bias.
    pub(crate) fn linear(&self, LinearIndex(index): LinearIndex) -> (&Value<E>, &Value<E>) {
        (&self.list[index].value, &self.list[index + 1].value)
    }
}
