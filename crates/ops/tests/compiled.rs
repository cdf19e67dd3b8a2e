//! The compiled equation against the formulas that it comes from, evaluated term by term by the
//! interpreter's own arithmetic.

use equations::{
    Extents, Gradients, NormEquation, NormSource, ParameterShape, ParameterSource, Place,
};
use ops::{Compiled, Element, Mode, Pass, Value};

const PARAMETERS: [ParameterSource<'_>; 6] = [
    ParameterSource { name: "alpha", shape: ParameterShape::Scalar, start: 0.5 },
    ParameterSource { name: "scale", shape: ParameterShape::Group, start: 1.5 },
    ParameterSource { name: "place", shape: ParameterShape::Position, start: 0.3 },
    ParameterSource { name: "row", shape: ParameterShape::Output, start: 0.7 },
    ParameterSource { name: "shared", shape: ParameterShape::Channel, start: 1.1 },
    ParameterSource { name: "side", shape: ParameterShape::Side, start: 0.4 },
];

/// Samples, positions, features, groups: one of everything, odd ones, vector tails, chunks that are
/// taken together with a rest, lanes and batches longer than a block.
const SIZES: [(usize, usize, usize, usize); 16] = [
    (1, 1, 1, 1),
    (1, 1, 8, 2),
    (8, 1, 1, 1),
    (1, 5, 3, 1),
    (4, 1, 8, 4),
    (3, 2, 6, 3),
    (5, 3, 7, 7),
    (2, 1, 1500, 3),
    (130, 1, 17, 1),
    (131, 2, 4, 2),
    (33, 1, 64, 8),
    (3, 40, 20, 5),
    (300, 3, 2, 1),
    (2, 700, 3, 3),
    (2, 2, 1026, 1),
    (65, 1, 130, 2),
];

/// More channels are too many for the reference to multiply matrices of.
const LARGEST_MATRIX: usize = 70;

fn parsed(equation: &str, over: &str) -> NormEquation {
    in_parts(equation, over, 1.0)
}

fn in_parts(equation: &str, over: &str, parts: f64) -> NormEquation {
    let constants = &[("parts", parts)];
    let source = NormSource { equation, over, parameters: &PARAMETERS, constants };
    NormEquation::parse(&source).unwrap_or_else(|error| panic!("{error}"))
}

fn equations() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = include_str!("../../equations/tests/equations.txt").lines();
    let lines = lines.filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split_once('|').map(|(over, text)| (over.trim(), text.trim())).unwrap())
}

/// Numbers that single precision holds.
fn numbers(len: usize, seed: usize) -> Vec<f64> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed as u64 + 1);
    let mut draw = || {
        // Knuth's linear congruential generator; its upper bits are good enough here.
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let uniform = (state >> 40) as f64 / f64::from(1 << 23) - 1.0;
        // Away from 0, where quotients are steep.
        uniform + 0.25_f64.copysign(uniform)
    };
    (0..len).map(|_| f64::from(draw() as f32)).collect()
}

struct Point {
    extents: Extents,
    x: Vec<f64>,
    parameters: Vec<Vec<f64>>,
    state: Vec<Vec<f64>>,
    cotangent: Vec<f64>,
}

impl Point {
    fn new(equation: &NormEquation, extents: Extents) -> Point {
        let parameters = equation.parameters().iter().enumerate();
        let state = equation.running().iter().enumerate();
        let positive = |s: &f64| s.abs() + 0.25;
        Point {
            extents,
            x: numbers(extents.len(), 1),
            parameters: parameters.map(|(i, p)| numbers(p.len(&extents), i + 2)).collect(),
            state: state
                .map(|(i, r)| numbers(r.len(&extents), i + 9).iter().map(positive).collect())
                .collect(),
            cotangent: numbers(extents.len(), 7),
        }
    }

    fn defined(&self, equation: &NormEquation, mode: equations::Mode) -> Gradients {
        let parameters: Vec<&[f64]> = self.parameters.iter().map(Vec::as_slice).collect();
        let place = Place {
            extents: &self.extents,
            x: &self.x,
            parameters: &parameters,
            state: &self.state,
            cotangent: &self.cotangent,
        };
        equation.derivation(mode).evaluate(equation, &place)
    }

