//! The runs of a study as they finish, kept on the disk after every one of them.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;

use nets::Seed;
use training::{Dataset, Outcome, Status};

use crate::estimate::Estimate;
use crate::failure::Failure;
use crate::number::shortest;
use crate::output::{Folder, OutputError};
use crate::plan::{Phase, Plan, Run};
use crate::progress::Progress;
use crate::recorder::{Recorder, RunFiles, add, bytes, table};
use crate::workers::run_all;

/// What is done and known so far.
pub struct Ledger<'s> {
    plan: &'s Plan,
    dataset: &'s Dataset,
    estimate: &'s Estimate,
    folder: &'s Folder,
    jobs: NonZeroUsize,
    progress: Progress,
    /// In the order of the plan; `None` until it has finished.
    runs: Vec<(Run, Option<Outcome>)>,
}

impl<'s> Ledger<'s> {
    /// Nothing done yet.
    pub fn new(
        plan: &'s Plan,
        dataset: &'s Dataset,
        estimate: &'s Estimate,
        folder: &'s Folder,
        jobs: NonZeroUsize,
    ) -> Ledger<'s> {
        let runs = plan.runs_per_arm() * plan.arms.len();
        let progress = Progress::new(runs, estimate.work(plan), estimate.total(plan, jobs));
        Ledger { plan, dataset, estimate, folder, jobs, progress, runs: Vec::new() }
    }

    /// Trains the networks of a phase and writes down each as it finishes.
    ///
    /// # Errors
    /// Crashes, each with its run, after all other runs of the phase have been done; a disk that
    /// takes no more results, at once.
    pub fn execute(&mut self, runs: &[Run]) -> Result<(), Failure> {
        let first = self.runs.len();
        self.runs.extend(runs.iter().map(|run| (run.clone(), None)));
        let mut crashes = Vec::new();
        let mut refused = None;
        let (plan, dataset) = (self.plan, self.dataset);
        run_all(
            runs,
            self.jobs,
            |run| train(plan, dataset, run),
            |position, result| {
                let run = &runs[position];
                self.progress.finished(self.estimate.run(run));
                match result.and_then(|trained| trained) {
                    Ok((outcome, files)) => {
                        let kept = self.keep(first + position, outcome, &files);
                        refused = kept.err();
                    }
                    Err(message) => {
                        let report = format!("crashed: {}: {message}", self.describe(run));
                        self.progress.note(&report);
                        crashes.push(report);
                    }
                }
                if refused.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        );
        match refused {
            Some(error) => Err(error.into()),
            None if crashes.is_empty() => Ok(()),
            None => Err(Failure::Crashed(format!(
                "{} of {} runs crashed, which is a bug; the others are in {}\n{}",
                crashes.len(),
                runs.len(),
                self.folder.path().display(),
                crashes.join("\n")
            ))),
        }
    }

    /// All runs are done.
    pub fn close(self) {
        self.progress.end();
    }

    /// The row of a run is written after its files, so that a row never speaks of missing files.
    fn keep(
        &mut self,
        position: usize,
        outcome: Outcome,
        files: &RunFiles,
    ) -> Result<(), OutputError> {
        self.folder.write_run(&self.runs[position].0.id, files)?;
        self.runs[position].1 = Some(outcome);
        self.folder.write_runs(&runs_csv(self.plan, &self.runs))
    }

    fn describe(&self, run: &Run) -> String {
        format!(
            "run {} (arm {}, learning rate {}, seed {})",
            run.id,
            self.plan.arms[run.arm].label,
            shortest(run.learning_rate),
            run.seed
        )
    }
}

fn train(plan: &Plan, dataset: &Dataset, run: &Run) -> Result<(Outcome, RunFiles), String> {
    let arm = &plan.arms[run.arm];
    let mut training = arm.training.clone();
    training.learning_rate = run.learning_rate;
    let mut recorder = Recorder::new();
    let outcome = training::train(&arm.network, &training, dataset, Seed(run.seed), &mut recorder)
        .map_err(|error| error.to_string())?;
    Ok((outcome, recorder.into_files()))
}

