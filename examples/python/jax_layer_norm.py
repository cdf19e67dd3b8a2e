"""Layer norm as a JAX function with a backward pass of its own.

    normlab gradcheck --python examples/python/jax_layer_norm.py:layer_norm
    normlab gradcheck --python examples/python/jax_layer_norm.py:missing_mean_term
    normlab gradcheck --python examples/python/jax_layer_norm.py:rms_norm
"""

import jax
import jax.numpy as jnp

EPS = 1e-5


def standardized(x):
    centred = x - x.mean(-1, keepdims=True)
    sigma = jnp.sqrt((centred * centred).mean(-1, keepdims=True) + EPS)
    return centred / sigma, sigma


def forward(x, gamma, beta):
    """y = gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta, over the features."""
    xhat, sigma = standardized(x)
    return gamma * xhat + beta, (xhat, sigma, gamma)


def backward(kept, dy, has_mean_term=True):
    """dx = (g - mean(g) - xhat * mean(g * xhat)) / sigma, with g = gamma * dy."""
    xhat, sigma, gamma = kept
    g = gamma * dy
    along = (g * xhat).mean(-1, keepdims=True)
    mean = g.mean(-1, keepdims=True) if has_mean_term else 0.0
    rows = tuple(range(dy.ndim - 1))
    return (g - mean - xhat * along) / sigma, (dy * xhat).sum(rows), dy.sum(rows)


@jax.custom_vjp
def layer_norm(x, gamma, beta):
    return forward(x, gamma, beta)[0]


layer_norm.defvjp(forward, backward)


@jax.custom_vjp
def missing_mean_term(x, gamma, beta):
    """Wrong: the backward pass forgets that the mean depends on x. The check must say so."""
    return forward(x, gamma, beta)[0]


missing_mean_term.defvjp(forward, lambda kept, dy: backward(kept, dy, has_mean_term=False))


def rms_norm(x, gamma, eps=1e-5):
    """No backward pass of its own: JAX's derivative is checked."""
    return gamma * x * jax.lax.rsqrt((x * x).mean(-1, keepdims=True) + eps)
