//! Whatever is handed in, a check answers with a value and never with a panic or a false pass.

use gradcheck::{
    Argument, CheckError, Closure, ExpectGradient, Function, Gradients, Precision, Reason, Report,
    Settings, Verdict, check,
};
use std::cell::Cell;

const X: Argument = Argument { name: "x", shape: &[2, 2], values: &[1.0, 2.0, 3.0, 5.0] };

fn square(arguments: &[&[f64]]) -> Vec<f64> {
    arguments[0].iter().map(|x| x * x).collect()
}

fn square_gradient(arguments: &[&[f64]], v: &[f64]) -> Gradients {
    vec![Some(arguments[0].iter().zip(v).map(|(x, v)| 2.0 * x * v).collect())]
}

fn squares(arguments: &[Argument], settings: &Settings) -> Result<Report, CheckError> {
    check(arguments, &Function { forward: &square, backward: &square_gradient }, settings)
}

fn with_backward(backward: impl Fn(&[&[f64]], &[f64]) -> Gradients) -> CheckError {
    let function = Function { forward: &square, backward: &backward };
    check(&[X], &function, &Settings::default()).expect_err("the backward pass is unsound")
}

fn with_forward(forward: impl Fn(&[&[f64]]) -> Vec<f64>) -> CheckError {
    let function = Function { forward: &forward, backward: &square_gradient };
    check(&[X], &function, &Settings::default()).expect_err("the forward pass is unsound")
}

#[test]
fn the_sound_function_passes() {
    assert_eq!(squares(&[X], &Settings::default()).expect("sound").verdict, Verdict::Pass);
}

#[test]
fn unsound_arguments_are_named() {
    let settings = Settings::default();
    let message = |argument: Argument| squares(&[argument], &settings).unwrap_err().to_string();
    assert_eq!(
        message(Argument { shape: &[2, 3], ..X }),
        "argument \"x\" has 4 values, its shape [2, 3] needs 6"
    );
    assert_eq!(
        message(Argument { shape: &[0, 3], values: &[], ..X }),
        "argument \"x\" is empty, at least one entry is needed"
    );
    assert_eq!(
        message(Argument { values: &[1.0, 2.0, f64::INFINITY, 0.0], ..X }),
        "argument \"x\" is inf at [1, 0], every value must be finite"
    );
    assert_eq!(
        message(Argument { shape: &[usize::MAX, 3], ..X }),
        format!("argument \"x\" has 4 values, its shape [{0}, 3] needs {0}", usize::MAX)
    );
    assert_eq!(squares(&[], &settings), Err(CheckError::NoArguments));
}

#[test]
fn unsound_settings_are_named() {
    let expect_gradient = ExpectGradient::ExceptFor(vec!["y".to_string()]);
    let error = squares(&[X], &Settings { expect_gradient, ..Settings::default() }).unwrap_err();
    assert_eq!(error.to_string(), "no argument is called \"y\", there are: x");
}

#[test]
fn a_number_that_no_f32_holds_is_refused_in_single_precision() {
    let tenth = Argument { values: &[1.0, 0.1, 3.0, 5.0], ..X };
    let settings = Settings { precision: Precision::Single, ..Settings::default() };
    // numpy.float64(numpy.float32(0.1)) is 0.10000000149011612.
    assert_eq!(
        squares(&[tenth], &settings).unwrap_err().to_string(),
        "argument \"x\" is 0.1 at [0, 1], which no f32 is; round to 0.10000000149011612 before a \
         check in single precision"
    );
}

#[test]
fn an_unsound_forward_pass_is_an_error() {
    assert_eq!(with_forward(|_| Vec::new()), CheckError::EmptyOutput);
    let error = with_forward(|_| vec![1.0, f64::NAN, 2.0]);
    assert_eq!(
        error.to_string(),
        "the forward pass gives NaN at output entry 1, it must be finite"
    );
    let calls = Cell::new(0);
    let growing = |_: &[&[f64]]| {
        calls.set(calls.get() + 1);
        vec![1.0; calls.get() + 3]
    };
    assert_eq!(with_forward(growing), CheckError::OutputLength { expected: 4, found: 5 });
}

