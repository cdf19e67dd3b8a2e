//! The tables of a study, as text cells; whoever prints them decides how.

use crate::arms::distinct;
use crate::comparison::{Comparison, Contrast, Contrasts, Verdict};
use crate::rate::{RateChoice, rate_text};
use crate::statistics::{Estimate, Interval};
use crate::summary::{ArmSummary, Role, Summary};

/// A table as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextTable {
    /// The names of the columns.
    pub header: Vec<&'static str>,
    /// The panels, each with its name, which is empty if there is one only, and its rows. A row has as
    /// many cells as there are columns; `-` where there is nothing to say.
    pub panels: Vec<(String, Vec<Vec<String>>)>,
    /// Explains the columns, in sentences to print below the table.
    pub legend: String,
}

/// A column: whether it is shown, its name, its cells, and its line of the legend.
type Column = (bool, &'static str, fn(&ArmSummary) -> String, &'static str);

impl Summary {
    /// All tables: how the learning rates were found, how the arms score, how they differ.
    pub fn tables(&self) -> Vec<TextTable> {
        [self.tuning(), Some(self.scores()), self.differences()].into_iter().flatten().collect()
    }

    /// The learning rates of each arm; `None` without tuning.
    pub fn tuning(&self) -> Option<TextTable> {
        let columns: [Column; 5] = [
            (true, "best rate", best_rate, "best rate: by mean validation loss;"),
            (true, "plausible", plausible, "plausible: the rates within noise of it;"),
            (true, "trains at", trains_at, "trains at: rates at which every tuning seed trains;"),
            (true, "decades", band, "decades: the width of those around the best one;"),
            (self.any(|arm| !note(arm).is_empty()), "note", note, self.notes()),
        ];
        let rates: Vec<String> = self.rates.iter().map(|rate| rate_text(*rate)).collect();
        let table = self.table(&columns, |_| true);
        self.any(|arm| arm.choice.is_some()).then(|| TextTable {
            legend: format!("{} the grid is {}.", table.legend, rates.join(", ")),
            ..table
        })
    }

