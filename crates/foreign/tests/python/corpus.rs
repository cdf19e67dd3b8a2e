//! A corpus of wrong layers: each is caught, and by the case that it is listed with.

use crate::environment::{python_with, start};
use gradcheck::{Examination, Options, Outcome, Precision, examine};
use std::path::{Path, PathBuf};

/// Without optimization one fault of so many is tried; `cargo test --release` tries all.
const STRIDE: usize = if cfg!(debug_assertions) { 7 } else { 1 };

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

/// The verdicts of one case in double precision.
fn examined(python: &Path, file: &str, name: &str, cases: &str) -> Vec<Examination> {
    let layer = start(python, &folder().join(file), name).expect("a layer of the corpus starts");
    let mut found = Vec::new();
    for case in cases.split('+') {
        let only = Some(case.to_string());
        let options = Options { only, precision: Some(Precision::Double), ..Options::default() };
        found.extend(examine(&layer, &options).expect("the layer runs"));
    }
    found
}

fn assert_all_caught(package: &str, file: &str, least: usize) {
    let Some(python) = python_with(package) else { return };
    let list = std::fs::read_to_string(folder().join("faults.txt")).expect("the list is there");
    let rows = list.lines().map(|line| line.split_whitespace().collect::<Vec<&str>>());
    let rows: Vec<Vec<&str>> = rows.filter(|row| row.first() == Some(&file)).collect();
    assert!(rows.len() >= least, "{} faults in {file}", rows.len());
    let rows: Vec<Vec<&str>> = rows.into_iter().step_by(STRIDE).collect();
    let is_caught = |row: &&Vec<&str>| {
        let found = examined(&python, file, row[1], row[2]);
        found.iter().any(|examination| examination.verdict.outcome() == Outcome::Failed)
    };
    let escaped: Vec<&str> = rows.iter().filter(|row| !is_caught(row)).map(|row| row[1]).collect();
    assert!(escaped.is_empty(), "not caught: {}", escaped.join(", "));
}

#[test]
fn every_numpy_fault_is_caught() {
    assert_all_caught("numpy", "numpy_faults.py", 60);
}

#[test]
fn every_torch_fault_is_caught() {
    assert_all_caught("torch", "torch_faults.py", 15);
}

#[test]
fn every_jax_fault_is_caught() {
    assert_all_caught("jax", "jax_faults.py", 8);
}

#[test]
fn what_the_faults_are_made_of_passes() {
    let Some(python) = python_with("numpy") else { return };
    for name in ["right_layer_norm", "right_batch_norm", "right_rms_norm"] {
        for examination in examined(&python, "numpy_faults.py", name, "plain+rank-3") {
            assert_eq!(examination.verdict.outcome(), Outcome::Passed, "{name}: {examination}");
        }
    }
}