    fn compiled<E: Element>(&self, compiled: &Compiled, mode: Mode) -> (Gradients, Vec<Vec<f64>>) {
        let Extents { samples, positions, .. } = self.extents;
        let x = Value::new(samples * positions, self.extents.features(), &nearest::<E>(&self.x));
        let parameters: Vec<Value<E>> =
            self.parameters.iter().map(|p| Value::new(1, p.len(), &nearest(p))).collect();
        let mut state: Vec<Vec<E>> = self.state.iter().map(|s| nearest(s)).collect();
        let mut pass = Pass::recording(mode);
        let y = compiled.apply(&x, &self.extents, &parameters, &mut state, &mut pass);
        let mut gradients = pass.backward_from(&y, &nearest(&self.cotangent));
        // Taken, as an optimizer does, so that the buffers can be used again.
        let mut of = |value: &Value<E>| {
            let gradient = gradients.take(value.key());
            gradient.map_or(vec![0.0; value.as_slice().len()], |gradient| double(&gradient))
        };
        let found = Gradients {
            y: double(y.as_slice()),
            dx: of(&x),
            dparameters: parameters.iter().map(of).collect(),
        };
        (found, state.iter().map(|s| double(s)).collect())
    }
}

fn nearest<E: Element>(values: &[f64]) -> Vec<E> {
    values.iter().map(|&value| E::nearest(value)).collect()
}

fn double<E: Element>(values: &[E]) -> Vec<f64> {
    values.iter().map(|value| value.double()).collect()
}

/// The largest difference, in units of the largest number. A derivative that almost vanishes is what is
/// left of terms of size 1.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let scale = b.iter().fold(0.0, |most: f64, b| most.max(b.abs()));
    let off = |(a, b): (&f64, &f64)| {
        if a == b || (a.is_nan() && b.is_nan()) { 0.0 } else { (a - b).abs() }
    };
    let off = a.iter().zip(b).map(off).fold(0.0, |most, off| if off <= most { most } else { off });
    if off == 0.0 { 0.0 } else { off / scale.max(1e-3) }
}

fn furthest(a: &Gradients, b: &Gradients) -> f64 {
    let pairs = a.dparameters.iter().zip(&b.dparameters).map(|(a, b)| distance(a, b));
    pairs.fold(distance(&a.y, &b.y).max(distance(&a.dx, &b.dx)), f64::max)
}

#[test]
fn the_compiled_equation_is_the_formula() {
    for (over, text) in equations() {
        let [whole, halves] = [1.0, 2.0].map(|parts| {
            let equation = in_parts(text, over, parts);
            (Compiled::new(&equation), equation)
        });
        let has_matrices = text.contains("transpose");
        for (samples, positions, features, groups) in SIZES {
            let extents = Extents::new(samples, positions, features, groups).unwrap();
            if has_matrices && extents.channels > LARGEST_MATRIX {
                continue;
            }
            let (compiled, equation) = if samples % 2 == 0 { &halves } else { &whole };
            let point = Point::new(equation, extents);
            for (mode, own) in
                [(equations::Mode::Train, Mode::Train), (equations::Mode::Eval, Mode::Eval)]
            {
                let name = format!("{text} over {over} {mode:?} {extents:?}");
                let defined = point.defined(equation, mode);
                let (double, state) = point.compiled::<f64>(compiled, own);
                let off = furthest(&double, &defined);
                assert!(off < 1e-11, "{name}: off by {off:e}\n");
                let (single, _) = point.compiled::<f32>(compiled, own);
                // What single precision loses where almost equal numbers are subtracted; the gradient
                // checker judges it entry by entry.
                let off = furthest(&single, &defined);
                assert!(off < 1e-3, "{name}: off by {off:e} in f32\n");

                let mut expected = point.state.clone();
                let parameters: Vec<&[f64]> = point.parameters.iter().map(Vec::as_slice).collect();
                let _ = equation.evaluate_unchecked_sizes(
                    &extents,
                    &point.x,
                    &parameters,
                    &mut expected,
                    mode,
                );
                for (state, expected) in state.iter().zip(&expected) {
                    assert!(distance(state, expected) < 1e-13, "{name}: running average");
                }
            }
        }
    }
}

