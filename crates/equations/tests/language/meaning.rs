//! The interpreter against the meaning of the language written out, for random equations; and texts in
//! every notation that parse back.

use equations::{Extents, Mode, NormEquation, NormSource, ParameterShape, ParameterSource};
use proptest::prelude::*;

use crate::naive::{Index, Naive};
use crate::tree::{self, AXES, Equation, NAMES, Random};

const SHAPES: [(&str, ParameterShape); 5] = [
    ("alpha", ParameterShape::Scalar),
    ("w", ParameterShape::Group),
    ("q", ParameterShape::Position),
    ("r", ParameterShape::Output),
    ("mu_2", ParameterShape::Feature),
];

fn parse(text: &str, over: &str) -> NormEquation {
    parse_in_parts(text, over, 1)
}

fn parse_in_parts(text: &str, over: &str, parts: usize) -> NormEquation {
    let declared = SHAPES.map(|(name, shape)| ParameterSource { name, shape, start: 0.5 });
    let constants = &[("eps", 0.125), ("parts", parts as f64)];
    let source = NormSource { equation: text, over, parameters: &declared, constants };
    NormEquation::parse(&source).unwrap_or_else(|error| panic!("{error}"))
}

/// The value of a name: halves and quarters, so that sums are often exact and ties happen, moved by a
/// factor to see how well an equation is conditioned.
fn named(
    name: usize,
    [part, member, position, group, channel, _]: Index,
    extents: &Extents,
    moved: f64,
) -> f64 {
    let feature = group * extents.channels + channel;
    let sample = part * (extents.samples / extents.parts) + member;
    let place = match NAMES[name][0] {
        "x" => 1 + 7 * sample + 3 * position + 5 * feature,
        "gamma" | "mu_2" => 2 * name + 3 * feature,
        "w" => 1 + group,
        "q" => 4 + position,
        "r" => 3 + 2 * sample,
        // Not moved: it may say how far a window reaches.
        "eps" => return 0.125,
        _ => 6,
    };
    let value = (place * 37 % 29) as f64 / 4.0 - 2.5;
    // Another direction for every name and value.
    value * (1.0 + moved * ((place + name) as f64).sin())
}

/// The results of training twice and of evaluation after it, by the interpreter.
fn interpreted(norm: &NormEquation, extents: &Extents) -> [Vec<f64>; 3] {
    let x = table(extents, &|index| named(0, index, extents, 0.0));
    let parameters: Vec<Vec<f64>> = norm
        .parameters()
        .iter()
        .map(|parameter| {
            let name = NAMES.iter().position(|name| name[0] == parameter.name).unwrap();
            // Along the axes it has, at 0 of the others.
            let axes = parameter.shape.varies();
            let only = |axis| if axes.contains(axis) { extents.size(axis) } else { 1 };
            let small = Extents {
                samples: only(equations::Axes::SAMPLES),
                positions: only(equations::Axes::POSITIONS),
                groups: only(equations::Axes::GROUPS),
                channels: only(equations::Axes::CHANNELS),
                parts: only(equations::Axes::PARTS),
            };
            table(&small, &|index| named(name, index, extents, 0.0))
        })
        .collect();
    let parameters: Vec<&[f64]> = parameters.iter().map(Vec::as_slice).collect();
    let mut state = norm.start_state(extents);
    [Mode::Train, Mode::Train, Mode::Eval]
        .map(|mode| norm.evaluate_unchecked_sizes(extents, &x, &parameters, &mut state, mode))
}

/// The same, index by index.
fn written_out(equation: &Equation, over: &str, extents: &Extents, moved: f64) -> [Vec<f64>; 3] {
    let name = |name, index| named(name, index, extents, moved);
    let mut naive = Naive {
        extents: *extents,
        over,
        name: &name,
        averages: Vec::new(),
        training: true,
        batches: 0,
        reached: Vec::new(),
        own: None,
        defined: Vec::new(),
        defined_running: Vec::new(),
    };
    let trained = [naive.equation(equation), naive.equation(equation)];
    naive.training = false;
    let [first, second] = trained;
    [first, second, naive.equation(equation)]
}

