//! Boundaries of rows, groups, samples and blocks of work.

use super::{Planted, double, lost, single};
use crate::backward::Backward;
use crate::norm::Norm;
use gradcheck::Gradients;

pub fn faults() -> Vec<Planted> {
    vec![
        double(Norm::Layer, "the last row of dx is lost", |at| {
            lost(at, |row, _| row + 1 == at.rows)
        }),
        double(Norm::Layer, "the first row of dx is lost", |at| lost(at, |row, _| row == 0)),
        double(Norm::Layer, "rows from 32 on are lost", |at| lost(at, |row, _| row >= 32)),
        double(Norm::Layer, "dgamma misses the last row", |at| {
            gain_of_rows(at, |row| row + 1 != at.rows)
        }),
        double(Norm::Layer, "dgamma loses the last block of 32 rows unless it is full", |at| {
            gain_of_rows(at, |row| at.rows < 32 || row < at.rows / 32 * 32)
        }),
        double(Norm::Rms, "dgamma ends after 256 rows", |at| gain_of_rows(at, |row| row < 256)),
        double(Norm::Layer, "rows go in pairs and an odd one is left over", |at| {
            lost(at, |row, _| at.rows > 1 && at.rows % 2 == 1 && row + 1 == at.rows)
        }),
        double(Norm::Layer, "a matrix has at most 64 rows", |at| lost(at, |row, _| row >= 64)),
        double(Norm::Group, "the last group is lost", |at| {
            lost(at, |_, column| 2 * column >= at.width)
        }),
        double(Norm::Group, "the first group's statistics for the whole sample", |at| {
            let mut slices = at.slices.clone();
            for number in (1..slices.len()).step_by(2) {
                let (first, second) = (at.slices[number - 1].clone(), &at.slices[number]);
                slices[number] = second.with_statistics(first.mean, first.variance, first.sigma);
            }
            Backward { slices, ..at.clone() }.right()
        }),
        double(Norm::Group, "dbeta ends with the first group", |at| {
            at.changed(2, |column, value| if 2 * column < at.width { value } else { 0.0 })
        }),
        double(Norm::Batch, "the last sample is left out of the means", |at| {
            at.with_input(|s, k| {
                let last = s.entries.len() - 1;
                let m2 = s.m2 - s.g[last] * s.xhat[last] / s.count;
                (s.g[k] - s.m1 - s.xhat[k] * if s.m2 == 0.0 { 0.0 } else { m2 }) / s.sigma
            })
        }),
        double(Norm::Layer, "the variance term sums the first 32 columns", |at| {
            at.with_input(|s, k| {
                let m2 = s.mean_of(|j| if j < 32 { s.g[j] * s.xhat[j] } else { 0.0 });
                (s.g[k] - s.m1 - s.xhat[k] * m2) / s.sigma
            })
        }),
        double(Norm::Instance, "dgamma is that of the first sample", |at| {
            gain_of_rows(at, |row| at.shape.len() == 2 || row < at.rows / at.shape[0])
        }),
        double(Norm::Instance, "samples after the first are lost", |at| {
            lost(at, |row, _| at.shape.len() > 2 && row >= at.rows / at.shape[0])
        }),
        double(Norm::Layer, "rows from 65,536 on are lost", |at| lost(at, |row, _| row >= 65_536)),
        double(Norm::Rms, "dgamma ends after 65,536 rows", |at| {
            gain_of_rows(at, |row| row < 65_536)
        }),
        single(Norm::Batch, "the last rows above 65,536 are lost, in f32", |at| {
            at.changed(0, |entry, dx| if entry / at.width >= 65_536 { 0.0 } else { dx })
        }),
        double(Norm::Layer, "columns from 4,096 on are lost", |at| {
            lost(at, |_, column| column >= 4_096)
        }),
        double(Norm::Batch, "dbeta ends with 8,192 columns", |at| {
            at.changed(2, |column, value| if column < 8_192 { value } else { 0.0 })
        }),
        double(Norm::Batch, "the last feature is lost", |at| {
            lost(at, |_, column| at.width > 1 && column + 1 == at.width)
        }),
    ]
}

/// `dgamma` of the rows that are counted.
fn gain_of_rows(at: &Backward<f64>, counts: impl Fn(usize) -> bool) -> Gradients {
    at.with_gain(|s, k| match counts(s.entries[k] / at.width) {
        true => s.v[k] * s.xhat[k],
        false => 0.0,
    })
}
