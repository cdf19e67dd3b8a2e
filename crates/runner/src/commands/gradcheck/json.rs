//! Examinations for programs: a JSON object per kernel.

use gradcheck::{
    ArgumentReport, CaseReport, Examination, Failure, Finding, Mismatch, Outcome, Precision,
    ProtocolReport, WorstEntry,
};
use serde_json::{Value, json};

use super::Examined;

/// Raised when a field changes its meaning or goes away.
const SCHEMA: u32 = 1;

/// A line per kernel, those of the control last.
pub(super) fn lines(examined: &Examined) -> Vec<String> {
    let line = |is_control: bool| move |e: &Examination| object(e, is_control).to_string();
    let examinations = examined.examinations.iter().map(line(false));
    examinations.chain(examined.control.iter().map(line(true))).collect()
}

/// `f64` or `f32`.
pub(super) fn dtype(examination: &Examination) -> &'static str {
    match examination.precision {
        Precision::Double => "f64",
        Precision::Single => "f32",
    }
}

fn object(examination: &Examination, is_control: bool) -> Value {
    let cases: Vec<Value> = examination.cases.iter().map(case).collect();
    json!({
        "schema": SCHEMA,
        "layer": examination.layer,
        "kernel": examination.kernel,
        "dtype": dtype(examination),
        "is_control": is_control,
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
}

fn case(case: &CaseReport) -> Value {
    json!({
        "name": case.name,
        "purpose": case.purpose,
        "shape": case.shape,
        "mode": case.mode.name(),
        "level": case.level.name(),
        "verdict": case.verdict.to_string(),
        "outcome": outcome(case.verdict.outcome()),
        "resolution": number(case.resolution),
        "arguments": case.arguments.iter().map(argument).collect::<Vec<Value>>(),
        "rules": case.protocol.iter().map(rule).collect::<Vec<Value>>(),
        "broken_identities": case.broken_identities(),
        "worst": case.worst.as_ref().map(worst),
        "failure": case.failure.as_ref().map(failure),
        "smallest_failing_input": case.literal,
    })
}

fn argument(argument: &ArgumentReport) -> Value {
    json!({
        "name": argument.name,
        "verdict": argument.verdict.to_string(),
        "resolution": number(argument.resolution),
        "stability": number(argument.stability),
        "wrong": argument.wrong,
        "kinks": argument.kinks,
        "entries": argument.total,
        "worst": mismatch(&argument.worst),
    })
}

fn mismatch(mismatch: &Mismatch) -> Value {
    json!({
        "index": mismatch.index,
        "direction": mismatch.along,
        "cotangent": mismatch.cotangent,
        "analytic": number(mismatch.analytic),
        "numeric": number(mismatch.numeric),
        "bar": number(mismatch.bar),
    })
}

fn rule(report: &ProtocolReport) -> Value {
    let (finding, how) = match &report.finding {
        Finding::Kept => ("kept", None),
        Finding::Broken(how) => ("broken", Some(how)),
        Finding::NotOffered => ("not offered", None),
    };
    json!({ "rule": report.rule.to_string(), "finding": finding, "how": how })
}

fn worst(entry: &WorstEntry) -> Value {
    json!({
        "argument": entry.argument,
        "entry": mismatch(&entry.worst),
        "kink_distance": entry.kink_distance,
        "slope_above": entry.curve.slope_above,
        "slope_below": entry.curve.slope_below,
        "noise": number(entry.curve.noise),
        "reading": entry.curve.reading.to_string(),
        "steps": entry.curve.points.iter().map(|(step, _)| step).collect::<Vec<&f64>>(),
        "distances": entry.curve.points.iter().map(|(_, d)| d).collect::<Vec<&f64>>(),
    })
}

fn failure(failure: &Failure) -> Value {
    json!({
        "argument": failure.argument,
        "bars": number(failure.bars),
        "ulps": number(failure.ulps),
        "pattern": failure.pattern,
        "cause": failure.cause,
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
