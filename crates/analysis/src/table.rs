//! The table of a study, as text cells; whoever prints it decides how.

use crate::rate::RateChoice;
use crate::statistics::Estimate;
use crate::summary::{ArmSummary, PairedDifference, Role, Summary};

const HEADER: [&str; 10] = [
    "arm",
    "best rate",
    "band, decades",
    "failed",
    "test loss",
    "capped loss",
    "accuracy, %",
    "Δ loss",
    "Δ accuracy, points",
    "pair r",
];

impl Summary {
    /// The names of the columns of [`Summary::table`].
    pub fn header() -> [&'static str; 10] {
        HEADER
    }

    /// Explains the columns to the reader of the table, in one line to print below it.
    pub fn legend() -> &'static str {
        "±: half of the 95 % interval (Student's t). failed: of all runs. test loss, accuracy: \
         confirmation runs that finished; capped loss: all of them, none worse than the constant \
         predictor. Δ: minus the baseline at equal seeds; pair r: correlation of these losses. \
         (k of n): the others failed. (edge): best rate at the end of the grid, so not tuned."
    }

    /// One row per arm, in the columns of [`Summary::header`]. `-` stands where there is nothing
    /// to say, for a comparison if fewer than two pairs finished.
    pub fn table(&self) -> Vec<[String; 10]> {
        self.arms.iter().map(row).collect()
    }
}

/// A learning rate as people write it: `3e-3`.
pub(crate) fn rate_text(rate: f64) -> String {
    format!("{rate:e}")
}

fn row(arm: &ArmSummary) -> [String; 10] {
    let of_confirmed = |estimate: &Estimate| k_of_n(estimate.count, arm.confirmed);
    let difference = arm.difference.as_ref();
    [
        arm.label.clone(),
        arm.choice.as_ref().map_or_else(nothing, best_rate),
        arm.choice.as_ref().map_or_else(nothing, band),
        format!("{}/{}", arm.failed, arm.runs),
        text(arm.test_loss, |loss| number(&loss, 1.0, 3) + &of_confirmed(&loss)),
        text(arm.capped_test_loss, |loss| number(&loss, 1.0, 3)),
        text(arm.test_accuracy, |accuracy| number(&accuracy, 100.0, 1)),
        match &arm.role {
            Role::Baseline => "baseline".to_string(),
            _ => text(difference.and_then(|difference| difference.test_loss), |loss| {
                signed(&loss, 1.0, 3) + &difference.map_or_else(String::new, of_pairs)
            }),
        },
        text(difference.and_then(|difference| difference.test_accuracy), |accuracy| {
            signed(&accuracy, 100.0, 1)
        }),
        difference
            .and_then(|difference| difference.correlation)
            .map_or_else(nothing, |correlation| format!("{correlation:.2}")),
    ]
}

fn nothing() -> String {
    "-".to_string()
}

fn text(estimate: Option<Estimate>, format: impl Fn(Estimate) -> String) -> String {
    estimate.map_or_else(nothing, format)
}

fn best_rate(choice: &RateChoice) -> String {
    let mark = if choice.interior { "" } else { " (edge)" };
    rate_text(choice.rate) + mark
}

fn band(choice: &RateChoice) -> String {
    choice.band_decades.map_or_else(|| "none".to_string(), |decades| format!("{decades:.1}"))
}

fn number(estimate: &Estimate, unit: f64, digits: usize) -> String {
    let mean = estimate.mean * unit;
    match estimate.half_width() {
        Some(half_width) => format!("{mean:.digits$} ±{:.digits$}", half_width * unit),
        None => format!("{mean:.digits$}"),
    }
}

/// A difference, which always carries its sign and needs two pairs.
fn signed(estimate: &Estimate, unit: f64, digits: usize) -> String {
    match estimate.half_width() {
        Some(half_width) => {
            format!("{:+.digits$} ±{:.digits$}", estimate.mean * unit, half_width * unit)
        }
        None => nothing(),
    }
}

fn of_pairs(difference: &PairedDifference) -> String {
    if difference.pairs < 2 { String::new() } else { k_of_n(difference.pairs, difference.of) }
}

fn k_of_n(k: usize, n: usize) -> String {
    if k == n { String::new() } else { format!(" ({k} of {n})") }
}
