

def load(path, name):
    """The object of this name in the file, and the file's other names."""
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    stem = os.path.splitext(os.path.basename(path))[0]
    description = importlib.util.spec_from_file_location(stem, path)
    if description is None:
        raise Refused(f"{path} is not a Python file: its name must end in .py")
    module = importlib.util.module_from_spec(description)
    sys.modules[stem] = module
    description.loader.exec_module(module)
    names = vars(module)
    if name not in names:
        raise Refused(f"{path} defines no {name!r}{nearest(name, names)}")
    return names[name], names


def nearest(name, names):
    import difflib

    own = [n for n in names if not n.startswith("_") and not inspect.ismodule(names[n])]
    close = {n.lower(): n for n in own}
    found = difflib.get_close_matches(name.lower(), list(close), 1)
    if found:
        return f"; did you mean {close[found[0]]!r}?"
    return f"; it defines {', '.join(own)}" if own else ""


def resolve(target, name, names, features=None):
    """The layer that an object of the user's is."""
    hook = hook_of(target, names)
    if is_torch_module(target):
        if inspect.isclass(target):
            return TorchLayer(lambda features: made(target, features), ())
        return TorchLayer(lambda features: target, fixed_features(target))
    torch = sys.modules.get("torch")
    if inspect.isclass(target) and hasattr(torch, "autograd") and issubclass(target, torch.autograd.Function):
        # With a setup_context of its own, forward has no context before x.
        has_context = target.setup_context is torch.autograd.Function.setup_context
        signature = Signature(target.forward, hook, 2 if has_context else 1)
        return TorchLayer(lambda features: torch_function_class(torch)(target.apply, signature, True), ())
    if isinstance(target, (tuple, list)) and len(target) == 2 and all(callable(part) for part in target):
        return NumpyLayer(lambda features: Pair(*target), hook)
    if has_pair(target):
        if inspect.isclass(target):
            return NumpyLayer(lambda features: made(target, features), hook)
        return NumpyLayer(lambda features: target if inspect.ismodule(target) else copy.deepcopy(target), hook)
    backward = getattr(target, "backward", None) or names.get(f"{name}_backward")
    if callable(target) and callable(backward):
        return NumpyLayer(lambda features: Pair(target, backward), hook)
    if callable(target) and not inspect.isclass(target):
        return resolve_function(target, name, names, hook, features)
    raise Refused(
        f"{name} is {article(type(target).__name__)}: a layer is a torch module, autograd function or function, a JAX "
        "function, or a NumPy pair of forward and backward"
    )


def resolve_function(target, name, names, hook, features):
    found = arguments_of(target, 0) or []
    if features is None and len(found) == 1 and found[0].name == "features":
        return made_for_features(target, name, names)
    framework = framework_of(target, names)
    if framework == "jax":
        return JaxLayer(target, hook)
    if framework == "torch":
        import torch

        signature = Signature(target, hook, 1)
        return TorchLayer(lambda features: torch_function_class(torch)(target, signature, False), ())
    raise Refused(
        f"{name} has no gradient: give it an attribute `backward` or define {name}_backward, or write it with torch "
        "or jax"
    )


def made_for_features(make, name, names):
    """The layer that a function of the number of features makes."""
    layer = resolve(example_of(make), name, names, EXAMPLES[0])
    if isinstance(layer, TorchLayer):
        return TorchLayer(make, ())
    if isinstance(layer, NumpyLayer):
        return NumpyLayer(lambda features: resolve(make(features), name, names, features).make(features), layer.hook)
    raise Refused(f"{name} takes `features` and makes a function; it should make a torch module or a NumPy object")


def example_of(make):
    """A layer of some number of features that suits it."""
    for features in EXAMPLES[:-1]:
        try:
            return make(features)
        except Exception:
            continue
    return make(EXAMPLES[-1])


EXAMPLES = (8, 12, 16, 64, 5)


def hook_of(target, names):
    """`parameters(features)` of the layer, else of its file. A module's own `parameters` is another thing, and a
    method of a class that is still to be made is asked of the object."""
    own = None
    if not is_torch_module(target):
        static = inspect.getattr_static(target, "parameters", None)
        if not inspect.isclass(target) or isinstance(static, (staticmethod, classmethod)):
            own = getattr(target, "parameters", None)
    hook = own if callable(own) else names.get("parameters")
    return hook if callable(hook) else None


def is_torch_module(target):
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "nn"):
        return False
    return isinstance(target, torch.nn.Module) or inspect.isclass(target) and issubclass(target, torch.nn.Module)


def has_pair(target):
    return callable(getattr(target, "forward", None)) and callable(getattr(target, "backward", None))


def fixed_features(module):
    """The shape of the features that an instance was made for; () if it shows none."""
    shape = getattr(module, "normalized_shape", None)
    if isinstance(shape, (tuple, list)):
        return tuple(shape)
    for name in FEATURES:
        if isinstance(getattr(module, name, None), int):
            return (getattr(module, name),)
    lengths = {tuple(p.shape) for p in module.parameters() if p.dim() == 1 and p.numel() > 1}
    return lengths.pop() if len(lengths) == 1 else ()


def framework_of(function, names):
    """`torch` or `jax`: where the names lead that the function uses, else what its file imports."""
    if type(function).__module__.split(".")[0] in ("jax", "jaxlib"):
        return "jax"
    inner = inspect.unwrap(getattr(function, "func", function))
    code = getattr(inner, "__code__", None)
    used = names_used(code) if code else set()
    for values in ([v for n, v in getattr(inner, "__globals__", names).items() if n in used], names.values()):
        found = {package(value) for value in values} & {"torch", "jax"}
        if len(found) == 1:
            return found.pop()
    return None


def names_used(code):
    inner = [constant for constant in code.co_consts if inspect.iscode(constant)]
    return set(code.co_names).union(*[names_used(constant) for constant in inner])


def package(value):
    name = value.__name__ if inspect.ismodule(value) else getattr(value, "__module__", None)
    return name.split(".")[0] if isinstance(name, str) else None


def article(noun):
    return ("an " if noun[0].lower() in "aeiou" else "a ") + noun
