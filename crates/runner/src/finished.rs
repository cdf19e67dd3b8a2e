//! What is kept of a finished run: `run.toml` in its folder, with its identity and its outcome.

use serde::{Deserialize, Serialize};
use training::{Evaluation, Failure, Outcome, Status};

use crate::engine::ENGINE;
use crate::plan::Run;

/// The text of `run.toml`.
pub fn written(run: &Run, outcome: &Outcome) -> String {
    let (status, reason) = status_texts(&outcome.status);
    let record = Record {
        id: run.id.clone(),
        engine: ENGINE,
        identity: run.identity.clone(),
        outcome: Kept {
            status: status.to_string(),
            reason,
            overconfident: outcome.overconfident,
            steps: outcome.steps,
            train_loss: outcome.train_loss,
            fit_loss: outcome.fit.loss,
            fit_accuracy: outcome.fit.accuracy,
            val_loss: outcome.validation.loss,
            val_accuracy: outcome.validation.accuracy,
            test_loss: outcome.test.loss,
            test_accuracy: outcome.test.accuracy,
            parameters: outcome.parameters,
            constant_loss: outcome.constant_loss,
        },
    };
    toml::to_string(&record).expect("a record is a table of numbers and texts")
}

/// The outcome of a run from the text of its `run.toml`; `None` if the text is damaged, or that of
/// another run or engine.
pub fn read(text: &str, run: &Run) -> Option<Outcome> {
    let record: Record = toml::from_str(text).ok()?;
    if record.engine != ENGINE || record.identity != run.identity {
        return None;
    }
    let kept = record.outcome;
    Some(Outcome {
        status: status(&kept.status, &kept.reason)?,
        steps: kept.steps,
        train_loss: kept.train_loss,
        fit: Evaluation { loss: kept.fit_loss, accuracy: kept.fit_accuracy },
        validation: Evaluation { loss: kept.val_loss, accuracy: kept.val_accuracy },
        test: Evaluation { loss: kept.test_loss, accuracy: kept.test_accuracy },
        overconfident: kept.overconfident,
        parameters: kept.parameters,
        constant_loss: kept.constant_loss,
    })
}

/// The engine of a kept run; `None` if the text is damaged.
pub fn engine_of(text: &str) -> Option<u32> {
    toml::from_str::<Record>(text).ok().map(|record| record.engine)
}

/// The cells `status` and `reason`; the reason of a finished run is empty.
pub fn status_texts(status: &Status) -> (&'static str, String) {
    match status {
        Status::Finished => ("finished", String::new()),
        Status::Failed(failure) => ("failed", failure.to_string()),
    }
}

fn status(status: &str, reason: &str) -> Option<Status> {
    let failures = [Failure::NonFinite, Failure::Exploded, Failure::NotTrained];
    let statuses = [Status::Finished].into_iter().chain(failures.map(Status::Failed));
    statuses.into_iter().find(|known| status_texts(known) == (status, reason.to_string()))
}

#[derive(Serialize, Deserialize)]
struct Record {
    id: String,
    engine: u32,
    identity: String,
    outcome: Kept,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    status: String,
    reason: String,
    overconfident: bool,
    steps: usize,
    train_loss: f64,
    fit_loss: f64,
    fit_accuracy: f64,
    val_loss: f64,
    val_accuracy: f64,
    test_loss: f64,
    test_accuracy: f64,
    parameters: usize,
    constant_loss: f64,
}

#[cfg(test)]
mod tests {
    use nets::Seed;

    use super::*;
    use crate::plan::Phase;

    fn run() -> Run {
        Run {
            id: "0123456789ab".into(),
            identity: "engine = 2\nseed = 1\n".into(),
            arm: 0,
            phase: Phase::Tune,
            learning_rate: 1e-3,
            seed: 1,
            root: Seed(1),
        }
    }

    fn outcome(status: Status, loss: f64) -> Outcome {
        let evaluation = Evaluation { loss, accuracy: 0.1 + 0.2 };
        Outcome {
            status,
            steps: 180,
            train_loss: 1.0 / 3.0,
            fit: evaluation,
            validation: Evaluation { loss: 1e-310, accuracy: f64::NAN },
            test: evaluation,
            overconfident: status == Status::Finished,
            parameters: 4810,
            constant_loss: std::f64::consts::LN_10,
        }
    }

    #[test]
    fn every_bit_of_an_outcome_comes_back() {
        let failures = [Failure::NonFinite, Failure::Exploded, Failure::NotTrained];
        for status in [Status::Finished].into_iter().chain(failures.map(Status::Failed)) {
            for loss in [5e-324, 1.0 / 3.0, 1e300, f64::INFINITY, f64::NAN] {
                let kept = outcome(status, loss);
                let back = read(&written(&run(), &kept), &run()).expect("what was written");
                assert_eq!(format!("{back:?}"), format!("{kept:?}"));
                assert_eq!(back.train_loss.to_bits(), kept.train_loss.to_bits());
            }
        }
    }

    #[test]
    fn what_is_damaged_or_of_another_run_or_engine_is_not_taken() {
        let text = written(&run(), &outcome(Status::Finished, 0.5));
        assert!(read(&text, &run()).is_some());
        assert_eq!(engine_of(&text), Some(ENGINE));
        for damaged in [
            text.replace("test_loss", "tset_loss"),
            text.replace(&format!("engine = {ENGINE}\nidentity"), "engine = 1\nidentity"),
            text.replace("seed = 1", "seed = 2"),
            text.replace("\"finished\"", "\"done\""),
            text[..text.len() / 2].to_string(),
            String::new(),
        ] {
            assert_ne!(damaged, text);
            assert!(read(&damaged, &run()).is_none(), "{damaged}");
        }
    }
}
