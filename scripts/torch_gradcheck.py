"""Planted faults of normalization layers through torch.autograd.gradcheck, slow and fast.

    python scripts/torch_gradcheck.py

Every fault has the name it has in the corpus of the crate `gradcheck` (crates/gradcheck/tests/power).
Each is checked in f64 with torch's own defaults and 10 seeds, at 4x8 or, for norms of images, at
2x6x3: standard normal x, gamma = 1 + normal / 2, eps = 1e-5. Faults of other shapes, of layouts, modes,
state and buffers are left out, for one call of gradcheck has none of these. Faults of values that
such an input does not have are in: gradcheck brings no inputs of its own. The table tells how often
each fault was rejected.
"""

import warnings

import torch
from torch.autograd import Function, gradcheck

SEEDS = 10
warnings.filterwarnings("ignore")


class Parts:
    """One backward pass, laid open: dx = (g - m1 - xhat m2) / sigma."""

    def __init__(self, norm, x, gamma, beta, eps, v):
        self.norm, self.x, self.gamma, self.beta, self.eps, self.v = norm, x, gamma, beta, eps, v
        self.dims = DIMS[norm]
        self.group = (lambda t: t.unflatten(-1, (2, -1))) if norm == "group" else (lambda t: t)
        self.flat = (lambda t: t.flatten(-2)) if norm == "group" else (lambda t: t)
        self.xs, self.g = self.group(x), self.group(gamma * v)
        self.mean = 0 * self.avg(self.xs) if norm == "rms" else self.avg(self.xs)
        self.var = self.avg((self.xs - self.mean) ** 2)
        self.count = self.xs.numel() / self.var.numel()
        self.use(torch.sqrt(self.var + eps))

    def avg(self, t):
        return t.mean(self.dims, keepdim=True)

    def use(self, sigma):
        """Another divisor, and all that follows from it."""
        self.sigma = sigma
        self.xhat = (self.xs - self.mean) / sigma
        self.m1 = 0 * self.avg(self.g) if self.norm == "rms" else self.avg(self.g)
        self.m2 = self.avg(self.g * self.xhat)
        return self

    def dx(self, a=1.0, b=1.0, g=None):
        g = self.g if g is None else g
        return (g - a * self.m1 - b * self.xhat * self.m2) / self.sigma

    def rows(self, t):
        return t.flatten(0, -2).sum(0)

    def gradients(self, dx=None, dgamma=None, dbeta=None):
        dx = self.flat(self.dx() if dx is None else dx)
        dgamma = self.rows(self.v * self.flat(self.xhat)) if dgamma is None else dgamma
        return dx, dgamma, self.rows(self.v) if dbeta is None else dbeta


# The axes of x that share statistics; a group norm has its features split in two.
DIMS = {"layer": (-1,), "rms": (-1,), "batch": (0,), "group": (1, -1), "instance": (1,)}
SHAPES = {"layer": (4, 8), "rms": (4, 8), "batch": (4, 8), "group": (2, 3, 6), "instance": (2, 6, 3)}


def forward(norm, x, gamma, beta, eps):
    t = x.unflatten(-1, (2, -1)) if norm == "group" else x
    dims = DIMS[norm]
    mean = 0.0 if norm == "rms" else t.mean(dims, keepdim=True)
    sigma = torch.sqrt(((t - mean) ** 2).mean(dims, keepdim=True) + eps)
    xhat = (t - mean) / sigma
    return gamma * (xhat.flatten(-2) if norm == "group" else xhat) + beta


def layer(norm, fault, eps=1e-5):
    """The norm as a function whose backward pass has the fault."""

    class Planted(Function):
        @staticmethod
        def forward(ctx, x, gamma, beta):
            ctx.save_for_backward(x, gamma, beta)
            return forward(norm, x, gamma, beta, eps)

        @staticmethod
        def backward(ctx, v):
            x, gamma, beta = ctx.saved_tensors
            return fault(Parts(norm, x, gamma, beta, eps, v))

    return Planted.apply


