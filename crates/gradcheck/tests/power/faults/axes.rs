//! Statistics or sums along the wrong axis.

use super::{Planted, double};
use crate::norm::{GROUPS, Norm};
use gradcheck::Mode;

pub fn faults() -> Vec<Planted> {
    vec![
        double(Norm::Layer, "statistics over the rows", |at| {
            at.grouped(Norm::Layer, Norm::Batch.members(at.shape), Mode::Train).right()
        }),
        double(Norm::Batch, "statistics over the features", |at| {
            at.grouped(Norm::Batch, Norm::Layer.members(at.shape), Mode::Train).right()
        }),
        double(Norm::Rms, "one statistic for the whole input", |at| {
            at.grouped(Norm::Rms, vec![(0..at.x.len()).collect()], Mode::Train).right()
        }),
        double(Norm::Instance, "statistics over all samples", |at| {
            at.grouped(Norm::Instance, Norm::Batch.members(at.shape), Mode::Train).right()
        }),
        double(Norm::Group, "groups of every second feature", |at| {
            let positions: usize = at.shape[1..at.shape.len() - 1].iter().product();
            let mut members = vec![Vec::new(); GROUPS * at.shape[0]];
            for i in 0..at.x.len() {
                let sample = i / at.width / positions;
                members[sample * GROUPS + i % at.width % GROUPS].push(i);
            }
            at.grouped(Norm::Group, members, Mode::Train).right()
        }),
        double(Norm::Group, "statistics of one position", |at| {
            let half = at.width / GROUPS;
            let members = (0..at.x.len() / half).map(|s| (s * half..(s + 1) * half).collect());
            at.grouped(Norm::Group, members.collect(), Mode::Train).right()
        }),
        // The first axis is taken for all rows there are, and the rest for features.
        double(Norm::Layer, "the input is taken for a matrix", |at| {
            let width = at.x.len() / at.shape[0];
            let members = (0..at.shape[0]).map(|r| (r * width..(r + 1) * width).collect());
            at.grouped(Norm::Layer, members.collect(), Mode::Train).right()
        }),
        double(Norm::Layer, "dx is written by columns", |at| {
            let right = at.right()[0].clone().expect("it has a gradient");
            at.changed(0, |i, _| right[i % at.rows * at.width + i / at.rows])
        }),
        double(Norm::Rms, "dgamma is summed by row", |at| {
            let mut gradients = at.right();
            let mut totals = vec![0.0; at.width];
            for s in &at.slices {
                for (k, &i) in s.entries.iter().enumerate() {
                    totals[i / at.width % at.width] += s.v[k] * s.xhat[k];
                }
            }
            gradients[1] = Some(totals);
            gradients
        }),
        double(Norm::Layer, "gamma is indexed by row", |at| {
            at.with_input(|s, k| {
                let row = s.entries[0] / at.width;
                let g = |j: usize| at.gamma[(row + j) % at.width] * s.v[j];
                let (m1, m2) = (s.mean_of(g), s.mean_of(|j| g(j) * s.xhat[j]));
                (g(k) - m1 - s.xhat[k] * m2) / s.sigma
            })
        }),
    ]
}
