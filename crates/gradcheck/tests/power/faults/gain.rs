//! gamma forgotten or in the wrong place, and the gradients of gamma and beta.

use super::{Planted, double};
use crate::norm::Norm;

pub fn faults() -> Vec<Planted> {
    vec![
        double(Norm::Layer, "gamma is forgotten in dx", |at| {
            at.with_input(|s, k| {
                let (m1, m2) = (s.mean_of(|j| s.v[j]), s.mean_of(|j| s.v[j] * s.xhat[j]));
                (s.v[k] - m1 - s.xhat[k] * m2) / s.sigma
            })
        }),
        double(Norm::Layer, "gamma multiplies dx as a whole", |at| {
            at.with_input(|s, k| {
                let (m1, m2) = (s.mean_of(|j| s.v[j]), s.mean_of(|j| s.v[j] * s.xhat[j]));
                s.gamma[k] * (s.v[k] - m1 - s.xhat[k] * m2) / s.sigma
            })
        }),
        double(Norm::Layer, "gamma is forgotten in the variance term", |at| {
            at.with_input(|s, k| {
                (s.g[k] - s.m1 - s.xhat[k] * s.mean_of(|j| s.v[j] * s.xhat[j])) / s.sigma
            })
        }),
        double(Norm::Layer, "gamma is forgotten in the mean term", |at| {
            at.with_input(|s, k| (s.g[k] - s.mean_of(|j| s.v[j]) - s.xhat[k] * s.m2) / s.sigma)
        }),
        double(Norm::Batch, "gamma is applied twice", |at| {
            at.with_input(|s, k| s.gamma[k] * s.right(k))
        }),
        double(Norm::Rms, "gamma of the next feature", |at| {
            at.with_input(|s, k| {
                let next = |j: usize| s.gamma[(j + 1) % s.gamma.len()] * s.v[j];
                (next(k) - s.xhat[k] * s.mean_of(|j| next(j) * s.xhat[j])) / s.sigma
            })
        }),
        double(Norm::Rms, "1 + gamma for gamma", |at| {
            at.with_input(|s, k| {
                let g = |j: usize| (1.0 + s.gamma[j]) * s.v[j];
                (g(k) - s.xhat[k] * s.mean_of(|j| g(j) * s.xhat[j])) / s.sigma
            })
        }),
        double(Norm::Batch, "the sign of gamma is lost", |at| {
            at.with_input(|s, k| s.right(k) * if s.gamma[k] < 0.0 { -1.0 } else { 1.0 })
        }),
        double(Norm::Group, "the first gamma of a group for all of it", |at| {
            at.with_input(|s, k| {
                let g = |j: usize| s.gamma[0] * s.v[j];
                let (m1, m2) = (s.mean_of(g), s.mean_of(|j| g(j) * s.xhat[j]));
                (g(k) - m1 - s.xhat[k] * m2) / s.sigma
            })
        }),
        double(Norm::Layer, "dgamma is not divided by sigma", |at| {
            at.with_gain(|s, k| s.v[k] * (s.x[k] - s.mean))
        }),
        double(Norm::Layer, "dgamma sees x", |at| at.with_gain(|s, k| s.v[k] * s.x[k])),
        double(Norm::Layer, "dgamma sees the output", |at| {
            at.with_gain(|s, k| s.v[k] * s.gamma[k] * s.xhat[k])
        }),
        double(Norm::Layer, "dbeta is scaled by gamma", |at| {
            at.with_bias(|i| at.gamma[i % at.width] * at.v[i])
        }),
        double(Norm::Instance, "dgamma and dbeta are exchanged", |at| {
            let mut gradients = at.right();
            gradients.swap(1, 2);
            gradients
        }),
        // An in-place norm keeps its output alone; where gamma is 0, xhat cannot be had from it.
        double(Norm::Batch, "xhat is recovered from the output for dgamma", |at| {
            at.with_gain(|s, k| {
                let beta = at.beta[s.entries[k] % at.width];
                let output = s.gamma[k] * s.xhat[k] + beta;
                s.v[k] * (output - beta) / (s.gamma[k] + 1e-12)
            })
        }),
        double(Norm::Layer, "dgamma is written backwards", |at| {
            let mut gradients = at.right();
            gradients[1] = gradients[1].take().map(|gain| gain.into_iter().rev().collect());
            gradients
        }),
    ]
}
