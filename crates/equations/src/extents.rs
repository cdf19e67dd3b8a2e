use crate::axes::Axes;
use crate::broadcast::{AXES, View};

/// Sizes of the axes.
///
/// An activation is stored row-major as `[samples][positions][groups][channels]`, so that
/// row = sample * positions + position and feature = group * channels + channel. The samples are
/// those of the first part, then those of the second, and so on. Where something is a matrix of
/// channels, its columns are stored behind all other axes.
///
/// ```
/// use equations::{Axes, Extents};
/// let extents = Extents::new(2, 3, 8, 4).unwrap();
/// assert_eq!(extents.channels, 2);
/// assert_eq!(extents.rows(), 6);
/// assert_eq!(extents.size(Axes::SAMPLES.union(Axes::CHANNELS)), 4);
/// assert_eq!(
///     Extents::new(2, 3, 8, 3).unwrap_err().to_string(),
///     "8 features cannot be divided into 3 groups of equal size"
/// );
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Extents {
    /// Samples in the batch.
    pub samples: usize,
    /// Positions in a sample; 1 without spatial or sequence structure.
    pub positions: usize,
    /// Groups of features; 1 without groups.
    pub groups: usize,
    /// Channels within a group.
    pub channels: usize,
    /// Parts of equal size in which the batch falls; 1 without parts.
    pub parts: usize,
}

impl Extents {
    /// The extents of `samples * positions` rows of `features` features in `groups` groups.
    ///
    /// # Errors
    /// Groups that do not divide the features, no groups at all, or more elements than memory
    /// can be addressed.
    pub fn new(
        samples: usize,
        positions: usize,
        features: usize,
        groups: usize,
    ) -> Result<Extents, SizeError> {
        if groups == 0 || !features.is_multiple_of(groups) {
            return Err(SizeError::Groups { features, groups });
        }
        let elements = samples.checked_mul(positions).and_then(|rows| rows.checked_mul(features));
        if elements.is_none() {
            return Err(SizeError::TooLarge { samples, positions, features });
        }
        Ok(Extents { samples, positions, groups, channels: features / groups, parts: 1 })
    }

    /// The same with the batch in so many parts.
    ///
    /// # Errors
    /// Parts that do not divide the samples, or no parts at all.
    ///
    /// ```
    /// use equations::{Axes, Extents};
    /// let extents = Extents::new(6, 1, 4, 1).unwrap().with_parts(2).unwrap();
    /// assert_eq!((extents.size(Axes::SAMPLES), extents.size(Axes::MEMBERS)), (6, 3));
    /// assert_eq!(
    ///     extents.with_parts(4).unwrap_err().to_string(),
    ///     "6 samples cannot be divided into 4 parts of equal size"
    /// );
    /// ```
    pub fn with_parts(self, parts: usize) -> Result<Extents, SizeError> {
        if parts == 0 || !self.samples.is_multiple_of(parts) {
            return Err(SizeError::Parts { samples: self.samples, parts });
        }
        Ok(Extents { parts, ..self })
    }

    /// The number of elements along a set of axes; 1 for [`Axes::NONE`].
    #[must_use]
    pub fn size(&self, axes: Axes) -> usize {
        self.shape(axes).into_iter().product()
    }

