//! Random inputs of every kind: valid equations, mutations of them, and soup of tokens and bytes.
//! Nothing may panic or take long; what parses prints, parses back and can be evaluated.

use std::time::{Duration, Instant};

use equations::{Axes, Extents, Mode, NormEquation, NormSource, ParameterShape, ParameterSource};

use crate::tree::{self, AXES, NAMES, POINTWISE, Random, STATISTICS};

/// Longer than any text of 64 KiB takes, even beside other work.
const PATIENCE: Duration = Duration::from_secs(5);

const CORPUS: [&str; 13] = [
    "gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta",
    "γ · (x − mean(x)) / √(var(x) + ε) + β",
    "m = running(mean(x), 0); n = size; v = running(var(x), 1, var(x)*n/(n-1)); (x-m)/sqrt(v+eps)",
    "clamp(x, -1, 1)^2 - max[group](abs(x)) / groups",
    "gamma * tanh(alpha * x)² + stop(norm2[samples+features](x))",
    "1e-5 + .5 * x^-(1/2)",
    "x - running(mean[samples+positions](x), 0, mean[samples+positions](x), 1 / batches)",
    "x / (1 + 1e-1 / 5 * window[features](x^2, 2, 2))^0.75",
    "n = cumsum[positions](size[group]); m = cumsum[positions](sum[group](x)) / n; x - m",
    "first = clamp(0.25 * size[features] - index[features], 0, 1); x * first",
    "m = running(mean[part](x), 0, mean[samples+positions](x)); x - m * parts / size[part]",
    "c = mean[samples](x * transpose(x)); matmul(matmul(c, c) - c, x) - sum[columns](c)",
    "m = running(mean[samples+positions](x), 0); x - past(m) * past(running(sum(gamma), 1))",
];

const TOKENS: [&str; 38] = [
    "+",
    "-",
    "−",
    "*",
    "·",
    "/",
    "^",
    "²",
    "³",
    "√",
    "(",
    ")",
    "[",
    "]",
    ",",
    ";",
    "=",
    " ",
    "\n",
    "e",
    "1e",
    "1e999",
    ".",
    "0",
    "γ",
    "é",
    "\u{0}",
    "size",
    "index",
    "groups",
    "batches",
    "stop(",
    "past(",
    "window[group](",
    "cumsum[features](",
    "transpose(",
    "matmul(",
    "parts",
];

/// How many inputs there were, and how many of them parsed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub inputs: u64,
    pub parsed: u64,
}

pub fn run(inputs: u64, seed: u64) -> Tally {
    let mut random = Random(seed);
    let mut tally = Tally::default();
    for _ in 0..inputs {
        let text = input(&mut random);
        let over = random.one_of(&AXES[1..]);
        let start = Instant::now();
        tally.inputs += 1;
        tally.parsed += u64::from(check(&text, over));
        let took = start.elapsed();
        assert!(took < PATIENCE, "{took:?} for {} bytes: {text}", text.len());
    }
    tally
}

fn input(random: &mut Random) -> String {
    let valid = |random: &mut Random| match random.below(4) {
        0 => random.one_of(&CORPUS).to_owned(),
        _ => {
            let size = 1 + random.below(30);
            tree::equation(random, size).text(random)
        }
    };
    match random.below(10) {
        0 => soup(random),
        1 => {
            let bytes: Vec<u8> = (0..random.below(60)).map(|_| random.below(256) as u8).collect();
            String::from_utf8_lossy(&bytes).into_owned()
        }
        2 | 3 => valid(random),
        4 if random.below(200) == 0 => long(&valid(random), random),
        _ => {
            let text = valid(random);
            mutated(&text, random)
        }
    }
}

fn soup(random: &mut Random) -> String {
    (0..random.below(40)).map(|_| token(random)).collect()
}

fn token(random: &mut Random) -> String {
    match random.below(5) {
        0 => random.one_of(&NAMES)[random.below(2)].to_owned(),
        1 => random.one_of(&STATISTICS).to_owned() + random.one_of(&["", "(", "[samples]("]),
        2 => random.one_of(&POINTWISE).to_owned() + "(",
        _ => random.one_of(&TOKENS).to_owned(),
    }
}

