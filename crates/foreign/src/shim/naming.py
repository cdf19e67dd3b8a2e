
ADDED = ("bias", "beta", "shift", "offset")
# How the first argument of a constructor is called if it is the number of features though it has a default.
FEATURES = ("features", "num_features", "num_channels", "normalized_shape", "hidden_size", "dim", "d_model", "channels")


def role_of(name):
    last = name.rsplit(".", 1)[-1].lower()
    if last == "eps":
        return "eps"
    return "bias" if any(word in last for word in ADDED) else "gain"


def described(name, shape):
    shape = (shape,) if isinstance(shape, int) else tuple(getattr(shape, "shape", shape))
    role = "matrix" if len(shape) > 1 else role_of(name)
    return {"name": name, "shape": [int(size) for size in shape], "role": role}


def arguments_of(function, skipped):
    """The arguments of a function from the one numbered `skipped` on, or None if Python cannot tell."""
    try:
        found = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None
    return found[skipped:]


def made(make, features):
    """An object of a class whose constructor takes nothing or the number of features."""
    arguments = arguments_of(make, 0) or []
    plain = [a for a in arguments if a.kind in (a.POSITIONAL_ONLY, a.POSITIONAL_OR_KEYWORD)]
    needed = [a.name for a in plain if a.default is a.empty]
    if len(needed) > 1:
        raise Refused(
            f"{make.__name__} needs the arguments {', '.join(needed)}: name a function of `features` that makes it"
        )
    takes_features = needed or (plain and plain[0].name in FEATURES)
    return make(features) if takes_features else make()


# It keeps its default if the layer does not take all values of the check, 0 among them.
OPTIONAL_EPS = {"name": "eps", "shape": [], "role": "eps", "is_optional": True}


class Signature:
    """The parameters of a function: a hook's, or those arguments after x that have no default, and eps."""

    def __init__(self, function, hook, skipped):
        self.hook = hook
        found = arguments_of(function, skipped) or []
        plain = [a for a in found if a.kind in (a.POSITIONAL_ONLY, a.POSITIONAL_OR_KEYWORD, a.KEYWORD_ONLY)]
        self.needed = [a.name for a in plain if a.default is a.empty]
        self.has_keyword_eps = any(a.name == "eps" and a.default is not a.empty for a in plain)
        self.defaults = [(a.name, a.default) for a in plain]

    def parameters(self, features):
        if self.hook:
            found = [described(name, shape) for name, shape in self.hook(features).items()]
        else:
            found = [described(name, () if role_of(name) == "eps" else features) for name in self.needed]
        if self.has_keyword_eps and not any(p["name"] == "eps" for p in found):
            found.append(OPTIONAL_EPS)
        return found

    def split(self, parameters, values):
        """Positional and keyword arguments after x."""
        if self.has_keyword_eps:
            named = {p["name"]: value for p, value in zip(parameters, values) if p["name"] == "eps"}
            return [v for p, v in zip(parameters, values) if p["name"] != "eps"], named
        return list(values), {}
