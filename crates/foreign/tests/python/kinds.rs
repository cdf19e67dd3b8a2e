//! What a name may stand for, and what is found out about it.

use crate::environment::{define, example, layer_in, python_with};
use gradcheck::{Layer, Mode, Parameter, Precision, Role};

const PAIR: &str = "
import numpy as np
def scale(x, gamma): return gamma * x
def scale_backward(x, gamma, dy): return gamma * dy, (x * dy).sum(tuple(range(x.ndim - 1)))
pair = (scale, scale_backward)
def attributed(x, gamma): return gamma * x
attributed.backward = scale_backward
class Class:
    def __init__(self, features): self.features = features
    def forward(self, x, gamma):
        assert x.shape[-1] == self.features
        return scale(x, gamma)
    def backward(self, x, gamma, dy): return scale_backward(x, gamma, dy)
instance = Class(6)
def made(features): return Class(features)
class Static:
    forward, backward = staticmethod(scale), staticmethod(scale_backward)
";

#[test]
fn every_form_of_a_numpy_pair() {
    let Some(python) = python_with("numpy") else { return };
    for name in ["scale", "pair", "attributed", "Class", "made", "Static"] {
        let layer = layer_in(&python, PAIR, name).expect(name);
        assert_eq!(layer.kind(), "NumPy", "{name}");
        let found = define(&layer, &[1, 2], &[&[3.0, 4.0], &[2.0, 10.0]]);
        assert_eq!(found, Ok(vec![6.0, 40.0]), "{name}");
        assert_eq!(
            layer.parameters(&[1, 2]),
            [Parameter::new("gamma", &[2], Role::Gain)],
            "{name}"
        );
    }
}

const TORCH: &str = "
import torch
class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, beta):
        ctx.save_for_backward(x)
        return x * x + beta
    @staticmethod
    def backward(ctx, dy):
        return 2 * ctx.saved_tensors[0] * dy, dy.sum(tuple(range(dy.dim() - 1)))
def square(x, beta): return x * x + beta
class Module(torch.nn.Module):
    def __init__(self, features):
        super().__init__()
        self.beta = torch.nn.Parameter(torch.zeros(features))
        self.fixed = torch.nn.Parameter(torch.zeros(features), requires_grad=False)
    def forward(self, x): return square(x, self.beta) + self.fixed
def made(features): return Module(features)
Norm = torch.nn.LayerNorm(6)
Batch = torch.nn.BatchNorm1d
def group(features): return torch.nn.GroupNorm(4, features)
class Narrow(torch.nn.Module):
    def forward(self, x):
        x32 = x.float()
        return (x32 * torch.rsqrt(x32.square().mean(-1, keepdim=True) + 1e-5)).to(x.dtype)
";

#[test]
fn every_form_of_a_torch_layer() {
    let Some(python) = python_with("torch") else { return };
    for name in ["Square", "square", "Module", "made"] {
        let layer = layer_in(&python, TORCH, name).expect(name);
        assert_eq!(layer.kind(), "PyTorch", "{name}");
        let found = define(&layer, &[1, 2], &[&[3.0, 4.0], &[2.0, 10.0]]);
        assert_eq!(found, Ok(vec![11.0, 26.0]), "{name}");
        assert_eq!(layer.parameters(&[1, 2]), [Parameter::new("beta", &[2], Role::Bias)], "{name}");
    }
}

#[test]
fn a_shape_that_is_refused_is_replaced_and_reported() {
    let Some(python) = python_with("torch") else { return };
    let layer = layer_in(&python, TORCH, "Norm").expect("an instance for 6 features");
    assert_eq!(layer.fit(&[4, 8]), [4, 6]);
    assert_eq!(layer.fit(&[2, 3, 5]), [2, 3, 6]);
    assert!(layer.notes()[0].contains("[4, 8] are refused (it is made for 6 features)"));

    let layer = layer_in(&python, TORCH, "group").expect("groups of features");
    // Over the features of one position alone two groups of four would be checked, with positions more.
    assert_eq!((layer.fit(&[4, 8]), layer.fit(&[4, 7])), (vec![2, 8, 5], vec![2, 8, 5]));

    // torch: "Expected more than 1 value per channel when training"; its channels come second.
    let layer = layer_in(&python, TORCH, "Batch").expect("a class for any number of features");
    assert_eq!((layer.fit(&[1, 8]), layer.fit(&[4, 3, 8])), (vec![1, 8, 5], vec![4, 3, 8]));
    let notes = layer.notes().join("\n");
    assert!(notes.contains("Expected more than 1 value per channel"), "{notes}");
}

#[test]
fn a_module_with_running_averages_has_two_modes() {
    let Some(python) = python_with("torch") else { return };
    let layer = example(&python, "torch_layer_norm.py", "batch_norm");
    assert_eq!(layer.modes(), [Mode::Train, Mode::Eval]);
    // torch starts with a running mean of 0 and a running variance of 1.
    assert_eq!(layer.start_state(&[4, 2]), [vec![0.0, 0.0], vec![1.0, 1.0]]);
    let layer = example(&python, "torch_layer_norm.py", "LayerNorm");
    assert_eq!((layer.modes(), layer.start_state(&[4, 2])), (vec![Mode::Train], vec![]));
}

#[test]
fn a_layer_that_casts_to_float32_is_declared_to_be_single() {
    let Some(python) = python_with("torch") else { return };
    let layer = layer_in(&python, TORCH, "Narrow").expect("a common way to write it");
    assert_eq!(layer.definition_precision(), Precision::Single);
    let kernels: Vec<Precision> = layer.kernels().iter().map(|kernel| kernel.precision).collect();
    assert_eq!(kernels, [Precision::Single]);
    assert!(layer.notes()[0].contains("seems to compute in float32"));
    let layer = layer_in(&python, TORCH, "Module").expect("an ordinary module");
    assert_eq!((layer.definition_precision(), layer.kernels().len()), (Precision::Double, 2));
}

#[test]
fn parameters_may_be_declared() {
    let Some(python) = python_with("jax") else { return };
    let source = "
import jax.numpy as jnp
def parameters(features): return {'alpha': (), 'gamma': (features,), 'shift': features}
def dyt(x, alpha, gamma, shift): return gamma * jnp.tanh(alpha * x) + shift
";
    let layer = layer_in(&python, source, "dyt").expect("a function of arrays");
    let expected = [
        Parameter::new("alpha", &[], Role::Gain),
        Parameter::new("gamma", &[5], Role::Gain),
        Parameter::new("shift", &[5], Role::Bias),
    ];
    assert_eq!((layer.kind(), layer.parameters(&[3, 5])), ("JAX", expected.to_vec()));
    let zero = define(&layer, &[1, 1], &[&[0.0], &[0.5], &[3.0], &[7.0]]);
    assert_eq!(zero, Ok(vec![7.0]));
}

#[test]
fn a_constructor_that_needs_more_is_explained() {
    let Some(python) = python_with("torch") else { return };
    let source = "import torch\nGroup = torch.nn.GroupNorm\n";
    let message = layer_in(&python, source, "Group").expect_err("two arguments").to_string();
    assert!(
        message.contains("num_groups, num_channels: name a function of `features`"),
        "{message}"
    );
}
