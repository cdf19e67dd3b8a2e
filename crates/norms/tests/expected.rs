//! Values, gradients and running averages of PyTorch 2.15 in double precision, through every evaluator.
//!
//! The numbers, and the snippets that made them, are those of `scripts/expected_norms.py`, where each norm
//! is written down once more by PyTorch's own function or as its source has it.

use std::collections::BTreeSet;

use norms::{CATALOGUE, Evaluator, NormChoice, State, find};
use ops::{Layout, Mode, Pass, Value};

/// One norm at one place.
#[derive(Default)]
struct Expected {
    norm: String,
    mode: String,
    samples: usize,
    positions: usize,
    groups: usize,
    x: Vec<f64>,
    cotangent: Vec<f64>,
    parameters: Vec<(String, Vec<f64>)>,
    before: Vec<Vec<f64>>,
    y: Vec<f64>,
    /// Of x and of the parameters.
    gradients: Vec<(String, Vec<f64>)>,
    after: Vec<Vec<f64>>,
}

impl Expected {
    fn read(text: &str) -> Expected {
        let mut read = Expected::default();
        for line in text.lines() {
            let mut words = line.split(' ');
            let key = words.next().expect("a key");
            let mut name = || words.next().expect("a name").to_owned();
            match key {
                "norm" => read.norm = name(),
                "mode" => read.mode = name(),
                "parameter" => read.parameters.push((name(), numbers(words))),
                "gradient" => read.gradients.push((name(), numbers(words))),
                "x" => read.x = numbers(words),
                "cotangent" => read.cotangent = numbers(words),
                "before" => read.before.push(numbers(words)),
                "y" => read.y = numbers(words),
                "after" => read.after.push(numbers(words)),
                "layout" => {
                    let sizes: Vec<usize> =
                        words.map(|word| word.parse().expect("a size")).collect();
                    [read.samples, read.positions, read.groups] =
                        sizes.try_into().expect("three sizes");
                }
                _ => panic!("{line}"),
            }
        }
        read
    }

    /// What differs between an operation and this, in words.
    fn differences(&self, evaluator: Evaluator) -> Vec<String> {
        let entry = find(&self.norm).unwrap_or_else(|| panic!("no norm {}", self.norm));
        let choice = NormChoice::new(entry, self.groups, Vec::new()).expect("a catalogue entry");
        let names: Vec<&str> =
            choice.equation().parameters().iter().map(|p| p.name.as_str()).collect();
        let layout = Layout { samples: self.samples, positions: self.positions };
        let mode = match self.mode.as_str() {
            "train" => Mode::Train,
            "eval" => Mode::Eval,
            mode => panic!("{mode} is no mode"),
        };
        let width = self.x.len() / layout.rows();
        let x = Value::new(layout.rows(), width, &self.x);
        let given = |name: &&str| self.parameters.iter().find(|(given, _)| given == name);
        let parameters: Vec<Value<f64>> = names
            .iter()
            .map(|name| &given(name).unwrap_or_else(|| panic!("{}: no {name}", self.norm)).1)
            .map(|values| Value::new(1, values.len(), values))
            .collect();
        assert_eq!(self.parameters.len(), names.len(), "{}", self.norm);

        let norm = choice.build::<f64>(evaluator);
        let mut state = State { averages: self.before.clone() };
        let mut pass = Pass::recording(mode);
        let y = norm.apply(&x, layout, &parameters, &mut state, &mut pass);
        let mut gradients = pass.backward_from(&y, &self.cotangent);

        let mut compared = vec![("y".to_owned(), y.as_slice().to_vec(), self.y.clone())];
        for (name, want) in &self.gradients {
            let number = names.iter().position(|known| known == name);
            let value = number.map_or(&x, |number| &parameters[number]);
            compared.push((
                format!("gradient of {name}"),
                gradients.of(value).to_vec(),
                want.clone(),
            ));
        }
        assert_eq!(state.averages.len(), self.after.len(), "{}", self.norm);
        for (number, (got, want)) in state.averages.into_iter().zip(&self.after).enumerate() {
            compared.push((format!("average {number}"), got, want.clone()));
        }
        let differs = |(_, got, want): &(String, Vec<f64>, Vec<f64>)| !equal(got, want);
        let words = |(name, got, want): (String, Vec<f64>, Vec<f64>)| {
            format!("{} {} {evaluator:?} {name}: {got:?} {want:?}", self.norm, self.mode)
        };
        compared.into_iter().filter(differs).map(words).collect()
    }
}

fn numbers<'a>(words: impl Iterator<Item = &'a str>) -> Vec<f64> {
    words.map(|word| word.parse().expect("a number")).collect()
}

/// Relative to the largest number, as sums of others cancel to the small ones.
fn equal(got: &[f64], want: &[f64]) -> bool {
    let largest = want.iter().fold(1.0, |largest: f64, number| largest.max(number.abs()));
    got.len() == want.len() && got.iter().zip(want).all(|(a, b)| (a - b).abs() <= 1e-13 * largest)
}

fn all() -> Vec<Expected> {
    let text = include_str!("expected.txt");
    let (_, cases) = text.split_once("\n\n").expect("a comment");
    cases.trim_end().split("\n\n").map(Expected::read).collect()
}

#[test]
fn every_operation_computes_what_pytorch_does() {
    let evaluators = [Evaluator::Fastest, Evaluator::Compiled, Evaluator::Dfdx];
    let differences: Vec<String> = all()
        .iter()
        .flat_map(|expected| evaluators.into_iter().flat_map(|by| expected.differences(by)))
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn every_norm_is_there_in_every_mode_that_differs() {
    let mut wanted = BTreeSet::new();
    // A norm that has just been begun says so until somebody has computed it elsewhere.
    let verified = CATALOGUE.iter().filter(|entry| !entry.verified.starts_with("Nothing yet"));
    for entry in verified {
        let plain = NormChoice::plain(entry);
        wanted.insert((entry.name.to_owned(), "train".to_owned()));
        if !plain.equation().running().is_empty() {
            wanted.insert((entry.name.to_owned(), "eval".to_owned()));
        }
    }
    let there: BTreeSet<_> = all().into_iter().map(|e| (e.norm, e.mode)).collect();
    assert_eq!(there, wanted);
    for expected in all() {
        assert_eq!(expected.gradients.len(), 1 + expected.parameters.len(), "{}", expected.norm);
    }
}

#[test]
fn a_wrong_number_is_noticed() {
    let layer =
        || all().into_iter().find(|expected| expected.norm == "layer").expect("it is there");
    for change in 0..3 {
        let mut wrong = layer();
        match change {
            0 => wrong.y[5] += 1e-12,
            1 => wrong.gradients[0].1[7] *= 1.0 + 1e-11,
            _ => wrong.cotangent[0] += 1e-10,
        }
        assert!(!wrong.differences(Evaluator::Compiled).is_empty(), "change {change}");
    }
}
