//! What becomes of a norm where implementations of norms go wrong, measured.

mod reach;
mod run;

use std::fmt;

use equations::{Extents, Mode, SizeError};

pub use self::reach::Reach;
use self::reach::reach;
use self::run::{Found, defined, run};
use crate::choice::{Evaluator, NormChoice};
use crate::point::Point;

/// Input that is hard for a norm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HardInput {
    /// One feature, or one in every group.
    OneFeature,
    /// One sample of several positions.
    OneSample,
    /// Several samples of one position.
    OnePosition,
    /// One sample of one position: a batch norm has one value per channel.
    OneRow,
    /// No sample.
    EmptyBatch,
    /// The same number everywhere.
    ZeroVariance,
    /// Standard normal numbers around 1e7, where neighbours of type f32 are 1 apart.
    Offset,
    /// Standard normal numbers times 1e-20, whose squares f32 rounds to 0.
    Tiny,
    /// Standard normal numbers times 1e20, whose squares f32 does not have.
    Large,
    /// NaN for one element of one row.
    NotANumber,
}

impl HardInput {
    /// All of them, in the order in which they are shown.
    pub const ALL: [HardInput; 10] = [
        HardInput::OneFeature,
        HardInput::OneSample,
        HardInput::OnePosition,
        HardInput::OneRow,
        HardInput::EmptyBatch,
        HardInput::ZeroVariance,
        HardInput::Offset,
        HardInput::Tiny,
        HardInput::Large,
        HardInput::NotANumber,
    ];

    fn extents(self, groups: usize) -> Extents {
        let (samples, positions, channels) = match self {
            HardInput::OneFeature => (4, 3, 1),
            HardInput::OneSample => (1, 3, 4),
            HardInput::OnePosition => (4, 1, 4),
            HardInput::OneRow => (1, 1, 4),
            HardInput::EmptyBatch => (0, 3, 4),
            _ => (4, 3, 4),
        };
        Extents { samples, positions, groups, channels, parts: 1 }
    }

    /// A number of x where it was standard normal. All are f32 numbers.
    fn value(self, index: usize, x: f64) -> f64 {
        let value = match self {
            HardInput::ZeroVariance => 3.0,
            HardInput::Offset => 1e7 + x,
            HardInput::Tiny => 1e-20 * x,
            HardInput::Large => 1e20 * x,
            HardInput::NotANumber if index == NOT_A_NUMBER => f64::NAN,
            _ => x,
        };
        f64::from(value as f32)
    }
}

/// The element that is NaN: neither the first nor the last of anything.
const NOT_A_NUMBER: usize = 17;

impl fmt::Display for HardInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            HardInput::OneFeature => "one feature",
            HardInput::OneSample => "one sample",
            HardInput::OnePosition => "one position",
            HardInput::OneRow => "one sample of one position",
            HardInput::EmptyBatch => "empty batch",
            HardInput::ZeroVariance => "all x = 3",
            HardInput::Offset => "x around 1e7",
            HardInput::Tiny => "x times 1e-20",
            HardInput::Large => "x times 1e20",
            HardInput::NotANumber => "NaN in one row",
        })
    }
}

/// What an operation made of hard input.
#[derive(Debug, Clone, PartialEq)]
pub enum HardOutcome {
    /// Training refuses it.
    Refused {
        /// Both numbers: how many values there are, and how many are needed.
        error: SizeError,
        /// Whether the equation alone would give numbers.
        is_finite: bool,
        /// The running averages that the equation alone would make NaN or infinite.
        averages: Vec<String>,
    },
    /// No number comes out, and the running averages stay.
    Empty,
    /// Result and running averages are those of the definition, and the gradients are numbers.
    AsDefined {
        /// The largest difference, in units of the largest number of what it is a part of.
        distance: f64,
    },
    /// The same but for running averages that the type of the values cannot hold: they are infinite from
    /// then on.
    BeyondRange {
        /// The largest difference of what is finite.
        distance: f64,
        /// Their names.
        averages: Vec<String>,
    },
    /// Farther from the definition, but no farther than x is from other numbers of its type: that much of
    /// an answer is all that such numbers have.
    Rounded {
        /// The difference.
        distance: f64,
        /// By how much the definition changes if every x goes to a number beside it.
        by_rounding: f64,
    },
    /// NaN stays where the definition has it.
    Spreads {
        /// How far it gets.
        reach: Reach,
        /// The running averages that are NaN from then on.
        averages: Vec<String>,
    },
    /// What no definition accounts for.
    Wrong(String),
}

