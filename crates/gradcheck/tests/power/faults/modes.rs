//! Training and evaluation of a batch norm.

use super::{Planted, double, kernel};
use crate::kernel::{Textbook, start_state};
use crate::norm::Norm;
use gradcheck::{Call, Kernel, Mode, Offered, Strided};

/// What happens to the running averages in a forward pass.
#[derive(Clone, Copy, PartialEq)]
enum Averages {
    /// Old and new change places.
    MomentumExchanged,
    /// The momentum is 0.2.
    MomentumDoubled,
    /// The biased variance is tracked.
    Biased,
    /// Evaluation moves them too.
    MoveInEvaluation,
    /// Training leaves them.
    Stay,
    /// The mean is moved twice.
    MeanTwice,
    /// The standard deviation is tracked for the variance.
    Deviation,
    /// The backward pass runs the forward pass again.
    MoveInBackward,
    /// They are those of the last batch seen.
    LastBatch,
}

struct Drifting {
    averages: Averages,
    textbook: Textbook<f64>,
}

fn drifting(norm: Norm, averages: Averages) -> Box<dyn Kernel> {
    Box::new(Drifting { averages, textbook: Textbook::right(norm) })
}

/// `old + factor (new - old)`: with a factor of 1 the right average.
fn moved(old: &[f64], new: &[f64], factor: f64) -> Vec<f64> {
    old.iter().zip(new).map(|(old, new)| old + factor * (new - old)).collect()
}

impl Kernel for Drifting {
    fn forward(&mut self, call: &Call) -> Offered<Strided> {
        let width = call.arguments[1].len();
        let old = match self.textbook.state.is_empty() {
            true => start_state(width),
            false => self.textbook.state.clone(),
        };
        let output = self.textbook.forward(call)?;
        let new = self.textbook.state.clone();
        let state = &mut self.textbook.state;
        let rows = call.shape[..call.shape.len() - 1].iter().product::<usize>() as f64;
        match (self.averages, call.mode) {
            (Averages::MomentumExchanged, Mode::Train) => {
                *state = old.iter().zip(&new).map(|(old, new)| moved(old, new, 9.0)).collect();
            }
            (Averages::MomentumDoubled, Mode::Train) => {
                *state = old.iter().zip(&new).map(|(old, new)| moved(old, new, 2.0)).collect();
            }
            (Averages::LastBatch, Mode::Train) => {
                *state = old.iter().zip(&new).map(|(old, new)| moved(old, new, 10.0)).collect();
            }
            (Averages::Biased, Mode::Train) => {
                let batch = moved(&old[1], &new[1], 10.0);
                let biased: Vec<f64> = batch.iter().map(|v| v * (rows - 1.0) / rows).collect();
                state[1] = moved(&old[1], &biased, 0.1);
            }
            (Averages::Deviation, Mode::Train) => {
                let batch = moved(&old[1], &new[1], 10.0);
                let deviation: Vec<f64> = batch.iter().map(|v| v.abs().sqrt()).collect();
                state[1] = moved(&old[1], &deviation, 0.1);
            }
            (Averages::MeanTwice, Mode::Train) => state[0] = moved(&old[0], &new[0], 1.9),
            (Averages::Stay, Mode::Train) => *state = old,
            (Averages::MoveInEvaluation, Mode::Eval) => {
                let _ = self.textbook.forward(&Call { mode: Mode::Train, ..*call })?;
            }
            _ => {}
        }
        Ok(output)
    }

    fn backward(
        &mut self,
        call: &Call,
        cotangent: &Strided,
    ) -> Result<Vec<Option<Strided>>, String> {
        if self.averages == Averages::MoveInBackward {
            let _ = self.textbook.forward(call)?;
        }
        self.textbook.backward(call, cotangent)
    }

    fn state(&mut self) -> Offered<Vec<Vec<f64>>> {
        self.textbook.state()
    }

    fn set_state(&mut self, state: &[Vec<f64>]) -> Result<(), String> {
        self.textbook.set_state(state)
    }
}

pub fn faults() -> Vec<Planted> {
    vec![
        double(Norm::Batch, "evaluation has the gradient of training", |at| {
            at.grouped(Norm::Batch, Norm::Batch.members(at.shape), Mode::Train).right()
        }),
        double(Norm::Batch, "evaluation keeps the mean and variance terms", |at| {
            at.with_input(|s, k| {
                let (m1, m2) = (s.mean_of(|j| s.g[j]), s.mean_of(|j| s.g[j] * s.xhat[j]));
                (s.g[k] - m1 - s.xhat[k] * m2) / s.sigma
            })
        }),
        double(Norm::Batch, "training divides by the running variance", |at| {
            at.with_input(|s, k| {
                let column = s.entries[0] % at.width;
                let running = at.state[1][column] + s.eps;
                s.right(k) * s.sigma / running.sqrt()
            })
        }),
        double(Norm::Batch, "training flows through a tenth of the mean alone", |at| {
            at.with_input(|s, k| s.right(k) + 0.9 * s.m1 / s.sigma)
        }),
        double(Norm::Batch, "evaluation leaves eps out", |at| {
            at.with_input(|s, k| match at.mode {
                Mode::Eval => s.g[k] / s.variance.abs().sqrt().max(1e-300),
                Mode::Train => s.right(k),
            })
        }),
        double(Norm::Batch, "dgamma in evaluation sees the statistics of the batch", |at| {
            let batch = at.grouped(Norm::Batch, Norm::Batch.members(at.shape), Mode::Train);
            let mut gradients = at.right();
            gradients[1] = batch.right()[1].take();
            gradients
        }),
        double(Norm::Batch, "evaluation has no gradient", |at| match at.mode {
            Mode::Eval => vec![None; 4],
            Mode::Train => at.right(),
        }),
        kernel(Norm::Batch, "momentum is that of the old average", |n| {
            drifting(n, Averages::MomentumExchanged)
        }),
        kernel(Norm::Batch, "momentum is doubled", |n| drifting(n, Averages::MomentumDoubled)),
        kernel(Norm::Batch, "the biased variance is tracked", |n| drifting(n, Averages::Biased)),
        kernel(Norm::Batch, "evaluation moves the averages", |n| {
            drifting(n, Averages::MoveInEvaluation)
        }),
        kernel(Norm::Batch, "training leaves the averages", |n| drifting(n, Averages::Stay)),
        kernel(Norm::Batch, "the mean is tracked twice", |n| drifting(n, Averages::MeanTwice)),
        kernel(Norm::Batch, "the deviation is tracked", |n| drifting(n, Averages::Deviation)),
        kernel(Norm::Batch, "the backward pass moves the averages", |n| {
            drifting(n, Averages::MoveInBackward)
        }),
        kernel(Norm::Batch, "the averages are the last batch", |n| {
            drifting(n, Averages::LastBatch)
        }),
    ]
}
