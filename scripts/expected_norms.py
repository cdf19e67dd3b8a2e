"""Expected values, gradients and running averages of the catalogue's norms, by PyTorch.

Each norm is written down once more, as the library or the paper that it comes from has it, by PyTorch's own function
where there is one; gradients are PyTorch's autograd, in double precision. The numbers are what
crates/norms/tests/expected.rs compares every operation with:

    python scripts/expected_norms.py > crates/norms/tests/expected.txt
"""

import math

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)

# Two samples, three positions, four features, none of them 0, where some norms have a kink.
X = [[[1.0, 2.0, 4.0, -1.0], [0.5, -3.0, 2.0, 2.0], [7.0, 1.0, 0.25, -2.0]],
     [[-1.0, 0.25, 3.0, 1.5], [2.0, 5.0, -0.5, 0.75], [-2.5, 1.0, 6.0, 3.0]]]
V = [[[1.0, -1.0, 2.0, 0.5], [0.0, 3.0, -2.0, 1.0], [-1.0, 0.5, 0.25, 2.0]],
     [[0.75, 1.0, -0.5, 2.5], [-2.0, 0.25, 1.5, -1.0], [1.25, -0.75, 1.0, 0.5]]]
FEATURE = [[1.0, -2.0, 0.5, 3.0], [0.1, 0.2, 0.3, 0.4], [0.7, -0.4, 1.2, 0.9]]
SCALAR = [0.8, -0.3, 0.6, 1.1, -0.7, 0.4]
SIDE = [[0.5, -1.5, 1.0, 0.25], [-0.75, 2.0, 0.1, -0.4]]
OUTPUT = [1.5, -0.5, 2.0, 0.75, -1.25, 3.0]


def images(x):
    """[samples, positions, features] as PyTorch's convolutions have it."""
    return x.transpose(1, 2)


def standardized(x, dim, eps):
    return (x - x.mean(dim, keepdim=True)) / torch.sqrt(x.var(dim, unbiased=False, keepdim=True) + eps)


def rms(x, eps):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps)


def layer(x, gamma, beta):
    return F.layer_norm(x, (4,), gamma, beta, 1e-5)


def detach_norm(x):
    mean, deviation = x.mean(-1, keepdim=True), torch.sqrt(x.var(-1, unbiased=False, keepdim=True) + 1e-5)
    return (x - mean.detach()) / deviation.detach()


def ada_norm(x):
    y = F.layer_norm(x, (4,))
    return 1.0 * (1 - 0.1 * y).detach() * y


def positional(x):
    return (x - x.mean(-1, keepdim=True)) / x.var(-1, keepdim=True).add(1e-5).sqrt()


def simple_norm(x, gamma):
    return x * torch.rsqrt(torch.var(x, dim=-1, keepdim=True) + 1e-6) * gamma


def crms(x):
    whole = torch.cat([x, -x.sum(-1, keepdim=True)], -1)
    return F.layer_norm(whole, (5,), eps=1e-5)[..., :4]


def poly_norm(x, w3, w2, w1, b):
    return w3 * rms(x**3, 1e-6) + w2 * rms(x**2, 1e-6) + w1 * rms(x, 1e-6) + b


def seed_norm(x, gamma, alpha, beta):
    scale = torch.tanh(x @ beta)[..., None] * alpha + gamma
    return scale * rms(x, 1e-5)


def partial_rms(x, gamma):
    few = x[..., :math.ceil(0.0625 * x.shape[-1])]
    return gamma * x * torch.rsqrt(few.pow(2).mean(-1, keepdim=True) + 1e-5)


def heads(x):
    return x.unflatten(-1, (2, 2))


def ada_layer(x, scale, shift):
    return F.layer_norm(x, (4,), eps=1e-6) * (1 + scale.unsqueeze(1)) + shift.unsqueeze(1)


def divisive(x, gamma, beta):
    def near(e):
        return torch.stack([e[..., max(0, i - 2):i + 3].mean(-1) for i in range(e.shape[-1])], -1)

    v = x - near(x)
    return gamma * v / torch.sqrt(1 + near(v**2)) + beta


