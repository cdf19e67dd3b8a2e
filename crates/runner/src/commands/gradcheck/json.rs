//! Examinations for programs: a JSON object per kernel.

use gradcheck::{CaseReport, Examination, Outcome, Precision};
use serde_json::{Value, json};

/// Raised when a field changes its meaning or goes away.
const SCHEMA: u32 = 1;

/// An examination on one line.
pub fn line(examination: &Examination) -> String {
    let cases: Vec<Value> = examination.cases.iter().map(case).collect();
    json!({
        "schema": SCHEMA,
        "layer": examination.layer,
        "kernel": examination.kernel,
        "dtype": match examination.precision {
            Precision::Double => "f64",
            Precision::Single => "f32",
        },
        "weak": examination.weak,
        "seed": examination.seed,
        "verdict": examination.verdict.to_string(),
        "outcome": outcome(examination.verdict.outcome()),
        "resolution": number(examination.resolution),
        "typical_resolution": number(examination.typical_resolution),
        "unfrozen_distance": examination.unfrozen_distance.and_then(number),
        "seconds": examination.seconds,
        "cases": cases,
    })
    .to_string()
}

fn case(case: &CaseReport) -> Value {
    json!({
        "name": case.name,
        "purpose": case.purpose,
        "shape": case.shape,
        "mode": case.mode.name(),
        "verdict": case.verdict.to_string(),
        "outcome": outcome(case.verdict.outcome()),
        "resolution": number(case.resolution),
        "literal": case.literal,
        "broken_rules": case.broken_rules(),
        "broken_identities": case.broken_identities(),
    })
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::Inconclusive => "inconclusive",
    }
}

/// JSON has no infinity; what was not measured is null.
fn number(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}
