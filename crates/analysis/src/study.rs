//! A study as its CSV files show it: what was swept, what is compared with what, and the runs.

use crate::arms::Arm;
use crate::error::AnalysisError;
use crate::rate::{rate_text, same_rate};
use crate::run::{Phase, Run, parse_runs};
use std::path::Path;

/// A study and its runs.
#[derive(Debug, Clone)]
pub struct Study {
    /// Short name, used in titles.
    pub name: String,
    /// The question the study answers, or an empty text.
    pub question: String,
    /// The swept keys, in order.
    pub swept: Vec<String>,
    /// The runs, in the order of the file.
    pub runs: Vec<Run>,
}

impl Study {
    /// Reads the runs of a study from its `runs.csv`. Where nothing was tuned and the arms differ in
    /// their learning rates, these were swept.
    ///
    /// # Errors
    /// Names the file, the line and the column: a file that cannot be read, a missing column, a cell
    /// that is not what its column demands.
    pub fn read(path: &Path, name: &str, question: &str) -> Result<Study, AnalysisError> {
        let read = |source| AnalysisError::Read { path: path.to_path_buf(), source };
        Study::parse(path, &std::fs::read(path).map_err(read)?, name, question)
    }

    /// As [`Study::read`], from the bytes of a `runs.csv` that may not have been written yet.
    ///
    /// # Errors
    /// As [`Study::read`].
    pub fn parse(
        path: &Path,
        bytes: &[u8],
        name: &str,
        question: &str,
    ) -> Result<Study, AnalysisError> {
        let (swept, runs) = parse_runs(path, bytes)?;
        let mut study =
            Study { name: name.to_string(), question: question.to_string(), swept, runs };
        let first = study.runs.first().map_or(0.0, |run| run.learning_rate);
        let one_rate = study.runs.iter().all(|run| same_rate(run.learning_rate, first));
        if !study.is_tuned() && !one_rate {
            study.swept.push("learning_rate".to_string());
            for run in &mut study.runs {
                run.keys.push(rate_text(run.learning_rate));
            }
        }
        Ok(study)
    }

    /// Whether each arm has learning rates to choose from.
    pub fn is_tuned(&self) -> bool {
        self.runs.iter().any(|run| run.phase == Phase::Tune)
    }

    /// The learning rates that were tried, ascending; empty without tuning.
    pub fn rates(&self) -> Vec<f64> {
        let tuning = self.runs.iter().filter(|run| run.phase == Phase::Tune);
        let mut rates: Vec<f64> = tuning.map(|run| run.learning_rate).collect();
        rates.sort_by(f64::total_cmp);
        rates.dedup_by(|first, second| same_rate(*first, *second));
        rates
    }

    /// All seeds, ascending: the pairs of any two arms.
    pub(crate) fn seeds(&self) -> Vec<u64> {
        self.seeds_of(|_| true)
    }

    /// The seeds of a phase, ascending, which every arm of a finished study has.
    pub(crate) fn phase_seeds(&self, phase: Phase) -> Vec<u64> {
        self.seeds_of(|run| run.phase == phase)
    }

    fn seeds_of(&self, counts: impl Fn(&Run) -> bool) -> Vec<u64> {
        let mut seeds: Vec<u64> =
            self.runs.iter().filter(|run| counts(run)).map(|run| run.seed).collect();
        seeds.sort_unstable();
        seeds.dedup();
        seeds
    }

    /// The study as if a key had not been swept: arms that differ in nothing else are one.
    pub(crate) fn without_key(&self, index: usize) -> Study {
        let mut study = self.clone();
        study.swept.remove(index);
        let label = |keys: &[String]| match keys {
            [] => self.name.clone(),
            keys => format!("{keys:?}"),
        };
        for run in &mut study.runs {
            let baseline = run.baseline.as_ref();
            let baseline =
                baseline.and_then(|label| self.runs.iter().find(|run| run.arm == *label));
            run.baseline = baseline.map(|other| {
                let mut keys = other.keys.clone();
                keys.remove(index);
                label(&keys)
            });
            run.keys.remove(index);
            run.arm = label(&run.keys);
        }
        study
    }

    /// The arms in order of first appearance.
    pub(crate) fn arms(&self) -> Vec<Arm<'_>> {
        crate::arms::arms(self)
    }
}
