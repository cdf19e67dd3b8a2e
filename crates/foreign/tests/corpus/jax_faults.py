"""Wrong layers in JAX: in each one thing is wrong, and its docstring says what."""

import jax
import jax.numpy as jnp


def standardized(x, eps):
    centred = x - x.mean(-1, keepdims=True)
    sigma = jnp.sqrt((centred * centred).mean(-1, keepdims=True) + eps)
    return centred / sigma, sigma


def layer_norm(backward):
    """Layer norm with this backward pass."""

    @jax.custom_vjp
    def norm(x, gamma, beta):
        return gamma * standardized(x, 1e-5)[0] + beta

    def forward(x, gamma, beta):
        return norm(x, gamma, beta), (x, gamma)

    norm.defvjp(forward, lambda kept, dy: backward(*kept, dy))
    return norm


def gradients(xhat, sigma, g, dy):
    rows = tuple(range(dy.ndim - 1))
    dx = (g - g.mean(-1, keepdims=True) - xhat * (g * xhat).mean(-1, keepdims=True)) / sigma
    return dx, (dy * xhat).sum(rows), dy.sum(rows)


def without_variance_term(x, gamma, dy):
    xhat, sigma = standardized(x, 1e-5)
    g = gamma * dy
    _, dgamma, dbeta = gradients(xhat, sigma, g, dy)
    return (g - g.mean(-1, keepdims=True)) / sigma, dgamma, dbeta


def with_other_eps(x, gamma, dy):
    xhat, sigma = standardized(x, 1e-6)
    return gradients(xhat, sigma, gamma * dy, dy)


def without_gamma(x, gamma, dy):
    xhat, sigma = standardized(x, 1e-5)
    return gradients(xhat, sigma, dy, dy)


def in_half(x, gamma, dy):
    xhat, sigma = standardized(x, 1e-5)
    return gradients(xhat.astype(jnp.bfloat16).astype(x.dtype), sigma, gamma * dy, dy)


def lost_tail(x, gamma, dy):
    xhat, sigma = standardized(x, 1e-5)
    dx, dgamma, dbeta = gradients(xhat, sigma, gamma * dy, dy)
    return dx.at[..., x.shape[-1] // 8 * 8 :].set(0), dgamma, dbeta


def lost_rows(x, gamma, dy):
    xhat, sigma = standardized(x, 1e-5)
    dx, _, dbeta = gradients(xhat, sigma, gamma * dy, dy)
    return dx, (dy * xhat).reshape(-1, x.shape[-1])[:32].sum(0), dbeta


missing_variance = layer_norm(without_variance_term)
other_eps = layer_norm(with_other_eps)
gamma_forgotten = layer_norm(without_gamma)
half_inside = layer_norm(in_half)
tail_lost = layer_norm(lost_tail)
rows_lost = layer_norm(lost_rows)


def stopped(x, gamma):
    """The root mean square is a constant of the derivative."""
    return gamma * x / jax.lax.stop_gradient(jnp.sqrt((x * x).mean(-1, keepdims=True) + 1e-5))


def scale_kept(x, gamma):
    """gamma is a constant of the derivative."""
    return jax.lax.stop_gradient(gamma) * standardized(x, 1e-5)[0]
