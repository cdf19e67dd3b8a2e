//! Examinations for people: a table, and the reports of what did not pass.

use gradcheck::{CaseReport, Examination, Outcome, Precision};

use super::json::dtype;
use super::{Examined, What};
use crate::tables::Table;
use crate::terminal::wrapped;

const HEADER: [&str; 7] =
    ["norm", "verdict", "resolution f64", "resolution f32", "cases", "undecided", "seconds"];

/// The columns that stay where every row says the same.
const KEPT: [&str; 3] = ["norm", "verdict", "seconds"];

const LEGEND: [&str; 2] = [
    "resolution: the smallest relative error of a gradient that would have been seen in every case that passed",
    "cases: inputs x kernels x precisions; undecided ones are too ill-conditioned to tell, one in ten may be",
];

/// A row per layer, the control, then the reports of what did not pass.
pub(super) fn rendered(examined: &Examined, width: usize) -> String {
    let layers = by_layer(&examined.examinations);
    let table = Table::new(&HEADER, layers.iter().zip(&examined.seconds).map(row)).keeping(&KEPT);
    let legend = LEGEND.map(|line| wrapped(line, width)).join("\n");
    let mut text = format!("{}\n\n{legend}", table.render(width));
    for control in by_layer(&examined.control) {
        text += &format!("\n{}", wrapped(&verdict_on_control(&control), width));
    }
    for examination in &examined.examinations {
        if examination.verdict.outcome() != Outcome::Passed {
            let (report, replay) = (examination.to_string(), replay(examination, &examined.what));
            text += &format!("\n\n{}\n  again: {replay}", report.trim_end());
        }
    }
    text
}

/// The command that shows the worst case alone.
fn replay(examination: &Examination, what: &What) -> String {
    let layer = match what {
        What::Norms(arguments) => arguments.again(&examination.layer),
        What::Python(spec) => format!("--python {spec}"),
    };
    let (dtype, seed) = (dtype(examination), examination.seed);
    let case = examination.worst().map_or("plain", |case| case.name.as_str());
    format!("normlab gradcheck {layer} --dtype {dtype} --seed {seed} --case {case}")
}

/// The kernels of each layer, which follow one another.
fn by_layer(examinations: &[Examination]) -> Vec<&[Examination]> {
    examinations.chunk_by(|one, next| one.layer == next.layer).collect()
}

fn row((kernels, seconds): (&&[Examination], &f64)) -> Vec<String> {
    let cases = || kernels.iter().flat_map(|kernel| &kernel.cases);
    let is_undecided = |case: &&CaseReport| case.verdict.outcome() == Outcome::Inconclusive;
    vec![
        kernels[0].layer.clone(),
        verdict(kernels).to_string(),
        resolution(kernels, Precision::Double),
        resolution(kernels, Precision::Single),
        cases().count().to_string(),
        cases().filter(is_undecided).count().to_string(),
        format!("{seconds:.1}"),
    ]
}

/// The name of the worst verdict.
fn verdict(kernels: &[Examination]) -> &'static str {
    let of = |outcome| kernels.iter().find(|kernel| kernel.verdict.outcome() == outcome);
    let worst = of(Outcome::Failed).or(of(Outcome::Inconclusive)).unwrap_or(&kernels[0]);
    worst.verdict.name()
}

/// The coarsest of the kernels of a precision that did not fail.
fn resolution(kernels: &[Examination], precision: Precision) -> String {
    let of = kernels.iter().filter(|kernel| kernel.precision == precision);
    let passed = of.filter(|kernel| kernel.verdict.outcome() == Outcome::Passed);
    let weak = if kernels.iter().any(|kernel| kernel.weak) { " (weak)" } else { "" };
    let coarsest = passed.map(|kernel| kernel.resolution).reduce(f64::max);
    coarsest.map_or("-".to_string(), |coarsest| format!("{coarsest:.1e}{weak}"))
}

fn verdict_on_control(kernels: &&[Examination]) -> String {
    let name = &kernels[0].layer;
    match kernels.iter().all(|kernel| kernel.verdict.outcome() == Outcome::Failed) {
        true => format!("control: {name}, whose gradient is wrong on purpose: FAIL, as it must"),
        false => format!(
            "control: {name}, whose gradient is wrong on purpose: {}. Do not believe any PASS above",
            verdict(kernels)
        ),
    }
}