    /// Rows of the activation: samples times positions.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.samples * self.positions
    }

    /// Features of a row: groups times channels.
    #[must_use]
    pub fn features(&self) -> usize {
        self.groups * self.channels
    }

    /// Elements of the activation.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows() * self.features()
    }

    /// Whether the activation has no elements, as with an empty batch.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Values that are stored along some axes, written out along others.
    ///
    /// # Panics
    /// When there are not as many values as the axes have.
    ///
    /// ```
    /// use equations::{Axes, Extents};
    /// let extents = Extents::new(2, 1, 3, 1).unwrap();
    /// let gamma = [1.0, 2.0, 3.0];
    /// assert_eq!(extents.expand(&gamma, Axes::FEATURES, Axes::ALL), [1.0, 2.0, 3.0, 1.0, 2.0, 3.0]);
    /// ```
    #[must_use]
    pub fn expand(&self, values: &[f64], along: Axes, axes: Axes) -> Vec<f64> {
        assert_eq!(values.len(), self.size(along), "values along {along}");
        View::new(values, along, self).expand(axes, self)
    }

    /// The size of every axis in the set, 1 for the axes outside it.
    pub(crate) fn shape(&self, axes: Axes) -> [usize; AXES] {
        let members = self.samples / self.parts;
        let sizes =
            [self.parts, members, self.positions, self.groups, self.channels, self.channels];
        std::array::from_fn(|axis| if axes.contains(Axes::EACH[axis]) { sizes[axis] } else { 1 })
    }

    /// The sizes behind a set of axes in words, for error messages.
    pub(crate) fn describe(&self, axes: Axes) -> String {
        let mut words = Vec::new();
        if axes.contains(Axes::SAMPLES) {
            words.push(format!("samples = {}", self.samples));
        } else if axes.contains(Axes::MEMBERS) {
            words.push(format!("samples = {} in parts = {}", self.samples, self.parts));
        }
        if axes.contains(Axes::POSITIONS) {
            words.push(format!("positions = {}", self.positions));
        }
        if axes.contains(Axes::GROUPS) {
            words.push(format!("features = {}", self.features()));
        } else if axes.contains(Axes::CHANNELS) {
            words.push(format!("features = {} in groups = {}", self.features(), self.groups));
        }
        if axes.contains(Axes::COLUMNS) {
            words.push(format!("columns = {}", self.channels));
        }
        if words.is_empty() { "no axes".to_owned() } else { words.join(", ") }
    }
}

/// Sizes for which an equation has no meaning.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SizeError {
    /// The groups do not divide the features.
    #[error("{features} features cannot be divided into {groups} groups of equal size")]
    Groups {
        /// Features of a row.
        features: usize,
        /// Groups asked for.
        groups: usize,
    },
    /// The parts do not divide the samples.
    #[error("{samples} samples cannot be divided into {parts} parts of equal size")]
    Parts {
        /// Samples of the batch.
        samples: usize,
        /// Parts asked for.
        parts: usize,
    },
    /// The number of elements overflows.
    #[error("{samples} samples of {positions} positions of {features} features are too many")]
    TooLarge {
        /// Samples asked for.
        samples: usize,
        /// Positions asked for.
        positions: usize,
        /// Features asked for.
        features: usize,
    },
    /// A variance of a single value is 0 whatever the value is.
    #[error("`{statistic}` over {axes} needs at least 2 values, got 1 ({sizes})")]
    OneValue {
        /// `var` or `std`.
        statistic: &'static str,
        /// The axes it reduces.
        axes: Axes,
        /// The sizes of those axes in words.
        sizes: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_axes() {
        let extents = Extents::new(2, 3, 20, 5).unwrap();
        assert_eq!(extents, Extents { samples: 2, positions: 3, groups: 5, channels: 4, parts: 1 });
        assert_eq!(extents.size(Axes::NONE), 1);
        assert_eq!(extents.size(Axes::CHANNELS), 4);
        assert_eq!(extents.size(Axes::FEATURES), 20);
        assert_eq!(extents.size(Axes::ALL), 120);
        assert_eq!((extents.rows(), extents.features(), extents.len()), (6, 20, 120));
    }

    #[test]
    fn impossible_sizes_are_errors() {
        let no_groups = Extents::new(1, 1, 4, 0).unwrap_err();
        assert_eq!(no_groups, SizeError::Groups { features: 4, groups: 0 });
        let huge = Extents::new(usize::MAX, 2, 4, 1).unwrap_err();
        assert!(huge.to_string().ends_with("2 positions of 4 features are too many"), "{huge}");
    }

    #[test]
    fn an_empty_batch_has_extents() {
        assert!(Extents::new(0, 3, 20, 5).unwrap().is_empty());
    }
}