def timestep(x, gamma, beta, groups):
    y = []
    for t in range(x.shape[1]):  # Samples, positions up to this one, groups, channels.
        past = x[:, :t + 1].unflatten(-1, (groups, -1))
        mean = past.mean((1, 3), keepdim=True)
        variance = past.var((1, 3), unbiased=False, keepdim=True)
        y.append(((past[:, t:] - mean) / torch.sqrt(variance + 1e-5)).flatten(2))
    return gamma * torch.cat(y, 1) + beta


def spectral(x, state, training):
    w, (left, v) = x[:, 0], state
    with torch.no_grad():
        start = torch.exp(1 / torch.arange(1.0, w.shape[1] + 1))
        scaled, before = w / w.abs().max(), v + left * start
        if training:
            v.copy_(scaled.T @ (scaled @ before) / before.norm())
            left.zero_()
        e = F.normalize(v + left * start, dim=0)
        u = F.normalize(w @ e, dim=0)
    return x / (u @ w @ e)


def group(x, gamma, beta, groups):
    return images(F.group_norm(images(x), groups, gamma, beta, 1e-5))


def instance(x, gamma=None, beta=None):
    return images(F.instance_norm(images(x), weight=gamma, bias=beta, eps=1e-5))


def global_response(x, gamma, beta):
    size = torch.linalg.vector_norm(x, dim=1, keepdim=True)
    return x + gamma * (x * (size / (size.mean(-1, keepdim=True) + 1e-6))) + beta


def filter_response(x, gamma, beta, tau):
    return torch.maximum(gamma * x * torch.rsqrt(x.pow(2).mean(1, keepdim=True) + 1e-6) + beta, tau)


