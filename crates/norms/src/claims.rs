//! What a norm claims to be invariant to, and the measurement of it.

use std::fmt;

use equations::{Axes, Extents, Mode, NormEquation};

use crate::choice::NormChoice;
use crate::point::{Point, rotate_rows};

/// An invariance of a norm at eps = 0. What is said of training holds in training mode, with the
/// statistics of the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// The same number added to every element changes nothing.
    Shift,
    /// A positive factor on every element changes nothing.
    Scale,
    /// The result of a sample does not depend on the other samples.
    SampleIndependence,
    /// The result at a position does not depend on the other positions of its sample.
    PositionIndependence,
    /// The features of x and the values of each parameter that belong to them, in another order, are
    /// the result in that order. Where there are groups, features go from one to another.
    FeaturePermutation,
    /// Training and evaluation compute the same.
    SameInEvaluation,
    /// In evaluation the result of a sample does not depend on the other samples.
    IndependenceInEvaluation,
}

impl Claim {
    /// Every claim, in the order in which they are listed.
    pub const ALL: [Claim; 7] = [
        Claim::Shift,
        Claim::Scale,
        Claim::SampleIndependence,
        Claim::PositionIndependence,
        Claim::FeaturePermutation,
        Claim::SameInEvaluation,
        Claim::IndependenceInEvaluation,
    ];
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Claim::Shift => "shift-invariant",
            Claim::Scale => "scale-invariant",
            Claim::SampleIndependence => "sample-wise",
            Claim::PositionIndependence => "position-wise",
            Claim::FeaturePermutation => "features in any order",
            Claim::SameInEvaluation => "same in evaluation",
            Claim::IndependenceInEvaluation => "sample-wise in evaluation",
        })
    }
}

/// The invariances that the definition of a norm has, measured with the interpreter on a random
/// batch of 5 samples x 3 positions x 12 features, or the next numbers that parts and groups divide.
pub fn measure(choice: &NormChoice) -> Vec<Claim> {
    let choice = choice.with_eps(0.0);
    let equation = choice.equation();
    let features = 12_usize.next_multiple_of(choice.groups());
    let samples = 5_usize.next_multiple_of(equation.parts());
    let extents = Extents::new(samples, 3, features, choice.groups());
    let extents = extents.unwrap_or_else(|error| panic!("{error}"));
    let point = Point::random(equation, extents, 0);
    let y = value(equation, &point, &point.x, Mode::Train);

    let at = |x: &[f64], mode| value(equation, &point, x, mode);
    let changed =
        |change: &dyn Fn(f64) -> f64| -> Vec<f64> { point.x.iter().map(|x| change(*x)).collect() };
    // Whether an index (sample, position, feature) is at that position.
    let sample = extents.size(Axes::ALL.without(Axes::SAMPLES));
    let is_at = |position: usize, i: usize| i % sample / features == position;
    // As far as that some norms, batch renormalization among them, do what they do not do near by.
    let far = |x: f64| 100.0 - 40.0 * x;
    let independent_of_samples = |mode| {
        let mut others = point.x.clone();
        others[sample..].iter_mut().for_each(|x| *x = far(*x));
        equal(&at(&point.x, mode)[..sample], &at(&others, mode)[..sample])
    };
    let holds = |claim: &Claim| match claim {
        Claim::Shift => equal(&y, &at(&changed(&|x| x + 3.0), Mode::Train)),
        Claim::Scale => equal(&y, &at(&changed(&|x| x * 5.0), Mode::Train)),
        Claim::SampleIndependence => independent_of_samples(Mode::Train),
        Claim::PositionIndependence => {
            // The first may see none of the others and the last all of them.
            [0, extents.positions - 1].into_iter().all(|kept| {
                let mut others = point.x.clone();
                let rest = others.iter_mut().enumerate().filter(|(i, _)| !is_at(kept, *i));
                rest.for_each(|(_, x)| *x = far(*x));
                let of_kept = |y: &[f64]| -> Vec<f64> {
                    let kept = y.iter().enumerate().filter(|(i, _)| is_at(kept, *i));
                    kept.map(|(_, y)| *y).collect()
                };
                equal(&of_kept(&y), &of_kept(&at(&others, Mode::Train)))
            })
        }
        Claim::FeaturePermutation => {
            let rotated = point.with_features_rotated(equation);
            let y_rotated = value(equation, &rotated, &rotated.x, Mode::Train);
            equal(&rotate_rows(&y, features), &y_rotated)
        }
        Claim::SameInEvaluation => [point.x.clone(), changed(&far)]
            .iter()
            .all(|x| equal(&at(x, Mode::Train), &at(x, Mode::Eval))),
        Claim::IndependenceInEvaluation => independent_of_samples(Mode::Eval),
    };
    Claim::ALL.into_iter().filter(holds).collect()
}

/// The power of a factor on x that eps has to be multiplied with so that nothing changes: 2 beside a
/// variance, 1 beside a size; `None` where there is neither eps nor such a power.
pub(crate) fn degree_of_eps(choice: &NormChoice) -> Option<f64> {
    if !choice.has_eps() {
        return None;
    }
    let groups = choice.groups();
    let samples = 5_usize.next_multiple_of(choice.equation().parts());
    let extents = Extents::new(samples, 3, 12_usize.next_multiple_of(groups), groups).ok()?;
    let point = Point::random(choice.equation(), extents, 0);
    let doubled: Vec<f64> = point.x.iter().map(|x| x * 2.0).collect();
    // A bound by eps shows only where it is larger than the sizes of x.
    let is_degree = |degree: &f64| {
        [0.25, 100.0].into_iter().all(|eps| {
            let (plain, scaled) = (choice.with_eps(eps), choice.with_eps(eps * degree.exp2()));
            let y = value(plain.equation(), &point, &point.x, Mode::Train);
            equal(&y, &value(scaled.equation(), &point, &doubled, Mode::Train))
        })
    };
    [2.0, 1.0].into_iter().find(is_degree)
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
            ("x / max(norm2(x), eps)", Some(1.0)),
            ("x / sqrt(max(sum(x^2), eps))", Some(2.0)),
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

    #[test]
    fn claims_that_are_wrong_are_noticed() {
        let has = |equation: &str, claim| measure(&own(equation, 3)).contains(&claim);
        for (claim, with, without) in [
            (Claim::Shift, "x - mean(x)", "x"),
            (Claim::Scale, "x / rms(x)", "x"),
            (Claim::SampleIndependence, "x", "x - mean[samples](x)"),
            (Claim::PositionIndependence, "x - mean[samples](x)", "x - mean[positions](x)"),
            (Claim::FeaturePermutation, "gamma * x - mean[features](x)", "x - mean[group](x)"),
            (Claim::SameInEvaluation, "x", "x - running(mean[samples+positions](x), 0)"),
            (
                Claim::IndependenceInEvaluation,
                "x - running(mean[samples+positions](x), 0)",
                "x - mean[samples](x)",
            ),
        ] {
            assert!(has(with, claim), "{claim}: {with}");
            assert!(!has(without, claim), "{claim}: {without}");
        }
    }
}
