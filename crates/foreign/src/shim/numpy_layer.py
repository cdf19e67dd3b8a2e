

class NumpyLayer:
    """A pair of forward and backward on NumPy arrays."""

    kind, layouts = "NumPy", ["contiguous", "transposed", "sliced", "broadcast"]
    accumulates, tail, modes, has_positions = False, (), ["train"], False

    def __init__(self, make, hook):
        """`make` gives, for a number of features, an object with forward and backward that has seen no call."""
        self.make, self.hook, self.defining, self.axis = make, hook, {}, -1

    def pair(self, features):
        if features not in self.defining:
            self.defining[features] = self.new_pair(features)
        return self.defining[features]

    def new_pair(self, features):
        pair = self.make(features)
        pair_hook = getattr(pair, "parameters", None)
        signature = Signature(pair.forward, pair_hook if callable(pair_hook) else self.hook, 1)
        return pair, signature, backward_takes_eps(pair.backward)

    def look(self, shape):
        """There is nothing about it that shows where its features are."""

    def parameters(self, shape):
        return self.pair(features_of(self, shape))[1].parameters(features_of(self, shape))

    def state(self, shape):
        return []

    def define(self, shape, parameters, mode):
        """A function of the arguments at many places, one array or list each, and of the state before; it gives the
        outputs, and a function that gives the state after one of them."""
        pair, signature, _ = self.pair(features_of(self, shape))

        def definition(x, values):
            positional, named = signature.split(parameters, values)
            return pair.forward(x, *positional, **named)

        def definitions(arguments, state):
            return one_by_one(definition, [rows_of(a) for a in arguments], shape), no_state

        return definitions

    def kernel(self, dtype):
        return NumpyKernel(self, dtype)


def backward_takes_eps(backward):
    found = arguments_of(backward, 0)
    return found is not None and any(a.name == "eps" or a.kind == a.VAR_KEYWORD for a in found)


class NumpyKernel:
    def __init__(self, layer, dtype):
        self.layer, self.dtype, self.pairs = layer, dtype, {}

    def pair(self, features):
        if features not in self.pairs:
            self.pairs[features] = self.layer.new_pair(features)
        return self.pairs[features]

    def forward(self, number, mode, parameters, views_):
        pair, signature, _ = self.pair(features_of(self.layer, views_[0].shape))
        positional, named = signature.split(parameters, plain_values(parameters, views_))
        return pair.forward(views_[0].array, *positional, **named)

    def backward(self, number, mode, parameters, views_, cotangent):
        pair, signature, takes_eps = self.pair(features_of(self.layer, views_[0].shape))
        positional, named = signature.split(parameters, plain_values(parameters, views_))
        named = named if takes_eps else {}
        return pair.backward(views_[0].array, *positional, cotangent.array, **named)


def no_state(place):
    return []


def rows_of(argument):
    return argument if isinstance(argument, list) else [argument[place, ...] for place in range(len(argument))]


def one_by_one(definition, arguments, shape):
    """The outputs at many places, from a list of each argument."""
    outputs = np.empty((len(arguments[0]),) + shape)
    for place, (x, *values) in enumerate(zip(*arguments)):
        output = definition(x, values)
        if type(output) is not np.ndarray or output.shape != shape or output.dtype != np.float64:
            output = checked(output, "the output of forward", shape, "float64")
        outputs[place] = output
    return outputs


def plain_values(parameters, views_):
    return [v.number() if p["role"] == "eps" else v.array for p, v in zip(parameters, views_[1:])]


class Pair:
    """Two functions in the form of an object."""

    def __init__(self, forward, backward):
        self.forward, self.backward = forward, backward