def swapped_terms(p):
    return p.gradients((p.g - p.m2 - p.xhat * p.m1) / p.sigma)


def lost(p, index):
    dx = p.flat(p.dx()).clone()
    dx[index] = 0
    return p.gradients(dx if p.norm != "group" else p.group(dx))


def all_of(p, g):
    """The gradients with another g in all three places of dx."""
    m1 = 0 * p.avg(g) if p.norm == "rms" else p.avg(g)
    return p.gradients((g - m1 - p.xhat * p.avg(g * p.xhat)) / p.sigma)


def one_pass(p):
    p.var = p.avg(p.xs**2) - p.mean**2
    return p.use(torch.sqrt(p.var + p.eps)).gradients()


def single_statistics(p):
    p.mean, p.var = p.mean.float().double(), p.var.float().double()
    return p.use(torch.sqrt(p.var + p.eps)).gradients()


def wrong_axis(p, dims):
    p.dims = dims
    p.mean = p.avg(p.xs)
    p.var = p.avg((p.xs - p.mean) ** 2)
    return p.use(torch.sqrt(p.var + p.eps)).gradients()


def shifted(dx):
    return dx + 1e-3 * torch.cat([torch.zeros_like(dx[:1]), dx[:-1]])


def unbiased(p):
    return p.use(torch.sqrt(p.var * p.count / (p.count - 1) + p.eps)).gradients()


