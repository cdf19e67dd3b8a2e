//! Every function against the standard library or libm, whose results are within one rounding.

use super::{atan, erf, exp, log, sigmoid, softplus, tanh};

const TOLERANCE: f64 = 2e-15;

/// Numbers on a line through 0, numbers of every magnitude from 1e-320 to 1e308, and the ends.
fn points(reach: f64) -> impl Iterator<Item = f64> {
    // An odd number of steps, so that no point is a round number.
    const STEPS: i32 = 200_003;
    let line = (-STEPS..=STEPS).map(move |i| reach * f64::from(i) / f64::from(STEPS));
    let magnitudes =
        (0..STEPS).map(|i| 10f64.powf(-320.0 + 628.25 * f64::from(i) / f64::from(STEPS)));
    let ends = [0.0, -0.0, f64::MIN_POSITIVE, f64::MAX, f64::INFINITY];
    line.chain(magnitudes.flat_map(|x| [x, -x])).chain(ends.into_iter().flat_map(|x| [x, -x]))
}

/// The largest relative error, and where it is. A subnormal number is as exact as it can be when it
/// is wrong by one unit at its end; a wrong infinity, zero or NaN counts as infinitely wrong.
fn worst(reach: f64, ours: fn(f64) -> f64, theirs: fn(f64) -> f64) -> (f64, f64) {
    let error = |x: f64| {
        let (got, wanted) = (ours(x), theirs(x));
        let same = got.to_bits() == wanted.to_bits() || (got.is_nan() && wanted.is_nan());
        if same || (wanted.is_subnormal() && (got - wanted).abs() <= 5e-324) {
            0.0
        } else if wanted == 0.0 || !got.is_finite() {
            f64::INFINITY
        } else {
            ((got - wanted) / wanted).abs()
        }
    };
    points(reach).map(|x| (error(x), x)).fold((0.0, 0.0), |a, b| if b.0 > a.0 { b } else { a })
}

#[track_caller]
fn assert_exact(reach: f64, ours: fn(f64) -> f64, theirs: fn(f64) -> f64) {
    let (error, x) = worst(reach, ours, theirs);
    assert!(error <= TOLERANCE, "relative error {error:e} at {x:e}: {:e}", ours(x));
    assert!(ours(f64::NAN).is_nan());
}

#[test]
fn exponential() {
    assert_exact(750.0, exp, f64::exp);
    // float(mpmath.exp(x)) at 50 digits.
    assert!((exp(1.0) / std::f64::consts::E - 1.0).abs() < TOLERANCE);
    assert!((exp(700.25) / 1.3022997366991783e304 - 1.0).abs() < TOLERANCE);
    assert_eq!(
        [709.0, 709.8, -745.0, -745.2].map(exp).map(f64::is_finite),
        [true, false, true, true]
    );
    assert_eq!((exp(-745.0), exp(-745.2)), (5e-324, 0.0));
}

#[test]
fn logistic() {
    fn stable(x: f64) -> f64 {
        if x >= 0.0 { 1.0 / (1.0 + (-x).exp()) } else { x.exp() / (1.0 + x.exp()) }
    }
    assert_exact(750.0, sigmoid, stable);
    assert_eq!((sigmoid(0.0), sigmoid(40.0)), (0.5, 1.0));
}

#[test]
fn softened_rectifier() {
    fn stable(x: f64) -> f64 {
        x.max(0.0) + (-x.abs()).exp().ln_1p()
    }
    assert_exact(750.0, softplus, stable);
    assert_exact(40.0, softplus, stable);
    assert_eq!((softplus(f64::INFINITY), softplus(f64::NEG_INFINITY)), (f64::INFINITY, 0.0));
}

#[test]
fn hyperbolic_tangent() {
    assert_exact(22.0, tanh, f64::tanh);
    assert_exact(1.0, tanh, f64::tanh);
    assert_eq!([19.5, -19.5, f64::INFINITY].map(tanh), [1.0, -1.0, 1.0]);
}

#[test]
fn logarithm() {
    assert_exact(4.0, log, f64::ln);
    // Around 1 the logarithm goes through 0.
    assert_exact(1e-3, |x| log(1.0 + x), |x| f64::ln(1.0 + x));
    assert_eq!((log(1.0), log(-0.0), log(0.0)), (0.0, f64::NEG_INFINITY, f64::NEG_INFINITY));
    assert!(log(-1.0).is_nan() && log(f64::NEG_INFINITY).is_nan());
}

#[test]
fn error_function() {
    assert_exact(7.0, erf, libm::erf);
    assert_exact(1.0, erf, libm::erf);
    // float(mpmath.erf(0.5)) and erf(1).
    assert!((erf(0.5) - 0.520_499_877_813_046_5).abs() < TOLERANCE);
    assert!((erf(1.0) - 0.842_700_792_949_714_9).abs() < TOLERANCE);
}

#[test]
fn inverse_tangent() {
    assert_exact(4.0, atan, f64::atan);
    assert_exact(1e4, atan, f64::atan);
    assert_eq!(atan(f64::NEG_INFINITY), -std::f64::consts::FRAC_PI_2);
}

#[test]
fn the_comparison_sees_errors() {
    let off = |x: f64| exp(x) * (1.0 + 4e-15);
    assert!(worst(1.0, off, f64::exp).0 > TOLERANCE);
    assert_eq!(worst(1.0, |x| x.abs().ln(), f64::ln).0, f64::INFINITY);
}

#[test]
fn vector_code_gives_the_same_bits() {
    let numbers: Vec<f64> = points(30.0).step_by(7).chain([f64::NAN]).collect();
    for (each, one) in [
        (super::exp_each as fn(&mut [f64]), exp as fn(f64) -> f64),
        (super::tanh_each, tanh),
        (super::sigmoid_each, sigmoid),
        (super::log_each, log),
        (super::softplus_each, softplus),
        (super::erf_each, erf),
        (super::atan_each, atan),
    ] {
        let mut values = numbers.clone();
        each(&mut values);
        for (&value, &x) in values.iter().zip(&numbers) {
            let expected = one(x);
            assert!(value.to_bits() == expected.to_bits() || value.is_nan() && expected.is_nan());
        }
    }
}
