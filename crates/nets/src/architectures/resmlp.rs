//! The residual multilayer perceptron: every branch is linear, ReLU, linear at the stream's width.

use ops::{Element, Pass, Value, linear, relu};

use super::Architecture;
use crate::parameters::{LinearIndex, Parameters};

pub(super) static ARCHITECTURE: Architecture =
    Architecture { name: "resmlp", title: "Residual MLP", branch: "W2 relu(W1 x + b1) + b2" };

/// The two linear maps of a branch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Branch {
    first: LinearIndex,
    second: LinearIndex,
}

impl Branch {
    /// Adds the parameters of block `block` under its path.
    pub(crate) fn new<E: Element>(
        parameters: &mut Parameters<E>,
        block: usize,
        width: usize,
    ) -> Self {
        let mut linear = |name: &str| {
            parameters.add_linear(&format!("block.{block}.{name}"), block + 1, width, width)
        };
        Branch { first: linear("linear1"), second: linear("linear2") }
    }

    pub(crate) fn forward<E: Element>(
        self,
        parameters: &Parameters<E>,
        x: &Value<E>,
        pass: &mut Pass<E>,
    ) -> Value<E> {
        let [first, second] = [self.first, self.second].map(|index| parameters.linear(index));
        let hidden = relu(&linear(x, first.0, first.1, pass), pass);
        linear(&hidden, second.0, second.1, pass)
    }
}
