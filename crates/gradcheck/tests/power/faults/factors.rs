//! Wrong factors.

use super::{Planted, double};
use crate::norm::{GROUPS, Norm};

pub fn faults() -> Vec<Planted> {
    vec![
        double(Norm::Layer, "d - 1 for d in the variance term", |at| {
            at.with_input(|s, k| {
                let m2 = s.m2 * s.count / (s.count - 1.0).max(1.0);
                (s.g[k] - s.m1 - s.xhat[k] * m2) / s.sigma
            })
        }),
        double(Norm::Layer, "d - 1 for d in the mean term", |at| {
            at.with_input(|s, k| {
                let m1 = s.m1 * s.count / (s.count - 1.0).max(1.0);
                (s.g[k] - m1 - s.xhat[k] * s.m2) / s.sigma
            })
        }),
        double(Norm::Layer, "the unbiased variance in the divisor", |at| {
            at.sliced(|s| {
                s.with_sigma((s.variance * s.count / (s.count - 1.0).max(1.0) + s.eps).sqrt())
            })
        }),
        double(Norm::Layer, "dx is doubled", |at| at.with_input(|s, k| 2.0 * s.right(k))),
        double(Norm::Layer, "the variance term is doubled", |at| {
            at.with_input(|s, k| s.right(k) - s.xhat[k] * s.m2 / s.sigma)
        }),
        double(Norm::Rms, "the square term is halved", |at| {
            at.with_input(|s, k| (s.g[k] - 0.5 * s.xhat[k] * s.m2) / s.sigma)
        }),
        double(Norm::Batch, "means over the width for means over the rows", |at| {
            at.with_input(|s, k| {
                let factor = s.count / at.width as f64;
                (s.g[k] - factor * (s.m1 + s.xhat[k] * s.m2)) / s.sigma
            })
        }),
        double(Norm::Group, "means over all features for those of a group", |at| {
            at.with_input(|s, k| (s.g[k] - (s.m1 + s.xhat[k] * s.m2) / GROUPS as f64) / s.sigma)
        }),
        double(Norm::Rms, "the sum for the mean in the square term", |at| {
            at.with_input(|s, k| (s.g[k] - s.xhat[k] * s.m2 * s.count) / s.sigma)
        }),
        double(Norm::Layer, "one part in a million too large", |at| {
            at.with_input(|s, k| (1.0 + 1e-6) * s.right(k))
        }),
        double(Norm::Rms, "sigma for sigma cubed in the square term", |at| {
            at.with_input(|s, k| {
                s.g[k] / s.sigma - s.x[k] * s.mean_of(|j| s.g[j] * s.x[j]) / s.sigma
            })
        }),
        double(Norm::Layer, "dx is divided by the variance", |at| {
            at.with_input(|s, k| s.right(k) / s.sigma)
        }),
        double(Norm::Layer, "dx is not divided by sigma", |at| {
            at.with_input(|s, k| s.right(k) * s.sigma)
        }),
        double(Norm::Batch, "dbeta is a mean over the rows", |at| {
            at.with_bias(|i| at.v[i] / at.rows as f64)
        }),
        double(Norm::Instance, "dgamma is a mean over the positions", |at| {
            at.with_gain(|s, k| s.v[k] * s.xhat[k] / s.count)
        }),
        double(Norm::Batch, "the mean term is divided by n twice", |at| {
            at.with_input(|s, k| (s.g[k] - s.m1 / s.count - s.xhat[k] * s.m2) / s.sigma)
        }),
    ]
}
