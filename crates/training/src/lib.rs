//! Training: optimizers, schedules, batches, the loop.
//!
//! [`train()`] takes everything that decides a run as values, announces what happens to an
//! [`Observer`], and gives back an [`Outcome`]; it knows no files. A failed run is an outcome.

mod curves;
mod dataset;
mod network;
mod observer;
mod optimizer;
mod outcome;
mod plan;
mod schedule;
mod train;

pub use curves::{CURVES, Curve};
pub use dataset::{Dataset, Examples};
pub use network::{StepResult, evaluate, step};
pub use observer::{LayerRecord, Observer, StepRecord, TimingRecord};
pub use optimizer::{OPTIMIZERS, Optimizer, OptimizerEntry, OptimizerState};
pub use outcome::{Evaluation, Failure, Outcome, Status};
pub use plan::TrainingPlan;
pub use schedule::Schedule;
pub use train::{time_one_step, train};
