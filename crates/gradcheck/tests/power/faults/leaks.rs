//! What passes from one row, group or channel to another.

use super::{Planted, double};
use crate::norm::Norm;

pub fn faults() -> Vec<Planted> {
    vec![
        // A mask by multiplication lets NaN through.
        double(Norm::Layer, "NaN of another row, by a mask of zeros", |at| {
            let poison: f64 = at.x.iter().map(|x| x * 0.0).sum();
            at.with_input(|s, k| s.right(k) + poison)
        }),
        double(Norm::Group, "NaN of another group, by a common scale", |at| {
            let largest = at.x.iter().fold(1.0, |largest: f64, x| {
                match largest.is_nan() || x.abs() <= largest {
                    true => largest,
                    false => x.abs(),
                }
            });
            let scale = f64::log2(largest).floor().exp2();
            at.with_input(|s, k| s.right(k) / scale * scale)
        }),
        double(Norm::Instance, "NaN in a cotangent becomes 0", |at| {
            at.changed(0, |_, dx| if dx.is_nan() { 0.0 } else { dx })
        }),
        double(Norm::Layer, "a thousandth of the row before", |at| {
            let right = at.right()[0].clone().expect("it has a gradient");
            at.changed(0, |i, dx| match i.checked_sub(at.width) {
                Some(before) => dx + 1e-3 * right[before],
                None => dx,
            })
        }),
        double(Norm::Rms, "the sum of a row begins with the last one's", |at| {
            let mut before = 0.0;
            let mut dx = at.x.clone();
            for s in &at.slices {
                for (k, &i) in s.entries.iter().enumerate() {
                    dx[i] = (s.g[k] - s.xhat[k] * (s.m2 + 1e-6 * before)) / s.sigma;
                }
                before = s.m2;
            }
            at.changed(0, |i, _| dx[i])
        }),
        double(Norm::Group, "features share a thousandth across groups", |at| {
            let right = at.right()[0].clone().expect("it has a gradient");
            at.changed(0, |i, dx| dx + 1e-3 * right[i / at.width * at.width])
        }),
        double(Norm::Instance, "the first sample's mean term for all", |at| {
            at.with_input(|s, k| {
                let first = &at.slices[s.entries[0] % at.width];
                (s.g[k] - first.m1 - s.xhat[k] * s.m2) / s.sigma
            })
        }),
    ]
}
