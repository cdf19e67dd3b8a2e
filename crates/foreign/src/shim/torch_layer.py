

class TorchLayer:
    """A torch module, or a function on tensors in the form of one, differentiated by autograd."""

    kind, layouts, accumulates = "PyTorch", ["contiguous", "transposed", "sliced", "broadcast"], True

    def __init__(self, make, tail):
        """`make` gives a module for a number of features; `tail` is the shape of its features if it is fixed."""
        import torch

        torch.set_num_threads(1)
        self.torch, self.make, self.tail = torch, make, tail
        self.pristine, self.defining = {}, {}
        self.modes, self.axis, self.has_positions = ["train"], -1, False

    def look(self, shape):
        """Looks where a module for so many features has them, if it can be made."""
        try:
            self.defining_module(shape)
        except Exception:
            return
        module, nn = self.pristine[features_of(self, shape)], self.torch.nn
        if isinstance(module, (nn.modules.batchnorm._NormBase, nn.GroupNorm)):
            self.axis = 1
            # Statistics over pairs of features alone, or over none, say little.
            self.has_positions = not isinstance(module, nn.modules.batchnorm._BatchNorm)

    def module(self, features, dtype):
        """A module of its own, as the constructor left it, in this precision."""
        if features not in self.pristine:
            self.pristine[features] = self.make(features)
            if running_averages(self.torch, self.pristine[features]):
                self.modes = ["train", "eval"]
        return Module(self.torch, copy.deepcopy(self.pristine[features]), dtype)

    def defining_module(self, shape):
        features = features_of(self, shape)
        if features not in self.defining:
            self.defining[features] = self.module(features, "float64")
        return self.defining[features]

    def parameters(self, shape):
        return self.defining_module(shape).parameters(features_of(self, shape))

    def state(self, shape):
        return self.defining_module(shape).state()

    def define(self, shape, parameters, mode):
        module, torch = self.defining_module(shape), self.torch
        has_state, mixes_rows = bool(module.averages), None

        def definitions(arguments, state):
            nonlocal mixes_rows
            tensors = [tensors_of(torch, a) for a in arguments]
            buffers = module.buffers_of(state)

            def run(x, values):
                module.set_buffers(buffers)
                module.place(parameters, values, False)
                return as_numpy(torch, module.run(x, mode))

            def row_by_row(x, values):
                return np.concatenate([run(x[row : row + 1], values) for row in range(len(x))])

            def state_after(place):
                x, *values = [tensor[place] for tensor in tensors]
                with torch.no_grad():
                    return module.state_after(lambda: run(x, values), buffers, mode) if has_state else []

            with torch.no_grad():
                if has_state and mode == "eval" and mixes_rows is None and shape[0] > 1:
                    mixes_rows = differ(run, row_by_row, [tensor[0] for tensor in tensors])
                outputs = one_by_one(row_by_row if mixes_rows else run, tensors, shape)
            return outputs, state_after

        return definitions

    def kernel(self, dtype):
        return TorchKernel(self, dtype)


class Module:
    """A module whose parameters, averages and eps are put in place before a call."""

    def __init__(self, torch, module, dtype):
        self.torch, self.dtype = torch, getattr(torch, dtype)
        self.module = module.to(self.dtype)
        slots = {}
        for owner in self.module.modules():
            for name, parameter in owner._parameters.items():
                if parameter is not None and parameter.requires_grad:
                    slots.setdefault(id(parameter), []).append((owner, name))
        # One parameter may be in several places, under its first name.
        self.slots = {n: slots[id(p)] for n, p in self.module.named_parameters() if id(p) in slots}
        self.averages = running_averages(torch, self.module)
        # None stands for a number that torch.nn.RMSNorm takes from the type, which makes another layer of each.
        self.has_eps = hasattr(self.module, "eps") and isinstance(self.module.eps, (float, type(None)))

    def parameters(self, features):
        if isinstance(self.module, torch_function_class(self.torch)):
            return self.module.signature.parameters(features)
        found = [described(name, owner_parameter(places)) for name, places in self.slots.items()]
        return found + ([OPTIONAL_EPS] if self.has_eps else [])

    def place(self, parameters, values, requires_grad):
        """Puts values where the module reads them; gives the leaves that autograd sees, None for eps."""
        if isinstance(self.module, torch_function_class(self.torch)):
            leaves = [v if isinstance(v, float) else v.detach().requires_grad_(requires_grad) for v in values]
            self.module.described, self.module.values = parameters, leaves
            return [None if isinstance(leaf, float) else leaf for leaf in leaves]
        leaves = []
        for parameter, value in zip(parameters, values):
            if isinstance(value, float):
                self.module.eps = value
                leaves.append(None)
            else:
                leaf = self.torch.nn.Parameter(value, requires_grad)
                for owner, name in self.slots[parameter["name"]]:
                    owner._parameters[name] = leaf
                leaves.append(leaf)
        return leaves

    def run(self, x, mode):
        if self.module.training != (mode == "train"):
            self.module.train(mode == "train")
        return self.module(x)

    def state_after(self, run, before, mode):
        """The running averages as they should be after a run. Those of two different pasts tell what share of the past
        is kept. An average that keeps less than half of it has mistaken one share for the other: here it is what it
        would be if it had not."""
        run()
        after, past = self.state(), [b.double().numpy().ravel().copy() for b in before]
        if mode == "eval":
            return after
        for buffer in before:
            buffer.add_(1.0)
        run()
        found = []
        for b, a, other in zip(past, after, self.state()):
            kept = float(np.median(other - a)) if b.size else 1.0
            is_mistaken = 1e-6 < kept < 0.5 - 1e-6
            found.append(b + (a - b) * kept / (1.0 - kept) if is_mistaken else a)
        return found

    def state(self):
        return [owner._buffers[name].detach().double().numpy().ravel().copy() for owner, name in self.averages]

    def set_state(self, state):
        self.set_buffers(self.buffers_of(state))

    def buffers_of(self, state):
        olds = [owner._buffers[name] for owner, name in self.averages]
        made = [self.torch.tensor(values, dtype=old.dtype) for values, old in zip(state, olds)]
        return [new.reshape(old.shape) for new, old in zip(made, olds)]

    def set_buffers(self, buffers):
        for (owner, name), buffer in zip(self.averages, buffers):
            # A new one, since a module writes to it, and backward may still read the old one.
            owner._buffers[name] = buffer.clone()


