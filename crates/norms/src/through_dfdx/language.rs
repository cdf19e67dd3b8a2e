//! The whole language by dfdx: values and averages against the interpreter, gradients against the derived
//! ones, with parts of the batch and matrices of channels.

use equations::{
    Derivation, Extents, Gradients, NormEquation, NormSource, ParameterShape, ParameterSource,
    Place,
};
use ops::{Layout, Mode, Pass, Value};

use super::ThroughDfdx;
use crate::agreement::interpreted;
use crate::norm::{Norm, State};
use crate::point::Point;

/// What the equations that are tried may use.
pub(crate) const PARAMETERS: [(&str, ParameterShape); 6] = [
    ("alpha", ParameterShape::Scalar),
    ("scale", ParameterShape::Group),
    ("place", ParameterShape::Position),
    ("row", ParameterShape::Output),
    ("shared", ParameterShape::Channel),
    ("side", ParameterShape::Side),
];

/// Samples, positions, features, groups and parts.
const SIZES: [[usize; 5]; 6] = [
    [4, 2, 6, 2, 2],
    [6, 1, 4, 1, 3],
    [3, 3, 6, 2, 1],
    [2, 1, 5, 1, 2],
    [1, 2, 1, 1, 1],
    [3, 1, 2, 2, 1],
];

fn parsed(equation: &str, over: &str, parts: usize) -> NormEquation {
    let parameters = PARAMETERS.map(|(name, shape)| ParameterSource { name, shape, start: 0.5 });
    let constants = &[("parts", parts as f64)];
    let source = NormSource { equation, over, parameters: &parameters, constants };
    NormEquation::parse(&source).unwrap_or_else(|error| panic!("{equation}: {error}"))
}

fn extents([samples, positions, features, groups, _]: [usize; 5]) -> Extents {
    Extents::new(samples, positions, features, groups).expect("groups divide them")
}

/// Value and gradients by dfdx, and the averages afterwards.
fn witness(equation: &NormEquation, point: &Point, mode: Mode) -> (Gradients, Vec<Vec<f64>>) {
    let extents = &point.extents;
    let norm = ThroughDfdx::new(equation.clone(), extents.groups);
    let x = Value::new(extents.rows(), extents.features(), &point.x);
    let parameters: Vec<Value<f64>> =
        point.parameters.iter().map(|p| Value::new(1, p.len(), p)).collect();
    let mut state = State { averages: point.state.clone() };
    let layout = Layout { samples: extents.samples, positions: extents.positions };
    let mut pass = Pass::recording(mode);
    let y = norm.apply(&x, layout, &parameters, &mut state, &mut pass);
    let mut gradients = pass.backward_from(&y, &point.cotangent());
    let found = Gradients {
        y: y.as_slice().to_vec(),
        dx: gradients.of(&x).to_vec(),
        dparameters: parameters.iter().map(|p| gradients.of(p).to_vec()).collect(),
    };
    (found, state.averages)
}

/// Value and gradients by the derivation, and the averages that the interpreter leaves.
fn expected(equation: &NormEquation, point: &Point, mode: Mode) -> (Gradients, Vec<Vec<f64>>) {
    let parameters: Vec<&[f64]> = point.parameters.iter().map(Vec::as_slice).collect();
    let (extents, mode) = (&point.extents, interpreted(mode));
    let mut after = point.state.clone();
    let y = equation.evaluate_unchecked_sizes(extents, &point.x, &parameters, &mut after, mode);
    let derivation: Derivation = equation.derivation(mode);
    let place = Place {
        extents,
        x: &point.x,
        parameters: &parameters,
        state: &point.state,
        cotangent: &point.cotangent(),
    };
    (Gradients { y, ..derivation.evaluate(equation, &place) }, after)
}

/// The largest difference in units of the largest number of each list.
fn difference(a: &(Gradients, Vec<Vec<f64>>), b: &(Gradients, Vec<Vec<f64>>)) -> f64 {
    fn lists((gradients, state): &(Gradients, Vec<Vec<f64>>)) -> Vec<&Vec<f64>> {
        let Gradients { y, dx, dparameters } = gradients;
        [y, dx].into_iter().chain(dparameters).chain(state).collect()
    }
    let mut most: f64 = 0.0;
    for (a, b) in lists(a).into_iter().zip(lists(b)) {
        assert_eq!(a.len(), b.len());
        let scale = b.iter().fold(1.0_f64, |scale, b| scale.max(b.abs()));
        for (a, b) in a.iter().zip(b) {
            let off = (a - b).abs() / scale;
            // NaN is no agreement, except with NaN.
            most = if a.is_nan() && b.is_nan() || off <= most { most } else { off };
        }
    }
    most
}

