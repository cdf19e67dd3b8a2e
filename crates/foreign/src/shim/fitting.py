

def features_of(layer, shape):
    """The number of features: the last axis, or the second of a layer that has positions after them."""
    return shape[layer.axis] if len(shape) > 1 else shape[-1]


def fit(layer, shape):
    """The shape nearest to this one that the layer takes, and why not this one; the same if it takes none."""
    layer.look(shape)
    tail = layer.tail
    if layer.axis == 1 and len(shape) == 2 and layer.has_positions:
        first, because = None, "its statistics need positions"
    elif tail and tuple(shape[-1:]) != tail:
        first, because = None, f"it is made for {'x'.join(map(str, tail))} features"
    else:
        first = refusal(layer, shape)
        because = first and f"{type(first).__name__}: {first}"
        if first is None:
            return list(shape), None
    axes = [1] if layer.axis == 1 or tail else [-1, 1]
    for axis in axes:
        before, layer.axis = layer.axis, axis
        for candidate in candidates(list(shape), axis, tail, layer.has_positions):
            if refusal(layer, candidate) is None:
                return candidate, because
        layer.axis = before
    return list(shape), None


def candidates(shape, axis, tail, needs_positions):
    """Shapes with the features last, or second, that are not much larger than this one."""
    rows, features = shape[:-1], shape[-1]
    total = size_of(rows)
    for end in [list(tail)] if tail else [[count] for count in feature_counts(features)]:
        if not needs_positions:
            if axis == -1 or tail:
                yield rows + end
                yield [total] + end
                if total == 1:
                    yield [2] + end
                if len(rows) == 1:
                    yield [fewer(total, 5, end), 5] + end
                    yield [fewer(total, 4, end), 2, 2] + end
            if axis == 1 and total > 1:
                yield [total] + end
        if axis == 1 and len(end) == 1:
            if len(rows) > 1:
                yield rows[:1] + end + rows[1:]
                yield rows[:1] + end + [size_of(rows[1:])]
            for positions in ([5], [2, 2]):
                yield [fewer(total, size_of(positions), end)] + end + positions
                yield [2] + end + positions


def fewer(rows, positions, end):
    """As many rows as make about twice as many numbers; a small input keeps two, a large one may have one."""
    count = -(-2 * rows // positions) if rows * size_of(end) <= 512 else rows // positions
    return max(count, 1)


def feature_counts(features):
    """The number itself, then the next multiples of what groups usually divide."""
    found = [features]
    for divisor in (2, 3, 4, 6, 8, 16, 32, 64):
        rounded = -(-features // divisor) * divisor
        if rounded not in found:
            found.append(rounded)
    return found


def refusal(layer, shape):
    """The exception by which a layer refuses a shape. A value of a wrong shape or type is no refusal."""
    try:
        evaluate(layer, shape, probe_values(layer, shape))
    except Refused:
        return None
    except Exception as error:
        return error
    return None


def takes_every_eps(layer, shape):
    """Whether forward runs at the extremes of eps. Some refuse 0."""
    try:
        for eps in (0.0, 0.5):
            evaluate(layer, shape, probe_values(layer, shape, eps))
    except Refused:
        return True
    except Exception:
        return False
    return True


def probe_values(layer, shape, eps=1e-5):
    """Ordinary numbers for x and the parameters: nothing about them matters but that they differ."""
    values = [wave(size_of(shape)).reshape(shape)]
    for parameter in layer.parameters(shape):
        size = size_of(parameter["shape"])
        values.append(eps if parameter["role"] == "eps" else (1.0 + 0.1 * wave(size)).reshape(parameter["shape"]))
    return values


def wave(count):
    return np.sin(1.0 + 1.7 * np.arange(count, dtype=np.float64))


def evaluate(layer, shape, values):
    definitions = layer.define(tuple(shape), layer.parameters(shape), "train")
    one = [[value] if isinstance(value, float) else value[None] for value in values]
    return definitions(one, layer.state(shape))[0][0]


def computes_in_double(layer, shape):
    """Whether a change of 2^-40 in the input shows in the output. A layer that casts to float32 inside does not see
    it."""
    values = probe_values(layer, shape)
    moved = [values[0] * (1.0 + 2.0**-40 * np.cos(np.arange(values[0].size)).reshape(values[0].shape))] + values[1:]
    here, there = evaluate(layer, shape, values), evaluate(layer, shape, moved)
    return not np.all(np.isfinite(here)) or bool(np.mean(here != there) > 0.5)
