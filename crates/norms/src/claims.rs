//! What a norm claims to be invariant to, and the measurement of it.

use std::fmt;

use equations::{Axes, Extents, Mode, NormEquation};

use crate::choice::NormChoice;
use crate::point::Point;

/// An invariance of a norm at eps = 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// The same number added to every element changes nothing.
    Shift,
    /// A positive factor on every element changes nothing.
    Scale,
    /// The result of a sample does not depend on the other samples.
    SampleIndependence,
    /// Training and evaluation compute the same.
    SameInEvaluation,
}

impl Claim {
    /// Every claim, in the order in which they are listed.
    pub const ALL: [Claim; 4] =
        [Claim::Shift, Claim::Scale, Claim::SampleIndependence, Claim::SameInEvaluation];
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Claim::Shift => "shift-invariant",
            Claim::Scale => "scale-invariant",
            Claim::SampleIndependence => "sample-wise",
            Claim::SameInEvaluation => "same in evaluation",
        })
    }
}

/// The invariances that the definition of a norm has, measured with the interpreter on a random
/// batch of 5 samples x 3 positions x 12 features.
///
/// # Panics
/// If the groups of the choice do not divide 12.
pub fn measure(choice: &NormChoice) -> Vec<Claim> {
    let without_eps = choice.equation().constants().iter().any(|(name, _)| name == "eps");
    let mut constants = choice.constants().to_vec();
    if without_eps {
        constants.retain(|(name, _)| name != "eps");
        constants.push(("eps".to_owned(), 0.0));
    }
    let choice = choice
        .with(choice.groups(), constants)
        .expect("only a constant of the equation was changed");
    let equation = choice.equation();
    let extents = Extents::new(5, 3, 12, choice.groups()).unwrap_or_else(|e| panic!("{e}"));
    let point = Point::random(equation, extents, 0);
    let y = value(equation, &point, &point.x, Mode::Train);

    let holds = |claim: &Claim| match claim {
        Claim::Shift => {
            let shifted: Vec<f64> = point.x.iter().map(|x| x + 3.0).collect();
            equal(&y, &value(equation, &point, &shifted, Mode::Train))
        }
        Claim::Scale => {
            let scaled: Vec<f64> = point.x.iter().map(|x| x * 5.0).collect();
            equal(&y, &value(equation, &point, &scaled, Mode::Train))
        }
        Claim::SampleIndependence => {
            let sample = extents.size(Axes::ALL.without(Axes::SAMPLES));
            let mut others = point.x.clone();
            others[sample..].iter_mut().for_each(|x| *x = 1.0 - 2.0 * *x);
            equal(&y[..sample], &value(equation, &point, &others, Mode::Train)[..sample])
        }
        Claim::SameInEvaluation => equal(&y, &value(equation, &point, &point.x, Mode::Eval)),
    };
    Claim::ALL.into_iter().filter(holds).collect()
}

fn value(equation: &NormEquation, point: &Point, x: &[f64], mode: Mode) -> Vec<f64> {
    let mut state = point.state.clone();
    let parameters: Vec<&[f64]> = point.parameters.iter().map(Vec::as_slice).collect();
    equation.evaluate_unchecked_sizes(&point.extents, x, &parameters, &mut state, mode)
}

fn equal(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-12 * (1.0 + a.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CATALOGUE;

    #[test]
    fn every_entry_has_the_invariances_that_it_claims_and_no_others() {
        for entry in CATALOGUE {
            let plain = NormChoice::plain(entry);
            let groups = if plain.equation().knows_groups() { 3 } else { 1 };
            let choice = plain.with(groups, Vec::new()).expect("a catalogue entry");
            assert_eq!(measure(&choice), entry.claims, "{}", entry.name);
        }
    }
}
