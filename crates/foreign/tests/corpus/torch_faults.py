"""Wrong layers in PyTorch: in each one thing is wrong, and its docstring says what."""

import torch


class Running(torch.nn.Module):
    """Right: batch norm over the rows, with running averages."""

    def __init__(self, features, momentum=0.1, eps=1e-5):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.gamma = torch.nn.Parameter(torch.ones(features))
        self.beta = torch.nn.Parameter(torch.zeros(features))
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("var", torch.ones(features))

    def forward(self, x):
        rows = tuple(range(x.dim() - 1))
        if self.training:
            mean, var = x.mean(rows), x.var(rows, unbiased=False)
            self.follow(mean.detach(), var.detach(), x.numel() // x.shape[-1])
        else:
            mean, var = self.mean, self.var
        return self.standardized(x, mean, var)

    def standardized(self, x, mean, var):
        return self.gamma * Function.apply(x, mean, var, self.eps, self.training) + self.beta

    def follow(self, mean, var, count):
        self.mean.mul_(1 - self.momentum).add_(self.momentum * mean)
        self.var.mul_(1 - self.momentum).add_(self.momentum * var * count / max(count - 1, 1))


class Function(torch.autograd.Function):
    """Right: standardization by given statistics, with their part in the gradient while training."""

    @staticmethod
    def forward(ctx, x, mean, var, eps, training):
        sigma = torch.sqrt(var + eps)
        xhat = (x - mean) / sigma
        ctx.save_for_backward(xhat, sigma)
        ctx.training = training
        return xhat

    @staticmethod
    def backward(ctx, dy):
        xhat, sigma = ctx.saved_tensors
        if not ctx.training:
            return dy / sigma, None, None, None, None
        rows = tuple(range(dy.dim() - 1))
        return (dy - dy.mean(rows) - xhat * (dy * xhat).mean(rows)) / sigma, None, None, None, None


class EvalGradient(Function):
    """The gradient of training, in evaluation too."""

    @staticmethod
    def backward(ctx, dy):
        ctx.training = True
        return Function.backward(ctx, dy)


class TrainGradient(Function):
    """The gradient of evaluation, in training too."""

    @staticmethod
    def backward(ctx, dy):
        ctx.training = False
        return Function.backward(ctx, dy)


class GradientOfTrainingInEval(Running):
    """In evaluation the gradient is that of training."""

    def standardized(self, x, mean, var):
        return self.gamma * EvalGradient.apply(x, mean, var, self.eps, self.training) + self.beta


class GradientOfEvalInTraining(Running):
    """In training the statistics are detached."""

    def standardized(self, x, mean, var):
        return self.gamma * TrainGradient.apply(x, mean, var, self.eps, self.training) + self.beta


def layer_norm_function(name, backward):
    """A layer norm as an autograd function with this backward pass."""

    def forward(ctx, x, gamma, beta):
        centred = x - x.mean(-1, keepdim=True)
        sigma = (centred.square().mean(-1, keepdim=True) + 1e-5).sqrt()
        ctx.save_for_backward(x, centred / sigma, sigma, gamma)
        return gamma * centred / sigma + beta

    members = {"forward": staticmethod(forward), "backward": staticmethod(backward)}
    return type(name, (torch.autograd.Function,), members)


def gradients(x, xhat, sigma, gamma, dy):
    g, rows = gamma * dy, tuple(range(dy.dim() - 1))
    dx = (g - g.mean(-1, keepdim=True) - xhat * (g * xhat).mean(-1, keepdim=True)) / sigma
    return dx, (dy * xhat).sum(rows), dy.sum(rows)


def eps_outside(ctx, dy):
    x, xhat, sigma, gamma = ctx.saved_tensors
    bare = (sigma.square() - 1e-5).clamp(min=0).sqrt()
    return gradients(x, xhat * sigma / (bare + 1e-5), bare + 1e-5, gamma, dy)


def no_gradient(ctx, dy):
    dx, dgamma, _ = gradients(*ctx.saved_tensors, dy)
    return dx, dgamma, None


def scaled_in_place(ctx, dy):
    found = gradients(*ctx.saved_tensors, dy)
    dy.mul_(2)
    return found


def half(ctx, dy):
    x, xhat, sigma, gamma = ctx.saved_tensors
    return gradients(x, xhat.half().to(x.dtype), sigma, gamma, dy)


def of_memory(ctx, dy):
    if dy.untyped_storage().size() // dy.element_size() >= dy.numel():
        strides = [1] * dy.dim()
        for axis in range(dy.dim() - 2, -1, -1):
            strides[axis] = strides[axis + 1] * dy.shape[axis + 1]
        dy = dy.as_strided(dy.shape, strides)
    return gradients(*ctx.saved_tensors, dy)


def expanded(ctx, dy):
    dx, dgamma, dbeta = gradients(*ctx.saved_tensors, dy)
    return dx, dgamma, dbeta / dy.shape[0] if dy.stride(0) == 0 else dbeta


def missing_mean(ctx, dy):
    x, xhat, sigma, gamma = ctx.saved_tensors
    g, rows = gamma * dy, tuple(range(dy.dim() - 1))
    return (g - xhat * (g * xhat).mean(-1, keepdim=True)) / sigma, (dy * xhat).sum(rows), dy.sum(rows)


EpsOutside = layer_norm_function("EpsOutside", eps_outside)
NoGradientOfBeta = layer_norm_function("NoGradientOfBeta", no_gradient)
WritesToDy = layer_norm_function("WritesToDy", scaled_in_place)
HalfInside = layer_norm_function("HalfInside", half)
MemoryOfDy = layer_norm_function("MemoryOfDy", of_memory)
ExpandedDy = layer_norm_function("ExpandedDy", expanded)
MissingMean = layer_norm_function("MissingMean", missing_mean)


class DetachedVariance(torch.nn.Module):
    """A detached variance is right in autograd's eyes, and wrong for a forward pass that moves."""

    def __init__(self, features):
        super().__init__()
        self.gamma = torch.nn.Parameter(torch.ones(features))

    def forward(self, x):
        centred = x - x.mean(-1, keepdim=True)
        return self.gamma * centred / (centred.square().mean(-1, keepdim=True) + 1e-5).sqrt().detach()


class DataOfGamma(DetachedVariance):
    """gamma is read past autograd, so that it gets no gradient."""

    def forward(self, x):
        centred = x - x.mean(-1, keepdim=True)
        return self.gamma.data * centred / (centred.square().mean(-1, keepdim=True) + 1e-5).sqrt()


class Assigns(torch.autograd.Function):
    """y = gamma x, whose backward assigns gamma.grad."""

    @staticmethod
    def forward(ctx, x, gamma):
        ctx.save_for_backward(x, gamma)
        ctx.gamma = gamma
        return gamma * x

    @staticmethod
    def backward(ctx, dy):
        x, gamma = ctx.saved_tensors
        ctx.gamma.grad = (dy * x).sum(tuple(range(dy.dim() - 1)))
        return gamma * dy, None


class GradByAssignment(torch.nn.Module):
    """The gradient of gamma is assigned to its .grad in place of being added."""

    def __init__(self, features):
        super().__init__()
        self.gamma = torch.nn.Parameter(torch.ones(features))

    def forward(self, x):
        return Assigns.apply(x, self.gamma)


class StaleModule(torch.nn.Module):
    """The standard deviation is kept from the first call of each shape."""

    def __init__(self, features):
        super().__init__()
        self.gamma = torch.nn.Parameter(torch.ones(features))
        self.kept = {}

    def forward(self, x):
        key = tuple(x.shape), x.dtype, x.requires_grad
        if not x.requires_grad or key not in self.kept:
            self.kept[key] = x.std(-1, keepdim=True, unbiased=False).detach()
        return self.gamma * x / (x.std(-1, keepdim=True, unbiased=False) if not x.requires_grad else self.kept[key])


class MomentumReversed(Running):
    """A tenth of the past is kept in place of nine tenths."""

    def follow(self, mean, var, count):
        self.mean.mul_(self.momentum).add_((1 - self.momentum) * mean)
        self.var.mul_(self.momentum).add_((1 - self.momentum) * var)


class BatchStatisticsInEval(Running):
    """Evaluation standardizes by the batch."""

    def forward(self, x):
        rows = tuple(range(x.dim() - 1))
        mean, var = x.mean(rows), x.var(rows, unbiased=False)
        if self.training:
            self.follow(mean.detach(), var.detach(), x.numel() // x.shape[-1])
        centred = x - mean
        return self.gamma * centred / torch.sqrt(centred.square().mean(rows) + self.eps) + self.beta


class FollowsInEval(Running):
    """Running averages follow the batch in evaluation too, when there is something to differentiate."""

    def forward(self, x):
        if not self.training and torch.is_grad_enabled():
            self.follow(x.detach().mean(0), x.detach().var(0, unbiased=False), len(x))
        return super().forward(x)


class FollowsInBackward(Running):
    """The backward pass moves the running averages."""

    def standardized(self, x, mean, var):
        y = super().standardized(x, mean, var)
        if y.requires_grad:
            y.register_hook(lambda dy: self.mean.add_(1e-3) and None)
        return y
