//! Whether the evaluators of a norm compute the same value and the same gradients.

use dfdx::tensor::Cpu;
use dfdx::tensor_ops::Device;
use ops::{Element, Layout, Mode, Pass, Value};

use crate::choice::{Evaluator, NormChoice};
use crate::norm::State;
use crate::point::Point;

/// A value and the gradients of x and of every parameter at a cotangent, in double precision.
#[derive(Debug, Clone)]
pub(crate) struct Result {
    pub y: Vec<f64>,
    /// The gradient of x, then those of the parameters.
    pub gradients: Vec<Vec<f64>>,
    /// The running averages afterwards.
    pub state: Vec<Vec<f64>>,
}

/// Runs an evaluator of a norm forward and backward at a point.
pub(crate) fn run<E: Element>(
    choice: &NormChoice,
    evaluator: Evaluator,
    point: &Point,
    mode: Mode,
) -> Result
where
    Cpu: Device<E>,
{
    let (rows, width) = (point.rows(), point.features());
    let x = Value::new(rows, width, &nearest::<E>(&point.x));
    let parameters: Vec<Value<E>> =
        point.parameters.iter().map(|p| Value::new(1, p.len(), &nearest(p))).collect();
    let mut state = State { averages: point.state.iter().map(|s| nearest(s)).collect() };
    let layout = Layout { samples: point.extents.samples, positions: point.extents.positions };

    let mut pass = Pass::recording(mode);
    let norm = choice.build::<E>(evaluator);
    let y = norm.apply(&x, layout, &parameters, &mut state, &mut pass);
    let mut gradients = pass.backward_from(&y, &nearest(&point.cotangent()));
    Result {
        y: double(y.as_slice()),
        gradients: std::iter::once(&x)
            .chain(&parameters)
            .map(|v| double(gradients.of(v)))
            .collect(),
        state: state.averages.iter().map(|average| double(average)).collect(),
    }
}

/// The value that defines the norm.
pub(crate) fn definition(choice: &NormChoice, point: &Point, mode: Mode) -> Vec<f64> {
    let parameters: Vec<&[f64]> = point.parameters.iter().map(Vec::as_slice).collect();
    let (extents, mut state) = (&point.extents, point.state.clone());
    let mode = interpreted(mode);
    choice.equation().evaluate_unchecked_sizes(extents, &point.x, &parameters, &mut state, mode)
}

/// The interpreter's word for a mode.
pub(crate) fn interpreted(mode: Mode) -> equations::Mode {
    match mode {
        Mode::Train => equations::Mode::Train,
        Mode::Eval => equations::Mode::Eval,
    }
}

/// The largest difference between two results, in units of each quantity's natural scale.
pub(crate) fn largest_difference(a: &Result, b: &Result, point: &Point) -> f64 {
    let terms: f64 = b.y.iter().zip(&point.cotangent()).map(|(y, v)| (y * v).abs()).sum();
    let arguments = std::iter::once(&point.x).chain(&point.parameters);
    let gradients =
        a.gradients.iter().zip(&b.gradients).zip(arguments).map(|((a, b), argument)| {
            // The uncancelled size of the terms that make up a gradient entry.
            let scale = largest(b).max(terms / length_scale(argument));
            furthest(a, b) / positive(scale)
        });
    maximum(gradients.chain([furthest(&a.y, &b.y) / positive(largest(&b.y))]))
}

/// A bound on what rounding may contribute to [`largest_difference`]: what moving every x by
/// [`MOVES`] roundings to either side moves the exact result, for an operation that is stable computes
/// the exact result of numbers near by, and as many roundings of the result itself.
pub(crate) fn rounding_bound<E: Element>(
    choice: &NormChoice,
    point: &Point,
    mode: Mode,
    exact: &Result,
) -> f64
where
    Cpu: Device<E>,
{
    let moved = (0..4).map(|seed: usize| {
        // Signs without a pattern: the bits of a product with an odd constant.
        let sign = |i: usize| match (i + 1).wrapping_mul(0x9e37_79b9 + 2 * seed) & 64 {
            0 => 1.0,
            _ => -1.0,
        };
        let nearby =
            point.clone().map_x_exactly(|i, x| x * (1.0 + sign(i) * MOVES * E::UNIT_ROUNDOFF));
        largest_difference(&run::<f64>(choice, Evaluator::Compiled, &nearby, mode), exact, point)
    });
    let terms = (point.rows().max(point.features()) as f64).sqrt();
    maximum(moved) + MOVES * terms * E::UNIT_ROUNDOFF
}

