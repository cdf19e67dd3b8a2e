//! One step, and one evaluation, of a network.

use nets::Network;
use ops::{Mode, Pass, Value, cross_entropy};

use crate::dataset::Examples;
use crate::optimizer::OptimizerState;
use crate::outcome::Evaluation;

/// As many rows as an evaluation takes at a time: enough for a good product, little enough for
/// any memory.
const EVALUATED_AT_ONCE: usize = 1024;

/// What a step found before its update.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepResult {
    /// The loss of the batch.
    pub loss: f64,
    /// The norm of the gradient of all parameters together.
    pub grad_norm: f64,
}

/// Forward, backward, update.
pub fn step(
    network: &mut Network<f32>,
    optimizer: &mut OptimizerState,
    x: &Value<f32>,
    labels: &[usize],
    rate: f64,
    clip_norm: Option<f64>,
) -> StepResult {
    let mut pass = Pass::recording(Mode::Train);
    let logits = network.forward(x, &mut pass);
    let loss = cross_entropy(&logits, labels, &mut pass);
    let mut gradients = pass.backward(&loss);
    let grad_norm = optimizer.step(network.parameters_mut(), &mut gradients, rate, clip_norm);
    StepResult { loss: f64::from(loss.as_slice()[0]), grad_norm }
}

/// Loss and accuracy on a part of the data, in evaluation mode.
pub fn evaluate(network: &mut Network<f32>, part: &Examples) -> Evaluation {
    let (mut loss, mut right) = (0.0, 0);
    for (x, labels) in part.parts(EVALUATED_AT_ONCE) {
        let mut pass = Pass::computing(Mode::Eval);
        let logits = network.forward(&x, &mut pass);
        let mean = f64::from(cross_entropy(&logits, labels, &mut pass).as_slice()[0]);
        loss += mean * labels.len() as f64;
        let rows = logits.as_slice().chunks_exact(logits.columns());
        right += rows.zip(labels).filter(|(row, label)| predicted(row) == **label).count();
    }
    let count = part.len() as f64;
    Evaluation { loss: loss / count, accuracy: right as f64 / count }
}

/// The class of the largest logit, the first of equal ones.
fn predicted(row: &[f32]) -> usize {
    let largest = |best: usize, (class, logit): (usize, &f32)| {
        if *logit > row[best] { class } else { best }
    };
    row.iter().enumerate().fold(0, largest)
}
