//! A study as its CSV files show it: what was swept, what is compared with what, and the runs.

use crate::arms::{Arm, value_text};
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
        study.runs.iter_mut().for_each(|run| {
            run.keys.remove(index);
        });
        let labels = labels(&study);
        for (run, own) in study.runs.iter_mut().zip(&labels) {
            let baseline = run.baseline.take();
            let position =
                baseline.and_then(|label| self.runs.iter().position(|other| other.arm == label));
            run.baseline = position.map(|position| labels[position].clone());
            run.arm.clone_from(own);
        }
        study
    }

    /// The arms in order of first appearance.
    pub(crate) fn arms(&self) -> Vec<Arm<'_>> {
        crate::arms::arms(self)
    }
}

/// A label for the arm of each run from its keys; arms with different keys have different ones.
fn labels(study: &Study) -> Vec<String> {
    let short: Vec<String> = study.runs.iter().map(|run| label(study, &run.keys)).collect();
    let label = |(run, own): (&Run, &String)| {
        let is_shared = study
            .runs
            .iter()
            .zip(&short)
            .any(|(other, label)| label == own && other.keys != run.keys);
        if is_shared { format!("{own} ({})", run.keys.join(", ")) } else { own.clone() }
    };
    study.runs.iter().zip(&short).map(label).collect()
}

/// The values that mean something; the name of the study where none does.
fn label(study: &Study, keys: &[String]) -> String {
    let named = study.swept.iter().zip(keys);
    let values: Vec<String> = named.filter_map(|(name, value)| value_text(name, value)).collect();
    if values.is_empty() { study.name.clone() } else { values.join(", ") }
}

#[cfg(test)]
mod tests {
    use crate::arms::tests::study;
    use crate::study::Study;

    /// The names of the arms, and which of them each is compared with.
    fn named(study: &Study) -> Vec<(String, Option<String>)> {
        let arms = study.arms();
        let name = |label: &str| arms.iter().find(|arm| arm.label == label).map(|arm| &arm.series);
        let named =
            arms.iter().map(|arm| (arm.series.clone(), arm.baseline.and_then(name).cloned()));
        named.collect()
    }

    #[test]
    fn without_a_key_an_arm_is_called_by_what_means_something() {
        let study = study(
            &["norm", "placement", "depth"],
            &[
                (&["layer", "pre", "2"], Some(0)),
                (&["rms", "pre", "2"], Some(0)),
                (&["-", "none", "2"], None),
                (&["layer", "pre", "8"], Some(3)),
                (&["rms", "pre", "8"], Some(3)),
                (&["-", "none", "8"], None),
            ],
        );
        let own =
            |name: &str, baseline: Option<&str>| (name.to_string(), baseline.map(str::to_string));
        let expected = [own("layer", Some("layer")), own("rms", Some("layer")), own("none", None)];
        assert_eq!(named(&study.without_key(2)), expected);
        let by_norm = study.without_key(0);
        assert_eq!(by_norm.arms()[0].label, "pre, depth 2");
    }

    #[test]
    fn an_arm_in_which_nothing_means_anything_has_the_name_of_the_study() {
        let study = study(&["norm", "depth"], &[(&["-", "2"], None), (&["-", "8"], None)]);
        assert_eq!(named(&study.without_key(1)), [("s".to_string(), None)]);
        assert_eq!(named(&study.without_key(1).without_key(0)), [("s".to_string(), None)]);
    }

    #[test]
    fn arms_with_different_keys_stay_apart() {
        let study = study(
            &["norm", "act", "depth"],
            &[(&["none", "-", "2"], None), (&["-", "none", "2"], None)],
        );
        let study = study.without_key(2);
        let labels: Vec<&str> = study.arms().iter().map(|arm| arm.label).collect();
        assert_eq!(labels, ["none (none, -)", "none (-, none)"]);
    }
}
