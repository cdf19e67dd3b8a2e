//! What the language says where calculus has several answers or none: values and gradients of every
//! function at its special points, derived by hand.

use equations::{NormEquation, NormSource};
use ops::{Layout, Mode, Pass, Value};

use super::ThroughDfdx;
use crate::norm::{Norm, State};

const NAN: f64 = f64::NAN;
const INFINITY: f64 = f64::INFINITY;

/// The value of an equation at one row and the gradient with the cotangent 1, 10, 100, ...
fn at(equation: &str, x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let source = NormSource { equation, over: "features", parameters: &[], constants: &[] };
    let equation = NormEquation::parse(&source).unwrap_or_else(|error| panic!("{error}"));
    let norm = ThroughDfdx::new(equation, 1);
    let x = Value::new(1, x.len(), x);
    let mut pass = Pass::recording(Mode::Train);
    let layout = Layout { samples: 1, positions: 1 };
    let y = norm.apply(&x, layout, &[], &mut State { averages: Vec::new() }, &mut pass);
    let cotangent: Vec<f64> = (0..x.columns() as i32).map(|i| 10f64.powi(i)).collect();
    let mut gradients = pass.backward_from(&y, &cotangent);
    (y.as_slice().to_vec(), gradients.of(&x).to_vec())
}

#[track_caller]
fn expect(equation: &str, x: &[f64], value: &[f64], gradient: &[f64]) {
    let (got_value, got_gradient) = at(equation, x);
    let same = |got: &[f64], wanted: &[f64]| {
        let equal = |(a, b): (&f64, &f64)| {
            (a.is_nan() && b.is_nan()) || a == b || (a - b).abs() <= 1e-13 * b.abs()
        };
        got.len() == wanted.len() && got.iter().zip(wanted).all(equal)
    };
    assert!(same(&got_value, value), "`{equation}` is {got_value:?}, not {value:?}");
    assert!(same(&got_gradient, gradient), "d `{equation}` is {got_gradient:?}, not {gradient:?}");
}

#[test]
fn roots_and_logarithms() {
    expect("sqrt(x)", &[0.0, 4.0], &[0.0, 2.0], &[0.0, 2.5]);
    expect("sqrt(x)", &[-1.0], &[NAN], &[NAN]);
    expect("rsqrt(x)", &[0.0, 4.0], &[INFINITY, 0.5], &[-INFINITY, -0.625]);
    expect("log(x)", &[0.0, 4.0], &[-INFINITY, 4f64.ln()], &[INFINITY, 2.5]);
    expect("norm2(x)", &[0.0, 0.0], &[0.0, 0.0], &[0.0, 0.0]);
    // 11 (3, 4) / 5.
    expect("norm2(x)", &[3.0, 4.0], &[5.0, 5.0], &[6.6, 8.8]);
}

#[test]
fn kinks() {
    expect("abs(x)", &[-2.0, 0.0, 3.0], &[2.0, 0.0, 3.0], &[-1.0, 0.0, 100.0]);
    expect("abs(x)", &[NAN], &[NAN], &[NAN]);
    expect("sign(x)", &[-2.0, 0.0, 3.0], &[-1.0, 0.0, 1.0], &[0.0, 0.0, 0.0]);
    expect("norm1(x)", &[-2.0, 0.0, 3.0], &[5.0; 3], &[-111.0, 0.0, 111.0]);
    expect("clamp(x, -1, 1)", &[-2.0, 0.5, 1.0], &[-1.0, 0.5, 1.0], &[0.0, 10.0, 50.0]);
}

#[test]
fn powers() {
    expect("x^2", &[-3.0, 0.0], &[9.0, 0.0], &[-6.0, 0.0]);
    expect("x^1", &[0.0], &[0.0], &[1.0]);
    expect("x^0", &[0.0, -2.0], &[1.0, 1.0], &[0.0, 0.0]);
    expect("x^-1", &[0.0, -2.0], &[INFINITY, -0.5], &[-INFINITY, -2.5]);
    expect("x^0.5", &[0.0, 4.0], &[0.0, 2.0], &[0.0, 2.5]);
    expect("x^1.5", &[0.0, 4.0], &[0.0, 8.0], &[0.0, 30.0]);
    expect("x^0.5", &[-4.0, -INFINITY], &[NAN, NAN], &[NAN, NAN]);
    expect("x^-0.5", &[4.0], &[0.5], &[-0.0625]);
}

