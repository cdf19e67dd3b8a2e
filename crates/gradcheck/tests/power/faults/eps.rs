//! Every kind of eps error. The forward pass is right.

use super::{Planted, double};
use crate::norm::Norm;

pub fn faults() -> Vec<Planted> {
    vec![
        double(Norm::Layer, "eps is left out", |at| {
            at.sliced(|s| s.with_sigma(s.variance.sqrt().max(1e-300)))
        }),
        double(Norm::Layer, "eps is outside the root", |at| {
            at.sliced(|s| s.with_sigma(s.variance.sqrt() + s.eps))
        }),
        double(Norm::Layer, "eps is always 1e-5", |at| {
            at.sliced(|s| s.with_sigma((s.variance + 1e-5).sqrt()))
        }),
        double(Norm::Layer, "eps is squared", |at| {
            at.sliced(|s| s.with_sigma((s.variance + s.eps * s.eps).sqrt()))
        }),
        double(Norm::Rms, "eps is outside the root", |at| {
            at.sliced(|s| s.with_sigma(s.variance.sqrt() + s.eps))
        }),
        double(Norm::Rms, "eps is left out of the square term", |at| {
            at.with_input(|s, k| {
                let bare = s.variance.sqrt().max(1e-300);
                let m2 = s.mean_of(|j| s.g[j] * s.x[j] / bare);
                (s.g[k] - s.x[k] / bare * m2) / s.sigma
            })
        }),
        double(Norm::Batch, "eps is added twice", |at| {
            at.sliced(|s| s.with_sigma((s.variance + 2.0 * s.eps).sqrt()))
        }),
        double(Norm::Group, "eps is left out of the last division", |at| {
            at.with_input(|s, k| s.right(k) * s.sigma / s.variance.sqrt().max(1e-300))
        }),
        double(Norm::Batch, "eps is always 1e-6", |at| {
            at.sliced(|s| s.with_sigma((s.variance + 1e-6).sqrt()))
        }),
        double(Norm::Instance, "eps is the smallest variance", |at| {
            at.sliced(|s| s.with_sigma(s.variance.max(s.eps).max(1e-300).sqrt()))
        }),
        double(Norm::Rms, "eps is multiplied by the width", |at| {
            at.sliced(|s| s.with_sigma((s.variance + s.count * s.eps).sqrt()))
        }),
        double(Norm::Layer, "eps is left out of dgamma alone", |at| {
            at.with_gain(|s, k| s.v[k] * (s.x[k] - s.mean) / s.variance.sqrt().max(1e-300))
        }),
        double(Norm::Group, "eps is subtracted", |at| {
            at.sliced(|s| s.with_sigma((s.variance - s.eps).abs().max(1e-300).sqrt()))
        }),
    ]
}