def owner_parameter(places):
    owner, name = places[0]
    return owner._parameters[name]


def running_averages(torch, module):
    """Where the floating-point buffers of a module are."""
    return [
        (owner, name)
        for owner in module.modules()
        for name, buffer in owner._buffers.items()
        if buffer is not None and buffer.is_floating_point()
    ]


def differ(run, row_by_row, arguments):
    """Whether rows have to do with each other where they should not, in evaluation."""
    x, *values = arguments
    together = run(x, values)
    try:
        alone = row_by_row(x, values)
    except Exception:
        # A module may refuse a single row.
        return False
    return not np.allclose(together, alone, 1e-6, 1e-6 * np.abs(together).max(initial=0), equal_nan=True)


def tensors_of(torch, argument):
    if isinstance(argument, list):
        return argument
    return torch.from_numpy(np.ascontiguousarray(argument)).unbind(0)


def as_numpy(torch, tensor):
    """A tensor as an array; anything else as it is, for the message."""
    return tensor.detach().resolve_neg().numpy() if isinstance(tensor, torch.Tensor) else tensor


class TorchKernel:
    def __init__(self, layer, dtype):
        self.layer, self.torch, self.dtype = layer, layer.torch, dtype
        self.modules, self.tapes = {}, {}

    def module(self, shape):
        features = features_of(self.layer, shape)
        if features not in self.modules:
            self.modules[features] = self.layer.module(features, self.dtype)
        return self.modules[features]

    def tensor(self, view):
        return self.torch.from_numpy(view.storage).as_strided(view.shape, view.strides, view.offset)

    def forward(self, number, mode, parameters, views_):
        module = self.module(views_[0].shape)
        values = [v.number() if p["role"] == "eps" else self.tensor(v) for p, v in zip(parameters, views_[1:])]
        x = self.tensor(views_[0]).detach().requires_grad_()
        leaves = [x] + module.place(parameters, values, True)
        y = module.run(x, mode)
        while len(self.tapes) >= TAPES:
            self.tapes.pop(next(iter(self.tapes)))
        self.tapes[number] = (y, leaves, views_)
        return as_numpy(self.torch, y)

    def tape(self, number, mode, parameters, views_):
        """The forward pass of this number; its inputs are watched instead of those of the present call."""
        if number not in self.tapes:
            self.forward(number, mode, parameters, views_)
        y, leaves, recorded = self.tapes[number]
        views_[:] = recorded
        return y, leaves

    def backward(self, number, mode, parameters, views_, cotangent):
        y, leaves = self.tape(number, mode, parameters, views_)
        if not y.requires_grad:
            return [None] * len(leaves)
        wanted = [leaf for leaf in leaves if leaf is not None]
        dy = self.tensor(cotangent)
        found = iter(self.torch.autograd.grad(y, wanted, dy, retain_graph=True, allow_unused=True))
        gradients = [None if leaf is None else next(found) for leaf in leaves]
        return [None if g is None else as_numpy(self.torch, g) for g in gradients]

    def backward_into(self, number, mode, parameters, views_, cotangent, totals):
        y, leaves = self.tape(number, mode, parameters, views_)
        for leaf, total in zip(leaves, totals):
            if leaf is not None:
                leaf.grad = self.tensor(total)
        if y.requires_grad:
            y.backward(self.tensor(cotangent), retain_graph=True)
        added = []
        for leaf, total in zip(leaves, totals):
            added.append(total.array if leaf is None or leaf.grad is None else as_numpy(self.torch, leaf.grad))
            if leaf is not None:
                leaf.grad = None
        return added

    def state(self, shape):
        return self.module(shape).state()

    def set_state(self, shape, state):
        self.module(shape).set_state(state)


# Forward passes whose graphs are kept for backward.
TAPES = 16


def torch_function_class(torch, known=[]):
    """A module that calls a function on the tensors put in place; defined once torch is there."""
    if not known:

        class FunctionModule(torch.nn.Module):
            def __init__(self, function, signature, is_positional):
                super().__init__()
                self.function, self.signature, self.is_positional = function, signature, is_positional
                self.described, self.values = [], []

            def __deepcopy__(self, memo):
                return FunctionModule(self.function, self.signature, self.is_positional)

            def forward(self, x):
                if self.is_positional:
                    return self.function(x, *self.in_order())
                positional, named = self.signature.split(self.described, self.values)
                return self.function(x, *positional, **named)

            def in_order(self):
                """`apply` of an autograd function takes no keywords: every argument in its place."""
                values = {p["name"]: value for p, value in zip(self.described, self.values)}
                if self.signature.hook:
                    return list(values.values())
                return [values.get(name, default) for name, default in self.signature.defaults]

        known.append(FunctionModule)
    return known[0]
