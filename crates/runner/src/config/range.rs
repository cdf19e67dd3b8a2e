//! What a key or an option takes, as data.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::value::Numbers;

/// Names, or numbers between bounds; both where a word may stand in place of a number.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// The names that may be given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// The least number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<f64>,
    /// The largest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<f64>,
    /// What numbers must be above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
    /// What numbers must be below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
}

impl Range {
    /// One of these names.
    pub fn names<'n>(names: impl IntoIterator<Item = &'n str>) -> Range {
        Range { names: names.into_iter().map(str::to_string).collect(), ..Range::default() }
    }

    /// A whole number between these, or one of them.
    pub fn whole(limits: RangeInclusive<usize>) -> Range {
        let (least, most) = (*limits.start() as f64, *limits.end() as f64);
        Range { least: Some(least), most: Some(most), ..Range::default() }
    }
}

impl From<Numbers> for Range {
    fn from(numbers: Numbers) -> Range {
        let zero = Some(0.0);
        match numbers {
            Numbers::Finite => Range::default(),
            Numbers::Positive => Range { above: zero, ..Range::default() },
            Numbers::PositiveOrNone => Range { above: zero, ..Range::names(["none"]) },
            Numbers::NotNegative => Range { least: zero, ..Range::default() },
            Numbers::Fraction => Range { least: zero, below: Some(1.0), ..Range::default() },
        }
    }
}
