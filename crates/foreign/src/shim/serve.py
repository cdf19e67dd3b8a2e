

class Server:
    """Answers requests about one layer. Every answer is a header and a list of arrays."""

    def __init__(self, layer):
        self.layer, self.kernels, self.definitions = layer, {}, {}
        self.made, self.keeps_eps = 0, False

    def hello(self, request, payload):
        shape, _ = fit(self.layer, [4, 8])
        self.keeps_eps = not takes_every_eps(self.layer, shape)
        is_double = computes_in_double(self.layer, shape)
        return {
            "kind": self.layer.kind,
            "modes": self.layer.modes,
            "is_double": is_double,
            "keeps_eps": self.keeps_eps,
            "layouts": self.layer.layouts,
            "accumulates": self.layer.accumulates,
        }, []

    def fit(self, request, payload):
        shape, because = fit(self.layer, request["shape"])
        return {"shape": shape, "because": because}, []

    def parameters_at(self, shape):
        found = self.layer.parameters(shape)
        return [p for p in found if not (self.keeps_eps and p.get("is_optional"))]

    def parameters(self, request, payload):
        state = self.layer.state(request["shape"])
        found = self.parameters_at(request["shape"])
        return {"parameters": found, "state": [s.size for s in state]}, state

    def define(self, request):
        """A function of payloads for one shape and mode, made once: this is called very often."""
        shape, mode = tuple(request["shape"]), request["mode"]
        parameters = self.parameters_at(shape)
        shapes = [shape] + [tuple(p["shape"]) for p in parameters]
        is_eps = [False] + [p["role"] == "eps" for p in parameters]
        lengths = request["state"]
        ends = np.cumsum([size_of(s) for s in shapes]).tolist()
        definitions = self.layer.define(shape, parameters, mode)
        with_state = request["with_state"]
        header = json.dumps({"state": lengths if with_state else []}).encode()

        def answer(payload):
            found = np.frombuffer(payload, "<f8")
            places, given = int(found[0]), found[1:]
            points = np.tile(given[: ends[-1]], (places, 1))
            state = np.split(given[ends[-1] : ends[-1] + sum(lengths)], np.cumsum(lengths)[:-1]) if lengths else []
            entries, values = np.split(given[ends[-1] + sum(lengths) :], 2)
            points.ravel()[entries.astype(np.intp)] = values
            arguments = [
                part.ravel().tolist() if eps else part.reshape((places,) + of)
                for part, of, eps in zip(np.split(points, ends[:-1], axis=1), shapes, is_eps)
            ]
            outputs, after = definitions(arguments, state)
            return header, packed([outputs] + (after(0) if with_state else []))

        return answer

    def kernel(self, request, payload):
        self.made += 1
        self.kernels[self.made] = [self.layer.kernel(request["dtype"]), request["dtype"], {}]
        return {"kernel": self.made}, []

    def drop(self, request, payload):
        self.kernels.pop(request["kernel"], None)
        return {}, []

    def opened(self, request, payload, extra=()):
        """The kernel of a request, and its arguments and what else it brings as views."""
        kernel, dtype, earlier = self.kernels[request["kernel"]]
        parameters = self.parameters_at(request["shape"])
        names = ["x"] + [p["name"] for p in parameters] + list(extra)
        return kernel, dtype, earlier, parameters, views(names, request["views"], payload, dtype)

    def forward(self, request, payload):
        kernel, dtype, _, parameters, arguments = self.opened(request, payload)
        watched = list(arguments)
        output = kernel.forward(request["number"], request["mode"], parameters, arguments)
        output = checked(output, "the output of forward", request["shape"], dtype)
        written, arrays = written_views(watched)
        return {"written": written}, [output] + arrays

    def backward(self, request, payload):
        kernel, dtype, earlier, parameters, views_ = self.opened(request, payload, ["the cotangent"])
        cotangent, arguments = shaped(views_.pop(), request["shape"]), views_
        found = kernel.backward(request["number"], request["mode"], parameters, arguments, cotangent)
        found = checked_gradients(found, parameters, arguments, dtype)
        watched = arguments + [cotangent]
        written, arrays = written_views(watched)
        owners = owners_of(found, watched, earlier, self.layer.kind)
        shapes = [None if g is None else list(g.shape) for g in found]
        header = {"gradients": shapes, "owners": owners, "written": written}
        return header, [g for g in found if g is not None] + arrays

    def backward_into(self, request, payload):
        count = len(self.parameters_at(request["shape"])) + 1
        extra = ["the cotangent"] + ["a buffer of gradients"] * count
        kernel, dtype, _, parameters, views_ = self.opened(request, payload, extra)
        arguments, cotangent, totals = views_[:count], shaped(views_[count], request["shape"]), views_[count + 1 :]
        added = kernel.backward_into(request["number"], request["mode"], parameters, arguments, cotangent, totals)
        added = checked_gradients(added, parameters, totals, dtype)
        written, arrays = written_views(arguments + [cotangent])
        return {"written": written}, added + arrays

    def state(self, request, payload):
        state = self.kernels[request["kernel"]][0].state(request["shape"])
        return {"state": [s.size for s in state]}, state

    def set_state(self, request, payload):
        self.kernels[request["kernel"]][0].set_state(request["shape"], numbers(payload, request["state"]))
        return {}, []

    def answer(self, header, payload):
        definition = self.definitions.get(header)
        if definition is None:
            request = json.loads(header)
            if request["do"] != "definition":
                reply, arrays = getattr(self, request["do"])(request, payload)
                return json.dumps(reply).encode(), packed(arrays)
            definition = self.definitions[header] = self.define(request)
        return definition(payload)