    /// The legend of the notes.
    fn notes(&self) -> &'static str {
        let says = |text: &str| self.any(|arm| note(arm).ends_with(text));
        match (says("not settled"), says("to the edge")) {
            (true, true) => {
                "not settled: the plausible rates score differently on the test part; plausible to \
                 the edge: so may be rates beyond it;"
            }
            (true, false) => "not settled: the plausible rates score differently on the test part;",
            (false, true) => "plausible to the edge: so may be rates beyond it;",
            (false, false) => "",
        }
    }

    /// How each arm does at its best rate, over all seeds that ran there.
    pub fn scores(&self) -> TextTable {
        let columns: [Column; 5] = [
            (
                true,
                "failed",
                |arm| format!("{}/{}", arm.failed, arm.scored),
                "failed: not finite, exploded or not trained.",
            ),
            (
                self.any(|arm| arm.overconfident > 0),
                "over-confident",
                |arm| format!("{}/{}", arm.overconfident, arm.scored),
                "over-confident: trained, with a validation loss no better than the constant \
                 predictor's.",
            ),
            (
                true,
                "test loss",
                |arm| text(arm.test_loss, |loss| number(loss, 1.0, 3)),
                "test loss, accuracy: mean of the runs that finished ± half of its 95 % interval.",
            ),
            (
                self.any(is_capped),
                "capped loss",
                |arm| text(arm.capped_test_loss, |loss| number(loss, 1.0, 3)),
                "capped loss: of all runs, each at most that of the constant predictor.",
            ),
            (true, "accuracy, %", |arm| text(arm.test_accuracy, |part| number(part, 100.0, 1)), ""),
        ];
        let table = self.table(&columns, |_| true);
        let legend = [Some(table.legend.clone()), self.sampling_error()];
        TextTable { legend: legend.into_iter().flatten().collect::<Vec<_>>().join(" "), ..table }
    }

    /// How the arms differ from their baselines; `None` where nothing is compared.
    pub fn differences(&self) -> Option<TextTable> {
        let is_tuned = self.any(|arm| arm.choice.is_some());
        let columns: [Column; 4] = [
            (
                true,
                "Δ loss, nat",
                |arm| of(arm, |contrasts| signed(&contrasts.loss, 1.0, 3)),
                match is_tuned {
                    true => {
                        "Δ: minus the baseline, seed by seed, with the 95 % interval over every rate \
                         that could be the best of either;"
                    }
                    false => "Δ: minus the baseline, seed by seed, with its 95 % interval;",
                },
            ),
            (
                true,
                "p",
                |arm| p(arm, |contrasts| &contrasts.loss),
                match is_tuned {
                    true => {
                        "p: over the same rates, after Holm's correction for all p of the table, - \
                         where no verdict is given."
                    }
                    false => {
                        "p: after Holm's correction for all p of the table, - where no verdict is \
                         given."
                    }
                },
            ),
            (
                true,
                "Δ accuracy, points",
                |arm| of(arm, |contrasts| signed(&contrasts.accuracy, 100.0, 1)),
                "",
            ),
            (true, "p", |arm| p(arm, |contrasts| &contrasts.accuracy), ""),
        ];
        let is_compared = |arm: &ArmSummary| comparison(arm).is_some();
        let table = self.table(&columns, is_compared);
        self.any(is_compared).then(|| TextTable {
            legend: [table.legend.as_str(), &self.pairing()].join(" ").trim_end().to_string(),
            ..table
        })
    }

    /// What equal seeds gained, in a sentence.
    fn pairing(&self) -> String {
        let contrasts = self.arms.iter().filter_map(|arm| comparison(arm)?.contrasts.as_ref());
        let correlations: Vec<f64> =
            contrasts.filter_map(|contrasts| contrasts.correlation).collect();
        let (low, high) = correlations
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &r| (low.min(r), high.max(r)));
        match correlations.len() {
            0 => String::new(),
            1 => format!("The losses of a pair have a correlation of {low:.2}."),
            _ => format!("The losses of a pair have correlations from {low:.2} to {high:.2}."),
        }
    }

    fn any(&self, fits: impl Fn(&ArmSummary) -> bool) -> bool {
        self.arms.iter().any(fits)
    }

    /// The shown columns of the arms that `fits` accepts, panel by panel.
    fn table(&self, columns: &[Column], fits: impl Fn(&ArmSummary) -> bool) -> TextTable {
        let shown = || columns.iter().filter(|(is_shown, ..)| *is_shown);
        let row = |arm: &ArmSummary| {
            let name = std::iter::once(arm.series.clone());
            name.chain(shown().map(|(_, _, cell, _)| cell(arm))).collect()
        };
        let names = distinct(self.arms.iter().filter(|arm| fits(arm)).map(|arm| &arm.panel));
        let panel = |name: &String| {
            let arms = self.arms.iter().filter(|arm| fits(arm) && arm.panel == *name);
            (name.clone(), arms.map(row).collect())
        };
        let legends = shown().map(|(.., legend)| *legend).filter(|legend| !legend.is_empty());
        TextTable {
            header: std::iter::once("arm").chain(shown().map(|(_, name, ..)| *name)).collect(),
            panels: names.into_iter().map(panel).collect(),
            legend: legends.collect::<Vec<_>>().join(" "),
        }
    }

    /// What the size of the test part leaves open, in a sentence.
    fn sampling_error(&self) -> Option<String> {
        let accuracies = self.arms.iter().filter_map(|arm| Some(arm.test_accuracy?.mean));
        let best = accuracies.reduce(f64::max)?;
        let examples = self.test_examples;
        let error = 1.96 * (best * (1.0 - best) / examples as f64).sqrt();
        Some(format!(
            "All arms share {examples} test examples, whose own sampling error, about ±{:.1} points \
             at {:.1} %, is in no interval.",
            100.0 * error,
            100.0 * best
        ))
    }
}

fn comparison(arm: &ArmSummary) -> Option<&Comparison> {
    match &arm.role {
        Role::Compared(comparison) => Some(comparison),
        Role::Baseline | Role::Alone => None,
    }
}

fn of(arm: &ArmSummary, cell: impl Fn(&Contrasts) -> String) -> String {
    let contrasts = comparison(arm).and_then(|comparison| comparison.contrasts.as_ref());
    contrasts.map_or_else(nothing, cell)
}

