//! Derivatives as formulas, compared with difference quotients of the interpreter.

use equations::{
    Derivation, Extents, Mode, NormEquation, NormSource, ParameterShape, ParameterSource, Place,
};

const PARAMETERS: [ParameterSource<'_>; 6] = [
    ParameterSource { name: "alpha", shape: ParameterShape::Scalar, start: 0.5 },
    ParameterSource { name: "scale", shape: ParameterShape::Group, start: 1.5 },
    ParameterSource { name: "place", shape: ParameterShape::Position, start: 0.3 },
    ParameterSource { name: "row", shape: ParameterShape::Output, start: 0.7 },
    ParameterSource { name: "shared", shape: ParameterShape::Channel, start: 1.1 },
    ParameterSource { name: "side", shape: ParameterShape::Side, start: 0.4 },
];

/// Pairs of the axes and the equation.
fn equations() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = include_str!("../equations.txt").lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split_once('|').map(|(over, text)| (over.trim(), text.trim())).unwrap())
}

fn parsed(equation: &str, over: &str) -> NormEquation {
    in_parts(equation, over, 1.0)
}

fn in_parts(equation: &str, over: &str, parts: f64) -> NormEquation {
    let constants = &[("parts", parts)];
    let source = NormSource { equation, over, parameters: &PARAMETERS, constants };
    NormEquation::parse(&source).unwrap_or_else(|error| panic!("{error}"))
}

/// A point away from ties and kinks.
fn numbers(len: usize, seed: usize) -> Vec<f64> {
    let draw = |index: usize| ((index * 37 + seed * 101 + 13) % 97) as f64 / 48.5 - 1.003;
    (0..len).map(|index| draw(index) * 1.5).collect()
}

struct Point {
    extents: Extents,
    x: Vec<f64>,
    parameters: Vec<Vec<f64>>,
    state: Vec<Vec<f64>>,
    cotangent: Vec<f64>,
}

impl Point {
    fn of(equation: &NormEquation, extents: Extents) -> Point {
        let parameters = equation.parameters().iter().enumerate();
        let state = equation.running().iter().enumerate();
        Point {
            extents,
            x: numbers(extents.len(), 1),
            parameters: parameters.map(|(i, p)| numbers(p.len(&extents), i + 2)).collect(),
            // Running variances must be positive.
            state: state
                .map(|(i, r)| {
                    numbers(r.len(&extents), i + 9).iter().map(|s| s.abs() + 0.3).collect()
                })
                .collect(),
            cotangent: numbers(extents.len(), 7),
        }
    }

    /// Σ cotangent * y with one input replaced, stops frozen at the point.
    fn objective(&self, equation: &NormEquation, mode: Mode, which: usize, values: &[f64]) -> f64 {
        let own: Vec<&[f64]> = self.parameters.iter().map(Vec::as_slice).collect();
        let stops = equation.stop_values(&self.extents, &self.x, &own, &self.state, mode);
        let x = if which == 0 { values } else { &self.x };
        let mut parameters = own;
        if which > 0 {
            parameters[which - 1] = values;
        }
        let mut state = self.state.clone();
        let y = equation.evaluate_frozen(&self.extents, x, &parameters, &mut state, mode, &stops);
        y.iter().zip(&self.cotangent).map(|(y, v)| y * v).sum()
    }

    /// Central differences, extrapolated once: the error is of fourth order.
    fn differences(&self, equation: &NormEquation, mode: Mode, which: usize) -> Vec<f64> {
        let at = if which == 0 { &self.x } else { &self.parameters[which - 1] };
        let quotient = |index: usize, h: f64| {
            let moved = |by: f64| {
                let mut values = at.clone();
                values[index] += by;
                self.objective(equation, mode, which, &values)
            };
            (moved(h) - moved(-h)) / (2.0 * h)
        };
        (0..at.len()).map(|i| (4.0 * quotient(i, 1e-3) - quotient(i, 2e-3)) / 3.0).collect()
    }

