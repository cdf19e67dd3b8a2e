

class JaxLayer:
    """A function on JAX arrays, differentiated by jax.vjp."""

    # A JAX array has no strides and cannot be written to.
    kind, layouts, accumulates, tail, modes = "JAX", ["contiguous"], False, (), ["train"]

    def __init__(self, function, hook):
        import jax

        self.jax, self.function = jax, function
        self.signature = Signature(function, hook, 1)
        self.functions = {}

    def precision(self, dtype):
        """Only inside of this may there be arrays of 64 bits; elsewhere the layer runs as its author runs it."""
        enabled = dtype == "float64"
        if hasattr(self.jax, "enable_x64"):
            return self.jax.enable_x64(enabled)
        from jax.experimental import disable_x64, enable_x64

        return enable_x64() if enabled else disable_x64()

    def parameters(self, shape):
        return self.signature.parameters(shape[-1])

    def state(self, shape):
        return []

    def call(self, parameters, x, values):
        positional, named = self.signature.split(parameters, values)
        return self.function(x, *positional, **named)

    def define(self, shape, parameters, mode):
        run = self.compiled("forward", shape, "float64", lambda x, values: self.call(parameters, x, values))

        def definition(x, values, state):
            with self.precision("float64"):
                return np.asarray(run(x, values)), state

        return definition

    def kernel(self, dtype):
        return JaxKernel(self, dtype)

    def compiled(self, what, shape, dtype, function):
        """The function on arrays, the same for the definition and all kernels, compiled if JAX can."""
        key = what, tuple(shape), dtype
        if key not in self.functions:
            self.functions[key] = compiling(self.jax, function)
        return self.functions[key]


def compiling(jax, function):
    """Compiled at once: the operations one by one would be compiled too, each for each shape. Python control flow on
    values, say, cannot be compiled as a whole; then they are run one by one."""
    run = jax.jit(function)

    def one_by_one(*arguments):
        return function(*jax.tree_util.tree_map(jax.numpy.asarray, arguments))

    def called(*arguments):
        nonlocal run
        if run is not one_by_one:
            try:
                return run(*arguments)
            except Exception:
                # An error of the layer's own is raised again.
                run = one_by_one
        return run(*arguments)

    return called


class JaxKernel:
    def __init__(self, layer, dtype):
        self.layer, self.dtype = layer, dtype

    def forward(self, number, mode, parameters, views_):
        run = self.compiled("forward", views_, lambda x, values: self.layer.call(parameters, x, values))
        with self.layer.precision(self.dtype):
            return np.asarray(run(views_[0].array, plain_values(parameters, views_)))

    def backward(self, number, mode, parameters, views_, cotangent):
        run = self.compiled("backward", views_, self.pullback(parameters))
        with self.layer.precision(self.dtype):
            found = run(views_[0].array, plain_values(parameters, views_), cotangent.array)
            return [None if gradient is None else np.asarray(gradient) for gradient in found]

    def compiled(self, what, views_, function):
        return self.layer.compiled(what, views_[0].shape, self.dtype, function)

    def pullback(self, parameters):
        """The gradients of x and of the parameters but eps, as a function of their values and the cotangent."""
        differentiated = [p["role"] != "eps" for p in parameters]

        def gradients(x, values, cotangent):
            def of_differentiated(x, *some):
                some = iter(some)
                every = [next(some) if has else value for has, value in zip(differentiated, values)]
                return self.layer.call(parameters, x, every)

            some = [value for has, value in zip(differentiated, values) if has]
            y, pull = self.layer.jax.vjp(of_differentiated, x, *some)
            return list(pull(cotangent.astype(y.dtype)))

        return gradients