#[test]
fn smooth_functions() {
    expect("exp(x)", &[0.0, -INFINITY], &[1.0, 0.0], &[1.0, 0.0]);
    expect("tanh(x)", &[0.0, 40.0], &[0.0, 1.0], &[1.0, 0.0]);
    expect("sigmoid(x)", &[0.0, 800.0, -800.0], &[0.5, 1.0, 0.0], &[0.25, 0.0, 0.0]);
    let half_life = std::f64::consts::LN_2;
    expect("softplus(x)", &[0.0, 800.0, -800.0], &[half_life, 800.0, 0.0], &[0.5, 10.0, 0.0]);
    expect("softplus(x)", &[NAN], &[NAN], &[NAN]);
    let slope = std::f64::consts::FRAC_2_SQRT_PI;
    expect("erf(x)", &[0.0, INFINITY], &[0.0, 1.0], &[slope, 0.0]);
    let right = std::f64::consts::FRAC_PI_2;
    expect("atan(x)", &[0.0, INFINITY], &[0.0, right], &[1.0, 0.0]);
}

#[test]
fn extremes_of_two() {
    expect("max(x, 1)", &[0.0, 1.0, 2.0], &[1.0, 1.0, 2.0], &[0.0, 5.0, 100.0]);
    expect("min(x, 1)", &[0.0, 1.0, 2.0], &[0.0, 1.0, 1.0], &[1.0, 5.0, 0.0]);
    expect("max(x, -x)", &[0.0, -3.0], &[0.0, 3.0], &[0.0, -10.0]);
    expect("max(x, x)", &[2.0], &[2.0], &[1.0]);
    expect("max(x, 1)", &[NAN, 2.0], &[NAN, 2.0], &[NAN, 10.0]);
    expect("min(1, x)", &[NAN], &[NAN], &[NAN]);
    // Both get their halves with their own shapes: 111 / 2 in all for the mean.
    expect("max(x, mean(x))", &[2.0, 2.0, 2.0], &[2.0; 3], &[19.0, 23.5, 68.5]);
}

#[test]
fn extremes_over_axes() {
    expect("max(x)", &[1.0, 3.0, 2.0], &[3.0; 3], &[0.0, 111.0, 0.0]);
    expect("max(x)", &[3.0, 3.0, 2.0], &[3.0; 3], &[55.5, 55.5, 0.0]);
    expect("min(x)", &[1.0, 3.0, 2.0], &[1.0; 3], &[111.0, 0.0, 0.0]);
    expect("min(x)", &[1.0, 1.0, 1.0], &[1.0; 3], &[37.0; 3]);
    expect("max(x)", &[1.0, NAN], &[NAN; 2], &[NAN; 2]);
    expect("max[samples](x)", &[1.0, 3.0], &[1.0, 3.0], &[1.0, 10.0]);
    expect("x / max(abs(x))", &[0.0, -2.0], &[0.0, -1.0], &[0.5, 0.0]);
    expect("max(mean(x))", &[1.0, 3.0], &[2.0, 2.0], &[5.5, 5.5]);
}

#[test]
fn stopped_values_are_constants() {
    expect("x * stop(x)", &[3.0], &[9.0], &[3.0]);
}

#[test]
fn the_comparison_sees_a_wrong_gradient() {
    let (value, gradient) = at("x^2", &[3.0]);
    assert_eq!((value[0], gradient[0]), (9.0, 6.0));
    let wrong = std::panic::catch_unwind(|| expect("x^2", &[3.0], &[9.0], &[7.0]));
    assert!(wrong.is_err());
}