#[test]
fn an_empty_batch_is_empty_and_has_zero_gradients() {
    for (over, text) in equations() {
        let equation = parsed(text, over);
        let compiled = Compiled::new(&equation);
        let point = Point::new(&equation, Extents::new(0, 2, 4, 2).unwrap());
        let (found, _) = point.compiled::<f32>(&compiled, Mode::Train);
        assert!(found.y.is_empty() && found.dx.is_empty());
        assert!(found.dparameters.iter().flatten().all(|gradient| *gradient == 0.0), "{text}");
    }
}

/// What single precision is for: numbers of any size that it holds.
#[test]
fn single_precision_keeps_its_digits_at_any_scale_and_offset() {
    type Change = (&'static str, fn(f64) -> f64);
    let changes: [Change; 6] = [
        ("as drawn", |x| x),
        ("scale 1e20", |x| x * 1e20),
        ("scale 1e-20", |x| x * 1e-20),
        ("offset 1e7", |x| (x * 64.0).round() + 1e7),
        ("negative offset", |x| (x * 64.0).round() - 1e6),
        ("equal numbers", |_| 3.0),
    ];
    let equations = [
        ("features", "gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta"),
        ("samples+positions", "gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta"),
        ("positions+group", "gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta"),
        ("features", "gamma * x / sqrt(mean(x^2) + eps)"),
        ("none", "gamma * tanh(alpha * x) + beta"),
        ("none", "gamma * x / sqrt(1 + x^2)"),
        ("features", "gamma * x / (mean(abs(x)) + eps)"),
        ("features", "x / max(norm2(x), eps)"),
    ];
    for (over, text) in equations {
        let equation = parsed(text, over);
        let compiled = Compiled::new(&equation);
        for (name, change) in changes {
            let mut point = Point::new(&equation, Extents::new(6, 2, 70, 2).unwrap());
            for x in &mut point.x {
                *x = f64::from(change(*x) as f32);
            }
            let defined = point.defined(&equation, equations::Mode::Train);
            let (single, _) = point.compiled::<f32>(&compiled, Mode::Train);
            let name = format!("{text} over {over}, {name}");
            let off = relative(&single.y, &defined.y);
            assert!(off < 1e-6, "{name}: the value is off by {off:e}");
            let off = relative(&single.dx, &defined.dx);
            assert!(off < 2e-5, "{name}: the gradient is off by {off:e}");
            for (single, defined) in single.dparameters.iter().zip(&defined.dparameters) {
                let off = relative(single, defined);
                assert!(off < 2e-5, "{name}: a parameter's gradient is off by {off:e}");
            }
        }
    }
}

/// The largest difference in units of the largest number, however small that is; NaN nowhere.
fn relative(a: &[f64], b: &[f64]) -> f64 {
    assert!(a.iter().chain(b).all(|value| value.is_finite()), "not finite");
    let scale = b.iter().fold(0.0, |most: f64, b| most.max(b.abs()));
    // The smallest number that single precision holds with all its digits.
    let scale = scale.max(f64::from(f32::MIN_POSITIVE));
    a.iter().zip(b).map(|(a, b)| (a - b).abs() / scale).fold(0.0, f64::max)
}

#[test]
fn a_step_finds_the_buffers_of_the_step_before_it() {
    for (over, text) in equations() {
        let equation = parsed(text, over);
        let compiled = Compiled::new(&equation);
        let point = Point::new(&equation, Extents::new(6, 2, 12, 3).unwrap());
        for _ in 0..2 {
            let _ = point.compiled::<f32>(&compiled, Mode::Train);
        }
        let before = ops::fresh_allocations();
        let _ = point.compiled::<f32>(&compiled, Mode::Train);
        assert_eq!(ops::fresh_allocations(), before, "{text} over {over}");
    }
}