#[test]
fn an_unsound_backward_pass_is_an_error() {
    assert_eq!(
        with_backward(|_, _| Vec::new()),
        CheckError::GradientCount { expected: 1, found: 0 }
    );
    let error = with_backward(|_, v| vec![Some(v[1..].to_vec())]);
    assert_eq!(error.to_string(), "the gradient of \"x\" has 3 entries, the argument has 4");
    let error = with_backward(|_, _| vec![Some(vec![0.0, 0.0, f64::NAN, 0.0])]);
    assert_eq!(error.to_string(), "the gradient of \"x\" is NaN at [1, 0], it must be finite");
}

#[test]
fn a_panic_is_an_error_with_its_message() {
    let error = with_backward(|_, v| panic!("cotangent of length {}", v.len()));
    let message = "cotangent of length 4".to_string();
    assert_eq!(error, CheckError::Panicked { closure: Closure::Backward, message });
    // This one appears only away from the base point.
    let error = with_forward(|arguments| {
        assert!(arguments[0][0] <= 1.0, "out of range");
        square(arguments)
    });
    assert_eq!(error.to_string(), "the forward pass panicked: out of range");
}

#[test]
fn what_cannot_be_seen_is_inconclusive() {
    // 1 + 1e-12 x keeps four digits of x's part. Its gradient is right, but one part in ten thousand
    // could not be seen.
    let weak = |arguments: &[&[f64]]| arguments[0].iter().map(|x| 1.0 + 1e-12 * x).collect();
    let gradient = |_: &[&[f64]], v: &[f64]| vec![Some(v.iter().map(|v| 1e-12 * v).collect())];
    let function = Function { forward: &weak, backward: &gradient };
    let report = check(&[X], &function, &Settings::default()).expect("sound");
    let is_coarse = |resolution: f64| (1e-6..1e-2).contains(&resolution);
    let Verdict::Inconclusive(Reason::Resolution { reached, .. }) = report.verdict else {
        panic!("{report}")
    };
    assert!(is_coarse(reached), "{report}");
}

#[test]
fn a_pole_within_the_steps_does_not_widen_the_bars() {
    // The largest step from 1 + 2^-23 reaches 2^-23, where 1/x is 8e6.
    let reciprocal = |arguments: &[&[f64]]| arguments[0].iter().map(|x| 1.0 / x).collect();
    let zero = |arguments: &[&[f64]], _: &[f64]| vec![Some(vec![0.0; arguments[0].len()])];
    let x = [Argument { name: "x", shape: &[1], values: &[1.0 + 2f64.powi(-23)] }];
    let function = Function { forward: &reciprocal, backward: &zero };
    let settings = Settings { precision: Precision::Single, ..Settings::default() };
    assert_eq!(check(&x, &function, &settings).expect("sound").verdict, Verdict::Fail);
}

#[test]
fn a_function_defined_at_one_point_alone_is_inconclusive() {
    let forward = |arguments: &[&[f64]]| {
        let is_base = arguments[0] == X.values;
        arguments[0].iter().map(|x| if is_base { x * x } else { f64::NAN }).collect()
    };
    let function = Function { forward: &forward, backward: &square_gradient };
    let report = check(&[X], &function, &Settings::default()).expect("sound");
    assert_eq!(report.verdict, Verdict::Inconclusive(Reason::FewSteps { entries: 4 }), "{report}");
}

#[test]
fn a_check_of_constants_alone_is_no_pass() {
    let nothing = |_: &[&[f64]], _: &[f64]| vec![None];
    let function = Function { forward: &square, backward: &nothing };
    let expect_gradient = ExpectGradient::ExceptFor(vec!["x".to_string()]);
    let settings = Settings { expect_gradient, ..Settings::default() };
    let report = check(&[X], &function, &settings).expect("sound");
    assert_eq!(report.verdict, Verdict::Inconclusive(Reason::NothingDifferentiated), "{report}");
}
