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
/// batch of 5 samples x 3 positions x 12 features, or the next number that the groups divide.
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
    let features = 12_usize.next_multiple_of(choice.groups());
    let extents = Extents::new(5, 3, features, choice.groups()).unwrap_or_else(|e| panic!("{e}"));
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

/// The power of a factor on x that eps has to be multiplied with so that nothing changes: 2 beside a
/// variance, 1 beside a size; `None` where there is neither eps nor such a power.
pub(crate) fn degree_of_eps(choice: &NormChoice) -> Option<f64> {
    let with = |eps: f64| {
        let mut constants = choice.constants().to_vec();
        constants.retain(|(name, _)| name != "eps");
        constants.push(("eps".to_owned(), eps));
        choice.with(choice.groups(), constants).ok()
    };
    choice.equation().constants().iter().find(|(name, _)| name == "eps")?;
    let (plain, groups) = (with(0.25)?, choice.groups());
    let extents = Extents::new(5, 3, 12_usize.next_multiple_of(groups), groups).ok()?;
    let point = Point::random(plain.equation(), extents, 0);
    let y = value(plain.equation(), &point, &point.x, Mode::Train);
    let scaled: Vec<f64> = point.x.iter().map(|x| x * 2.0).collect();
    [2.0, 1.0].into_iter().find(|degree: &f64| {
        with(0.25 * degree.exp2()).is_some_and(|scaled_eps| {
            equal(&y, &value(scaled_eps.equation(), &point, &scaled, Mode::Train))
        })
    })
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

    fn own(equation: &str, groups: usize) -> NormChoice {
        let definition = crate::Definition {
            name: "own".to_owned(),
            equation: equation.to_owned(),
            over: "group".to_owned(),
            parameters: vec![],
            constants: vec![],
        };
        let definition = std::sync::Arc::new(definition);
        NormChoice::defined(definition, groups, vec![]).expect("an equation")
    }

    #[test]
    fn eps_scales_as_what_it_is_added_to() {
        for (equation, degree) in [
            ("x / sqrt(var(x) + eps)", Some(2.0)),
            ("x / (mean(abs(x)) + eps)", Some(1.0)),
            ("x / (mean(abs(x)) + sqrt(eps))", Some(2.0)),
            ("x / (mean(abs(x)) + 1 + eps)", None),
            ("x / mean(abs(x))", None),
        ] {
            assert_eq!(degree_of_eps(&own(equation, 5)), degree, "{equation}");
        }
    }

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
