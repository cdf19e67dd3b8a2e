

class JaxLayer:
    """A function on JAX arrays, differentiated by jax.vjp."""

    # A JAX array has no strides and cannot be written to.
    kind, layouts, accumulates, tail, modes = "JAX", ["contiguous"], False, (), ["train"]
    has_positions = False

    def __init__(self, function, hook):
        import jax

        self.jax, self.function, self.axis = jax, function, -1
        self.signature = Signature(function, hook, 1)
        self.functions, self.quickly = {}, quick_options(jax)

    def precision(self, dtype):
        """Only inside of this may there be arrays of 64 bits; elsewhere the layer runs as its author runs it."""
        enabled = dtype == "float64"
        if hasattr(self.jax, "enable_x64"):
            return self.jax.enable_x64(enabled)
        from jax.experimental import disable_x64, enable_x64

        return enable_x64() if enabled else disable_x64()

    def look(self, shape):
        """There is nothing about it that shows where its features are."""

    def parameters(self, shape):
        return self.signature.parameters(features_of(self, shape))

    def state(self, shape):
        return []

    def call(self, parameters, x, values):
        positional, named = self.signature.split(parameters, values)
        return self.function(x, *positional, **named)

    def define(self, shape, parameters, mode):
        loop = self.compiled("definitions", shape, "float64", self.loop(shape, parameters))
        is_compiled = True

        def definition(x, values):
            return np.asarray(self.call(parameters, *self.arrays((x, values))))

        def definitions(arguments, state):
            nonlocal is_compiled
            with self.precision("float64"):
                if is_compiled:
                    try:
                        return in_pieces(loop, arguments, shape), no_state
                    except Exception:
                        # An error of the layer's own is raised again.
                        is_compiled = False
                return one_by_one(definition, [rows_of(a) for a in arguments], shape), no_state

        return definitions

    def loop(self, shape, parameters):
        """The forward pass at the first `count` of some places: a call of its own for each would cost far more than
        what it computes."""
        lax, zeros = self.jax.lax, self.jax.numpy.zeros

        def definitions(count, arguments):
            def body(place, outputs):
                x, *values = [argument[place] for argument in arguments]
                output = self.call(parameters, x, values)
                checked_type(output, "the output of forward", shape, "float64")
                return outputs.at[place].set(output)

            return lax.fori_loop(0, count, body, zeros(arguments[0].shape))

        return definitions

    def arrays(self, values):
        return self.jax.tree_util.tree_map(self.jax.numpy.asarray, values)

    def kernel(self, dtype):
        return JaxKernel(self, dtype)

    def compiled(self, what, shape, dtype, function):
        """The function, compiled when it is first called."""
        key = what, tuple(shape), dtype
        if key not in self.functions:
            self.functions[key] = self.jax.jit(function, **self.quickly)
        return self.functions[key]


def quick_options(jax):
    """Every shape and precision is compiled by itself, and that is what takes time here: the compiler is not asked to
    be thorough, if it can be told so."""
    for options in ({"xla_backend_optimization_level": 0, "xla_cpu_use_fusion_emitters": False}, {}):
        found = {"compiler_options": options} if options else {}
        try:
            jax.jit(lambda x: x + 1.0, **found)(1.0)
            return found
        except Exception:
            continue
    return {}


def in_pieces(loop, arguments, shape):
    """The outputs of a loop that is compiled for so many places at once."""
    count, outputs = len(arguments[0]), []
    most = min(max(2**15 // max(size_of(shape), 1), 1), 128)
    for start in range(0, count, most):
        pieces = [np.asarray(argument[start : start + most]) for argument in arguments]
        full = [np.concatenate([piece, np.zeros((most - len(piece),) + piece.shape[1:])]) for piece in pieces]
        found = np.asarray(loop(len(pieces[0]), full))
        outputs.append(found[: len(pieces[0])])
    return np.concatenate(outputs)


class JaxKernel:
    def __init__(self, layer, dtype):
        self.layer, self.dtype, self.is_compiled = layer, dtype, {}

    def forward(self, number, mode, parameters, views_):
        return self.run(parameters, views_, np.zeros(views_[0].shape, self.dtype))[0]

    def backward(self, number, mode, parameters, views_, cotangent):
        return self.run(parameters, views_, cotangent.array)[1]

    def run(self, parameters, views_, cotangent):
        """Value and gradients by one function, because each would be compiled by itself."""
        both, x = self.both(parameters), views_[0]
        run = self.layer.compiled("both", x.shape, self.dtype, both)
        arguments = x.array, plain_values(parameters, views_), cotangent
        with self.layer.precision(self.dtype):
            if self.is_compiled.setdefault(x.shape, True):
                try:
                    return as_arrays(run(*arguments))
                except Exception:
                    # Python control flow on values, say, cannot be compiled. An error of the layer's own is raised
                    # again.
                    self.is_compiled[x.shape] = False
            return as_arrays(both(*self.layer.arrays(arguments)))

    def both(self, parameters):
        """The value, and the gradients of x and of the parameters but eps, as a function of all their values and the
        cotangent."""
        differentiated = [p["role"] != "eps" for p in parameters]

        def value_and_gradients(x, values, cotangent):
            def of_differentiated(x, *some):
                some = iter(some)
                every = [next(some) if has else value for has, value in zip(differentiated, values)]
                return self.layer.call(parameters, x, every)

            some = [value for has, value in zip(differentiated, values) if has]
            y, pull = self.layer.jax.vjp(of_differentiated, x, *some)
            return y, list(pull(cotangent.astype(y.dtype)))

        return value_and_gradients


def as_arrays(found):
    output, gradients = found
    return np.asarray(output), [None if gradient is None else np.asarray(gradient) for gradient in gradients]