def evonorm_s0(x, gamma, p, beta, groups):
    grouped = images(x).reshape(x.shape[0], groups, -1)
    deviation = torch.sqrt(grouped.var(-1, unbiased=False) + 1e-5)
    deviation = deviation.repeat_interleave(4 // groups, -1)[:, None, :]
    return x * torch.sigmoid(p * x) / deviation * gamma + beta


class Batch:
    """A norm with running averages: `apply` gets them and whether it trains, and changes them."""

    def __init__(self, apply, starts):
        self.apply, self.starts = apply, starts


def batch(x, state, training, gamma, beta):
    return images(F.batch_norm(images(x), *state, gamma, beta, training, 0.1, 1e-5))


def batch_flax(x, state, training, gamma, beta):
    mean, variance = (average.clone() for average in state)
    y = images(F.batch_norm(images(x), mean, variance, gamma, beta, training, 0.01, 1e-5))
    if training:  # flax averages the biased variance.
        n = x.shape[0] * x.shape[1]
        state[0].copy_(mean)
        state[1].mul_(0.99).add_((variance - state[1]) * (n - 1) / n)
    return y


def batch_haiku(x, state, training, gamma, beta):
    weight, mean, variance = state
    if not training:
        return gamma * (x - mean / weight) * torch.rsqrt(variance / weight + 1e-5) + beta
    m, v = x.mean((0, 1)), x.square().mean((0, 1)) - x.mean((0, 1)).square()
    for average, value in zip(state, (torch.ones(()), m.detach(), v.detach())):
        average.sub_((average - value) * 0.1)
    return gamma * (x - m) * torch.rsqrt(v + 1e-5) + beta


def batch_cumulative(x, state, training, gamma, beta):
    mean, variance, batches = state
    if training:
        batches.add_(1)
    return images(F.batch_norm(images(x), mean, variance, gamma, beta, training, 1 / float(batches), 1e-5))


def ghost_batch(x, state, training, gamma, beta):
    parts = x.chunk(2) if training else [x]
    return torch.cat([batch(part, state, training, gamma, beta) for part in parts])


def decorrelated_batch(x, state, training, gamma, beta):
    rows = x.reshape(-1, 2, 2).transpose(0, 1)  # Groups, rows, channels.
    mean, whitening = state[0].reshape(2, 1, 2), state[1].reshape(2, 2, 2) + state[2] * torch.eye(2)
    if training:
        mean = rows.mean(1, keepdim=True)
        centred = rows - mean
        sigma = centred.transpose(1, 2) @ centred / rows.shape[1] + 1e-5 * torch.eye(2)
        trace = sigma.diagonal(dim1=1, dim2=2).sum(1)[:, None, None]
        p = torch.eye(2)
        for _ in range(5):
            p = 1.5 * p - 0.5 * torch.matrix_power(p, 3) @ (sigma / trace)
        whitening = p / trace.sqrt()
        state[0].mul_(0.9).add_(0.1 * mean.detach().flatten())
        state[1].mul_(0.9).add_(0.1 * whitening.detach().flatten())
        state[2].mul_(0.9)  # What is left of the start, the identity.
    y = (rows - mean) @ whitening.transpose(1, 2)
    return gamma * y.transpose(0, 1).reshape(x.shape) + beta


def batch_renorm(x, state, training, gamma, beta):
    m, s = (average.clone() for average in state)
    if not training:
        return gamma * (x - m) / s + beta
    mean, deviation = x.mean((0, 1)), torch.sqrt(x.var((0, 1), unbiased=False) + 1e-5)
    r = (deviation / s).clamp(1 / 3, 3).detach()
    d = ((mean - m) / s).clamp(-5, 5).detach()
    for average, value in zip(state, (mean, deviation)):
        average.add_(0.01 * (value.detach() - average))
    return gamma * ((x - mean) / deviation * r + d) + beta


def power(x, state, training, gamma, beta):
    before = state[0].clone()
    if training:
        state[0].mul_(0.9).add_(0.1 * x.detach().square().mean((0, 1)))
    return gamma * x * torch.rsqrt(before + 1e-5) + beta


def l1_batch(x, state, training, gamma, beta):
    m, s = state
    if training:
        m = x.mean((0, 1))
        s = math.sqrt(math.pi / 2) * (x - m).abs().mean((0, 1))
        for average, value in zip(state, (m, s)):
            average.mul_(0.9).add_(0.1 * value.detach())
    return gamma * (x - m) / (s + 1e-5) + beta


def mean_only_batch(x, state, training, beta):
    m = state[0]
    if training:
        m = x.mean((0, 1))
        state[0].mul_(0.9).add_(0.1 * m.detach())
    return x - m + beta


def evonorm_b0(x, state, training, gamma, p, beta):
    v, n = state[0], x.shape[0] * x.shape[1]
    if training:
        v = x.var((0, 1), unbiased=False)
        state[0].copy_(state[0] * 0.9 + v.detach() * 0.1 * (n / (n - 1)))
    left = (v + 1e-3).sqrt()
    right = p * x + (x.var(1, unbiased=False, keepdim=True) + 1e-3).sqrt()
    return x / torch.maximum(left.expand_as(right), right) * gamma + beta


def batch_instance(x, state, training, gamma, rho, beta):
    share = rho.clamp(0, 1)
    of_batch = images(F.batch_norm(images(x), *state, None, None, training, 0.1, 1e-5))
    return gamma * (share * of_batch + (1 - share) * instance(x)) + beta


def switchable(x, state, training, gamma, mi, ml, mb, vi, vl, vb, beta):
    mean_weight = torch.softmax(torch.stack([mi, ml, mb]), 0)
    var_weight = torch.softmax(torch.stack([vi, vl, vb]), 0)
    mean_in, var_in = x.mean(1, keepdim=True), x.var(1, unbiased=False, keepdim=True)
    square = var_in + mean_in**2
    mean_ln = mean_in.mean(2, keepdim=True)
    var_ln = square.mean(2, keepdim=True) - mean_ln**2
    mean_bn, var_bn = state
    if training:
        mean_bn = mean_in.mean(0, keepdim=True)
        var_bn = square.mean(0, keepdim=True) - mean_bn**2
        state[0].mul_(0.9).add_(0.1 * mean_bn.detach().flatten())
        state[1].mul_(0.9).add_(0.1 * var_bn.detach().flatten())
    mean = mean_weight[0] * mean_in + mean_weight[1] * mean_ln + mean_weight[2] * mean_bn
    var = var_weight[0] * var_in + var_weight[1] * var_ln + var_weight[2] * var_bn
    return (x - mean) / (var + 1e-5).sqrt() * gamma + beta


def weight_standardization(x, gain=None):
    w = x.reshape(1, -1, x.shape[-1])
    return F.batch_norm(w, None, None, weight=gain, training=True, momentum=0.0, eps=1e-6).reshape_as(x)


# The name, what its parameters are in the order of the equation, the groups, and the function.
NORMS = [
    ("identity", "", 1, torch.nn.Identity()),
    ("affine", "gamma:f beta:f", 1, lambda x, gamma, beta: torch.addcmul(beta, gamma, x)),
    ("dyt", "gamma:f alpha:s beta:f", 1, lambda x, gamma, alpha, beta: gamma * torch.tanh(alpha * x) + beta),
    ("derf", "gamma:f alpha:s s:s beta:f", 1, lambda x, g, alpha, s, b: g * torch.erf(alpha * x + s) + b),
    ("dy-isru", "gamma:f c:s beta:f", 1, lambda x, g, c, b: g * (2 * x * torch.rsqrt(x.square() + c.abs())) + b),
    ("isru", "gamma:f alpha:s beta:f", 1, lambda x, g, a, b: g * (a * x / torch.sqrt(1 + (a * x)**2)) + b),
    ("dy-atan", "gamma:f alpha:s beta:f", 1, lambda x, g, alpha, b: g * torch.atan(alpha * x) + b),
    ("selu", "", 1, F.selu),
    ("layer", "gamma:f beta:f", 1, layer),
    ("layer-no-bias", "gamma:f", 1, lambda x, gamma: layer(x, gamma, None)),
    ("layer-no-affine", "", 1, lambda x: layer(x, None, None)),
    ("detach-norm", "", 1, detach_norm),
    ("ada-norm", "", 1, ada_norm),
    ("ada-layer", "scale:d shift:d", 1, ada_layer),
    ("positional", "", 1, positional),
    ("simple-norm", "gamma:f", 1, simple_norm),
    ("rms", "gamma:f", 1, lambda x, gamma: F.rms_norm(x, (4,), gamma, 1e-5)),
    ("partial-rms", "gamma:f", 1, partial_rms),
    ("qk-rms", "gamma:c", 2, lambda x, gamma: F.rms_norm(heads(x), (2,), gamma, 1e-6).flatten(2)),
    ("rms-zero-centred", "w:f", 1, lambda x, w: F.rms_norm(x, (4,), 1 + w, 1e-6)),
    ("simple-rms", "", 1, lambda x: F.normalize(x, dim=-1) * 2),
    ("crms", "", 1, crms),
    ("scale-norm", "g:s", 1, lambda x, g: F.normalize(x, dim=-1) * 2 * g),
    ("l2", "", 1, lambda x: F.normalize(x, dim=-1)),
    ("l2-smooth", "", 1, lambda x: x * torch.rsqrt((x * x).sum(-1, keepdim=True) + 1e-12)),
    ("qk-l2", "g:s", 2, lambda x, g: g * F.normalize(heads(x), dim=-1).flatten(2)),
    ("poly-norm", "w3:s w2:s w1:s b:s", 1, poly_norm),
    ("seed-norm", "gamma:f alpha:f beta:f", 1, seed_norm),
    ("local-response", "", 1, lambda x: images(F.local_response_norm(images(x), 5))),
    ("divisive", "gamma:f beta:f", 1, divisive),
    ("group", "gamma:f beta:f", 2, lambda x, gamma, beta: group(x, gamma, beta, 2)),
    ("one-group", "gamma:f beta:f", 1, lambda x, gamma, beta: group(x, gamma, beta, 1)),
    ("instance", "", 1, instance),
    ("instance-affine", "gamma:f beta:f", 1, instance),
    ("global-response", "gamma:f beta:f", 1, global_response),
    ("filter-response", "gamma:f beta:f tau:f", 1, filter_response),
    ("evonorm-s0", "gamma:f p:f beta:f", 2, lambda x, gamma, p, beta: evonorm_s0(x, gamma, p, beta, 2)),
    ("timestep", "gamma:f beta:f", 2, lambda x, gamma, beta: timestep(x, gamma, beta, 2)),
    ("batch", "gamma:f beta:f", 1, Batch(batch, ["zeros", "ones"])),
    ("batch-flax", "gamma:f beta:f", 1, Batch(batch_flax, ["zeros", "ones"])),
    ("batch-haiku", "gamma:f beta:f", 1, Batch(batch_haiku, ["scalar", "zeros", "zeros"])),
    ("batch-cumulative", "gamma:f beta:f", 1, Batch(batch_cumulative, ["zeros", "ones", "one"])),
    ("ghost-batch", "gamma:f beta:f", 1, Batch(ghost_batch, ["zeros", "ones"])),
    ("batch-renorm", "gamma:f beta:f", 1, Batch(batch_renorm, ["zeros", "ones"])),
    ("power", "gamma:f beta:f", 1, Batch(power, ["ones"])),
    ("l1-batch", "gamma:f beta:f", 1, Batch(l1_batch, ["zeros", "ones"])),
    ("mean-only-batch", "beta:f", 1, Batch(mean_only_batch, ["zeros"])),
    ("evonorm-b0", "gamma:f p:f beta:f", 1, Batch(evonorm_b0, ["ones"])),
    ("batch-instance", "gamma:f rho:f beta:f", 1, Batch(batch_instance, ["zeros", "ones"])),
    ("switchable", "gamma:f mi:s ml:s mb:s vi:s vl:s vb:s beta:f", 1, Batch(switchable, ["zeros", "zeros"])),
    ("decorrelated-batch", "gamma:f beta:f", 2, Batch(decorrelated_batch, ["zeros", "matrices", "one"])),
    ("weight-norm", "g:o", 1, lambda x, g: torch._weight_norm(x[:, 0], g[:, None], 0)[:, None]),
    ("weight-standardization", "", 1, weight_standardization),
    ("scaled-weight-standardization", "gain:o", 1, lambda x, gain: weight_standardization(x, gain * 4**-0.5)),
    ("spectral", "", 1, Batch(spectral, ["one", "zeros"])),
]


def line(name, tensor):
    print(name, *(format(float(v), ".17g") for v in tensor.detach().flatten()))


def parameters(declared, outputs, groups):
    """Tensors of the declared names: f has a number per feature, c per channel of a group, o per output, d per sample
    and feature; s is one number."""
    found, scalars, features = {}, iter(SCALAR), {"beta": 1, "gamma": 0}
    sides = iter((SIDE, SIDE[::-1]))
    for name, shape in (word.split(":") for word in declared.split()):
        values = {
            "f": lambda: FEATURE[features.get(name, 2)],
            "s": lambda: next(scalars),
            "c": lambda: FEATURE[features.get(name, 2)][:4 // groups],
            "d": lambda: next(sides),
            "o": lambda: OUTPUT[:outputs],
        }[shape]()
        found[name] = torch.tensor(values).requires_grad_()
    return found


def case(name, declared, groups, norm, x, v, training, state):
    x = x.clone().requires_grad_()
    given = parameters(declared, x.shape[0], groups)
    print("norm", name)
    print("mode", "train" if training else "eval")
    print("layout", x.shape[0], x.shape[1], groups)
    line("x", x)
    line("cotangent", v)
    for parameter, values in given.items():
        line(f"parameter {parameter}", values)
    for average in state:
        line("before", average)
    y = norm.apply(x, state, training, *given.values()) if state else norm(x, *given.values())
    line("y", y)
    arguments = {"x": x, **given}
    gradients = torch.autograd.grad(y, list(arguments.values()), v)
    for argument, gradient in zip(arguments, gradients):
        line(f"gradient {argument}", gradient)
    for average in state:
        line("after", average)
    print()


def main():
    print(f"# Made by scripts/expected_norms.py with PyTorch {torch.__version__.split('+')[0]}, in double precision.\n")
    whole, cotangent = torch.tensor(X), torch.tensor(V)
    for name, declared, groups, norm in NORMS:
        x, v = whole, cotangent
        if "weight" in name or name == "spectral":  # Six outputs of four inputs.
            x, v = whole.reshape(6, 1, 4), cotangent.reshape(6, 1, 4)
        if not isinstance(norm, Batch):
            case(name, declared, groups, norm, x, v, True, [])
            continue
        made = {"zeros": torch.zeros(4), "ones": torch.ones(4), "scalar": torch.zeros(()), "one": torch.ones(()),
                "matrices": torch.zeros(8)}
        state = [made[start].clone() for start in norm.starts]
        case(name, declared, groups, norm, x, v, True, state)
        case(name, declared, groups, norm, x, v, False, [average.clone() for average in state])


main()
