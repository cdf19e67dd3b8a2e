//! Statistics through which no gradient flows.

use super::{Planted, double};
use crate::norm::Norm;

pub fn faults() -> Vec<Planted> {
    vec![
        double(Norm::Layer, "mean and variance are detached", |at| {
            at.with_input(|s, k| s.g[k] / s.sigma)
        }),
        double(Norm::Batch, "the mean is detached", |at| {
            at.with_input(|s, k| s.right(k) + s.m1 / s.sigma)
        }),
        double(Norm::Batch, "the variance is detached", |at| {
            at.with_input(|s, k| s.right(k) + s.xhat[k] * s.m2 / s.sigma)
        }),
        double(Norm::Group, "the variance is detached", |at| {
            at.with_input(|s, k| s.right(k) + s.xhat[k] * s.m2 / s.sigma)
        }),
        double(Norm::Instance, "the mean is detached", |at| {
            at.with_input(|s, k| s.right(k) + s.m1 / s.sigma)
        }),
        double(Norm::Group, "the variance is detached in the last group", |at| {
            at.with_input(|s, k| match (s.entries[k] % at.width) * 2 >= at.width {
                true => (s.g[k] - s.m1) / s.sigma,
                false => s.right(k),
            })
        }),
        double(Norm::Rms, "xhat is detached for gamma", |at| at.with_gain(|_, _| 0.0)),
        double(Norm::Batch, "the statistics are detached in the second half of the rows", |at| {
            at.with_input(|s, k| match 2 * k >= s.entries.len() {
                true => s.g[k] / s.sigma,
                false => s.right(k),
            })
        }),
    ]
}
