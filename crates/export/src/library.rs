//! What operations are called in the libraries that modules are written for.

use equations::{Axes, Binary, Pointwise, Statistic};

use crate::frame::Frame;

/// A library of tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Library {
    Torch,
    Jax,
}

impl Library {
    /// The prefix of its functions.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Library::Torch => "torch",
            Library::Jax => "jnp",
        }
    }

    pub(crate) fn pointwise(self, function: Pointwise, e: &str) -> String {
        let name = match (self, function) {
            (Library::Jax, Pointwise::Sigmoid) => return format!("jax.nn.sigmoid({e})"),
            (Library::Jax, Pointwise::Erf) => return format!("jax.scipy.special.erf({e})"),
            (Library::Jax, Pointwise::Softplus) => return format!("jax.nn.softplus({e})"),
            // PyTorch's own is the identity beyond 20.
            (Library::Torch, Pointwise::Softplus) => {
                return format!("torch.logaddexp({e}, {e}.new_zeros(()))");
            }
            (Library::Jax, Pointwise::Atan) => "arctan",
            (_, function) => function.name(),
        };
        format!("{}.{name}({e})", self.prefix())
    }

    /// The larger or smaller of two values, the first of which is a tensor.
    pub(crate) fn extreme(self, operator: Binary, a: &str, b: &str, b_is_tensor: bool) -> String {
        let (name, bound) = match operator {
            Binary::Maximum => ("maximum", "min"),
            _ => ("minimum", "max"),
        };
        match self {
            // PyTorch compares tensors with tensors alone.
            Library::Torch if !b_is_tensor => format!("torch.clamp({a}, {bound}={b})"),
            _ => format!("{}.{name}({a}, {b})", self.prefix()),
        }
    }

    /// A statistic along the axes of a tensor at some places.
    pub(crate) fn statistic(self, statistic: Statistic, e: &str, places: &[usize]) -> String {
        let dims: Vec<String> = places.iter().map(usize::to_string).collect();
        let dims = match &dims[..] {
            [one] => one.clone(),
            several => format!("({})", several.join(", ")),
        };
        match self {
            Library::Torch => {
                let name = match statistic {
                    Statistic::Max => "amax",
                    Statistic::Min => "amin",
                    other => other.name(),
                };
                let biased = if statistic == Statistic::Var { ", correction=0" } else { "" };
                format!("torch.{name}({e}, dim={dims}{biased}, keepdim=True)")
            }
            Library::Jax => format!("jnp.{}({e}, axis={dims}, keepdims=True)", statistic.name()),
        }
    }

    /// `1 / e`, and 0 where `e` is 0.
    pub(crate) fn inverse_or_zero(self, e: &str) -> String {
        let prefix = self.prefix();
        format!("{prefix}.where({e} == 0, 0.0, 1 / {prefix}.where({e} == 0, 1.0, {e}))")
    }

    /// Zeros along some axes of a tensor and 1 along the others.
    pub(crate) fn zeros(self, like: &str, axes: Axes, frame: Frame) -> String {
        let shape = frame.shape(like, axes);
        match self {
            Library::Torch => format!("{like}.new_zeros({shape})"),
            Library::Jax => format!("jnp.zeros(({shape}), {like}.dtype)"),
        }
    }

    /// 0, 1, 2, ... along some axes of a tensor.
    pub(crate) fn index(self, like: &str, axes: Axes, frame: Frame) -> String {
        let (count, shape) = (frame.sizes(like, axes).join(" * "), frame.shape(like, axes));
        match self {
            Library::Torch => format!(
                "torch.arange({count}, dtype={like}.dtype, device={like}.device).view({shape})"
            ),
            Library::Jax => format!("jnp.arange({count}, dtype={like}.dtype).reshape({shape})"),
        }
    }

    /// A tensor with its channels and columns, the last two axes, exchanged.
    pub(crate) fn transpose(self, e: &str) -> String {
        match self {
            Library::Torch => format!("{e}.transpose(-1, -2)"),
            Library::Jax => format!("{e}.swapaxes(-1, -2)"),
        }
    }
}
