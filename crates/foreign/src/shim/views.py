

class View:
    """An array on storage of its own, with the strides that the other end asks for."""

    def __init__(self, name, described, values, dtype):
        self.name = name
        self.storage = values.astype(dtype)
        self.before = self.storage.copy()
        self.shape = tuple(described["shape"])
        self.strides = tuple(described["strides"])
        self.offset = described["offset"]
        self.array = self.on(self.storage)

    def on(self, storage):
        if size_of(self.shape) == 0:
            return np.empty(self.shape, storage.dtype)
        offset, *strides = (steps * storage.itemsize for steps in (self.offset, *self.strides))
        return np.ndarray(self.shape, storage.dtype, storage, offset, strides)

    def number(self):
        return float(self.array.reshape(()))

    def was_written(self):
        """Whether the layer has written to it. Writing beside it is an error."""
        if self.storage.tobytes() == self.before.tobytes():
            return False
        self.on(self.before)[...] = self.array
        if self.storage.tobytes() != self.before.tobytes():
            raise Refused(f"the layer writes into memory outside of the view {self.name!r} that it was given")
        return True


def views(names, described, payload, dtype):
    stored = numbers(payload, [one["size"] for one in described])
    return [View(name, one, values, dtype) for name, one, values in zip(names, described, stored)]


def checked(value, what, shape, dtype):
    """A NumPy array of this shape that is precise enough; `what` says in messages where it comes from."""
    if not hasattr(value, "dtype") or not hasattr(value, "shape"):
        if isinstance(value, (tuple, list)):
            raise Refused(f"{what} is a {type(value).__name__} of {len(value)}, and not an array")
        if not isinstance(value, float):
            raise Refused(f"{what} is a {type(value).__name__}, and not an array")
    array = np.asarray(value)
    checked_type(array, what, shape, dtype)
    return array


def checked_type(array, what, shape, dtype):
    if array.shape != tuple(shape):
        raise Refused(f"{what} has the shape {list(array.shape)} where {list(shape)} is needed")
    if array.dtype.kind != "f":
        raise Refused(f"{what} is of type {array.dtype} where {dtype} is needed")
    if array.dtype.itemsize < np.dtype(dtype).itemsize:
        raise Refused(f"{what} is of type {array.dtype} although its input is {dtype}")


def checked_gradients(gradients, parameters, views_, dtype):
    """One array or None per argument. Those without gradient, eps, may be left out."""
    if not isinstance(gradients, (tuple, list)):
        gradients = (gradients,)
    differentiated = [p["role"] != "eps" for p in parameters]
    if len(gradients) == 1 + sum(differentiated) != len(views_):
        given = iter(gradients)
        gradients = [next(given)] + [next(given) if has else None for has in differentiated]
    if len(gradients) != len(views_):
        names = ", ".join(view.name for view in views_)
        raise Refused(f"backward returns {len(gradients)} gradients for {len(views_)} arguments ({names})")
    found = []
    for view, gradient in zip(views_, gradients):
        if gradient is not None:
            gradient = checked(gradient, f"the gradient of {view.name!r} from backward", view.shape, dtype)
        found.append(gradient)
    return found