impl fmt::Display for HardOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed = |names: &[String]| names.join(", ");
        match self {
            HardOutcome::Refused { error, is_finite, averages } => {
                write!(f, "refused in training: {error}; by itself the equation gives ")?;
                f.write_str(if *is_finite { "numbers" } else { "NaN" })?;
                match &averages[..] {
                    [] => Ok(()),
                    names => write!(f, " and leaves NaN in the running {}", listed(names)),
                }
            }
            HardOutcome::Empty => f.write_str("nothing, and no average moves"),
            HardOutcome::AsDefined { distance } => write!(f, "as defined, within {distance:.0e}"),
            HardOutcome::BeyondRange { distance, averages } => write!(
                f,
                "as defined, within {distance:.0e}, but the running {} is too large for the type \
                 and stays infinite",
                listed(averages)
            ),
            HardOutcome::Rounded { distance, by_rounding } => write!(
                f,
                "{distance:.0e} from the definition, which changes by {by_rounding:.0e} if every x \
                 goes to a number beside it"
            ),
            HardOutcome::Spreads { reach, averages } => match &averages[..] {
                [] => write!(f, "stays in {reach}"),
                names => {
                    write!(f, "reaches {reach} and the running {}, which stay NaN", listed(names))
                }
            },
            HardOutcome::Wrong(what) => write!(f, "WRONG: {what}"),
        }
    }
}

/// What an operation in single precision may differ from the definition, in units of the largest number.
pub const BOUND_IN_SINGLE: f64 = 1e-5;
/// The same in double precision: around 1e7 a number has 9 digits behind the point.
pub const BOUND_IN_DOUBLE: f64 = 1e-8;

/// What the operation that trains a norm, in single precision, makes of every hard input.
///
/// ```
/// use norms::{HardInput, HardOutcome, NormChoice, hard_input};
///
/// let batch = NormChoice::plain(norms::find("batch").unwrap());
/// let found = hard_input(&batch);
/// let (_, one_row) = found.iter().find(|(input, _)| *input == HardInput::OneRow).unwrap();
/// assert_eq!(
///     one_row.to_string(),
///     "refused in training: `var` over samples+positions needs at least 2 values, got 1 \
///      (samples = 1, positions = 1); by itself the equation gives numbers and leaves NaN in the \
///      running v"
/// );
/// ```
pub fn hard_input(choice: &NormChoice) -> Vec<(HardInput, HardOutcome)> {
    let outcome =
        |input| (input, hard_outcome(choice, input, Evaluator::Fastest, NumberType::Single));
    HardInput::ALL.into_iter().map(outcome).collect()
}

/// The type of the values of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberType {
    /// f32.
    Single,
    /// f64.
    Double,
}

impl NumberType {
    fn bound(self) -> f64 {
        match self {
            NumberType::Single => BOUND_IN_SINGLE,
            NumberType::Double => BOUND_IN_DOUBLE,
        }
    }

    fn largest(self) -> f64 {
        match self {
            NumberType::Single => f64::from(f32::MAX),
            NumberType::Double => f64::MAX,
        }
    }

    /// The next number of the type.
    fn beside(self, number: f64, up: bool) -> f64 {
        match (self, up) {
            (NumberType::Single, true) => f64::from((number as f32).next_up()),
            (NumberType::Single, false) => f64::from((number as f32).next_down()),
            (NumberType::Double, true) => number.next_up(),
            (NumberType::Double, false) => number.next_down(),
        }
    }
}