def shaped(cotangent, shape):
    """The cotangent in the shape of the output, should it come as a plain list of numbers."""
    if cotangent.shape == tuple(shape):
        return cotangent
    plain = np.ascontiguousarray(cotangent.array).ravel()
    strides = [size_of(shape[axis + 1 :]) for axis in range(len(shape))]
    return View(cotangent.name, {"shape": shape, "strides": strides, "offset": 0}, plain, plain.dtype)


def written_views(watched):
    """Numbers of the views that a layer has written to, and what they hold now."""
    written = [number for number, view in enumerate(watched) if view.was_written()]
    return written, [watched[number].array for number in written]


def owners_of(found, watched, earlier, kind):
    """For each gradient a number that says in whose memory it lies: in that of watched view i it is i, and else at
    least FRESH. Gradients with the same number share memory, also if one is of an earlier call."""
    call = max((call for call, _ in earlier.values()), default=0) + 1
    return [None if g is None else owner_of(g, watched, earlier, kind, call) for g in found]


def owner_of(gradient, watched, earlier, kind, call):
    # JAX never writes to an array. Autograd may hand the cotangent itself on, even twice: nobody writes to it then.
    if kind == "NumPy":
        for number, view in enumerate(watched):
            if np.may_share_memory(gradient, view.storage):
                return number
    for number, (when, kept) in earlier.items():
        if (kind == "NumPy" or kind == "PyTorch" and when < call) and np.may_share_memory(gradient, kept):
            # What has just been used again is forgotten last.
            earlier[number] = earlier.pop(number)
            return number
    number = max(earlier, default=FRESH) + 1
    # Kept alive, so that no later gradient can have the same memory by chance.
    earlier[number] = call, gradient
    while len(earlier) > KEPT:
        earlier.pop(next(iter(earlier)))
    return number


# Numbers of gradients in memory of their own are above this, and so many of earlier calls are watched.
FRESH, KEPT = 1000, 12


def failure(error):
    """What the other end is told of an exception, with the last lines of the traceback in the user's file."""
    if isinstance(error, Refused):
        return json.dumps({"error": str(error), "traceback": []}).encode()
    frames = traceback.extract_tb(error.__traceback__)
    frames = [frame for frame in frames if frame.filename != __file__ and not frame.filename.startswith("<frozen")]
    # What goes on inside of installed packages says little; where it was raised may.
    theirs = [frame for frame in frames[:-1] if "site-packages" not in frame.filename] + frames[-1:]
    lines = "".join(traceback.format_list(theirs[-6:]) + traceback.format_exception_only(type(error), error))
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return json.dumps({"error": said, "traceback": lines.splitlines()[-20:]}).encode()


def main(path, name):
    requests, replies = open_pipes()
    faulthandler.enable()
    server = None
    while True:
        frame = read_frame(requests)
        if frame is None:
            return
        try:
            if server is None:
                server = started(path, name)
            header, payload = server.answer(*frame)
        except KeyboardInterrupt:
            return
        except BaseException as error:  # sys.exit() of a layer too is something to report.
            header, payload = failure(error), b""
        write_frame(replies, header, payload)


def started(path, name):
    if np is None:
        version = ".".join(map(str, sys.version_info[:3]))
        raise Refused(f"{sys.executable} (Python {version}) cannot import numpy: {NO_NUMPY}")
    target, names = load(path, name)
    return Server(resolve(target, name, names))


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    main(sys.argv[1], sys.argv[2])
    os._exit(0)
