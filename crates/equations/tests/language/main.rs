//! Tests of the language through its public interface.

mod derivatives;
mod finite;
mod fuzzing;
mod gradients;
mod meaning;
mod messages;
mod messages_of_meaning;
mod naive;
mod nodes;
mod norms;
mod properties;
mod spellings;
mod tree;
mod values;

use equations::{NormEquation, NormSource};

/// A norm without declarations.
fn source(equation: &'static str, over: &'static str) -> NormSource<'static> {
    NormSource { equation, over, parameters: &[], constants: &[] }
}

fn norm(equation: &'static str, over: &'static str) -> NormEquation {
    NormEquation::parse(&source(equation, over)).unwrap_or_else(|error| panic!("{error}"))
}

/// Whether two values agree to the given number of roundings of values of their size.
fn close(left: f64, right: f64, tolerance: f64) -> bool {
    left == right
        || (left.is_nan() && right.is_nan())
        || (left - right).abs() <= tolerance * left.abs().max(right.abs()).max(1.0)
}

#[track_caller]
fn assert_all_close(left: &[f64], right: &[f64], tolerance: f64) {
    assert_eq!(left.len(), right.len());
    for (index, (a, b)) in left.iter().zip(right).enumerate() {
        assert!(close(*a, *b, tolerance), "at {index}: {a} and {b}");
    }
}

#[test]
fn a_short_run_of_the_fuzzer() {
    let tally = fuzzing::run(5_000, 1);
    // Both sides are seen.
    assert!(tally.parsed > tally.inputs / 5 && tally.parsed < tally.inputs * 4 / 5, "{tally:?}");
}
