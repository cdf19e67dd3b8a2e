//! Vectors that a module compares itself with: values by the interpreter, gradients by the derived
//! backward, in double precision.

use equations::{Extents, Kept, Mode, Place};

use crate::Subject;

const SAMPLES: usize = 3;
const POSITIONS: usize = 2;

/// The cases as a literal of Python: training, and evaluation where that differs.
pub(crate) fn cases(subject: &Subject<'_>) -> String {
    let mut modes = vec![Mode::Train];
    if subject.has_averages() {
        modes.push(Mode::Eval);
    }
    let cases: Vec<String> = modes.into_iter().map(|mode| case(subject, mode)).collect();
    format!("GOLDEN = [\n{}]\n", cases.concat())
}

/// The features of the cases: two in each of several groups.
pub(crate) fn features(subject: &Subject<'_>) -> usize {
    if subject.groups == 1 { 5 } else { 2 * subject.groups }
}

/// The positions of the cases.
pub(crate) fn positions() -> usize {
    POSITIONS
}

fn case(subject: &Subject<'_>, mode: Mode) -> String {
    let equation = subject.equation;
    // Where parts mean nothing they need not divide the samples.
    let samples = if equation.knows_parts(mode) { 2 * equation.parts() } else { SAMPLES };
    let extents = Extents::new(samples, POSITIONS, features(subject), subject.groups)
        .unwrap_or_else(|error| unreachable!("two of each in a group: {error}"));
    let mut numbers = Numbers(1);
    let x = numbers.around(extents.len(), 0.0, 2.0);
    let cotangent = numbers.around(extents.len(), 0.0, 1.0);
    let parameters = equation.parameters().iter();
    let parameters: Vec<Vec<f64>> =
        parameters.map(|p| numbers.around(p.len(&extents), p.start, 0.5)).collect();
    let running = equation.running().iter();
    let before: Vec<Vec<f64>> = running
        .map(|slot| match slot.kept {
            Kept::Average => numbers.around(slot.len(&extents), slot.start, 0.25),
            Kept::Batches => vec![3.0],
        })
        .collect();

    let slices: Vec<&[f64]> = parameters.iter().map(Vec::as_slice).collect();
    let mut after = before.clone();
    let y = equation.evaluate_unchecked_sizes(&extents, &x, &slices, &mut after, mode);
    let place = Place {
        extents: &extents,
        x: &x,
        parameters: &slices,
        state: &before,
        cotangent: &cotangent,
    };
    let gradients = equation.derivation(mode).evaluate(equation, &place);

    let names: Vec<&str> = equation.parameters().iter().map(|p| p.name.as_str()).collect();
    let averages = equation.running_names();
    let averages: Vec<&str> = averages.iter().map(String::as_str).collect();
    let training = if mode == Mode::Train { "True" } else { "False" };
    format!(
        "    {{\n        \"training\": {training},\n        \"x\": {},\n        \"dy\": {},\n        \
         \"parameters\": {},\n        \"before\": {},\n        \"y\": {},\n        \"dx\": {},\n        \
         \"gradients\": {},\n        \"after\": {},\n    }},\n",
        list(&x),
        list(&cotangent),
        dictionary(&names, &parameters),
        dictionary(&averages, &before),
        list(&y),
        list(&gradients.dx),
        dictionary(&names, &gradients.dparameters),
        dictionary(&averages, &after),
    )
}

fn list(values: &[f64]) -> String {
    let number = |value: &f64| match value {
        value if value.is_finite() => format!("{value:?}"),
        value => format!("float(\"{value}\")"),
    };
    format!("[{}]", values.iter().map(number).collect::<Vec<_>>().join(", "))
}

fn dictionary(names: &[&str], lists: &[Vec<f64>]) -> String {
    let entries =
        names.iter().zip(lists).map(|(name, values)| format!("\"{name}\": {}", list(values)));
    format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
}

/// Numbers of four decimals, the same in every export, so that exports can be compared.
struct Numbers(u64);

impl Numbers {
    fn around(&mut self, len: usize, middle: f64, most: f64) -> Vec<f64> {
        let number = |numbers: &mut Self| {
            let distance = (numbers.next() % 20_001) as f64 / 10_000.0 - 1.0;
            ((middle + most * distance) * 1e4).round() / 1e4
        };
        (0..len).map(|_| number(self)).collect()
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }
}