FAULTS = [
    ("layer", "the mean term is missing", lambda p: p.gradients(p.dx(a=0))),
    ("layer", "the variance term is missing", lambda p: p.gradients(p.dx(b=0))),
    ("layer", "the mean term is added", lambda p: p.gradients(p.dx(a=-1))),
    ("layer", "the variance term is added", lambda p: p.gradients(p.dx(b=-1))),
    ("layer", "dx is 0", lambda p: p.gradients(0 * p.dx())),
    ("batch", "dx has the other sign", lambda p: p.gradients(-p.dx())),
    ("rms", "the square term is missing", lambda p: p.gradients(p.dx(b=0))),
    ("rms", "a mean term as in layer norm", lambda p: p.gradients(p.dx() - p.avg(p.g) / p.sigma)),
    ("group", "the mean term is missing", lambda p: p.gradients(p.dx(a=0))),
    ("instance", "the variance term is missing", lambda p: p.gradients(p.dx(b=0))),
    ("layer", "x - mean for xhat in the variance term",
     lambda p: p.gradients((p.g - p.m1 - (p.xs - p.mean) * p.m2) / p.sigma)),
    ("layer", "x for xhat in the variance term",
     lambda p: p.gradients((p.g - p.m1 - p.xs * p.m2) / p.sigma)),
    ("layer", "m1 and m2 are exchanged", swapped_terms),
    ("layer", "d - 1 for d in the variance term",
     lambda p: p.gradients(p.dx(b=p.count / (p.count - 1)))),
    ("layer", "d - 1 for d in the mean term",
     lambda p: p.gradients(p.dx(a=p.count / (p.count - 1)))),
    ("layer", "the unbiased variance in the divisor", unbiased),
    ("layer", "dx is doubled", lambda p: p.gradients(2 * p.dx())),
    ("rms", "the square term is halved", lambda p: p.gradients(p.dx(b=0.5))),
    ("batch", "means over the width for means over the rows", lambda p: p.gradients(p.dx(0.5, 0.5))),
    ("group", "means over all features for those of a group", lambda p: p.gradients(p.dx(0.5, 0.5))),
    ("layer", "one part in a million too large", lambda p: p.gradients((1 + 1e-6) * p.dx())),
    ("layer", "dx is divided by the variance", lambda p: p.gradients(p.dx() / p.sigma)),
    ("batch", "dbeta is a mean over the rows", lambda p: p.gradients(dbeta=p.v.mean(0))),
    ("layer", "eps is left out", lambda p: p.use(p.var.sqrt()).gradients()),
    ("layer", "eps is outside the root", lambda p: p.use(p.var.sqrt() + p.eps).gradients()),
    ("layer", "eps is squared", lambda p: p.use((p.var + p.eps**2).sqrt()).gradients()),
    ("rms", "eps is outside the root", lambda p: p.use(p.var.sqrt() + p.eps).gradients()),
    ("rms", "eps is left out of the square term",
     lambda p: p.gradients(
         (p.g - p.xs / p.var.sqrt() * p.avg(p.g * p.xs / p.var.sqrt())) / p.sigma)),
    ("batch", "eps is added twice", lambda p: p.use((p.var + 2 * p.eps).sqrt()).gradients()),
    ("group", "eps is left out of the last division",
     lambda p: p.gradients(p.dx() * p.sigma / p.var.sqrt())),
    ("batch", "eps is always 1e-6", lambda p: p.use((p.var + 1e-6).sqrt()).gradients()),
    ("instance", "eps is the smallest variance",
     lambda p: p.use(p.var.clamp(min=p.eps).sqrt()).gradients()),
    ("rms", "eps is multiplied by the width",
     lambda p: p.use((p.var + p.count * p.eps).sqrt()).gradients()),
    ("layer", "eps is left out of dgamma alone",
     lambda p: p.gradients(dgamma=p.rows(p.v * (p.xs - p.mean) / p.var.sqrt()))),
    ("layer", "mean and variance are detached", lambda p: p.gradients(p.dx(0, 0))),
    ("batch", "the mean is detached", lambda p: p.gradients(p.dx(a=0))),
    ("batch", "the variance is detached", lambda p: p.gradients(p.dx(b=0))),
    ("layer", "gamma is forgotten in dx", lambda p: all_of(p, p.v)),
    ("layer", "gamma multiplies dx as a whole",
     lambda p: (lambda g: (p.gamma * g[0], g[1], g[2]))(all_of(p, p.v))),
    ("layer", "gamma is forgotten in the variance term",
     lambda p: p.gradients((p.g - p.m1 - p.xhat * p.avg(p.v * p.xhat)) / p.sigma)),
    ("layer", "gamma is forgotten in the mean term",
     lambda p: p.gradients((p.g - p.avg(p.v) - p.xhat * p.m2) / p.sigma)),
    ("batch", "gamma is applied twice", lambda p: p.gradients(p.gamma * p.dx())),
    ("rms", "gamma of the next feature", lambda p: all_of(p, p.gamma.roll(-1) * p.v)),
    ("rms", "1 + gamma for gamma", lambda p: all_of(p, (1 + p.gamma) * p.v)),
    ("layer", "dgamma is not divided by sigma",
     lambda p: p.gradients(dgamma=p.rows(p.v * (p.xs - p.mean)))),
    ("layer", "dgamma sees x", lambda p: p.gradients(dgamma=p.rows(p.v * p.x))),
    ("layer", "dbeta is scaled by gamma", lambda p: p.gradients(dbeta=p.rows(p.gamma * p.v))),
    ("layer", "statistics over the rows", lambda p: wrong_axis(p, (0,))),
    ("batch", "statistics over the features", lambda p: wrong_axis(p, (1,))),
    ("instance", "statistics over all samples", lambda p: wrong_axis(p, (0, 1))),
    ("layer", "the last row of dx is lost", lambda p: lost(p, -1)),
    ("layer", "dgamma misses the last row",
     lambda p: p.gradients(dgamma=p.rows((p.v * p.xhat)[:-1]))),
    ("group", "the last group is lost", lambda p: lost(p, (..., slice(3, None)))),
    ("layer", "xhat is clamped to 2",
     lambda p: p.gradients((p.g - p.m1 - p.xhat.clamp(-2, 2) * p.avg(p.g * p.xhat.clamp(-2, 2))) / p.sigma)),
    ("layer", "dx is clipped to 10", lambda p: p.gradients(p.dx().clamp(-10, 10))),
    ("layer", "1 / sigma is at most 100", lambda p: p.use(p.sigma.clamp(min=1e-2)).gradients()),
    ("group", "variance below 1e-6 gets no gradient",
     lambda p: p.gradients(torch.where(p.var < 1e-6, 0.0, p.dx()))),
    ("layer", "a row is skipped if its first cotangent is 0",
     lambda p: p.gradients(torch.where(p.v[:, :1] == 0, 0.0, p.dx()))),
    ("layer", "statistics in f32 inside f64", single_statistics),
    ("layer", "one-pass variance in f64", one_pass),
    ("instance", "dx is rounded to f32 inside f64",
     lambda p: p.gradients(p.dx().float().double())),
    ("layer", "x has no gradient", lambda p: (None, *p.gradients()[1:])),
    ("layer", "gamma has no gradient", lambda p: (p.gradients()[0], None, p.gradients()[2])),
    ("layer", "beta has no gradient", lambda p: (*p.gradients()[:2], None)),
    ("layer", "a thousandth of the row before", lambda p: p.gradients(shifted(p.dx()))),
    ("instance", "small cotangents count as 0",
     lambda p: p.gradients(dbeta=p.rows(torch.where(p.v.abs() < 1e-3, 0.0, p.v)))),
    ("layer", "noise of one part in a million",
     lambda p: p.gradients(p.dx() * (1 + 1e-6 * (torch.rand_like(p.xs) - 0.5)))),
    ("layer", "the cotangent is scaled where it lies",
     lambda p: (lambda gradients: (p.v.mul_(p.gamma), gradients)[1])(p.gradients())),
]

