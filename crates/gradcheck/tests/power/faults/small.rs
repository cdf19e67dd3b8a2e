//! Batches of one, widths of one, rows without variance, and special values.

use super::{Planted, double, lost};
use crate::norm::Norm;
use gradcheck::Mode;

pub fn faults() -> Vec<Planted> {
    vec![
        double(Norm::Layer, "dgamma is doubled for a batch of one", |at| {
            at.changed(1, |_, value| if at.rows == 1 { 2.0 * value } else { value })
        }),
        double(Norm::Layer, "the means are left out for a batch of one", |at| {
            at.with_input(|s, k| if at.rows == 1 { s.g[k] / s.sigma } else { s.right(k) })
        }),
        double(Norm::Layer, "a width of one is passed through", |at| {
            at.with_input(|s, k| if at.width == 1 { s.g[k] } else { s.right(k) })
        }),
        double(Norm::Batch, "one row is taken for an evaluation", |at| {
            at.with_input(|s, k| match at.rows == 1 {
                true => s.g[k] / (1.0 + s.eps).sqrt(),
                false => s.right(k),
            })
        }),
        double(Norm::Layer, "a row without variance gets no gradient", |at| {
            at.with_input(|s, k| if s.variance == 0.0 { 0.0 } else { s.right(k) })
        }),
        double(Norm::Layer, "a row without variance loses its mean term", |at| {
            at.with_input(|s, k| match s.variance == 0.0 {
                true => s.g[k] / s.sigma,
                false => s.right(k),
            })
        }),
        double(Norm::Group, "variance below 1e-6 gets no gradient", |at| {
            at.with_input(|s, k| if s.variance < 1e-6 { 0.0 } else { s.right(k) })
        }),
        double(Norm::Layer, "a row is skipped if its first cotangent is 0", |at| {
            lost(at, |row, _| at.v[row * at.width] == 0.0)
        }),
        double(Norm::Layer, "dgamma is 0 where gamma is 0", |at| {
            at.changed(1, |column, value| if at.gamma[column] == 0.0 { 0.0 } else { value })
        }),
        double(Norm::Instance, "one position is divided by sqrt(eps) alone", |at| {
            at.with_input(|s, k| match s.entries.len() {
                1 => s.g[k] / (s.eps + 1e-300).sqrt(),
                _ => s.right(k),
            })
        }),
        double(Norm::Rms, "a width of one has the gradient of a sign", |at| {
            at.with_input(|s, k| if at.width == 1 { 0.0 } else { s.right(k) })
        }),
        double(Norm::Batch, "two rows have the gradient of a sign", |at| {
            at.with_input(|s, k| match at.rows == 2 && at.mode == Mode::Train {
                true => 0.0,
                false => s.right(k),
            })
        }),
    ]
}
