//! How a run ended.

use std::fmt;

/// The result of a run, failed ones included.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Outcome {
    /// Whether it trained.
    pub status: Status,
    /// The steps taken.
    pub steps: usize,
    /// The mean training loss of the last epoch, or of the part of it before a failure.
    pub train_loss: f64,
    /// On the validation part after the last step.
    pub validation: Evaluation,
    /// On the test part after the last step.
    pub test: Evaluation,
    /// How many numbers were trained.
    pub parameters: usize,
    /// The test loss of the constant predictor.
    pub constant_loss: f64,
}

/// Mean loss in nats and fraction of right answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evaluation {
    /// The mean cross-entropy.
    pub loss: f64,
    /// The fraction of examples whose largest logit is their label's.
    pub accuracy: f64,
}

impl Evaluation {
    /// What is known of a network whose numbers are gone.
    pub const UNKNOWN: Evaluation = Evaluation { loss: f64::NAN, accuracy: f64::NAN };
}

/// Whether a run trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It ended better than the constant predictor.
    Finished,
    /// It did not, which is a result, too.
    Failed(Failure),
}

/// How a run failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// A loss or gradient was not a number or infinite; the run ended there.
    NonFinite,
    /// The validation loss ended above ten times that of the constant predictor.
    Exploded,
    /// The validation loss ended less than 0.05 nat below that of the constant predictor.
    NoBetterThanConstant,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Failure::NonFinite => "non-finite",
            Failure::Exploded => "exploded",
            Failure::NoBetterThanConstant => "no-better-than-constant",
        })
    }
}

impl Status {
    /// Judges a run that took all its steps.
    pub(crate) fn of(validation_loss: f64, constant_loss: f64) -> Status {
        if !validation_loss.is_finite() {
            Status::Failed(Failure::NonFinite)
        } else if validation_loss > 10.0 * constant_loss {
            Status::Failed(Failure::Exploded)
        } else if validation_loss > constant_loss - 0.05 {
            Status::Failed(Failure::NoBetterThanConstant)
        } else {
            Status::Finished
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_judged_against_the_constant_predictor() {
        let judge = |loss| Status::of(loss, 2.0);
        assert_eq!(judge(1.9), Status::Finished);
        assert_eq!(judge(1.96), Status::Failed(Failure::NoBetterThanConstant));
        assert_eq!(judge(20.5), Status::Failed(Failure::Exploded));
        assert_eq!(judge(f64::INFINITY), Status::Failed(Failure::NonFinite));
        assert_eq!(judge(f64::NAN), Status::Failed(Failure::NonFinite));
    }
}
