

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
        return pair, signature, Style(pair.backward)

    def look(self, shape):
        """There is nothing about it that shows where its features are."""

    def parameters(self, shape):
        return self.pair(features_of(self, shape))[1].parameters(features_of(self, shape))

    def state(self, shape):
        return []

    def define(self, shape, parameters, mode):
        """A function of the arguments at many places, one array or list each, and of the state before; it gives the
        outputs, and a function that gives the state after one of them."""
        pair, signature, style = self.pair(features_of(self, shape))

        def definition(x, values):
            positional, named = signature.split(parameters, values)
            return style.parts(pair.forward(x, *positional, **named))[0]

        def definitions(arguments, state):
            return one_by_one(definition, [rows_of(a) for a in arguments], shape), no_state

        return definitions

    def kernel(self, dtype):
        return NumpyKernel(self, dtype)


class Style:
    """What backward takes: x and the parameters before the cotangent, or the cotangent alone, after a forward pass of
    the same object, or it and what forward has returned beside its output."""

    def __init__(self, backward):
        found = arguments_of(backward, 0)
        self.takes_eps = found is not None and any(a.name == "eps" or a.kind == a.VAR_KEYWORD for a in found)
        plain = [a for a in found or [] if a.kind in (a.POSITIONAL_ONLY, a.POSITIONAL_OR_KEYWORD)]
        needed = [a.name for a in plain if a.default is a.empty]
        is_open = found is None or any(a.kind == a.VAR_POSITIONAL for a in found)
        self.takes_cotangent_alone = len(needed) == 1 and not is_open
        self.may_take_kept = len(needed) == 2 and not is_open
        self.kept_first = self.may_take_kept and any(word in needed[0].lower() for word in KEPT_NAMES)

    def parts(self, result):
        """The output, and what was returned beside it for backward; None without."""
        if self.may_take_kept and isinstance(result, tuple) and len(result) == 2:
            return result
        return result, None


KEPT_NAMES = ("cache", "ctx", "context", "saved", "res", "kept", "state")
# So many forward passes are remembered for backward.
REMEMBERED = 64


class NumpyKernel:
    def __init__(self, layer, dtype):
        self.layer, self.dtype, self.pairs, self.kept = layer, dtype, {}, {}

    def pair(self, features):
        if features not in self.pairs:
            self.pairs[features] = self.layer.new_pair(features)
        return self.pairs[features]

    def forward(self, number, mode, parameters, views_):
        pair, signature, style = self.pair(features_of(self.layer, views_[0].shape))
        positional, named = signature.split(parameters, plain_values(parameters, views_))
        output, kept = style.parts(pair.forward(views_[0].array, *positional, **named))
        self.kept[number] = kept
        while len(self.kept) > REMEMBERED:
            self.kept.pop(next(iter(self.kept)))
        return output

    def backward(self, number, mode, parameters, views_, cotangent):
        pair, signature, style = self.pair(features_of(self.layer, views_[0].shape))
        if style.takes_cotangent_alone or number not in self.kept:
            self.forward(number, mode, parameters, views_)
        positional, named = signature.split(parameters, plain_values(parameters, views_))
        named, kept = named if style.takes_eps else {}, self.kept[number]
        if style.takes_cotangent_alone:
            return pair.backward(cotangent.array, **named)
        if kept is not None:
            both = (kept, cotangent.array) if style.kept_first else (cotangent.array, kept)
            return pair.backward(*both, **named)
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
