//! Matrices of the channels of a group: their transposes and products.

use crate::axes::Axes;
use crate::broadcast::{View, added, compensated};
use crate::extents::Extents;

/// Values with their axes.
#[derive(Clone, Copy)]
pub(crate) struct Values<'a> {
    pub(crate) values: &'a [f64],
    pub(crate) varies: Axes,
}

impl Values<'_> {
    fn along(self, axes: Axes, extents: &Extents) -> Vec<f64> {
        View::new(self.values, self.varies, extents).expand(axes, extents)
    }
}

/// The values at channel and column exchanged. Channels and columns lie behind all other axes, so that only
/// matrices change the order of their storage.
pub(crate) fn transpose(e: Values<'_>, extents: &Extents) -> Vec<f64> {
    let matrix = Axes::CHANNELS.union(Axes::COLUMNS);
    if !e.varies.contains(matrix) {
        return e.values.to_vec();
    }
    let count = extents.size(Axes::CHANNELS);
    let mut transposed = Vec::with_capacity(e.values.len());
    for matrix in e.values.chunks_exact((count * count).max(1)) {
        for column in 0..count {
            transposed.extend(matrix.iter().skip(column).step_by(count));
        }
    }
    transposed
}

/// The sum over k of `a` at (channel, k) times `b` at (k, column), by compensated summation. An operand
/// that does not vary along k counts as written out; the product varies along channels where `a` does,
/// and along columns where `b` does.
pub(crate) fn matmul(a: Values<'_>, b: Values<'_>, extents: &Extents) -> Vec<f64> {
    let [channels, columns] = [Axes::CHANNELS, Axes::COLUMNS];
    let outer = a.varies.union(b.varies).without(channels).without(columns);
    let kept = |axes: Axes, axis: Axes| if axes.contains(axis) { axis } else { Axes::NONE };
    let (of_a, of_b) = (kept(a.varies, channels), kept(b.varies, columns));
    let (rows, width) = (extents.size(of_a), extents.size(of_b));
    let inner = extents.size(channels);
    let a = a.along(outer.union(of_a).union(columns), extents);
    let b = b.along(outer.union(channels).union(of_b), extents);
    let mut product = Vec::with_capacity(extents.size(outer) * rows * width);
    let mut sums = vec![(0.0, 0.0); width];
    let pairs = a.chunks_exact((rows * inner).max(1)).zip(b.chunks_exact((inner * width).max(1)));
    for (a, b) in pairs {
        for a in a.chunks_exact(inner) {
            sums.fill((0.0, 0.0));
            for (a, b) in a.iter().zip(b.chunks_exact(width)) {
                for (sum, b) in sums.iter_mut().zip(b) {
                    *sum = added(*sum, &(a * b));
                }
            }
            product.extend(sums.iter().copied().map(compensated));
        }
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXTENTS: Extents = Extents { samples: 2, positions: 1, groups: 1, channels: 2, parts: 1 };
    const MATRIX: Axes = Axes::CHANNELS.union(Axes::COLUMNS);

    fn product(a: (&[f64], Axes), b: (&[f64], Axes)) -> Vec<f64> {
        let [a, b] = [a, b].map(|(values, varies)| Values { values, varies });
        matmul(a, b, &EXTENTS)
    }

    #[test]
    fn matrices_are_transposed() {
        let e = Values { values: &[1.0, 2.0, 3.0, 4.0], varies: MATRIX };
        assert_eq!(transpose(e, &EXTENTS), [1.0, 3.0, 2.0, 4.0]);
        let rows = Values { varies: Axes::SAMPLES.union(Axes::CHANNELS), ..e };
        assert_eq!(transpose(rows, &EXTENTS), e.values);
    }

    #[test]
    fn products_by_hand() {
        let matrix = (&[1.0, 2.0, 3.0, 4.0][..], MATRIX);
        // [1 2; 3 4] [1 2; 3 4] = [7 10; 15 22]
        assert_eq!(product(matrix, matrix), [7.0, 10.0, 15.0, 22.0]);
        // Of a vector, and of one for each of two samples.
        assert_eq!(product(matrix, (&[1.0, -1.0], Axes::CHANNELS)), [-1.0, -1.0]);
        let samples = (&[1.0, -1.0, 0.0, 2.0][..], Axes::SAMPLES.union(Axes::CHANNELS));
        assert_eq!(product(matrix, samples), [-1.0, -1.0, 4.0, 8.0]);
        // A row times a matrix, and times a vector.
        let row = (&[1.0, -1.0][..], Axes::COLUMNS);
        assert_eq!(product(row, matrix), [-2.0, -2.0]);
        assert_eq!(product(row, (&[5.0, 3.0], Axes::CHANNELS)), [2.0]);
        // A number is a matrix or a vector of that number.
        assert_eq!(product(matrix, (&[2.0], Axes::NONE)), [6.0, 14.0]);
        assert_eq!(product((&[1.0, -1.0], Axes::CHANNELS), matrix), [4.0, 6.0, -4.0, -6.0]);
    }
}
