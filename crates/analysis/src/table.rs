//! The tables of a study, as text cells; whoever prints them decides how.

use crate::comparison::{Comparison, Contrast, Contrasts};
use crate::rate::{RateChoice, rate_text};
use crate::statistics::{Estimate, Interval};
use crate::summary::{ArmSummary, Role, Summary};

/// A table as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextTable {
    /// The names of the columns.
    pub header: Vec<&'static str>,
    /// As many cells in each row as there are columns; `-` where there is nothing to say.
    pub rows: Vec<Vec<String>>,
    /// Explains the columns, in sentences to print below the table.
    pub legend: String,
}

impl Summary {
    /// How each arm does: its learning rate, failures and scores.
    pub fn scores(&self) -> TextTable {
        let any = |fits: fn(&ArmSummary) -> bool| self.arms.iter().any(fits);
        let tuned = any(|arm| arm.choice.is_some());
        let noted = any(|arm| !note(arm).is_empty());
        let overconfident = any(|arm| arm.overconfident > 0);
        let capped = any(is_capped);
        let columns: [(bool, &str, fn(&ArmSummary) -> String); 9] = [
            (true, "arm", |arm| arm.label.clone()),
            (tuned, "rate (plausible)", rate),
            (tuned, "decades", band),
            (noted, "note", note),
            (true, "failed", |arm| format!("{}/{}", arm.failed, arm.scored)),
            (overconfident, "over-confident", |arm| format!("{}/{}", arm.overconfident, arm.scored)),
            (true, "test loss", |arm| text(arm.test_loss, |loss| number(loss, 1.0, 3))),
            (capped, "capped loss", |arm| text(arm.capped_test_loss, |loss| number(loss, 1.0, 3))),
            (true, "accuracy, %", |arm| text(arm.test_accuracy, |part| number(part, 100.0, 1))),
        ];
        let columns = columns.iter().filter(|(shown, ..)| *shown);
        let row = |arm: &ArmSummary| columns.clone().map(|(.., cell)| cell(arm)).collect();
        let legend = [
            (true, "±: half of the 95 % interval of the mean over seeds (Student's t)."),
            (
                tuned,
                "rate: the best by validation loss, with the range of those within noise of it; \
                 decades: width of the rates around it at which every tuning seed trains.",
            ),
            (true, "failed: runs at that rate that are not finite, explode or do not train."),
            (
                overconfident,
                "over-confident: trained, with a validation loss no better than the constant \
                 predictor's.",
            ),
            (true, "Scores are of the runs that finished."),
            (capped, "capped loss: of all runs, each at most that of the constant predictor."),
        ];
        let legend = legend.into_iter().filter_map(|(shown, text)| shown.then_some(text));
        TextTable {
            header: columns.clone().map(|(_, name, _)| *name).collect(),
            rows: self.arms.iter().map(row).collect(),
            legend: legend.chain(self.sampling_error().as_deref()).collect::<Vec<_>>().join(" "),
        }
    }

    /// How the arms differ from their baselines; `None` where nothing is compared.
    pub fn differences(&self) -> Option<TextTable> {
        let compared = self.arms.iter().filter_map(|arm| match &arm.role {
            Role::Compared(comparison) => Some((arm, comparison)),
            Role::Baseline | Role::Alone => None,
        });
        let rows: Vec<Vec<String>> =
            compared.map(|(arm, comparison)| difference(arm, comparison)).collect();
        (!rows.is_empty()).then(|| TextTable {
            header: vec!["arm", "minus", "Δ loss, nat", "Δ accuracy, points", "pairs", "p loss", "p accuracy", "r"],
            rows,
            legend: "Δ [95 % interval]: over every rate that could be the best of either arm. p: \
                     the same, after Holm's correction for all p-values of the table; - where no \
                     verdict is given. pairs: seeds at which both finished. r: correlation of \
                     their losses."
                .to_string(),
        })
    }