# Faults that a larger input hides from fast mode. Where it does see one it runs slow mode for the
# message, which takes minutes at these sizes.
GROWING = ["dx is 0", "the variance term is missing"]
SIZES = [(32, 128), (64, 256)]


def rejects(norm, fault, fast, seed, shape=None):
    torch.manual_seed(seed)
    shape = shape or SHAPES[norm]
    x = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    gamma = (1 + torch.randn(shape[-1], dtype=torch.float64) / 2).requires_grad_()
    beta = torch.randn(shape[-1], dtype=torch.float64, requires_grad=True)
    function = layer(norm, fault)
    return not gradcheck(function, (x, gamma, beta), fast_mode=fast, raise_exception=False)


def rejected(norm, fault, fast, shape=None):
    return sum(rejects(norm, fault, fast, seed, shape) for seed in range(SEEDS))


def main():
    torch.set_num_threads(1)
    for norm in DIMS:
        wrongly = [rejected(norm, Parts.gradients, fast) for fast in (False, True)]
        assert wrongly == [0, 0], f"the right {norm} norm is rejected"
    print(f"torch {torch.__version__}\n")
    print(f"| norm | fault | slow, of {SEEDS} | fast, of {SEEDS} |\n|---|---|---|---|")
    always = [0, 0]
    never = 0
    for norm, name, fault in FAULTS:
        counts = [rejected(norm, fault, fast) for fast in (False, True)]
        always = [total + (count == SEEDS) for total, count in zip(always, counts)]
        never += counts == [0, 0]
        print(f"| {norm} | {name} | {counts[0]} | {counts[1]} |", flush=True)
    print(f"\nAlways rejected, of {len(FAULTS)}: slow {always[0]}, fast {always[1]}; never by either {never}.")
    named = {name: fault for norm, name, fault in FAULTS if norm == "layer"}
    print(f"\n| layer norm, rejected by fast mode, of {SEEDS} | " + " | ".join(f"{r}x{c}" for r, c in SIZES) + " |")
    print("|---" * (len(SIZES) + 1) + "|")
    for name in GROWING:
        counts = [str(rejected("layer", named[name], True, size)) for size in SIZES]
        print(f"| {name} | " + " | ".join(counts) + " |")


if __name__ == "__main__":
    main()
