use crate::arms::{Arm, arms};
use crate::rate::{RateChoice, choose_rate};
use crate::run::{Run, Scores};
use crate::statistics::{Estimate, correlation};
use crate::study::Study;

/// The results of a study: what its table and its answer are made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// One entry per arm, in order of first appearance.
    pub arms: Vec<ArmSummary>,
    /// The number of learning rates in the grid; 0 without tuning.
    pub rates: usize,
}

/// The results of one arm.
#[derive(Debug, Clone, PartialEq)]
pub struct ArmSummary {
    /// The arm as `runs.csv` names it.
    pub label: String,
    /// The values of the swept keys.
    pub keys: Vec<String>,
    /// The arm within its panel: the values of the baseline keys, e.g. `pre`.
    pub series: String,
    /// The remaining swept keys, e.g. `depth 64`; empty if there are none.
    pub panel: String,
    /// Whether other arms are compared with this one.
    pub role: Role,
    /// The learning rate; `None` without tuning.
    pub choice: Option<RateChoice>,
    /// All runs of the arm.
    pub runs: usize,
    /// How many of them failed.
    pub failed: usize,
    /// The confirmation runs.
    pub confirmed: usize,
    /// Test loss of the confirmation runs that finished, as many as its count says.
    pub test_loss: Option<Estimate>,
    /// Test loss of all confirmation runs, each capped at the constant predictor, failed runs
    /// counted as the constant predictor.
    pub capped_test_loss: Option<Estimate>,
    /// Test accuracy, as a fraction, of the confirmation runs that finished.
    pub test_accuracy: Option<Estimate>,
    /// The comparison with the baseline; `None` for a baseline and where there is none.
    pub difference: Option<PairedDifference>,
}

/// What an arm is in the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// Other arms are compared with this one.
    Baseline,
    /// The arm is compared with the series of this name.
    Compared(String),
    /// There is no baseline.
    Alone,
}

/// An arm minus its baseline. Runs with equal seeds are a pair; pairs in which both runs finished
/// count.
#[derive(Debug, Clone, PartialEq)]
pub struct PairedDifference {
    /// Difference of the test losses; `None` if no pair finished.
    pub test_loss: Option<Estimate>,
    /// Difference of the test accuracies, as a fraction; `None` if no pair finished.
    pub test_accuracy: Option<Estimate>,
    /// The pairs in which both runs finished.
    pub pairs: usize,
    /// All pairs.
    pub of: usize,
    /// Pearson's correlation of the paired test losses: what pairing gained. `None` for fewer than
    /// three pairs.
    pub correlation: Option<f64>,
    /// Rate of failed confirmation runs minus that of the baseline, from -1 to 1.
    pub failure_rate_difference: f64,
}

/// Reduces the runs of a study to its results.
///
/// The learning rate of an arm is chosen from its tuning runs by [`choose_rate`]; scores come from
/// confirmation runs only. An arm is compared with the arm that is equal in all swept keys but
/// those of the baseline.
pub fn summarize(study: &Study, runs: &[Run]) -> Summary {
    let arms = arms(runs);
    let summaries = arms.iter().map(|arm| summarize_arm(study, arm, &arms)).collect();
    Summary { arms: summaries, rates: crate::rate::grid(study.tuned_rates).len() }
}

/// The learning rate of an arm, if the study tunes and the arm was tuned.
pub(crate) fn choice(study: &Study, arm: &Arm) -> Option<RateChoice> {
    let tuned = !study.tuned_rates.is_empty() && !arm.tuning.is_empty();
    tuned.then(|| choose_rate(&arm.tuning, study.tuned_rates))
}

fn summarize_arm(study: &Study, arm: &Arm, arms: &[Arm]) -> ArmSummary {
    let baseline_keys = study.baseline_keys(arm.keys);
    let role = match &baseline_keys {
        None => Role::Alone,
        Some(keys) if keys == arm.keys => Role::Baseline,
        Some(keys) => Role::Compared(study.series(keys)),
    };
    let baseline = arms.iter().find(|other| Some(other.keys) == baseline_keys.as_deref());
    let all = || arm.tuning.iter().chain(&arm.confirm);
    let finished: Vec<&Scores> = arm.confirm.iter().filter_map(|run| run.scores()).collect();
    ArmSummary {
        label: arm.label.to_string(),
        keys: arm.keys.to_vec(),
        series: study.series(arm.keys),
        panel: study.panel(arm.keys),
        choice: choice(study, arm),
        runs: all().count(),
        failed: all().filter(|run| run.scores().is_none()).count(),
        confirmed: arm.confirm.len(),
        test_loss: estimate(&finished, |scores| scores.test_loss),
        capped_test_loss: estimate(&arm.confirm, |run| run.capped_test_loss()),
        test_accuracy: estimate(&finished, |scores| scores.test_accuracy),
        difference: match (&role, baseline) {
            (Role::Compared(_), Some(baseline)) => paired_difference(arm, baseline),
            _ => None,
        },
        role,
    }
}

fn paired_difference(arm: &Arm, baseline: &Arm) -> Option<PairedDifference> {
    let partner = |run: &Run| baseline.confirm.iter().find(|other| other.seed == run.seed);
    let pairs: Vec<(&Run, &Run)> =
        arm.confirm.iter().filter_map(|run| Some((*run, *partner(run)?))).collect();
    let finished: Vec<(&Scores, &Scores)> =
        pairs.iter().filter_map(|(run, other)| Some((run.scores()?, other.scores()?))).collect();
    let failure_rate = |failed: usize| failed as f64 / pairs.len() as f64;
    let failed_runs = pairs.iter().filter(|(run, _)| run.scores().is_none()).count();
    let failed_partners = pairs.iter().filter(|(_, other)| other.scores().is_none()).count();
    let (losses, baseline_losses): (Vec<f64>, Vec<f64>) =
        finished.iter().map(|(run, other)| (run.test_loss, other.test_loss)).unzip();
    (!pairs.is_empty()).then(|| PairedDifference {
        test_loss: estimate(&finished, |(run, other)| run.test_loss - other.test_loss),
        test_accuracy: estimate(&finished, |(run, other)| run.test_accuracy - other.test_accuracy),
        pairs: finished.len(),
        of: pairs.len(),
        correlation: correlation(&losses, &baseline_losses),
        failure_rate_difference: failure_rate(failed_runs) - failure_rate(failed_partners),
    })
}

fn estimate<T>(items: &[T], value: impl Fn(&T) -> f64) -> Option<Estimate> {
    Estimate::of(&items.iter().map(value).collect::<Vec<_>>())
}
