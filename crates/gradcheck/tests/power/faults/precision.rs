//! Digits lost inside a kernel. All formulas are right.

use super::{Planted, double, single};
use crate::backward::Slice;
use crate::norm::Norm;
use crate::number::Number;

pub fn faults() -> Vec<Planted> {
    vec![
        double(Norm::Layer, "statistics in f32 inside f64", |at| {
            at.sliced(|s| {
                let (mean, variance) = (f64::from(s.mean as f32), f64::from(s.variance as f32));
                s.with_statistics(mean, variance, (variance + s.eps).sqrt())
            })
        }),
        double(Norm::Layer, "one-pass variance in f64", |at| at.sliced(one_pass)),
        single(Norm::Layer, "one-pass variance in f32", |at| at.sliced(one_pass)),
        single(Norm::Batch, "one-pass variance in f32", |at| match at.mode {
            gradcheck::Mode::Train => at.sliced(one_pass),
            gradcheck::Mode::Eval => at.right(),
        }),
        single(Norm::Rms, "xhat is kept in bf16", |at| {
            at.sliced(|s| {
                let xhat: Vec<f32> = s.xhat.iter().map(|&x| brain(x)).collect();
                let mut slice = Slice { xhat, ..s.clone() };
                slice.m2 = slice.mean_of(|k| slice.g[k] * slice.xhat[k]);
                slice
            })
        }),
        single(Norm::Layer, "sigma is kept in bf16", |at| {
            at.sliced(|s| Slice { sigma: brain(s.sigma), ..s.clone() })
        }),
        single(Norm::Group, "the cotangent is kept in bf16", |at| at.with_bias(|i| brain(at.v[i]))),
        double(Norm::Batch, "sums over the rows in f32 inside f64", |at| {
            let mut gradients = at.right();
            let mut totals = vec![0.0_f32; at.width];
            for (i, &v) in at.v.iter().enumerate() {
                totals[i % at.width] += v as f32;
            }
            gradients[2] = Some(totals.into_iter().map(f64::from).collect());
            gradients
        }),
        single(Norm::Rms, "inverse root by bits and one step of Newton's method", |at| {
            at.sliced(|s| s.with_sigma(1.0 / quick_inverse_root(s.variance + s.eps)))
        }),
        double(Norm::Rms, "inverse root of f32 inside f64", |at| {
            at.sliced(|s| {
                s.with_sigma(1.0 / f64::from(((s.variance + s.eps) as f32).sqrt().recip()))
            })
        }),
        double(Norm::Instance, "dx is rounded to f32 inside f64", |at| {
            at.changed(0, |_, dx| f64::from(dx as f32))
        }),
        single(Norm::Instance, "running sums in bf16", |at| {
            at.sliced(|s| {
                let mut total = 0.0;
                for k in 0..s.entries.len() {
                    total = brain(total + s.g[k] * s.xhat[k]);
                }
                Slice { m2: total / s.count, ..s.clone() }
            })
        }),
        single(Norm::Layer, "the mean is kept in bf16", |at| {
            at.sliced(|s| s.with_statistics(brain(s.mean), s.variance, s.sigma))
        }),
    ]
}

/// `E[x^2] - E[x]^2`, cut off at 0.
fn one_pass<E: Number + PartialOrd>(s: &Slice<E>) -> Slice<E> {
    let variance = s.mean_of(|k| s.x[k] * s.x[k]) - s.mean * s.mean;
    let variance = if variance < E::of(0.0) { E::of(0.0) } else { variance };
    s.with_statistics(s.mean, variance, (variance + s.eps).sqrt())
}

/// The nearest number of 8 bits, as in bfloat16.
fn brain(x: f32) -> f32 {
    f32::from_bits((x.to_bits() + 0x8000) & 0xffff_0000)
}

fn quick_inverse_root(x: f32) -> f32 {
    let guess = f32::from_bits(0x5f37_59df - (x.to_bits() >> 1));
    guess * (1.5 - 0.5 * x * guess * guess)
}
