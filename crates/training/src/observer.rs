//! What the loop announces; what becomes of it is the observer's business.

use std::time::Duration;

use crate::outcome::Evaluation;

/// Receives the events of a run. An observer changes no number of it.
pub trait Observer {
    /// After every step.
    fn on_step(&mut self, _record: &StepRecord) {}
    /// At every layer, before the first step and after 1, 10, 50 and 100 % of them.
    fn on_layer(&mut self, _record: &LayerRecord) {}
    /// After every epoch.
    fn on_timing(&mut self, _record: &TimingRecord) {}
}

/// Nobody listens.
impl Observer for () {}

/// One training step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepRecord {
    /// From 1.
    pub step: usize,
    /// From 1.
    pub epoch: usize,
    /// The rate of this step.
    pub learning_rate: f64,
    /// The loss of this step's batch, before the update.
    pub train_loss: f64,
    /// The norm of the gradient of all parameters together, before clipping.
    pub grad_norm: f64,
    /// After the last step of each epoch.
    pub validation: Option<Evaluation>,
}

/// A statistic of one layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerRecord {
    /// How many steps had been taken.
    pub step: usize,
    /// 0 is the stem, then the blocks.
    pub layer: usize,
    /// `activation_rms` or `gradient_norm`.
    pub statistic: &'static str,
    /// Its value.
    pub value: f64,
}

/// Where the time of an epoch went.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimingRecord {
    /// From 1.
    pub epoch: usize,
    /// Time in training steps.
    pub train: Duration,
    /// Time on the validation part.
    pub evaluate: Duration,
}