    /// What the size of the test part leaves open, in a sentence.
    fn sampling_error(&self) -> Option<String> {
        let accuracies = self.arms.iter().filter_map(|arm| Some(arm.test_accuracy?.mean));
        let best = accuracies.reduce(f64::max)?;
        let examples = self.test_examples;
        let error = 1.96 * (best * (1.0 - best) / examples as f64).sqrt();
        Some(format!(
            "All are scored on the same {examples} test examples, whose own sampling error, about \
             ±{:.1} points at {:.1} %, is in no interval.",
            100.0 * error,
            100.0 * best
        ))
    }
}

fn difference(arm: &ArmSummary, comparison: &Comparison) -> Vec<String> {
    let mut cells = vec![arm.label.clone(), comparison.baseline.clone()];
    let Some(contrasts) = &comparison.contrasts else {
        cells.extend(std::iter::repeat_n(nothing(), 6));
        return cells;
    };
    let Contrasts { loss, accuracy, seeds, of, correlation, .. } = contrasts;
    let p = |contrast: &Contrast| match comparison.withheld {
        None => p_text(contrast.p_holm),
        Some(_) => nothing(),
    };
    cells.extend([
        signed(loss, 1.0, 3),
        signed(accuracy, 100.0, 1),
        format!("{}/{of}", seeds.len()),
        p(loss),
        p(accuracy),
        correlation.map_or_else(nothing, |correlation| format!("{correlation:.2}")),
    ]);
    cells
}

fn nothing() -> String {
    "-".to_string()
}

fn text(estimate: Option<Estimate>, format: impl Fn(&Estimate) -> String) -> String {
    estimate.as_ref().map_or_else(nothing, format)
}

/// `1e-2 (3e-3...3e-2)`, with the range of the plausible rates where there are several.
pub(crate) fn rate(arm: &ArmSummary) -> String {
    let Some(choice) = &arm.choice else { return nothing() };
    let Some(rate) = choice.rate else { return "none trains".to_string() };
    match choice.plausible[..] {
        [low, .., high] => format!("{} ({}...{})", rate_text(rate), rate_text(low), rate_text(high)),
        _ => rate_text(rate),
    }
}

fn band(arm: &ArmSummary) -> String {
    let decades = arm.choice.as_ref().and_then(|choice| choice.band_decades);
    decades.map_or_else(nothing, |decades| format!("{decades:.1}"))
}

/// What weakens the choice of the rate.
fn note(arm: &ArmSummary) -> String {
    match &arm.choice {
        Some(RateChoice { at_edge: true, .. }) => "rate at the edge".to_string(),
        Some(RateChoice { is_settled: false, .. }) => "rate not settled".to_string(),
        _ => String::new(),
    }
}

/// Whether the capped loss says something that the loss does not.
fn is_capped(arm: &ArmSummary) -> bool {
    let mean = |estimate: Option<Estimate>| estimate.map(|estimate| estimate.mean);
    arm.failed > 0 || mean(arm.capped_test_loss) != mean(arm.test_loss)
}

fn number(estimate: &Estimate, unit: f64, digits: usize) -> String {
    let mean = estimate.mean * unit;
    match estimate.half_width() {
        Some(half_width) => format!("{mean:.digits$} ±{:.digits$}", half_width * unit),
        None => format!("{mean:.digits$}"),
    }
}

/// `+0.051 [-0.016, 0.118]`: a difference, which always carries its sign; `-` without a pair.
pub(crate) fn signed(contrast: &Contrast, unit: f64, digits: usize) -> String {
    if contrast.estimate.is_nan() {
        return nothing();
    }
    let estimate = format!("{:+.digits$}", contrast.estimate * unit);
    let Interval { low, high } = contrast.interval;
    if !low.is_finite() || !high.is_finite() {
        return estimate;
    }
    format!("{estimate} [{:.digits$}, {:.digits$}]", low * unit, high * unit)
}

/// Three decimals, and a bound below that.
pub(crate) fn p_text(p: f64) -> String {
    match p {
        small if small < 0.001 => "<0.001".to_string(),
        1.0 => "1".to_string(),
        p => format!("{p:.3}"),
    }
}
