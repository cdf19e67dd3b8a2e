use std::fmt;

use crate::cursor::Cursor;
use crate::error::{EquationError, suggestion};
use crate::lexer::Token;

/// A set of the index axes: part, sample within the part, position, group, channel within the group,
/// and column, the second axis of a matrix of the channels of a group.
///
/// In text `group` means the channels within a group ([`Axes::CHANNELS`]) and `features` means
/// groups and channels together ([`Axes::FEATURES`]); `part` means the samples within a part of the
/// batch ([`Axes::MEMBERS`]) and `samples` parts and members together ([`Axes::SAMPLES`]). Groups
/// without their channels and parts without their members have no word of their own in the language;
/// they are shown as `groups` and `parts`.
///
/// ```
/// use equations::Axes;
/// let batch = Axes::parse("samples+positions").unwrap();
/// assert_eq!(batch, Axes::SAMPLES.union(Axes::POSITIONS));
/// assert_eq!(Axes::ALL.without(batch).to_string(), "features");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Axes(u8);

/// The words for axes, with what they mean.
const WORDS: [(&str, Axes); 7] = [
    ("samples", Axes::SAMPLES),
    ("part", Axes::MEMBERS),
    ("positions", Axes::POSITIONS),
    ("group", Axes::CHANNELS),
    ("features", Axes::FEATURES),
    ("columns", Axes::COLUMNS),
    ("none", Axes::NONE),
];

impl Axes {
    /// No axis: a scalar.
    pub const NONE: Axes = Axes(0);
    /// The samples within a part of the batch.
    pub const MEMBERS: Axes = Axes(1);
    /// The positions of a sample: pixels or tokens.
    pub const POSITIONS: Axes = Axes(2);
    /// The groups of features.
    pub const GROUPS: Axes = Axes(4);
    /// The channels within a group.
    pub const CHANNELS: Axes = Axes(8);
    /// The parts of a batch.
    pub const PARTS: Axes = Axes(16);
    /// The channels within a group once more: the columns of a matrix whose rows are the channels.
    pub const COLUMNS: Axes = Axes(32);
    /// Parts and their members: all samples of a batch.
    pub const SAMPLES: Axes = Axes(16 | 1);
    /// Groups and channels: all features.
    pub const FEATURES: Axes = Axes(4 | 8);
    /// The axes of an activation: all but the columns.
    pub const ALL: Axes = Axes(16 | 1 | 2 | 4 | 8);

    /// The axes in order of storage, slowest first.
    pub const EACH: [Axes; 6] =
        [Axes::PARTS, Axes::MEMBERS, Axes::POSITIONS, Axes::GROUPS, Axes::CHANNELS, Axes::COLUMNS];

    /// The axes in either set.
    #[must_use]
    pub const fn union(self, other: Axes) -> Axes {
        Axes(self.0 | other.0)
    }

    /// The axes in this set that are not in `other`.
    #[must_use]
    pub const fn without(self, other: Axes) -> Axes {
        Axes(self.0 & !other.0)
    }

    /// Whether every axis of `other` is in this set.
    #[must_use]
    pub const fn contains(self, other: Axes) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether the set has no axis.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The number of axes.
    #[must_use]
    pub const fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// One bit for every axis.
    pub(crate) const fn bits(self) -> u8 {
        self.0
    }

    /// The set with the channels in place of the columns and the other way round.
    pub(crate) const fn transposed(self) -> Axes {
        let [channels, columns] = [Axes::CHANNELS, Axes::COLUMNS];
        let kept = self.without(channels).without(columns);
        let kept = if self.contains(channels) { kept.union(columns) } else { kept };
        if self.contains(columns) { kept.union(channels) } else { kept }
    }

