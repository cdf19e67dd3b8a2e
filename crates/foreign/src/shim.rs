//! The Python side, one file for those who print it, in parts for those who read it here.

/// The Python program that runs a layer: `python shim.py FILE.py NAME`. It needs Python 3.8 and NumPy, and begins with
/// a text on what a layer may be and how the two sides speak.
pub const SHIM: &str = concat!(
    include_str!("shim/guide.py"),
    include_str!("shim/frames.py"),
    include_str!("shim/views.py"),
    include_str!("shim/naming.py"),
    include_str!("shim/numpy_layer.py"),
    include_str!("shim/jax_layer.py"),
    include_str!("shim/torch_layer.py"),
    include_str!("shim/resolve.py"),
    include_str!("shim/fitting.py"),
    include_str!("shim/serve.py"),
);

/// What `FILE.py:NAME` may name, for a help text: the first page of [`SHIM`] is the long form.
pub const HELP: &str = "\
FILE.py:NAME names a layer in a Python file of yours, which runs in your own Python (that of an active virtual
environment, else python3) with NumPy installed. NAME may be
  PyTorch  a torch.nn.Module (an instance, or a class made without arguments or with the number of features), a
           torch.autograd.Function, or a function on tensors
  JAX      a function on arrays, differentiated by jax.vjp
  NumPy    forward(x, *parameters) and backward(x, *parameters, dy): methods of an object or class, a pair
           (forward, backward), a function with an attribute `backward`, or functions NAME and NAME_backward;
           also backward(dy) after forward of the same object, or backward(dy, cache) if forward returns (y, cache)
  any      a function of one argument called `features` that makes a module or object
The input is [rows, features] or has more axes of rows; the output has its shape. Parameters of a module are those that
require a gradient; of a function, the arguments after x without a default, each of shape [features], unless a function
parameters(features) returns {name: shape}. An argument or float attribute `eps` is varied and needs no gradient.
The forward pass in float64 is differenced; the gradient is checked in float64 and float32.
`normlab shim python` prints the program that runs the layer, with the whole story at its top.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shim_starts_with_its_guide_and_ends_with_its_main() {
        assert!(SHIM.starts_with("\"\"\"The Python side of normlab's gradient check"));
        assert!(SHIM.trim_end().ends_with("os._exit(0)"));
    }

    #[test]
    fn no_line_is_longer_than_a_terminal_shows() {
        let too_long = SHIM.lines().chain(HELP.lines()).find(|line| line.chars().count() > 120);
        assert_eq!(too_long, None);
    }
}
