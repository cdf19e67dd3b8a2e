//! How a run ended: its status and its losses in nat.

use std::fmt;

/// The result of a run, failed ones included.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Outcome {
    /// Whether it trained.
    pub status: Status,
    /// The steps taken.
    pub steps: usize,
    /// The mean loss of the training batches of the last epoch, or of the part of it before a
    /// failure.
    pub train_loss: f64,
    /// On the fixed subset of the training part, in evaluation mode, after the last step.
    pub fit: Evaluation,
    /// On the validation part after the last step.
    pub validation: Evaluation,
    /// On the test part after the last step.
    pub test: Evaluation,
    /// Whether it trained, but its validation loss is no better than the constant predictor's: a
    /// network that is sure of its wrong answers.
    pub overconfident: bool,
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
    /// It fits its training examples better than the constant predictor does.
    Finished,
    /// It does not, which is a result, too.
    Failed(Failure),
}

/// How a run failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// A loss or a gradient was infinite or NaN. Where that happened in a step, it was the last one.
    NonFinite,
    /// The loss on the training subset ended above ten times that of the constant predictor.
    Exploded,
    /// The loss on the training subset ended less than 0.05 nat below that of the constant
    /// predictor.
    NotTrained,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Failure::NonFinite => "non-finite",
            Failure::Exploded => "exploded",
            Failure::NotTrained => "not-trained",
        })
    }
}

/// The losses of a run after its last step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Final {
    /// On the training subset, and that of the constant predictor there.
    pub(crate) fit: [f64; 2],
    /// On the validation part, and that of the constant predictor there.
    pub(crate) validation: [f64; 2],
    /// On the test part.
    pub(crate) test: f64,
}

impl Final {
    /// Judges a run that took all its steps. Generalization plays no part: a network that fits its
    /// training examples has trained, however large its validation loss is.
    pub(crate) fn status(&self) -> Status {
        let [loss, constant] = self.fit;
        if [loss, self.validation[0], self.test].iter().any(|loss| !loss.is_finite()) {
            Status::Failed(Failure::NonFinite)
        } else if loss > 10.0 * constant {
            Status::Failed(Failure::Exploded)
        } else if beats(self.fit) {
            Status::Finished
        } else {
            Status::Failed(Failure::NotTrained)
        }
    }

    /// Whether the run trained and is still no better than the constant predictor on the validation
    /// part.
    pub(crate) fn overconfident(&self) -> bool {
        self.status() == Status::Finished && !beats(self.validation)
    }
}

/// Whether a loss is at least 0.05 nat below that of the constant predictor.
fn beats([loss, constant]: [f64; 2]) -> bool {
    loss <= constant - 0.05
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(fit: f64, validation: f64) -> Final {
        Final { fit: [fit, 2.0], validation: [validation, 2.0], test: validation }
    }

    #[test]
    fn a_run_is_judged_by_its_training_subset() {
        let judge = |fit| ended(fit, 1.0).status();
        assert_eq!(judge(1.9), Status::Finished);
        assert_eq!(judge(1.96), Status::Failed(Failure::NotTrained));
        assert_eq!(judge(20.5), Status::Failed(Failure::Exploded));
        assert_eq!(judge(f64::INFINITY), Status::Failed(Failure::NonFinite));
        assert_eq!(judge(f64::NAN), Status::Failed(Failure::NonFinite));
        assert_eq!(ended(0.1, f64::NAN).status(), Status::Failed(Failure::NonFinite));
    }

    /// A network with a training loss of 0.0003 and a validation loss of 9 has trained.
    #[test]
    fn a_trained_network_with_a_bad_validation_loss_is_overconfident_and_not_failed() {
        let memorized = ended(0.0003, 9.0);
        assert_eq!((memorized.status(), memorized.overconfident()), (Status::Finished, true));
        assert!(!ended(0.1, 1.0).overconfident());
        assert!(!ended(1.99, 9.0).overconfident(), "a failed run is only failed");
    }
}
