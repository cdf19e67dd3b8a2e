//! How the rows of an activation matrix divide into samples and positions.

/// Rows are samples x positions: row = sample * positions + position. Positions are pixels or
/// tokens; a multilayer perceptron has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// The number of samples.
    pub samples: usize,
    /// The number of positions of each sample.
    pub positions: usize,
}

impl Layout {
    /// One position per sample.
    pub fn samples(samples: usize) -> Self {
        Layout { samples, positions: 1 }
    }

    /// The number of rows.
    pub fn rows(self) -> usize {
        self.samples * self.positions
    }
}
