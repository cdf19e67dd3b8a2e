//! The program on a few mutants.

use std::process::Command;

/// Every derivative's list of mutants is there, with the text of the derivative in it.
#[test]
fn the_mutants_are_listed() {
    let output = Command::new(env!("CARGO_BIN_EXE_mutants")).arg("--list").output().expect("runs");
    let listed = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success());
    assert!(listed.contains("`*dbeta += *dy` -> `*dbeta -= *dy`"), "{listed}");
    assert!(listed.contains("crates/ops/src/cross_entropy.rs"));
    assert!(listed.lines().filter(|line| line.contains(" at crates/")).count() > 400);
}

#[test]
fn an_unknown_argument_is_an_error() {
    let output = Command::new(env!("CARGO_BIN_EXE_mutants")).arg("--all").output().expect("runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("usage: mutants"));
}

#[test]
#[ignore = "builds a driver in release, which takes a minute or more; `cargo run --release -p mutants` tries all mutants"]
fn a_sample_is_caught_or_explained() {
    let arguments = ["--sample", "20", "7"];
    let output =
        Command::new(env!("CARGO_BIN_EXE_mutants")).args(arguments).output().expect("runs");
    let table = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{table}{}", String::from_utf8_lossy(&output.stderr));
    assert!(table.contains("| all | 20 |"), "{table}");
}
