//! How far NaN gets.

use std::fmt;

use equations::Extents;

/// What of a result is NaN where one element of x is, from little to much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// No element: something hides it.
    Nothing,
    /// That element.
    Element,
    /// Elements of its row: the features at one position of a sample.
    Row,
    /// Elements of its sample.
    Sample,
    /// Elements of its feature, in several samples.
    Feature,
    /// Elements of several features in several samples.
    Batch,
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reach::Nothing => "no element of the result",
            Reach::Element => "its element",
            Reach::Row => "its row",
            Reach::Sample => "its sample",
            Reach::Feature => "its feature in several samples",
            Reach::Batch => "several features in several samples",
        })
    }
}

/// The smallest of them that has every element of `y` that is not finite.
pub(super) fn reach(extents: &Extents, element: usize, y: &[f64]) -> Reach {
    let features = extents.features();
    let place = |index: usize| {
        let row = index / features;
        (row / extents.positions, row, index % features)
    };
    let (sample, row, feature) = place(element);
    let lost = y.iter().enumerate().filter(|(_, y)| !y.is_finite());
    let lost: Vec<(usize, (usize, usize, usize))> =
        lost.map(|(index, _)| (index, place(index))).collect();
    if lost.is_empty() {
        Reach::Nothing
    } else if lost.iter().all(|(index, _)| *index == element) {
        Reach::Element
    } else if lost.iter().all(|(_, (_, of_row, _))| *of_row == row) {
        Reach::Row
    } else if lost.iter().all(|(_, (of_sample, ..))| *of_sample == sample) {
        Reach::Sample
    } else if lost.iter().all(|(_, (.., of_feature))| *of_feature == feature) {
        Reach::Feature
    } else {
        Reach::Batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_part_that_has_every_nan_is_named() {
        // Elements 0 to 7 are two samples of two positions of two features; element 3 is the second
        // feature at the second position of the first.
        let extents = Extents { samples: 2, positions: 2, groups: 1, channels: 2, parts: 1 };
        for (lost, expected) in [
            (&[][..], Reach::Nothing),
            (&[3], Reach::Element),
            (&[2, 3], Reach::Row),
            (&[1, 3], Reach::Sample),
            (&[1, 3, 5, 7], Reach::Feature),
            (&[3, 4], Reach::Batch),
        ] {
            let y: Vec<f64> =
                (0..8).map(|i| if lost.contains(&i) { f64::NAN } else { 0.0 }).collect();
            assert_eq!(reach(&extents, 3, &y), expected, "{lost:?}");
        }
    }
}
