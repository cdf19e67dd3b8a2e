//! How a network is trained, with every choice made.

use crate::optimizer::Optimizer;
use crate::schedule::Schedule;

/// Everything that decides a run, beside the network, the data and the seed.
#[derive(Debug, Clone)]
pub struct TrainingPlan {
    /// The rule of the updates.
    pub optimizer: Optimizer,
    /// The shape of the learning rate over the run.
    pub schedule: Schedule,
    /// The peak of the learning rate.
    pub learning_rate: f64,
    /// Examples per step; the last batch of an epoch may be smaller.
    pub batch_size: usize,
    /// How often every example is seen.
    pub epochs: usize,
    /// The largest norm of the gradient of all parameters together; longer ones are shortened.
    pub clip_norm: Option<f64>,
}

impl TrainingPlan {
    /// The number of steps of a run on `examples` training examples.
    pub fn steps(&self, examples: usize) -> usize {
        self.epochs * examples.div_ceil(self.batch_size)
    }
}