/// A text near the limits of length, nodes or nesting.
fn long(text: &str, random: &mut Random) -> String {
    let times = 1 + random.below(70_000) / (text.len() + 3);
    match random.below(4) {
        0 => vec![text; times].join(random.one_of(&["+", "*", "/", "-"])),
        1 => "(".repeat(times) + text + &")".repeat(times),
        2 => {
            random.one_of(&["-", "2^", "sqrt(", "x/", "mean(", "cumsum[group]("]).repeat(times)
                + text
        }
        _ => text.repeat(times),
    }
}

/// A few pieces of the text deleted, doubled, moved or replaced by other tokens.
fn mutated(text: &str, random: &mut Random) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(3) {
        let from = random.below(characters.len() + 1);
        let to = (from + random.below(8)).min(characters.len());
        let piece: Vec<char> = characters[from..to].to_vec();
        let place = random.below(characters.len() + 1);
        match random.below(4) {
            0 => drop(characters.drain(from..to)),
            1 => drop(characters.splice(place..place, piece)),
            2 => drop(characters.splice(from..to, token(random).chars())),
            _ => drop(characters.splice(place..place, token(random).chars())),
        }
    }
    characters.into_iter().collect()
}

/// Whether the text parses. Everything that can be done with it is done.
fn check(text: &str, over: &str) -> bool {
    let _ = Axes::parse(text);
    let norm = match parse(text, over) {
        Ok(norm) => norm,
        Err(error) => {
            assert!(text.get(error.span.clone()).is_some(), "{error:?}");
            assert!(error.to_string().starts_with(&error.message));
            return false;
        }
    };
    let expression = norm.expression();
    let ascii = expression.to_string();
    for printed in [&ascii, &expression.papers()] {
        // Parentheses and spaces may go beyond the longest text that is read.
        if printed.len() <= 64 * 1024 {
            let again = parse(printed, over).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(again.expression().nodes(), expression.nodes(), "{text}: {printed}");
            assert_eq!(again.expression().to_string(), ascii, "{text}");
        }
    }
    assert!(!expression.latex().is_empty());
    assert!(!expression.lowered().nodes().is_empty());
    if expression.nodes().len() < 500 {
        evaluate(&norm);
    }
    true
}

fn evaluate(norm: &NormEquation) {
    let extents = Extents { samples: 2, positions: 1, groups: 2, channels: 3, parts: 1 };
    let x: Vec<f64> = (0..extents.len()).map(|i| i as f64 / 4.0 - 1.0).collect();
    let parameters: Vec<Vec<f64>> =
        norm.parameters().iter().map(|p| vec![0.5; p.len(&extents)]).collect();
    let parameters: Vec<&[f64]> = parameters.iter().map(Vec::as_slice).collect();
    let mut state = norm.start_state(&extents);
    for mode in [Mode::Train, Mode::Eval] {
        let derivation = norm.derivation(mode);
        assert!(derivation.text(norm).contains("dx = "));
        assert!(derivation.papers(norm).contains("dx = "));
        assert!(derivation.latex(norm).contains(r"\mathrm{d}x &= "));
        let _ = norm.first_not_finite(&extents, &x, &parameters, &state, mode);
        let y = norm.evaluate_unchecked_sizes(&extents, &x, &parameters, &mut state, mode);
        assert_eq!(y.len(), x.len());
    }
}

fn parse(text: &str, over: &str) -> Result<NormEquation, equations::EquationError> {
    const SHAPES: [(&str, ParameterShape); 5] = [
        ("alpha", ParameterShape::Scalar),
        ("w", ParameterShape::Group),
        ("q", ParameterShape::Position),
        ("r", ParameterShape::Output),
        ("mu_2", ParameterShape::Feature),
    ];
    let declared = SHAPES.map(|(name, shape)| ParameterSource { name, shape, start: 0.5 });
    // Windows reach a number of eps far.
    let constants: &[(&str, f64)] = &[("eps", 0.125)];
    let source = NormSource { equation: text, over, parameters: &declared, constants };
    NormEquation::parse(&source)
}
