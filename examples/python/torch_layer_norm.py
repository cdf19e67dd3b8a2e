"""Layer norm as a PyTorch module whose autograd function is written by hand.

    normlab gradcheck --python examples/python/torch_layer_norm.py:LayerNorm
    normlab gradcheck --python examples/python/torch_layer_norm.py:MissingMeanTerm
    normlab gradcheck --python examples/python/torch_layer_norm.py:batch_norm
"""

import torch


class Standardize(torch.autograd.Function):
    """xhat = (x - mean(x)) / sqrt(var(x) + eps), over the features."""

    @staticmethod
    def forward(ctx, x, eps):
        centred = x - x.mean(-1, keepdim=True)
        sigma = (centred.square().mean(-1, keepdim=True) + eps).sqrt()
        xhat = centred / sigma
        ctx.save_for_backward(xhat, sigma)
        return xhat

    @staticmethod
    def backward(ctx, g):
        """dx = (g - mean(g) - xhat * mean(g * xhat)) / sigma."""
        xhat, sigma = ctx.saved_tensors
        along = (g * xhat).mean(-1, keepdim=True)
        return (g - g.mean(-1, keepdim=True) - xhat * along) / sigma, None


class StandardizeWithoutMeanTerm(Standardize):
    """Wrong: the backward pass forgets that the mean depends on x."""

    @staticmethod
    def backward(ctx, g):
        xhat, sigma = ctx.saved_tensors
        return (g - xhat * (g * xhat).mean(-1, keepdim=True)) / sigma, None


class LayerNorm(torch.nn.Module):
    """y = gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta, over the features."""

    standardize = Standardize

    def __init__(self, features, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.gamma = torch.nn.Parameter(torch.ones(features))
        self.beta = torch.nn.Parameter(torch.zeros(features))

    def forward(self, x):
        return self.gamma * self.standardize.apply(x, self.eps) + self.beta


class MissingMeanTerm(LayerNorm):
    """The check must say that its gradient is wrong."""

    standardize = StandardizeWithoutMeanTerm


def batch_norm(features):
    """torch's own, with running averages: checked in training and in evaluation."""
    return torch.nn.BatchNorm1d(features)
