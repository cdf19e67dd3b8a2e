//! Columns beyond the last full vector, warp or block.

use super::{Planted, double, lost};
use crate::norm::Norm;

/// Columns in full vectors.
fn whole(width: usize, lanes: usize) -> usize {
    width / lanes * lanes
}

pub fn faults() -> Vec<Planted> {
    vec![
        double(Norm::Rms, "columns beyond a multiple of 4 are lost", |at| {
            lost(at, |_, column| column >= whole(at.width, 4))
        }),
        double(Norm::Layer, "columns beyond a multiple of 8 are left out of m1 and m2", |at| {
            let end = whole(at.width, 8);
            at.with_input(|s, k| {
                let m1 = s.mean_of(|j| if j < end { s.g[j] } else { 0.0 });
                let m2 = s.mean_of(|j| if j < end { s.g[j] * s.xhat[j] } else { 0.0 });
                (s.g[k] - m1 - s.xhat[k] * m2) / s.sigma
            })
        }),
        double(Norm::Layer, "columns beyond a multiple of 16 miss gamma", |at| {
            let end = whole(at.width, 16);
            at.with_input(|s, k| match at.width < 16 || k < end {
                true => s.right(k),
                false => (s.v[k] - s.m1 - s.xhat[k] * s.m2) / s.sigma,
            })
        }),
        double(Norm::Rms, "dgamma beyond a multiple of 8 is lost", |at| {
            let end = whole(at.width, 8);
            at.changed(1, |column, value| if column < end { value } else { 0.0 })
        }),
        double(Norm::Layer, "the last column of an odd width is lost", |at| {
            lost(at, |_, column| at.width % 2 == 1 && at.width > 1 && column + 1 == at.width)
        }),
        double(Norm::Layer, "columns from 1024 on are lost", |at| {
            lost(at, |_, column| column >= 1024)
        }),
        double(Norm::Layer, "means over a width rounded up to a multiple of 32", |at| {
            at.with_input(|s, k| {
                let factor = match at.width > 32 {
                    true => at.width as f64 / at.width.next_multiple_of(32) as f64,
                    false => 1.0,
                };
                (s.g[k] - factor * (s.m1 + s.xhat[k] * s.m2)) / s.sigma
            })
        }),
        double(Norm::Batch, "a feature beyond a multiple of 4 has its neighbour's sigma", |at| {
            let mut slices = at.slices.clone();
            let tail = whole(at.width, 4).max(1);
            for (slice, neighbour) in slices[tail..].iter_mut().zip(&at.slices[tail - 1..]) {
                *slice = slice.with_sigma(neighbour.sigma);
                if at.mode == gradcheck::Mode::Eval {
                    slice.m2 = 0.0;
                }
            }
            crate::backward::Backward { slices, ..at.clone() }.right()
        }),
        double(Norm::Rms, "the last lane of eight is read twice", |at| {
            at.with_input(|s, k| {
                let lane = |j: usize| if j % 8 == 7 { j - 1 } else { j };
                (s.g[k] - s.xhat[k] * s.mean_of(|j| s.g[lane(j)] * s.xhat[lane(j)])) / s.sigma
            })
        }),
        double(Norm::Layer, "dbeta beyond a multiple of 32 is lost", |at| {
            let end = whole(at.width, 32);
            at.changed(2, |column, value| if at.width < 32 || column < end { value } else { 0.0 })
        }),
        double(Norm::Group, "the last feature of an odd group is left out of m2", |at| {
            at.with_input(|s, k| {
                let size = at.width / 2;
                let counts = |j: usize| size % 2 == 0 || s.entries[j] % size + 1 != size;
                let m2 = s.mean_of(|j| if counts(j) { s.g[j] * s.xhat[j] } else { 0.0 });
                (s.g[k] - s.m1 - s.xhat[k] * m2) / s.sigma
            })
        }),
    ]
}