fn p(arm: &ArmSummary, of: fn(&Contrasts) -> &Contrast) -> String {
    let judged = comparison(arm).filter(|comparison| comparison.withheld.is_none());
    let contrasts = judged.and_then(|comparison| comparison.contrasts.as_ref());
    let settled = contrasts.map(of).filter(|contrast| contrast.verdict != Verdict::NotSettled);
    settled.map_or_else(nothing, |contrast| p_text(contrast.p_holm))
}

fn nothing() -> String {
    "-".to_string()
}

fn text(estimate: Option<Estimate>, format: impl Fn(&Estimate) -> String) -> String {
    estimate.as_ref().map_or_else(nothing, format)
}

fn best_rate(arm: &ArmSummary) -> String {
    let rate = arm.choice.as_ref().and_then(|choice| choice.rate);
    rate.map_or_else(nothing, rate_text)
}

/// `3e-3...3e-2`, or the only one.
fn plausible(arm: &ArmSummary) -> String {
    match arm.choice.as_ref().map_or(&[][..], |choice| &choice.plausible) {
        [] => nothing(),
        [only] => rate_text(*only),
        [low, .., high] => format!("{}...{}", rate_text(*low), rate_text(*high)),
    }
}

fn trains_at(arm: &ArmSummary) -> String {
    let choice = arm.choice.as_ref();
    choice.map_or_else(nothing, |choice| format!("{}/{}", choice.trains_at.len(), choice.tried))
}

fn band(arm: &ArmSummary) -> String {
    let decades = arm.choice.as_ref().and_then(|choice| choice.band_decades);
    decades.map_or_else(nothing, |decades| format!("{decades:.1}"))
}

/// What weakens the choice of the rate.
fn note(arm: &ArmSummary) -> String {
    match &arm.choice {
        _ if !arm.is_finished => "unfinished".to_string(),
        Some(RateChoice { rate: None, .. }) => "does not train".to_string(),
        Some(RateChoice { at_edge: true, .. }) => "at the edge".to_string(),
        Some(RateChoice { loss_is_settled: false, accuracy_is_settled: false, .. }) => {
            "not settled".to_string()
        }
        Some(RateChoice { loss_is_settled: false, .. }) => "loss not settled".to_string(),
        Some(RateChoice { accuracy_is_settled: false, .. }) => "accuracy not settled".to_string(),
        Some(RateChoice { reaches_edge: true, .. }) => "plausible to the edge".to_string(),
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
    let digits = digits_for(contrast.interval, unit, digits);
    let estimate = format!("{:+.digits$}", contrast.estimate * unit);
    match bounds_in(contrast.interval, unit, digits) {
        Some(bounds) => format!("{estimate} {bounds}"),
        None => estimate,
    }
}

/// `[-0.016, 0.118]`; `None` for an interval without end.
pub(crate) fn bounds(interval: Interval, unit: f64, digits: usize) -> Option<String> {
    bounds_in(interval, unit, digits_for(interval, unit, digits))
}

fn bounds_in(interval: Interval, unit: f64, digits: usize) -> Option<String> {
    let (low, high) = (interval.low * unit, interval.high * unit);
    (low.is_finite() && high.is_finite()).then(|| format!("[{low:.digits$}, {high:.digits$}]"))
}

/// `digits`, or as many more as a bound needs that would be rounded to 0, up to twelve.
pub(crate) fn digits_for(interval: Interval, unit: f64, digits: usize) -> usize {
    let is_hidden = |bound: f64, digits: usize| {
        bound != 0.0 && (bound * unit).abs() < 0.5 * 0.1_f64.powi(digits as i32)
    };
    let shows =
        |digits: &usize| !is_hidden(interval.low, *digits) && !is_hidden(interval.high, *digits);
    (digits..12).find(shows).unwrap_or(12)
}

/// Three decimals, and a bound below that.
pub(crate) fn p_text(p: f64) -> String {
    match p {
        small if small < 0.001 => "<0.001".to_string(),
        1.0 => "1".to_string(),
        p => format!("{p:.3}"),
    }
}
