//! Tries one mutant after another: reads `NUMBER LAYER...` from standard input, runs the gradient
//! checker over the battery of each layer until a case fails, and says which.
//!
//! Answers are lines: `case NAME` before each case, `failed NAME` after one that fails, `done` at the end.
//! The unchanged program, number 0, is tried on every case: where it fails, no mutant is caught.

mod operation;

use std::collections::HashMap;
use std::io::{Write, stdin, stdout};

use gradcheck::{Case, CaseList, CheckError, Examination, Mode, Options, Outcome, Precision};
use operation::OPERATIONS;

/// What was looked at: a kernel in a mode and a precision.
type Place = (String, bool, bool);

/// A case of so many numbers takes little longer than one of a few.
const LARGEST_SMALL: usize = 256;

fn main() {
    // A mutant that panics is caught; what it says is of no interest.
    std::panic::set_hook(Box::new(|_| ()));
    let mut unchanged = HashMap::new();
    for line in stdin().lines().map_while(Result::ok) {
        let mut words = line.split_whitespace();
        let number = words.next().and_then(|word| word.parse().ok()).expect("a number");
        let layers: Vec<&str> = words.collect();
        attempt(number, &layers, &mut unchanged);
        say("done");
    }
}

fn say(line: &str) {
    println!("{line}");
    stdout().flush().expect("someone listens");
}

/// Tries a mutant case by case, cheap ones before the others, until one fails.
fn attempt(number: usize, layers: &[&str], unchanged: &mut HashMap<String, Vec<Place>>) {
    for (layer, case) in in_order(layers) {
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
            say(&format!("failed {name}"));
            if number != 0 {
                return;
            }
        }
    }
}

/// The cases of some layers: `plain` first, then one of every small shape, then the others, always from
/// small to large.
fn in_order<'a>(layers: &[&'a str]) -> Vec<(&'a str, Case)> {
    let mut shapes = Vec::new();
    let mut cases = Vec::new();
    for layer in layers {
        for case in battery(layer) {
            let size: usize = case.shape.iter().product();
            let is_seen = shapes.contains(&(*layer, case.shape.clone()));
            shapes.push((*layer, case.shape.clone()));
            let key = (case.name != "plain", is_seen || size > LARGEST_SMALL, size);
            cases.push((key, *layer, case));
        }
    }
    cases.sort_by_key(|(key, ..)| *key);
    cases.into_iter().map(|(_, layer, case)| (layer, case)).collect()
}

/// The cases of a layer.
fn battery(layer: &str) -> Vec<Case> {
    let is_operation = OPERATIONS.iter().any(|operation| operation.name() == layer);
    let list = match is_operation {
        true => operation::cases(),
        false => CaseList::norms(),
    };
    list.cases().to_vec()
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
    let entry =
        norms::CATALOGUE.iter().find(|entry| entry.name == layer).expect("in the catalogue");
    let mut found = norms::certify(&norms::NormChoice::plain(entry), options, &|_| ())?;
    if found.iter().any(|examination| examination.kernel == "fused") {
        found.retain(|examination| examination.kernel == "fused");
    }
    Ok(found)
}
