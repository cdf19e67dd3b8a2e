//! Tries one mutant after another: reads `NUMBER LAYER...` from standard input, runs the gradient
//! checker over the battery of each layer until a case fails, and says which.
//!
//! Answers are lines: `case NAME` before each case, then `caught NAME` or `survived`. For the unchanged
//! program, number 0, a case that fails is a false alarm; for a mutant it counts only where the
//! unchanged program passes.

mod operation;

use std::collections::HashMap;
use std::io::{Write, stdin, stdout};

use gradcheck::{Case, CaseList, CheckError, Examination, Mode, Options, Outcome, Precision};
use operation::OPERATIONS;

/// What was looked at: a kernel in a mode and a precision.
type Place = (String, bool, bool);

fn main() {
    // A mutant that panics is caught; what it says is of no interest.
    std::panic::set_hook(Box::new(|_| ()));
    let mut unchanged = HashMap::new();
    for line in stdin().lines().map_while(Result::ok) {
        let mut words = line.split_whitespace();
        let number = words.next().and_then(|word| word.parse().ok()).expect("a number");
        let layers: Vec<&str> = words.collect();
        match first_failure(number, &layers, &mut unchanged) {
            Some(case) => say(&format!("caught {case}")),
            None => say("survived"),
        }
    }
}

fn say(line: &str) {
    println!("{line}");
    stdout().flush().expect("someone listens");
}

/// The first case that fails, cheap ones before the others.
fn first_failure(
    number: usize,
    layers: &[&str],
    unchanged: &mut HashMap<String, Vec<Place>>,
) -> Option<String> {
    for layer in layers {
        for case in battery(layer) {
            let name = format!("{layer}/{}", case.name);
            say(&format!("case {name}"));
            mutant::activate(number);
            let failed = failures(layer, &case);
            mutant::activate(0);
            if failed.is_empty() {
                continue;
            }
            let known: &[Place] = match number {
                0 => &[],
                _ => unchanged.entry(name.clone()).or_insert_with(|| failures(layer, &case)),
            };
            if failed.iter().any(|place| !known.contains(place)) {
                return Some(name);
            }
        }
    }
    None
}

/// The cases of a layer: `plain` first, then from small to large.
fn battery(layer: &str) -> Vec<Case> {
    let is_operation = OPERATIONS.iter().any(|operation| operation.name() == layer);
    let list = match is_operation {
        true => operation::cases(),
        false => CaseList::norms(),
    };
    let mut cases = list.cases().to_vec();
    cases.sort_by_key(|case| (case.name != "plain", case.shape.iter().product::<usize>()));
    cases
}

/// Where a case of a layer fails. That it cannot be decided is no failure.
fn failures(layer: &str, case: &Case) -> Vec<Place> {
    let options = Options { only: Some(case.name.clone()), ..Options::default() };
    let found = match OPERATIONS.iter().find(|operation| operation.name() == layer) {
        Some(operation) => operation.examine(options),
        None => certify(layer, &options),
    };
    let everywhere = || vec![("none".to_owned(), false, false)];
    let Ok(found) = found else { return everywhere() };
    let failed = |examination: &Examination| {
        let Examination { kernel, precision, cases, .. } = examination;
        let failed = cases.iter().filter(|case| case.verdict.outcome() == Outcome::Failed);
        let place = |case: &gradcheck::CaseReport| {
            (kernel.clone(), *precision == Precision::Double, case.mode == Mode::Train)
        };
        failed.map(place).collect::<Vec<Place>>()
    };
    found.iter().flat_map(failed).collect()
}

/// A norm of the catalogue by its fused kernel, or by dfdx where it has none.
fn certify(layer: &str, options: &Options) -> Result<Vec<Examination>, CheckError> {
    let entry = norms::CATALOGUE.iter().find(|entry| entry.name == layer).expect("in the catalogue");
    let mut found = norms::certify(entry, options, &mut |_| ())?;
    if found.iter().any(|examination| examination.kernel == "kernel") {
        found.retain(|examination| examination.kernel == "kernel");
    }
    Ok(found)
}