/// What one operation of a norm makes of one input.
pub fn hard_outcome(
    choice: &NormChoice,
    input: HardInput,
    evaluator: Evaluator,
    of_values: NumberType,
) -> HardOutcome {
    let groups = match choice.groups() {
        1 if choice.equation().knows_groups() => 2,
        groups => groups,
    };
    let with_groups = choice.with(groups, choice.values().to_vec());
    let choice = &with_groups.expect("the values are those of the choice");
    let extents = input.extents(groups);
    let mut point = Point::random(choice.equation(), extents, 1);
    point.x.iter_mut().enumerate().for_each(|(index, x)| *x = input.value(index, *x));
    let expected = defined(choice, &point);
    if let (false, Err(error)) =
        (extents.is_empty(), choice.equation().check(&extents, Mode::Train))
    {
        let is_finite = expected.y.iter().all(|y| y.is_finite());
        return HardOutcome::Refused { error, is_finite, averages: not_finite(choice, &expected) };
    }
    let found = match of_values {
        NumberType::Single => run::<f32>(choice, evaluator, &point),
        NumberType::Double => run::<f64>(choice, evaluator, &point),
    };
    let by_rounding = match input {
        HardInput::Offset => by_rounding(choice, &point, of_values, &expected),
        _ => 0.0,
    };
    Comparison { choice, input, of_values, found: &found, expected: &expected, by_rounding }
        .outcome(&extents)
}

/// By how much the definition changes if every x goes to a number beside it, up or down.
fn by_rounding(choice: &NormChoice, point: &Point, of_values: NumberType, expected: &Found) -> f64 {
    let moved = (1..=4).map(|pattern: usize| {
        let mut point = point.clone();
        for (index, x) in point.x.iter_mut().enumerate() {
            // The bits of products with an odd constant are signs without a pattern.
            let up = index.wrapping_add(1).wrapping_mul(0x9e37_79b9 + 2 * pattern) & 64 == 0;
            *x = of_values.beside(*x, up);
        }
        defined(choice, &point).distance(expected)
    });
    moved.fold(0.0, f64::max)
}

/// What an operation made of an input, beside what the definition makes of it.
struct Comparison<'a> {
    choice: &'a NormChoice,
    input: HardInput,
    of_values: NumberType,
    found: &'a Found,
    expected: &'a Found,
    by_rounding: f64,
}

impl Comparison<'_> {
    fn outcome(&self, extents: &Extents) -> HardOutcome {
        let Comparison { choice, input, of_values, found, expected, by_rounding } = *self;
        let wrong = |(a, b): &(&f64, &f64)| a.is_finite() != b.is_finite();
        // A statistic that the type cannot hold leaves an average that it cannot hold either.
        let largest = choice.equation().momentum() * of_values.largest();
        let is_too_large = |(a, b): &(&f64, &f64)| a.is_infinite() && b.abs() > largest;
        let of_y = found.y.iter().zip(&expected.y).find(wrong);
        let averages = || found.state.iter().flatten().zip(expected.state.iter().flatten());
        let of_averages = averages().find(|pair| wrong(pair) && !is_too_large(pair));
        if let Some((found, expected)) = of_y.or(of_averages) {
            return HardOutcome::Wrong(format!("{found} where the definition has {expected:e}"));
        }
        if expected.numbers().any(|number| !number.is_finite()) && input != HardInput::NotANumber {
            return HardOutcome::Wrong("the definition itself is not finite".to_owned());
        }
        let (distance, bound) = (found.distance(expected), of_values.bound());
        if distance > bound.max(by_rounding) {
            let message = format!("{distance:.0e} from the definition, {bound:.0e} allowed");
            return HardOutcome::Wrong(message);
        }
        let lost = found.gradients.iter().flatten().find(|number| !number.is_finite());
        match (input, lost) {
            (HardInput::NotANumber, _) => HardOutcome::Spreads {
                reach: reach(extents, NOT_A_NUMBER, &found.y),
                averages: not_finite(choice, expected),
            },
            (_, Some(number)) => HardOutcome::Wrong(format!("{number} in a gradient")),
            (HardInput::EmptyBatch, None) => HardOutcome::Empty,
            _ if averages().any(|pair| is_too_large(&pair)) => {
                HardOutcome::BeyondRange { distance, averages: not_finite(choice, found) }
            }
            _ if distance > bound => HardOutcome::Rounded { distance, by_rounding },
            _ => HardOutcome::AsDefined { distance },
        }
    }
}

