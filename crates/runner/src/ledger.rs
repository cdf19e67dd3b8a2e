//! The runs of a study: which are finished, which are to be made, each kept as it finishes.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;

use analysis::{AnalysisError, Study};
use training::{Dataset, Outcome};

use crate::failure::Failure;
use crate::number::shortest;
use crate::output::{Folder, OutputError};
use crate::plan::{Phase, Plan, Run};
use crate::progress::Progress;
use crate::recorder::{Recorder, RunFiles};
use crate::rows::{row, runs_csv};
use crate::workers::run_all;

/// What is planned and what is done.
pub struct Ledger<'s> {
    plan: &'s Plan,
    dataset: &'s Dataset,
    folder: &'s Folder,
    jobs: NonZeroUsize,
    /// The runs of the study so far, in the order of their rows.
    runs: Vec<Run>,
    /// The outcomes of those that finished, by id.
    outcomes: HashMap<String, Outcome>,
}

impl<'s> Ledger<'s> {
    /// Nothing planned yet.
    pub fn new(
        plan: &'s Plan,
        dataset: &'s Dataset,
        folder: &'s Folder,
        jobs: NonZeroUsize,
    ) -> Ledger<'s> {
        Ledger { plan, dataset, folder, jobs, runs: Vec::new(), outcomes: HashMap::new() }
    }

    /// Plans the runs of a phase, in place of those planned for it before, and takes over the outcomes
    /// of those that are finished.
    pub fn plan(&mut self, phase: Phase, runs: Vec<Run>) {
        for run in &runs {
            if !self.outcomes.contains_key(&run.id) {
                let finished = self.folder.finished(run);
                self.outcomes.extend(finished.map(|outcome| (run.id.clone(), outcome)));
            }
        }
        self.runs.retain(|run| run.phase != phase);
        self.runs.extend(runs);
    }

    /// Plans those of the runs that are finished, in place of those planned for the phase before.
    pub fn plan_finished(&mut self, phase: Phase, runs: Vec<Run>) {
        self.plan(phase, runs);
        let outcomes = &self.outcomes;
        self.runs.retain(|run| run.phase != phase || outcomes.contains_key(&run.id));
    }

    /// The planned runs that are not finished.
    pub fn missing(&self) -> Vec<Run> {
        let missing = |run: &&Run| !self.outcomes.contains_key(&run.id);
        self.runs.iter().filter(missing).cloned().collect()
    }

    /// The study as far as it is done, as its table of runs shows it.
    ///
    /// # Errors
    /// None that is not a bug.
    pub fn study(&self) -> Result<Study, AnalysisError> {
        Study::parse(&self.folder.runs_csv(), &self.table(), &self.plan.name, &self.plan.question)
    }

    /// Writes the table of runs, each in its place.
    ///
    /// # Errors
    /// A disk that takes no more.
    pub fn write(&self) -> Result<(), OutputError> {
        self.folder.write_runs(&self.table())
    }

    /// Makes the missing runs and keeps each as it finishes.
    ///
    /// # Errors
    /// Crashes, each with its run, after all other runs have been made; a disk that takes no more
    /// results, at once.
    pub fn complete(&mut self, progress: &mut Progress) -> Result<(), Failure> {
        let runs = self.missing();
        if runs.is_empty() {
            return Ok(());
        }
        self.write()?;
        let mut crashes = Vec::new();
        let mut refused = None;
        let (plan, dataset) = (self.plan, self.dataset);
        run_all(
            &runs,
            self.jobs,
            |run| train(plan, dataset, run),
            |position, result| {
                let run = &runs[position];
                progress.finished(run);
                match result.and_then(|trained| trained) {
                    Ok((outcome, files)) => refused = self.keep(run, outcome, &files).err(),
                    Err(message) => {
                        let report = format!("crashed: {}: {message}", self.describe(run));
                        progress.note(&report);
                        crashes.push(report);
                    }
                }
                if refused.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        );
        if let Some(error) = refused {
            return Err(error.into());
        }
        // Rows came as runs finished; now they get their order.
        self.write()?;
        match crashes.len() {
            0 => Ok(()),
            crashed => Err(Failure::Crashed(format!(
                "{crashed} of {} runs crashed, which is a bug; the others are in {}\n{}",
                runs.len(),
                self.folder.path().display(),
                crashes.join("\n")
            ))),
        }
    }

    /// The row of a run is written after its files, so that a row never speaks of missing files.
    fn keep(&mut self, run: &Run, outcome: Outcome, files: &RunFiles) -> Result<(), OutputError> {
        self.folder.keep(run, &outcome, files)?;
        self.folder.add_row(&row(self.plan, self.dataset, run, &outcome))?;
        self.outcomes.insert(run.id.clone(), outcome);
        Ok(())
    }

    fn table(&self) -> Vec<u8> {
        let finished = self.runs.iter().filter_map(|run| Some((run, self.outcomes.get(&run.id)?)));
        runs_csv(self.plan, self.dataset, finished)
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
    let outcome = training::train(&arm.network, &training, dataset, run.root, &mut recorder)
        .map_err(|error| error.to_string())?;
    Ok((outcome, recorder.into_files()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use training::Examples;

    use super::*;
    use crate::config::{self, Experiment, Source};
    use crate::data::Loaded;
    use crate::estimate::Estimate;

    const SMALL: &str = "[study]\nname = \"small\"\nseeds = 2\n[data]\nname = \"digits\"\n\
                         [network]\ndepth = 1\nwidth = 4\n[training]\nepochs = 1\n";

    fn small() -> (Experiment, Loaded) {
        let text = SMALL.to_string();
        let experiment = config::parse(&Source { path: "small.toml".into(), text }).unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data");
        let loaded = experiment.data.load(&folder).unwrap();
        (experiment, loaded)
    }

    fn ledger<'s>(plan: &'s Plan, dataset: &'s Dataset, folder: &'s Folder) -> Ledger<'s> {
        let mut ledger = Ledger::new(plan, dataset, folder, NonZeroUsize::new(2).unwrap());
        ledger.plan(Phase::Confirm, plan.confirmation_runs(&[vec![1e-3]]));
        ledger
    }

    fn progress(plan: &Plan, dataset: &Dataset) -> Progress {
        Progress::new(Estimate::of(plan, dataset).unwrap())
    }

    /// A label that no class has is a bug that only the evaluation runs into, so that the runs
    /// begin and then panic.
    #[test]
    fn a_crash_is_reported_with_its_run_and_leaves_no_row() {
        let (experiment, mut loaded) = small();
        loaded.dataset.validation = Examples::new(vec![0.0; 64], 64, vec![1000]);
        let plan = Plan::new(&experiment, &loaded).unwrap();
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::open(root.path().join("small"), "").unwrap();
        let mut ledger = ledger(&plan, &loaded.dataset, &folder);
        let runs = ledger.missing();
        let error = ledger.complete(&mut progress(&plan, &loaded.dataset));
        let message = error.unwrap_err().to_string();
        assert!(message.starts_with("2 of 2 runs crashed, which is a bug"), "{message}");
        for run in runs {
            let line = format!("crashed: run {} (arm small, learning rate 0.001, seed ", run.id);
            assert!(message.contains(&line), "{message}");
        }
        assert_eq!(ledger.study().unwrap().runs, []);
    }

    #[test]
    fn what_one_ledger_finished_another_does_not_make_again() {
        let (experiment, loaded) = small();
        let plan = Plan::new(&experiment, &loaded).unwrap();
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::open(root.path().join("small"), "").unwrap();
        let mut first = ledger(&plan, &loaded.dataset, &folder);
        assert_eq!(first.missing().len(), 2);
        first.complete(&mut progress(&plan, &loaded.dataset)).unwrap();
        let second = ledger(&plan, &loaded.dataset, &folder);
        assert_eq!(second.missing(), []);
        assert_eq!(second.study().unwrap().runs, first.study().unwrap().runs);
        let kept = std::fs::read(folder.runs_csv()).unwrap();
        second.write().unwrap();
        assert_eq!(std::fs::read(folder.runs_csv()).unwrap(), kept);
    }
}