/// So many roundings a kernel may be off, which has a few operations in a row.
const MOVES: f64 = 16.0;

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest, value| value.abs().max(largest))
}

fn furthest(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len(), "results of different lengths");
    maximum(a.iter().zip(b).map(|(a, b)| (a - b).abs()))
}

/// The largest number, or NaN if there is one: `f64::max` would drop it.
fn maximum(numbers: impl Iterator<Item = f64>) -> f64 {
    numbers.fold(0.0, |most, number| if most.is_nan() || number <= most { most } else { number })
}

/// The root mean square distance from the mean, or from 0 for equal numbers.
fn length_scale(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / count).sqrt();
    positive(if deviation > 0.0 { deviation } else { largest(values) })
}

fn positive(scale: f64) -> f64 {
    if scale > 0.0 { scale } else { 1.0 }
}

fn nearest<E: Element>(values: &[f64]) -> Vec<E> {
    values.iter().map(|&value| E::nearest(value)).collect()
}

fn double<E: Element>(values: &[E]) -> Vec<f64> {
    values.iter().map(|value| value.double()).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use equations::Extents;

    use super::*;
    use crate::Definition;
    use crate::catalogue::CATALOGUE;
    use crate::through_dfdx::language::PARAMETERS;

    /// Samples, positions, features: odd and even, one row, one column, vector tails.
    const SIZES: [(usize, usize, usize); 10] = [
        (4, 1, 8),
        (1, 1, 8),
        (8, 1, 1),
        (1, 1, 1),
        (3, 1, 7),
        (5, 1, 33),
        (2, 3, 6),
        (65, 1, 17),
        (3, 5, 64),
        (130, 1, 16),
    ];

    type Change = fn(usize, f64) -> f64;

    const CHANGES: [(&str, Change); 4] = [
        ("as drawn", |_, x| x),
        ("offset 100", |_, x| x + 100.0),
        ("scale 1e-3", |_, x| x * 1e-3),
        ("scale 1e4", |_, x| x * 1e4),
    ];

    fn points(choice: &NormChoice) -> Vec<(String, Point)> {
        let mut points = Vec::new();
        for (samples, positions, features) in SIZES {
            let groups = choice.groups();
            let Ok(extents) = Extents::new(samples, positions, features, groups) else { continue };
            for (seed, (name, change)) in CHANGES.iter().enumerate() {
                let point = Point::random(choice.equation(), extents, seed as u64).map_x(change);
                // A variance over one value is 0 or 0 / 0, and training refuses it.
                if choice.equation().check(&extents, equations::Mode::Train).is_ok() {
                    points.push((format!("{samples}x{positions}x{features} {name}"), point));
                }
            }
        }
        points
    }

    /// What is farther off than it may be: all of it is told at the end.
    #[derive(Default)]
    struct Failed(Vec<String>);

    impl Failed {
        /// NaN is too far.
        fn check(&mut self, off: f64, bound: f64, name: impl FnOnce() -> String) {
            let is_within = off <= bound;
            if !is_within {
                self.0.push(format!("{}: off by {off:e}, above {bound:e}", name()));
            }
        }

        fn assert_none(&self) {
            assert!(self.0.is_empty(), "{}", self.0.join("\n"));
        }
    }

    fn for_every_norm(mut check: impl FnMut(&NormChoice)) {
        for entry in CATALOGUE {
            let plain = NormChoice::plain(entry);
            let groups: &[usize] =
                if plain.equation().knows_groups() { &[1, 2, 3, 8] } else { &[1] };
            for &groups in groups {
                check(&plain.with(groups, Vec::new()).expect("a catalogue entry"));
            }
        }
    }

    #[test]
    fn all_evaluators_agree_in_double_precision() {
        let mut failed = Failed::default();
        for_every_norm(|choice| {
            for (name, point) in points(choice) {
                for mode in [Mode::Train, Mode::Eval] {
                    let name = format!("{} {name} {mode:?}", choice.name());
                    let witness = run::<f64>(choice, Evaluator::Dfdx, &point, mode);
                    let defined = definition(choice, &point, mode);
                    let off = furthest(&witness.y, &defined) / positive(largest(&defined));
                    failed.check(off, 1e-10, || format!("{name}: dfdx and the definition"));
                    for evaluator in [Evaluator::Fastest, Evaluator::Compiled] {
                        let result = run::<f64>(choice, evaluator, &point, mode);
                        let off = largest_difference(&result, &witness, &point);
                        failed.check(off, 1e-10, || format!("{name}: {evaluator:?} and dfdx"));
                    }
                }
            }
        });
        failed.assert_none();
    }

    /// The equations that the language's own tests have: every function, statistic and shape.
    fn for_every_equation(mut check: impl FnMut(&str, &NormChoice)) {
        let lines = include_str!("../../equations/tests/equations.txt").lines();
        for line in lines.filter(|line| !line.starts_with('#')) {
            let (over, equation) = line.split_once('|').expect("axes and an equation");
            let definition = Definition {
                name: "defined".to_owned(),
                equation: equation.trim().to_owned(),
                over: over.trim().to_owned(),
                parameters: PARAMETERS.map(|(name, shape)| (name.to_owned(), shape, 0.5)).to_vec(),
                constants: Vec::new(),
            };
            let definition = Arc::new(definition);
            for groups in [1, 2] {
                let choice = NormChoice::defined(Arc::clone(&definition), groups, Vec::new());
                check(line, &choice.expect("a sound equation"));
            }
        }
    }

    #[test]
    fn dfdx_and_the_compiled_equation_agree_over_the_whole_language() {
        for_every_equation(|line, choice| {
            for (samples, positions, features) in [(3, 2, 4), (1, 1, 6), (5, 1, 2), (2, 3, 66)] {
                let extents = Extents::new(samples, positions, features, choice.groups());
                let extents = extents.expect("two groups divide them");
                let point = Point::random(choice.equation(), extents, 3)
                    // Away from poles and kinks, where roundings decide.
                    .map_x(|_, x| x + 0.25_f64.copysign(x));
                for mode in [Mode::Train, Mode::Eval] {
                    let witness = run::<f64>(choice, Evaluator::Dfdx, &point, mode);
                    let defined = definition(choice, &point, mode);
                    let off = furthest(&witness.y, &defined) / positive(largest(&defined));
                    assert!(off <= 1e-10, "{line} {extents:?} {mode:?}: dfdx is off by {off:e}");
                    let compiled = run::<f64>(choice, Evaluator::Compiled, &point, mode);
                    let off = largest_difference(&compiled, &witness, &point);
                    assert!(off <= 1e-9, "{line} {extents:?} {mode:?}: off by {off:e}");
                }
            }
        });
    }

    #[test]
    fn both_evaluators_in_single_precision_stay_within_the_rounding_bound() {
        let mut failed = Failed::default();
        for_every_norm(|choice| {
            for (name, point) in points(choice) {
                for mode in [Mode::Train, Mode::Eval] {
                    let exact = run::<f64>(choice, Evaluator::Dfdx, &point, mode);
                    let bound = rounding_bound::<f32>(choice, &point, mode, &exact);
                    for evaluator in [Evaluator::Dfdx, Evaluator::Fastest, Evaluator::Compiled] {
                        let single = run::<f32>(choice, evaluator, &point, mode);
                        let off = largest_difference(&single, &exact, &point);
                        let name = format!("{} {name} {mode:?} {evaluator:?}", choice.name());
                        failed.check(off, bound, || name);
                    }
                }
            }
        });
        failed.assert_none();
    }

    /// Far from where numbers are of size 1: values relative to the largest.
    #[test]
    fn evaluators_agree_at_any_scale_and_offset() {
        let changes: [(&str, Change); 5] = [
            ("scale 1e20", |_, x| x * 1e20),
            ("scale 1e-20", |_, x| x * 1e-20),
            ("offset 1e7", |_, x| (x * 64.0).round() + 1e7),
            ("equal numbers", |_, _| 3.0),
            ("zeros", |_, _| 0.0),
        ];
        let mut failed = Failed::default();
        for_every_norm(|choice| {
            // The mean of seven whole numbers is not whole: no offset is taken away by rounding alone.
            let extents = Extents::new(6, 7, 24, choice.groups()).expect("1, 2, 3, 8 divide 24");
            for (name, change) in changes {
                let point = Point::random(choice.equation(), extents, 1).map_x(change);
                let exact = run::<f64>(choice, Evaluator::Compiled, &point, Mode::Train);
                let defined = definition(choice, &point, Mode::Train);
                // A weight vector of zeros has no direction.
                if defined.iter().any(|y| y.is_nan()) {
                    assert!(exact.y.iter().any(|y| y.is_nan()), "{} {name}", choice.name());
                    continue;
                }
                for evaluator in [Evaluator::Fastest, Evaluator::Compiled, Evaluator::Dfdx] {
                    for (precision, bound) in [("f64", 1e-6), ("f32", 2e-2)] {
                        let name = format!("{} {name} {evaluator:?} {precision}", choice.name());
                        let found = match precision {
                            "f64" => run::<f64>(choice, evaluator, &point, Mode::Train),
                            _ => run::<f32>(choice, evaluator, &point, Mode::Train),
                        };
                        let off = furthest(&found.y, &defined) / positive(largest(&defined));
                        failed.check(off, bound, || format!("{name}: the value"));
                        let off = largest_difference(&found, &exact, &point);
                        failed.check(off, bound, || format!("{name}: a gradient"));
                    }
                }
            }
        });
        failed.assert_none();
    }

    #[test]
    fn running_averages_agree() {
        for_every_norm(|choice| {
            for (name, point) in points(choice) {
                let mut defined = point.state.clone();
                let parameters: Vec<&[f64]> = point.parameters.iter().map(Vec::as_slice).collect();
                let train = equations::Mode::Train;
                let (equation, x) = (choice.equation(), &point.x);
                equation
                    .evaluate(&point.extents, x, &parameters, &mut defined, train)
                    .expect("checked above");
                for evaluator in [Evaluator::Fastest, Evaluator::Compiled, Evaluator::Dfdx] {
                    let got = run::<f64>(choice, evaluator, &point, Mode::Train).state;
                    for (got, defined) in got.iter().zip(&defined) {
                        let off = furthest(got, defined) / positive(largest(defined));
                        assert!(off <= 1e-12, "{} {name} {evaluator:?}", choice.name());
                    }
                }
            }
        });
    }

    #[test]
    fn a_wrong_kernel_would_be_noticed() {
        let choice = NormChoice::plain(crate::find("layer").expect("listed"));
        let extents = Extents::new(4, 1, 8, 1).expect("one group");
        let point = Point::random(choice.equation(), extents, 1);
        let right = run::<f64>(&choice, Evaluator::Fastest, &point, Mode::Train);
        let mut wrong = right.clone();
        wrong.gradients[0][5] *= 1.0 + 1e-6;
        assert!(largest_difference(&wrong, &right, &point) > 1e-10);
        wrong.gradients[0][5] = f64::NAN;
        assert!(largest_difference(&wrong, &right, &point).is_nan());
    }

    #[test]
    fn an_empty_batch_gives_an_empty_result_and_zero_gradients() {
        for_every_norm(|choice| {
            let extents = Extents::new(0, 1, 24, choice.groups()).expect("1, 2, 3, 8 divide 24");
            let point = Point::random(choice.equation(), extents, 0);
            for evaluator in [Evaluator::Fastest, Evaluator::Compiled, Evaluator::Dfdx] {
                let result = run::<f32>(choice, evaluator, &point, Mode::Train);
                assert!(result.y.is_empty());
                let mut parameters = result.gradients[1..].iter().flatten();
                assert!(parameters.all(|&g| g == 0.0), "{} {evaluator:?}", choice.name());
            }
        });
    }
}