/// The finished runs as a table, in the order of the plan.
fn runs_csv(plan: &Plan, runs: &[(Run, Option<Outcome>)]) -> Vec<u8> {
    let mut header = vec!["run_id", "arm", "phase"];
    header.extend(swept_columns(plan).map(|(_, key)| key));
    header.extend(["learning_rate", "seed", "status", "reason", "steps"]);
    header.extend(["train_loss", "val_loss", "val_accuracy", "test_loss", "test_accuracy"]);
    header.extend(["parameters", "constant_loss"]);
    let mut table = table(&header);
    for (run, outcome) in runs {
        if let Some(outcome) = outcome {
            add(&mut table, &row(plan, run, outcome));
        }
    }
    bytes(table)
}

/// A swept learning rate has its column already.
fn swept_columns(plan: &Plan) -> impl Iterator<Item = (usize, &str)> {
    let named = plan.swept.iter().map(String::as_str).enumerate();
    named.filter(|(_, key)| *key != "learning_rate")
}

fn row(plan: &Plan, run: &Run, outcome: &Outcome) -> Vec<String> {
    let arm = &plan.arms[run.arm];
    let phase = match run.phase {
        Phase::Tune => "tune",
        Phase::Confirm => "confirm",
    };
    let (status, reason) = match &outcome.status {
        Status::Finished => ("finished", String::new()),
        Status::Failed(failure) => ("failed", failure.to_string()),
    };
    let mut row = vec![run.id.clone(), arm.label.clone(), phase.to_string()];
    row.extend(swept_columns(plan).map(|(position, _)| arm.keys[position].clone()));
    row.extend([
        shortest(run.learning_rate),
        run.seed.to_string(),
        status.to_string(),
        reason,
        outcome.steps.to_string(),
        shortest(outcome.train_loss),
        shortest(outcome.validation.loss),
        shortest(outcome.validation.accuracy),
        shortest(outcome.test.loss),
        shortest(outcome.test.accuracy),
        outcome.parameters.to_string(),
        shortest(outcome.constant_loss),
    ]);
    row
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use training::Examples;

    use super::*;
    use crate::config::{self, Source};
    use crate::data;
    use crate::output::Existing;

    const SMALL: &str = "[study]\nname = \"small\"\nseeds = 2\n[data]\nname = \"digits\"\n\
                         [network]\ndepth = 1\nwidth = 4\n[training]\nepochs = 1\n";

    /// A label that no class has is a bug that only the evaluation runs into, so that the runs
    /// begin and then panic.
    #[test]
    fn a_crash_is_reported_with_its_run_and_leaves_no_row() {
        let text = SMALL.to_string();
        let experiment = config::parse(&Source { path: "small.toml".into(), text }).unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data");
        let mut loaded = data::SOURCES[0].load(&folder).unwrap();
        loaded.dataset.validation = Examples::new(vec![0.0; 64], 64, vec![1000]);
        let plan = Plan::new(&experiment, &loaded).unwrap();
        let estimate = Estimate::of(&plan, &loaded.dataset).unwrap();
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::open(root.path().join("small"), "", Existing::Keep).unwrap();
        let jobs = NonZeroUsize::new(2).unwrap();
        let mut ledger = Ledger::new(&plan, &loaded.dataset, &estimate, &folder, jobs);

        let runs = plan.confirmation_runs(&[1e-3]);
        let message = ledger.execute(&runs).unwrap_err().to_string();
        assert!(message.starts_with("2 of 2 runs crashed, which is a bug"), "{message}");
        for run in runs {
            let line = format!("crashed: run {} (arm small, learning rate 0.001, seed ", run.id);
            assert!(message.contains(&line), "{message}");
        }
        assert!(!folder.runs_csv().exists());
    }
}
