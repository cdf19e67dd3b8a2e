//! Which part of an equation is not finite, and at which inputs.

use equations::{Extents, Mode, ordinary_inputs};

use crate::norm;

/// The kinds of ordinary input at which an equation is not finite, with the first such part.
fn broken_at(equation: &'static str, mode: Mode) -> Vec<(&'static str, String)> {
    let norm = norm(equation, "features");
    let extents = Extents::new(4, 1, 6, 1).unwrap();
    let parameters: Vec<Vec<f64>> =
        norm.parameters().iter().map(|p| vec![p.start; p.len(&extents)]).collect();
    let parameters: Vec<&[f64]> = parameters.iter().map(Vec::as_slice).collect();
    let state = norm.start_state(&extents);
    let broken = ordinary_inputs(&extents).into_iter().filter_map(|input| {
        let found = norm.first_not_finite(&extents, &input.x, &parameters, &state, mode)?;
        Some((input.name, found.to_string()))
    });
    broken.collect()
}

#[test]
fn ordinary_norms_are_finite() {
    assert_eq!(broken_at("gamma * (x - mean(x)) / sqrt(var(x) + eps)", Mode::Train), []);
}

#[test]
fn the_innermost_part_is_shown() {
    let broken = broken_at("x / sqrt(mean(x)) + exp(log(-x))", Mode::Train);
    let names: Vec<&str> = broken.iter().map(|(name, _)| *name).collect();
    // Of positive inputs the logarithm is NaN, of negative ones the root.
    assert!(names.contains(&"positive input") && names.contains(&"negative input"), "{names:?}");
    let text = |name| &broken.iter().find(|(other, _)| *other == name).unwrap().1;
    let expected = "
`log(-x)` is NaN
  x / sqrt(mean(x)) + exp(log(-x))
                          ^^^^^^^";
    assert_eq!(text("positive input"), expected.trim_start());
    let expected = "
`sqrt(mean(x))` is NaN
  x / sqrt(mean(x)) + exp(log(-x))
      ^^^^^^^^^^^^^";
    assert_eq!(text("negative input"), expected.trim_start());
}

#[test]
fn definitions_appear_by_name() {
    let broken = broken_at("m = var[samples](x); u = 1 / m; x * u", Mode::Train);
    let expected = "
`1 / m` is infinite
  m = var[samples](x); u = 1 / m; x * u
                           ^^^^^";
    assert_eq!(broken, [("input with equal rows", expected.trim_start().to_owned())]);
}

#[test]
fn averages_that_are_not_finite_are_given() {
    let norm = norm("x - running(mean[samples+positions](x), 0)", "features");
    let row = Extents::new(1, 1, 1, 1).unwrap();
    let found = |state: f64, mode| {
        norm.first_not_finite(&row, &[1.0], &[], &[vec![state]], mode).map(|found| found.text)
    };
    assert_eq!(found(f64::NAN, Mode::Eval), None);
    assert_eq!(found(0.0, Mode::Eval), None);
    assert_eq!(norm.first_not_finite(&row, &[f64::NAN], &[], &[vec![0.0]], Mode::Train), None);
}
