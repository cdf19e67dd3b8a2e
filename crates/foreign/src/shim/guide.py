"""The Python side of normlab's gradient check: it runs a layer that you have written.

normlab starts this file as

    python shim.py FILE.py NAME

and speaks to it over pipes. FILE.py is yours and needs nothing from here. NAME in it may be

PyTorch     a torch.nn.Module: an instance, or a class that is made without arguments or with the number of
            features; a torch.autograd.Function; or a function on tensors. The gradient is autograd's.
JAX         a function on arrays. The gradient is that of jax.vjp.
NumPy       forward(x, *parameters) and backward(x, *parameters, dy) as methods of an object or of a class (made
            without arguments or with the number of features), as a pair (forward, backward), as a function with
            an attribute `backward`, or as the functions NAME and NAME_backward. backward returns the gradient of
            x and of every parameter, in their order; None means "no gradient". Two other forms of backward are
            understood: backward(dy), which is called after forward on the same object, and backward(dy, cache) if
            forward returns (output, cache).
any         a function of one argument called `features` that makes one of these, as in
            def my_norm(features): return torch.nn.GroupNorm(4, features)

What is true of the layer:

input       x has the shape [rows, features], or more axes of rows before the features. The output has the shape of
            x. A shape that the layer refuses by an exception is replaced by the nearest that it takes (its own
            number of features, an even one, one axis of rows, more positions), and that is reported. Where only the
            second axis can be the features, as in torch.nn.BatchNorm2d, positions come after it.
precision   forward runs in float64, and that is what finite differences are taken of. backward is checked in
            float64 and in float32: float64 arrays must give float64, float32 must not give less than float32.
parameters  of a module: those of named_parameters() that require a gradient. Of a function: the arguments after x
            without a default, each of shape [features], unless there is a function `parameters(features)`, as an
            attribute of the layer or in the file, that returns {name: shape} in the order of the arguments.
            "bias", "beta", "shift" and "offset" in a name mean that it is added, so that 0 is its neutral value;
            all others multiply, and 1 is neutral, but for those of two axes or more, which mix entries.
eps         an argument `eps`, with or without a default, or a float attribute `eps` of a module, is a number without
            gradient that the check varies, unless forward refuses eps = 0.
state       floating-point buffers of a module are running averages; such a module is checked in training and in
            evaluation. By definition an average keeps more than half of its past, and in evaluation a row has
            nothing to do with the others.
dropout     and other random layers cannot be checked: the same input must give the same output.

What you print goes to standard error.

The protocol, both ways: a little-endian u32, the length of a JSON header; a u64, the length of the payload; the
header; the payload, all numbers of it as little-endian f64.
"""

# Names of modules of this file are short on purpose: a traceback is cut where it enters FILE.py.
