//! Every norm where implementations of norms go wrong: few values, none, equal ones, far from 0, very
//! small, very large, and NaN.

use equations::{ParameterShape, SizeError};
use norms::{
    CATALOGUE, Claim, Evaluator, HardInput, HardOutcome, NormChoice, NumberType, Reach,
    hard_outcome,
};

const EVALUATORS: [Evaluator; 3] = [Evaluator::Fastest, Evaluator::Compiled, Evaluator::Dfdx];

/// The outcome is the definition's, a refusal with both numbers, or NaN where the claims let it be; the
/// same for every operation in both precisions.
#[test]
fn no_operation_of_the_catalogue_has_a_nan_of_its_own() {
    let mut wrong = Vec::new();
    for entry in CATALOGUE {
        let choice = NormChoice::plain(entry);
        for input in HardInput::ALL {
            for evaluator in EVALUATORS {
                for of_values in [NumberType::Single, NumberType::Double] {
                    let outcome = hard_outcome(&choice, input, evaluator, of_values);
                    let is_right = match &outcome {
                        HardOutcome::Wrong(_) => false,
                        HardOutcome::Refused { error, .. } => match error {
                            SizeError::Parts { samples, parts } => samples % parts != 0,
                            error => error.to_string().contains("needs at least 2 values, got 1 ("),
                        },
                        HardOutcome::Empty => input == HardInput::EmptyBatch,
                        HardOutcome::AsDefined { .. } => input != HardInput::NotANumber,
                        HardOutcome::BeyondRange { .. } => input == HardInput::Large,
                        HardOutcome::Rounded { .. } => input == HardInput::Offset,
                        HardOutcome::Spreads { reach, averages } => {
                            is_permitted(*reach, entry.claims)
                                && averages.is_empty() != has_averages(&choice)
                        }
                    };
                    if !is_right {
                        let name = entry.name;
                        wrong
                            .push(format!("{name} {input} {evaluator:?} {of_values:?}: {outcome}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn has_averages(choice: &NormChoice) -> bool {
    !choice.equation().running().is_empty()
}

/// Sample-wise norms keep NaN within its sample, position-wise ones within its row. Something has to be
/// seen of it in any case.
fn is_permitted(reach: Reach, claims: &[Claim]) -> bool {
    let within = match (
        claims.contains(&Claim::SampleIndependence),
        claims.contains(&Claim::PositionIndependence),
    ) {
        (true, true) => reach <= Reach::Row,
        (true, false) => reach <= Reach::Sample,
        (false, _) => true,
    };
    reach != Reach::Nothing && within
}

fn outcome(name: &str, input: HardInput) -> HardOutcome {
    let choice = NormChoice::named(name).expect("listed");
    hard_outcome(&choice, input, Evaluator::Fastest, NumberType::Single)
}

/// ```text
/// >>> torch.nn.BatchNorm1d(3)(torch.ones(1, 3))
/// ValueError: Expected more than 1 value per channel when training, got input size torch.Size([1, 3])
/// ```
///
/// In candle and dfdx `n / (n - 1)` is infinite there, times a variance of 0 NaN; flax, burn and haiku
/// keep the variance 0.
#[test]
fn one_value_per_channel_is_refused_and_the_dialects_differ_in_what_they_would_keep() {
    for (name, expected) in [("batch", &["v"][..]), ("batch-flax", &[]), ("batch-haiku", &[])] {
        let HardOutcome::Refused { is_finite, averages, .. } = outcome(name, HardInput::OneRow)
        else {
            panic!("{name} is not refused");
        };
        assert!(is_finite, "{name}");
        assert_eq!(averages, expected, "{name}");
    }
}

/// What an alias is said to do with one value is what its equation does.
#[test]
fn aliases_that_are_said_to_keep_nan_do() {
    let mut said = 0;
    for entry in CATALOGUE {
        for alias in entry.aliases {
            let found = outcome(alias.name, HardInput::OneRow);
            let HardOutcome::Refused { averages, .. } = found else { continue };
            let says_nan = alias.difference.contains("NaN");
            said += usize::from(says_nan);
            assert_eq!(says_nan, !averages.is_empty(), "{}", alias.name);
        }
    }
    assert_eq!(said, 2, "candle and dfdx");
}

#[test]
fn nan_gets_as_far_as_the_statistics_do() {
    for (name, expected) in [
        ("affine", Reach::Element),
        ("layer", Reach::Row),
        ("group", Reach::Sample),
        ("instance", Reach::Sample),
        ("batch", Reach::Feature),
        ("switchable", Reach::Batch),
    ] {
        let HardOutcome::Spreads { reach, averages } = outcome(name, HardInput::NotANumber) else {
            panic!("{name} does not spread NaN");
        };
        assert_eq!(reach, expected, "{name}");
        assert_eq!(averages.is_empty(), expected < Reach::Feature, "{name}");
    }
}

/// The deviation of equal numbers is 0: a custom equation that divides by it, without eps, is told.
#[test]
fn a_division_by_a_variance_of_zero_is_told() {
    let own = norms::Definition {
        name: "own".to_owned(),
        equation: "gamma * (x - mean(x)) / std(x)".to_owned(),
        over: "features".to_owned(),
        parameters: Vec::<(String, ParameterShape, f64)>::new(),
        constants: Vec::new(),
    };
    let own = NormChoice::defined(own.into(), 1, Vec::new()).expect("sound");
    let outcome =
        hard_outcome(&own, HardInput::ZeroVariance, Evaluator::Fastest, NumberType::Single);
    let message = "the definition itself is not finite".to_owned();
    assert_eq!(outcome, HardOutcome::Wrong(message));
}
