//! Values that are cut off, and others flushed to zero.

use super::{Planted, double};
use crate::norm::Norm;

pub fn faults() -> Vec<Planted> {
    vec![
        double(Norm::Layer, "1 / sigma is at most 100", |at| {
            at.sliced(|s| s.with_sigma(s.sigma.max(1e-2)))
        }),
        double(Norm::Rms, "1 / sigma is at most 10000", |at| {
            at.sliced(|s| s.with_sigma(s.sigma.max(1e-4)))
        }),
        double(Norm::Layer, "sigma is at most 1000", |at| {
            at.sliced(|s| s.with_sigma(s.sigma.min(1e3)))
        }),
        double(Norm::Layer, "xhat is clamped to 2", |at| {
            at.with_input(|s, k| {
                let xhat = |j: usize| s.xhat[j].clamp(-2.0, 2.0);
                (s.g[k] - s.m1 - xhat(k) * s.mean_of(|j| s.g[j] * xhat(j))) / s.sigma
            })
        }),
        double(Norm::Layer, "dx is clipped to 10", |at| {
            at.with_input(|s, k| s.right(k).clamp(-10.0, 10.0))
        }),
        double(Norm::Batch, "dx is clipped to norm 1", |at| {
            let square: f64 = at.slices.iter().flat_map(|s| s.v.iter()).map(|v| v * v).sum();
            at.with_input(|s, k| s.right(k) / square.sqrt().max(1.0))
        }),
        double(Norm::Instance, "small cotangents count as 0", |at| {
            let flushed = |v: f64| if v.abs() < 1e-3 { 0.0 } else { v };
            at.with_bias(|i| flushed(at.v[i]))
        }),
        double(Norm::Group, "gradients below 1e-8 are flushed", |at| {
            at.changed(0, |_, dx| if dx.abs() < 1e-8 { 0.0 } else { dx })
        }),
        double(Norm::Rms, "the mean square is at least 1e-6", |at| {
            at.sliced(|s| s.with_sigma((s.variance.max(1e-6) + s.eps).sqrt()))
        }),
        double(Norm::Layer, "gamma is at least 1e-3 in size", |at| {
            at.with_input(|s, k| {
                let gamma = |j: usize| match s.gamma[j].abs() < 1e-3 {
                    true => 1e-3,
                    false => s.gamma[j],
                };
                let (m1, m2) = (
                    s.mean_of(|j| gamma(j) * s.v[j]),
                    s.mean_of(|j| gamma(j) * s.v[j] * s.xhat[j]),
                );
                (gamma(k) * s.v[k] - m1 - s.xhat[k] * m2) / s.sigma
            })
        }),
    ]
}
