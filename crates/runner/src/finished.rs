//! What is kept of a finished run: `run.toml` in its folder, with its identity, its outcome and the
//! sizes of its other files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use training::{Evaluation, Failure, Outcome, Status};

use crate::engine::ENGINE;
use crate::plan::Run;
use crate::recorder::RunFiles;

/// The name of the file.
pub const RUN: &str = "run.toml";
/// The file whose size the clock decides, so that it is no part of what is kept.
const TIMING: &str = "timing.csv";

/// The text of `run.toml`.
pub fn written(run: &Run, outcome: &Outcome, files: &RunFiles) -> String {
    let (status, reason) = status_texts(&outcome.status);
    let record = Record {
        id: run.id.clone(),
        engine: ENGINE,
        identity: run.identity.clone(),
        outcome: Scores {
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
        files: files
            .named()
            .into_iter()
            .filter(|(name, _)| *name != TIMING)
            .map(|(name, bytes)| (name.to_string(), bytes.len() as u64))
            .collect(),
    };
    toml::to_string(&record).expect("a record is a table of numbers and texts")
}

/// The outcome of a run from its folder; `None` if that is not there or damaged, or of another run or
/// engine.
pub fn read(folder: &Path, run: &Run) -> Option<Outcome> {
    let record = whole(folder)?;
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

/// The state of the folder of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Every file is there and as long as it was written, by this engine.
    Whole(u32),
    /// A file is missing, cut short or not readable.
    Damaged,
}

/// Looks at the folder of a run.
pub fn kept(folder: &Path) -> Kept {
    whole(folder).map_or(Kept::Damaged, |record| Kept::Whole(record.engine))
}

fn whole(folder: &Path) -> Option<Record> {
    let record: Record = toml::from_str(&fs::read_to_string(folder.join(RUN)).ok()?).ok()?;
    let is_there = |(name, &length): (&String, &u64)| {
        fs::metadata(folder.join(name)).is_ok_and(|metadata| metadata.len() == length)
    };
    let is_whole = folder.join(TIMING).is_file() && record.files.iter().all(is_there);
    is_whole.then_some(record)
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
    outcome: Scores,
    /// The lengths of `metrics.csv` and `layers.csv`, in bytes.
    files: BTreeMap<String, u64>,
}

#[derive(Serialize, Deserialize)]
struct Scores {
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

    fn files() -> RunFiles {
        RunFiles { metrics: b"step\n".into(), layers: b"layer\n".into(), timing: b"epoch\n".into() }
    }

    /// The folder of a run with this `run.toml`.
    fn folder(text: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(RUN), text).unwrap();
        for (name, bytes) in files().named() {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        folder
    }

    #[test]
    fn every_bit_of_an_outcome_comes_back() {
        let failures = [Failure::NonFinite, Failure::Exploded, Failure::NotTrained];
        for status in [Status::Finished].into_iter().chain(failures.map(Status::Failed)) {
            for loss in [5e-324, 1.0 / 3.0, 1e300, f64::INFINITY, f64::NAN] {
                let outcome = outcome(status, loss);
                let folder = folder(&written(&run(), &outcome, &files()));
                let back = read(folder.path(), &run()).expect("what was written");
                assert_eq!(format!("{back:?}"), format!("{outcome:?}"));
                assert_eq!(back.train_loss.to_bits(), outcome.train_loss.to_bits());
            }
        }
    }

    #[test]
    fn what_is_damaged_or_of_another_run_or_engine_is_not_taken() {
        let text = written(&run(), &outcome(Status::Finished, 0.5), &files());
        assert!(read(folder(&text).path(), &run()).is_some());
        assert_eq!(kept(folder(&text).path()), Kept::Whole(ENGINE));
        let older = text.replace(&format!("engine = {ENGINE}\nidentity"), "engine = 1\nidentity");
        assert_eq!(kept(folder(&older).path()), Kept::Whole(1));
        for damaged in [
            text.replace("test_loss", "tset_loss"),
            text.replace("seed = 1", "seed = 2"),
            text.replace("\"finished\"", "\"done\""),
            text[..text.len() / 2].to_string(),
            String::new(),
            older,
        ] {
            assert_ne!(damaged, text);
            assert!(read(folder(&damaged).path(), &run()).is_none(), "{damaged}");
        }
    }

    #[test]
    fn a_run_without_one_of_its_files_or_with_a_shorter_one_is_damaged() {
        let text = written(&run(), &outcome(Status::Finished, 0.5), &files());
        for (name, bytes) in files().named() {
            let folder = folder(&text);
            if name != TIMING {
                fs::write(folder.path().join(name), &bytes[1..]).unwrap();
                assert_eq!(kept(folder.path()), Kept::Damaged, "{name} is cut short");
            }
            fs::remove_file(folder.path().join(name)).unwrap();
            assert_eq!(kept(folder.path()), Kept::Damaged, "{name} is missing");
            assert!(read(folder.path(), &run()).is_none());
        }
    }
}
