use std::fmt;

use crate::cursor::Cursor;
use crate::error::{EquationError, suggestion};
use crate::lexer::Token;

/// A set of the four index axes: sample, position, group, channel within the group.
///
/// In text `group` means the channels within a group ([`Axes::CHANNELS`]) and `features` means
/// groups and channels together ([`Axes::FEATURES`]). The groups without their channels have no
/// word of their own in the language; they are shown as `groups`.
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
const WORDS: [(&str, Axes); 5] = [
    ("samples", Axes::SAMPLES),
    ("positions", Axes::POSITIONS),
    ("group", Axes::CHANNELS),
    ("features", Axes::FEATURES),
    ("none", Axes::NONE),
];

impl Axes {
    /// No axis: a scalar.
    pub const NONE: Axes = Axes(0);
    /// The samples of a batch.
    pub const SAMPLES: Axes = Axes(1);
    /// The positions of a sample: pixels or tokens.
    pub const POSITIONS: Axes = Axes(2);
    /// The groups of features.
    pub const GROUPS: Axes = Axes(4);
    /// The channels within a group.
    pub const CHANNELS: Axes = Axes(8);
    /// Groups and channels: all features.
    pub const FEATURES: Axes = Axes(4 | 8);
    /// All four axes.
    pub const ALL: Axes = Axes(1 | 2 | 4 | 8);

    /// The axes in order of storage, slowest first.
    pub(crate) const EACH: [Axes; 4] =
        [Axes::SAMPLES, Axes::POSITIONS, Axes::GROUPS, Axes::CHANNELS];

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
        let features = match self.without(Axes::SAMPLES.union(Axes::POSITIONS)) {
            Axes::FEATURES => "features",
            Axes::CHANNELS => "group",
            Axes::GROUPS => "groups",
            _ => "",
        };
        let samples = if self.contains(Axes::SAMPLES) { "samples" } else { "" };
        let positions = if self.contains(Axes::POSITIONS) { "positions" } else { "" };
        let words = [samples, positions, features].into_iter().filter(|word| !word.is_empty());
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
        return Err(cursor.expected("an axis"));
    };
    let Some((_, axes)) = WORDS.iter().find(|(word, _)| *word == name) else {
        return Err(cursor
            .error(cursor.span(), format!("unknown axis `{name}`"))
            .with_help(suggestion(&name, WORDS.iter().map(|(word, _)| *word))));
    };
    cursor.advance();
    Ok(*axes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_writable_set_reads_back_what_it_shows() {
        for bits in 0..16 {
            let axes = Axes(bits);
            let groups_alone = axes.contains(Axes::GROUPS) && !axes.contains(Axes::CHANNELS);
            let read = Axes::parse(&axes.to_string());
            assert_eq!(read.ok(), (!groups_alone).then_some(axes), "{axes}");
        }
    }

    #[test]
    fn set_operations() {
        assert_eq!(Axes::FEATURES, Axes::GROUPS.union(Axes::CHANNELS));
        assert_eq!(Axes::ALL.without(Axes::FEATURES).to_string(), "samples+positions");
        assert!(Axes::FEATURES.contains(Axes::CHANNELS));
        assert!(!Axes::CHANNELS.contains(Axes::FEATURES));
        assert!(Axes::NONE.is_empty() && !Axes::GROUPS.is_empty());
    }

    #[test]
    fn what_is_not_a_sum_of_axes_is_refused() {
        let message = |text| Axes::parse(text).unwrap_err().message;
        assert_eq!(message(""), "expected an axis, found the end of the text");
        assert_eq!(message("features-group"), "expected `+` or the end of the axes, found `-`");
        assert_eq!(message("samples+"), "expected an axis, found the end of the text");
    }
}
