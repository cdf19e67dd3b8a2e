//! Terms of `dx` that are missing or have the wrong sign.

use super::{Planted, double};
use crate::norm::Norm;

pub fn faults() -> Vec<Planted> {
    vec![
        double(Norm::Layer, "the mean term is missing", |at| {
            at.with_input(|s, k| (s.g[k] - s.xhat[k] * s.m2) / s.sigma)
        }),
        double(Norm::Layer, "the variance term is missing", |at| {
            at.with_input(|s, k| (s.g[k] - s.m1) / s.sigma)
        }),
        double(Norm::Layer, "the mean term is added", |at| {
            at.with_input(|s, k| (s.g[k] + s.m1 - s.xhat[k] * s.m2) / s.sigma)
        }),
        double(Norm::Layer, "the variance term is added", |at| {
            at.with_input(|s, k| (s.g[k] - s.m1 + s.xhat[k] * s.m2) / s.sigma)
        }),
        double(Norm::Layer, "dx is 0", |at| at.with_input(|_, _| 0.0)),
        double(Norm::Batch, "dx has the other sign", |at| at.with_input(|s, k| -s.right(k))),
        double(Norm::Rms, "the square term is missing", |at| {
            at.with_input(|s, k| s.g[k] / s.sigma)
        }),
        double(Norm::Rms, "a mean term as in layer norm", |at| {
            at.with_input(|s, k| s.right(k) - s.mean_of(|j| s.g[j]) / s.sigma)
        }),
        double(Norm::Group, "the mean term is missing", |at| {
            at.with_input(|s, k| s.right(k) + s.m1 / s.sigma)
        }),
        double(Norm::Instance, "the variance term is missing", |at| {
            at.with_input(|s, k| s.right(k) + s.xhat[k] * s.m2 / s.sigma)
        }),
        double(Norm::Layer, "x - mean for xhat in the variance term", |at| {
            at.with_input(|s, k| (s.g[k] - s.m1 - (s.x[k] - s.mean) * s.m2) / s.sigma)
        }),
        double(Norm::Layer, "x for xhat in the variance term", |at| {
            at.with_input(|s, k| (s.g[k] - s.m1 - s.x[k] * s.m2) / s.sigma)
        }),
        double(Norm::Layer, "the mean is subtracted twice", |at| {
            at.with_input(|s, k| {
                let xhat = (s.x[k] - 2.0 * s.mean) / s.sigma;
                (s.g[k] - s.m1 - xhat * s.m2) / s.sigma
            })
        }),
        double(Norm::Layer, "m1 and m2 are exchanged", |at| {
            at.with_input(|s, k| (s.g[k] - s.m2 - s.xhat[k] * s.m1) / s.sigma)
        }),
    ]
}
