//! Examinations for people: a table, the reports of what did not pass, and how far it is.

use std::io::IsTerminal;

use gradcheck::{Examination, Outcome, Precision};
use indicatif::{ProgressBar, ProgressStyle};

use crate::tables::table;

/// A row per kernel and precision, then the reports of those that did not pass.
pub fn rendered(examinations: &[Examination]) -> String {
    let header = [
        "layer",
        "kernel",
        "type",
        "verdict",
        "resolution",
        "typical",
        "cases",
        "undecided",
        "seconds",
    ];
    let rows: Vec<Vec<String>> = examinations.iter().map(row).collect();
    let mut text = table(&header, &rows);
    text += "\n\nresolution: the smallest relative error that would have been seen in every case that \
             passed;\ntypical: in half of them.";
    for examination in examinations {
        if examination.verdict.outcome() != Outcome::Passed {
            text += &format!("\n\n{examination}");
        }
    }
    text
}

fn row(examination: &Examination) -> Vec<String> {
    let undecided = |case: &&gradcheck::CaseReport| case.verdict.outcome() == Outcome::Inconclusive;
    let undecided = examination.cases.iter().filter(undecided).count();
    let dtype = match examination.precision {
        Precision::Double => "f64",
        Precision::Single => "f32",
    };
    vec![
        examination.layer.clone(),
        examination.kernel.clone(),
        dtype.to_string(),
        examination.verdict.name().to_lowercase(),
        format!("{:.1e}", examination.resolution),
        format!("{:.1e}", examination.typical_resolution),
        examination.cases.len().to_string(),
        undecided.to_string(),
        format!("{:.2}", examination.seconds),
    ]
}

/// A line that says which case is at work; nothing where standard error is not a terminal.
pub struct Progress(ProgressBar);

impl Progress {
    /// Nothing done yet.
    pub fn begin(layer: &str) -> Progress {
        if !std::io::stderr().is_terminal() {
            return Progress(ProgressBar::hidden());
        }
        let style = ProgressStyle::with_template("{prefix} {bar:30} {pos}/{len} {msg}, {eta} left");
        let bar = ProgressBar::new(0).with_style(style.expect("a template that is fixed"));
        Progress(bar.with_prefix(layer.to_string()))
    }

    /// Where the examination is.
    pub fn show(&mut self, at: &gradcheck::Progress) {
        self.0.set_length(at.total as u64);
        self.0.set_position(at.done as u64);
        self.0.set_message(at.case.to_string());
    }

    /// It is over.
    pub fn end(self) {
        self.0.finish_and_clear();
    }
}
