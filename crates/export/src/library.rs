//! What operations are called in the libraries that modules are written for.

use equations::{Axes, Binary, Pointwise, Statistic};

/// A library of tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Library {
    Torch,
    Jax,
}

/// The axes of a tensor, in order.
const EACH: [Axes; 4] = [Axes::SAMPLES, Axes::POSITIONS, Axes::GROUPS, Axes::CHANNELS];

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

    pub(crate) fn statistic(self, statistic: Statistic, e: &str, axes: Axes) -> String {
        let dims: Vec<String> =
            (0..4).filter(|&axis| axes.contains(EACH[axis])).map(|axis| axis.to_string()).collect();
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
    pub(crate) fn zeros(self, like: &str, axes: Axes) -> String {
        let shape = shape_along(like, axes);
        match self {
            Library::Torch => format!("{like}.new_zeros({shape})"),
            Library::Jax => format!("jnp.zeros(({shape}), {like}.dtype)"),
        }
    }

    /// 0, 1, 2, ... along some axes of a tensor.
    pub(crate) fn index(self, like: &str, axes: Axes) -> String {
        let (count, shape) = (Library::size(like, axes), shape_along(like, axes));
        match self {
            Library::Torch => format!(
                "torch.arange({count}, dtype={like}.dtype, device={like}.device).view({shape})"
            ),
            Library::Jax => format!("jnp.arange({count}, dtype={like}.dtype).reshape({shape})"),
        }
    }

    /// The number of elements of a tensor along axes.
    pub(crate) fn size(like: &str, axes: Axes) -> String {
        let axes = (0..4).filter(|&axis| axes.contains(EACH[axis]));
        axes.map(|axis| format!("{like}.shape[{axis}]")).collect::<Vec<_>>().join(" * ")
    }
}

/// The sizes of a tensor along some axes and 1 along the others.
fn shape_along(like: &str, axes: Axes) -> String {
    let size = |axis: usize| match axes.contains(EACH[axis]) {
        true => format!("{like}.shape[{axis}]"),
        false => "1".to_owned(),
    };
    [0, 1, 2, 3].map(size).join(", ")
}