fn point(equation: &NormEquation, sizes: [usize; 5]) -> Point {
    // Away from poles and kinks, where roundings decide.
    Point::random(equation, extents(sizes), 7).map_x(|_, x| x + 0.25_f64.copysign(x))
}

#[test]
fn dfdx_and_the_derivation_agree_over_the_whole_language() {
    let lines = include_str!("../../../equations/tests/equations.txt").lines();
    let lines: Vec<&str> = lines.filter(|line| !line.starts_with('#')).collect();
    for word in ["part ", "part+positions ", "parts", "transpose(", "matmul(", "[columns]"] {
        assert!(lines.iter().any(|line| line.contains(word)), "no equation with `{word}`");
    }
    for line in lines {
        let (over, equation) = line.split_once('|').expect("axes and an equation");
        for sizes in SIZES {
            let equation = parsed(equation.trim(), over.trim(), sizes[4]);
            let point = point(&equation, sizes);
            for mode in [Mode::Train, Mode::Eval] {
                let off = difference(
                    &witness(&equation, &point, mode),
                    &expected(&equation, &point, mode),
                );
                assert!(off <= 1e-10, "{line} {sizes:?} {mode:?}: off by {off:e}");
            }
        }
    }
}

/// Ghost batch norm of parts that it does not know in evaluation: any batch will do there.
#[test]
fn in_evaluation_parts_need_not_divide_what_does_not_know_them() {
    let equation = parsed("x - running(mean(x), 0, mean[samples](mean(x)))", "part+positions", 2);
    let norm = ThroughDfdx::new(equation, 1);
    let x = Value::new(3, 1, &[1.0, 2.0, 4.0]);
    let mut state = State { averages: vec![vec![0.5]] };
    let layout = Layout { samples: 3, positions: 1 };
    let y = norm.apply(&x, layout, &[], &mut state, &mut Pass::recording(Mode::Eval));
    assert_eq!(y.as_slice(), [0.5, 1.5, 3.5]);
}

/// [1 2; 3 4] (1, -1) is (-1, -1), and with the transpose (-2, -2): on paper.
#[test]
fn a_product_by_hand() {
    let matrix = "m = 1 + 2 * index[group] + transpose(index[group]);";
    for (product, y, dx) in [
        ("matmul(m, x)", [-1.0, -1.0], [31.0, 42.0]),
        ("matmul(transpose(m), x)", [-2.0, -2.0], [21.0, 43.0]),
    ] {
        let norm = ThroughDfdx::new(parsed(&format!("{matrix} {product}"), "none", 1), 1);
        let x = Value::new(1, 2, &[1.0, -1.0]);
        let mut pass = Pass::recording(Mode::Train);
        let layout = Layout { samples: 1, positions: 1 };
        let mut state = State { averages: Vec::new() };
        let value = norm.apply(&x, layout, &[], &mut state, &mut pass);
        let mut gradients = pass.backward_from(&value, &[1.0, 10.0]);
        assert_eq!((value.as_slice(), gradients.of(&x)), (&y[..], &dx[..]), "{product}");
    }
}

#[test]
fn the_comparison_sees_a_forgotten_transpose_and_parts_that_are_one() {
    for (right, wrong, sizes) in [
        ("matmul(tanh(side * transpose(x)), x)", "matmul(tanh(x * transpose(side)), x)", SIZES[0]),
        (
            "mean[columns](transpose(tanh(x)) * (x - transpose(gamma)))",
            "mean[columns](tanh(x) * (x - transpose(gamma)))",
            SIZES[0],
        ),
        ("x - mean(x) + 0 * parts", "x - mean[samples](x) + 0 * parts", SIZES[1]),
    ] {
        let [right, wrong] = [right, wrong].map(|equation| parsed(equation, "part", sizes[4]));
        let point = point(&right, sizes);
        let found = witness(&right, &point, Mode::Train);
        assert!(difference(&found, &expected(&right, &point, Mode::Train)) <= 1e-12);
        assert!(difference(&found, &expected(&wrong, &point, Mode::Train)) > 1e-3);
    }
}