    /// Reads a sum of axes such as `features` or `samples+positions`, or `none`.
    ///
    /// # Errors
    /// An unknown axis, or anything that is not a sum of axes.
    pub fn parse(text: &str) -> Result<Axes, EquationError> {
        let mut cursor = Cursor::new(text)?;
        let axes = sum(&mut cursor)?;
        match cursor.peek() {
            Token::End => Ok(axes),
            _ => Err(cursor.expected("`+` or the end of the axes")),
        }
    }
}

impl fmt::Display for Axes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let both = |slow: Axes, fast: Axes, words: [&'static str; 3]| match (
            self.contains(slow),
            self.contains(fast),
        ) {
            (true, true) => words[0],
            (false, true) => words[1],
            (true, false) => words[2],
            (false, false) => "",
        };
        let one = |axis: Axes, word| if self.contains(axis) { word } else { "" };
        let words = [
            both(Axes::PARTS, Axes::MEMBERS, ["samples", "part", "parts"]),
            one(Axes::POSITIONS, "positions"),
            both(Axes::GROUPS, Axes::CHANNELS, ["features", "group", "groups"]),
            one(Axes::COLUMNS, "columns"),
        ];
        let words = words.into_iter().filter(|word| !word.is_empty());
        let sum = words.collect::<Vec<_>>().join("+");
        formatter.write_str(if sum.is_empty() { "none" } else { &sum })
    }
}

/// Reads `axis + axis + ...` at the cursor.
pub(crate) fn sum(cursor: &mut Cursor<'_>) -> Result<Axes, EquationError> {
    let mut axes = word(cursor)?;
    while cursor.accept('+') {
        axes = axes.union(word(cursor)?);
    }
    Ok(axes)
}

fn word(cursor: &mut Cursor<'_>) -> Result<Axes, EquationError> {
    let Token::Name(name) = cursor.peek().clone() else {
        let error = cursor.expected("an axis");
        return Err(match cursor.peek() {
            Token::Number(_) | Token::Symbol('-') => {
                error.with_help("axes have names, such as `features`")
            }
            _ => error,
        });
    };
    let Some((_, axes)) = WORDS.iter().find(|(word, _)| *word == name) else {
        let help = match name.as_str() {
            "axis" | "axes" | "dim" | "dims" => {
                "write the name of the axis, such as `features`".to_owned()
            }
            _ => suggestion(&name, WORDS.iter().map(|(word, _)| *word)),
        };
        let error = cursor.error(cursor.span(), format!("unknown axis `{name}`"));
        return Err(error.with_help(help));
    };
    cursor.advance();
    Ok(*axes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_writable_set_reads_back_what_it_shows() {
        for bits in 0..64 {
            let axes = Axes(bits);
            let groups_alone = axes.contains(Axes::GROUPS) && !axes.contains(Axes::CHANNELS);
            let parts_alone = axes.contains(Axes::PARTS) && !axes.contains(Axes::MEMBERS);
            let read = Axes::parse(&axes.to_string());
            assert_eq!(read.ok(), (!groups_alone && !parts_alone).then_some(axes), "{axes}");
        }
    }

    #[test]
    fn set_operations() {
        assert_eq!(Axes::FEATURES, Axes::GROUPS.union(Axes::CHANNELS));
        assert_eq!(Axes::ALL.without(Axes::FEATURES).to_string(), "samples+positions");
        assert!(Axes::FEATURES.contains(Axes::CHANNELS));
        assert!(!Axes::CHANNELS.contains(Axes::FEATURES));
        assert!(Axes::NONE.is_empty() && !Axes::GROUPS.is_empty());
        assert_eq!(Axes::FEATURES.transposed().to_string(), "groups+columns");
        assert_eq!(Axes::ALL.transposed().transposed(), Axes::ALL);
    }

    #[test]
    fn what_is_not_a_sum_of_axes_is_refused() {
        let message = |text| Axes::parse(text).unwrap_err().message;
        assert_eq!(message(""), "expected an axis, found the end of the text");
        assert_eq!(message("features-group"), "expected `+` or the end of the axes, found `-`");
        assert_eq!(message("samples+"), "expected an axis, found the end of the text");
    }
}
