"""Layer norm as a NumPy pair of forward and backward.

    normlab gradcheck --python examples/python/numpy_layer_norm.py:LayerNorm
    normlab gradcheck --python examples/python/numpy_layer_norm.py:MissingMeanTerm
"""

import numpy as np


class LayerNorm:
    """y = gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta, over the features."""

    def forward(self, x, gamma, beta, eps=1e-5):
        xhat, _ = standardized(x, eps)
        return gamma * xhat + beta

    def backward(self, x, gamma, beta, dy, eps=1e-5):
        """dx = (g - mean(g) - xhat * mean(g * xhat)) / sigma, with g = gamma * dy."""
        xhat, sigma = standardized(x, eps)
        g = gamma * dy
        along = (g * xhat).mean(-1, keepdims=True)
        dx = (g - self.mean_term(g) - xhat * along) / sigma
        rows = tuple(range(x.ndim - 1))
        return dx, (dy * xhat).sum(rows), dy.sum(rows)

    def mean_term(self, g):
        return g.mean(-1, keepdims=True)


class MissingMeanTerm(LayerNorm):
    """Wrong: the backward pass forgets that the mean depends on x. The check must say so."""

    def mean_term(self, g):
        return 0.0


def standardized(x, eps):
    centred = x - x.mean(-1, keepdims=True)
    sigma = np.sqrt((centred * centred).mean(-1, keepdims=True) + eps)
    return centred / sigma, sigma