fn table(extents: &Extents, value: &dyn Fn(Index) -> f64) -> Vec<f64> {
    let Extents { samples, positions, groups, channels, parts } = *extents;
    let members = samples / parts;
    let mut table = Vec::new();
    for sample in 0..samples {
        for position in 0..positions {
            for group in 0..groups {
                let at =
                    |channel| [sample / members, sample % members, position, group, channel, 0];
                table.extend((0..channels).map(|channel| value(at(channel))));
            }
        }
    }
    table
}

/// Compares where the equation is well conditioned, and counts those elements.
fn compare(equation: &Equation, text: &str, over: &str, extents: &Extents) -> [usize; 2] {
    let norm = parse_in_parts(text, over, extents.parts);
    let got = interpreted(&norm, &Extents { parts: 1, ..*extents });
    let wanted = written_out(equation, over, extents, 0.0);
    // To both sides, so that something that is nearly 0 changes its sign.
    let moved = [1e-11, -1e-11].map(|moved| written_out(equation, over, extents, moved));
    let mut compared = [0, 0];
    for mode in 0..3 {
        for (index, (&got, &wanted)) in got[mode].iter().zip(&wanted[mode]).enumerate() {
            let steady = moved.iter().all(|moved| {
                let moved = moved[mode][index];
                let near = (moved - wanted).abs() <= 1e-7 * wanted.abs().max(1e-3);
                near || wanted.is_nan() && moved.is_nan() || wanted == moved
            });
            compared[0] += 1;
            if !steady {
                continue;
            }
            compared[1] += 1;
            let close = (got - wanted).abs() <= 1e-5 * wanted.abs().max(1e-3);
            let same = got == wanted || got.is_nan() && wanted.is_nan();
            assert!(
                close || same,
                "{got} is not {wanted} at {index} of {extents:?}, over {over}: {text}"
            );
        }
    }
    compared
}

fn case(seed: u64, size: usize) -> (Equation, String, &'static str, Extents) {
    let mut random = Random(seed);
    let equation = tree::equation(&mut random, size);
    let text = equation.text(&mut random);
    let over = AXES[1 + random.below(9)];
    let parts = 1 + random.below(2);
    let extents = Extents {
        samples: parts * (1 + random.below(3)),
        positions: 1 + random.below(3),
        groups: 1 + random.below(3),
        channels: 1 + random.below(3),
        parts,
    };
    (equation, text, over, extents)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn every_notation_parses_back(seed: u64, size in 1_usize..60) {
        let (_, text, over, _) = case(seed, size);
        let norm = parse(&text, over);
        let expression = norm.expression();
        let (ascii, papers) = (expression.to_string(), expression.papers());
        prop_assert!(ascii.is_ascii());
        for printed in [&ascii, &papers] {
            let again = parse(printed, over);
            prop_assert_eq!(again.expression().nodes(), expression.nodes(), "{}", printed);
            prop_assert_eq!(again.expression().to_string(), ascii.as_str());
            prop_assert_eq!(again.expression().papers(), papers.as_str());
        }
        let latex = expression.latex();
        let count = |c| latex.matches(c).count();
        prop_assert_eq!((count('{'), count('(')), (count('}'), count(')')), "{}", latex);
    }
}

/// The seeds are fixed: one random equation in ten thousand takes the logarithm or the sign of what is
/// nothing but rounding errors, and is no use to a comparison.
#[test]
fn the_interpreter_computes_what_is_meant() {
    let mut compared = [0, 0];
    for seed in 2000..4000 {
        let (equation, text, over, extents) = case(seed, 1 + seed as usize % 25);
        let [all, well_conditioned] = compare(&equation, &text, over, &extents);
        compared = [compared[0] + all, compared[1] + well_conditioned];
    }
    // It is a comparison only if it leaves out little.
    assert!(compared[1] * 10 > compared[0] * 9, "{compared:?}");
}

#[test]
#[should_panic(expected = "is not")]
fn the_comparison_sees_another_equation() {
    let (equation, ..) = case(0, 1);
    let extents = Extents { samples: 2, positions: 1, groups: 1, channels: 3, parts: 1 };
    let other = equation.text(&mut Random(0)) + " + 1e-4";
    compare(&equation, &other, "features", &extents);
}
