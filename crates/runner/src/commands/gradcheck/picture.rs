//! Examinations as a picture of V-curves.

use analysis::{LogAxis, LogCurve, LogLabels, log_curves};
use gradcheck::{CaseReport, Examination, Outcome};

use super::Examined;
use super::json::dtype;

const TITLE: &str =
    "Gradients and difference quotients: a right gradient makes a V, a wrong one a plateau";

const LABELS: LogLabels = LogLabels {
    x_axis: LogAxis::Decades,
    x: "step",
    y: "distance from the difference quotient",
    level: "bar of the pass rule",
    range: (0.0, f64::INFINITY),
};

/// A panel per layer and precision, a line per kernel: of its worst case if it failed, and of the
/// first one otherwise.
pub(super) fn svg(examined: &Examined) -> String {
    let all = examined.examinations.iter().chain(&examined.control);
    let curves: Vec<LogCurve> = all.filter_map(curve).collect();
    log_curves("v_curves.svg", TITLE, &LABELS, &curves).svg
}

fn curve(examination: &Examination) -> Option<LogCurve> {
    let case = shown(examination)?;
    let entry = case.worst.as_ref()?;
    Some(LogCurve {
        panel: format!("{} in {}, case {}", examination.layer, dtype(examination), case.name),
        series: examination.kernel.clone(),
        points: entry.curve.points.clone(),
        level: entry.worst.bar,
    })
}

/// The case of an examination that is worth a look.
pub(super) fn shown(examination: &Examination) -> Option<&CaseReport> {
    match examination.verdict.outcome() {
        Outcome::Failed => examination.worst(),
        Outcome::Passed | Outcome::Inconclusive => examination.cases.first(),
    }
}