/// The names of the averages that hold something else than numbers.
fn not_finite(choice: &NormChoice, after: &Found) -> Vec<String> {
    let named = choice.equation().running_names().into_iter().zip(&after.state);
    let lost = named.filter(|(_, values)| values.iter().any(|value| !value.is_finite()));
    lost.map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(y: &[f64]) -> Found {
        Found { y: y.to_vec(), state: vec![vec![0.5], vec![1.0]], gradients: vec![vec![1.0]] }
    }

    fn compared(input: HardInput, found: &Found, expected: &Found) -> HardOutcome {
        let choice = &NormChoice::plain(crate::find("batch").expect("listed"));
        let of_values = NumberType::Single;
        let extents = Extents { samples: 1, positions: 1, groups: 1, channels: 2, parts: 1 };
        Comparison { choice, input, of_values, found, expected, by_rounding: 1e-2 }
            .outcome(&extents)
    }

    /// Each of these is what some implementation does: a NaN of its own, a NaN that it swallows, another
    /// number, an average that is lost, a gradient that is.
    #[test]
    fn wrong_outcomes_are_told() {
        let right = found(&[1.0, -1.0]);
        let plain = HardInput::Large;
        let outcome = compared(plain, &right, &right);
        assert_eq!(outcome, HardOutcome::AsDefined { distance: 0.0 });
        let lost_average = Found { state: vec![vec![0.5], vec![f64::NAN]], ..right.clone() };
        let lost_gradient = Found { gradients: vec![vec![f64::INFINITY]], ..right.clone() };
        for (wrong, message) in [
            (found(&[f64::NAN, -1.0]), "NaN where the definition has 1e0"),
            (found(&[1.0, -1.1]), "1e-1 from the definition, 1e-5 allowed"),
            (lost_average.clone(), "NaN where the definition has 1e0"),
            (lost_gradient, "inf in a gradient"),
        ] {
            assert_eq!(compared(plain, &wrong, &right), HardOutcome::Wrong(message.to_owned()));
        }
        let near = compared(plain, &found(&[1.0, -1.001]), &right);
        assert!(matches!(near, HardOutcome::Rounded { .. }), "{near}");
        let infinite = Found { state: vec![vec![0.5], vec![f64::INFINITY]], ..right.clone() };
        let large = |v: f64| Found { state: vec![vec![0.5], vec![v]], ..right.clone() };
        let beyond = compared(plain, &infinite, &large(1e39));
        let averages = vec!["v".to_owned()];
        assert_eq!(beyond, HardOutcome::BeyondRange { distance: 0.0, averages });
        let message = "inf where the definition has 1e30".to_owned();
        assert_eq!(compared(plain, &infinite, &large(1e30)), HardOutcome::Wrong(message));
        let swallowed = compared(HardInput::NotANumber, &right, &found(&[1.0, f64::NAN]));
        assert_eq!(swallowed, HardOutcome::Wrong("-1 where the definition has NaN".to_owned()));
        let accidental = compared(plain, &lost_average, &lost_average);
        let message = "the definition itself is not finite";
        assert_eq!(accidental, HardOutcome::Wrong(message.to_owned()));
    }
}