    fn derived(&self, equation: &NormEquation, derivation: &Derivation) -> Vec<Vec<f64>> {
        let parameters: Vec<&[f64]> = self.parameters.iter().map(Vec::as_slice).collect();
        let found = derivation.evaluate(
            equation,
            &Place {
                extents: &self.extents,
                x: &self.x,
                parameters: &parameters,
                state: &self.state,
                cotangent: &self.cotangent,
            },
        );
        [found.y, found.dx].into_iter().chain(found.dparameters).collect()
    }
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    let largest = b.iter().fold(1.0, |largest: f64, b| largest.max(b.abs()));
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs() / largest).fold(0.0, f64::max)
}

#[test]
fn derived_gradients_are_the_limits_of_difference_quotients() {
    for (over, text) in equations() {
        for mode in [Mode::Train, Mode::Eval] {
            for (samples, positions, features, groups, parts) in
                [(3, 2, 4, 2, 1.0), (2, 3, 3, 1, 1.0), (4, 1, 6, 3, 2.0)]
            {
                let equation = in_parts(text, over, parts);
                let derivation = equation.derivation(mode);
                let extents = Extents::new(samples, positions, features, groups).unwrap();
                let point = Point::of(&equation, extents);
                let derived = point.derived(&equation, &derivation);
                let mut state = point.state.clone();
                let parameters: Vec<&[f64]> = point.parameters.iter().map(Vec::as_slice).collect();
                let y = equation.evaluate_unchecked_sizes(
                    &extents,
                    &point.x,
                    &parameters,
                    &mut state,
                    mode,
                );
                let name = format!("{text} over {over} {mode:?} {extents:?}");
                assert!(distance(&derived[0], &y) < 1e-13, "{name}: the value differs");
                for which in 0..=point.parameters.len() {
                    let differences = point.differences(&equation, mode, which);
                    let off = distance(&derived[1 + which], &differences);
                    assert!(off < 3e-8, "{name}: input {which} is off by {off:e}");
                }
            }
        }
    }
}

#[test]
fn a_wrong_formula_would_be_noticed() {
    let equation = parsed("gamma * x / sqrt(mean(x^2) + eps)", "features");
    let stopped = parsed("gamma * x / stop(sqrt(mean(x^2) + eps))", "features");
    let point = Point::of(&equation, Extents::new(3, 1, 4, 1).unwrap());
    let differences = point.differences(&equation, Mode::Train, 0);
    let off = |from: &NormEquation| {
        distance(&point.derived(from, &from.derivation(Mode::Train))[1], &differences)
    };
    assert!(off(&equation) < 1e-8);
    assert!(off(&stopped) > 0.1);
}

#[test]
fn undefined_derivatives_are_zero_and_ties_share() {
    // sqrt at 0; |x| at 0; x^0.5 and x^0.3 at 0; the two largest of (1, 2, 2).
    let gradient = |text: &str, x: &[f64]| {
        let equation = parsed(text, "features");
        let extents = Extents::new(1, 1, x.len(), 1).unwrap();
        let ones = vec![1.0; x.len()];
        let place = Place { extents: &extents, x, parameters: &[], state: &[], cotangent: &ones };
        equation.derivation(Mode::Train).evaluate(&equation, &place).dx
    };
    assert_eq!(gradient("sqrt(x)", &[0.0, 4.0]), [0.0, 0.25]);
    assert_eq!(gradient("abs(x)", &[-2.0, 0.0, 2.0]), [-1.0, 0.0, 1.0]);
    assert_eq!(gradient("x^0.5", &[0.0, 4.0]), [0.0, 0.25]);
    assert_eq!(gradient("x^0.3", &[0.0, 1.0]), [0.0, 0.3]);
    assert_eq!(gradient("max(x) / size", &[1.0, 2.0, 2.0]), [0.0, 0.5, 0.5]);
    assert_eq!(gradient("max(x, 2)", &[1.0, 2.0, 3.0]), [0.0, 0.5, 1.0]);
    assert_eq!(gradient("x / max(norm2(x), 1)", &[0.0, 0.0]), [1.0, 1.0]);
    assert_eq!(gradient("sign(x) + stop(x)", &[0.0, 3.0]), [0.0, 0.0]);
}
