//! The results of a study: what its tables and its answer are made of.

use crate::comparison::{Comparison, comparisons};
use crate::rate::{RateChoice, Rated};
use crate::run::{Run, Scores};
use crate::statistics::Estimate;
use crate::study::Study;

/// The results of a study.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// One entry per arm, in order of first appearance.
    pub arms: Vec<ArmSummary>,
    /// The learning rates that were tried, ascending; empty without tuning.
    pub rates: Vec<f64>,
    /// The number of test examples.
    pub test_examples: u64,
}

/// The results of one arm.
#[derive(Debug, Clone, PartialEq)]
pub struct ArmSummary {
    /// The arm as `runs.csv` names it.
    pub label: String,
    /// The arm within its panel: the values of the compared keys, e.g. `pre`.
    pub series: String,
    /// The remaining swept keys, e.g. `depth 64`; empty if there are none.
    pub panel: String,
    /// The learning rate; `None` without tuning.
    pub choice: Option<RateChoice>,
    /// All runs of the arm, at every rate.
    pub runs: usize,
    /// Whether it has every run that the other arms show it must have.
    pub is_finished: bool,
    /// The runs at the chosen rate, or all runs if every one failed.
    pub scored: usize,
    /// How many of those failed.
    pub failed: usize,
    /// How many of those trained, with a validation loss no better than the constant predictor's.
    pub overconfident: usize,
    /// Test loss of those that finished, as many as its count says.
    pub test_loss: Option<Estimate>,
    /// Test loss of all of those, each capped at the constant predictor; one that is not finite
    /// counts as the constant predictor.
    pub capped_test_loss: Option<Estimate>,
    /// Test accuracy, as a fraction, of those that finished.
    pub test_accuracy: Option<Estimate>,
    /// What the arm is compared with.
    pub role: Role,
}

/// What an arm is in the comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum Role {
    /// Other arms are compared with this one.
    Baseline,
    /// The arm is compared with its baseline.
    Compared(Box<Comparison>),
    /// There is no baseline.
    Alone,
}

/// Reduces the runs of a study to its results: the rates of each arm, its scores at the chosen one
/// over all seeds that ran there, and the comparison with its baseline.
pub fn summarize(study: &Study) -> Summary {
    let rated: Vec<Rated> = study.arms().into_iter().map(|arm| Rated::new(study, arm)).collect();
    let baseline_of = |arm: &Rated| {
        let label = arm.arm.baseline.filter(|_| !arm.arm.is_baseline())?;
        rated.iter().position(|other| other.arm.label == label)
    };
    let pairs: Vec<(usize, usize)> =
        (0..rated.len()).filter_map(|index| Some((index, baseline_of(&rated[index])?))).collect();
    let mut compared = comparisons(&rated, &pairs, &study.seeds()).into_iter();
    let arms = rated.iter().enumerate().map(|(index, arm)| {
        let role = match pairs.iter().any(|(compared, _)| *compared == index) {
            true => Role::Compared(Box::new(compared.next().expect("one for each pair"))),
            false if pairs.iter().any(|(_, baseline)| *baseline == index) => Role::Baseline,
            false => Role::Alone,
        };
        summarize_arm(arm, role)
    });
    Summary {
        arms: arms.collect(),
        rates: study.rates(),
        test_examples: study.runs.first().map_or(0, |run| run.test_examples),
    }
}

fn summarize_arm(rated: &Rated, role: Role) -> ArmSummary {
    let scored = match rated.scored() {
        none if none.is_empty() => rated.arm.runs.clone(),
        scored => scored,
    };
    let finished: Vec<&Scores> = scored.iter().filter_map(|run| run.scores()).collect();
    ArmSummary {
        label: rated.arm.label.to_string(),
        series: rated.arm.series.clone(),
        panel: rated.arm.panel.clone(),
        choice: rated.choice(),
        runs: rated.arm.runs.len(),
        is_finished: rated.is_finished,
        scored: scored.len(),
        failed: scored.len() - finished.len(),
        overconfident: finished.iter().filter(|scores| scores.overconfident).count(),
        test_loss: estimate(&finished, |scores| scores.test_loss),
        capped_test_loss: estimate(&scored, |run: &&Run| run.capped_test_loss()),
        test_accuracy: estimate(&finished, |scores| scores.test_accuracy),
        role,
    }
}

fn estimate<T>(items: &[T], value: impl Fn(&T) -> f64) -> Option<Estimate> {
    Estimate::of(&items.iter().map(value).collect::<Vec<_>>())
}
