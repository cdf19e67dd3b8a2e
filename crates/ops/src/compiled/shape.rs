//! The axes of a program at given sizes: those that never differ become one.

use equations::{Axes, Extents};

/// The axes that loops run over, slowest first. Axes of size 1 are left out, and neighbours are one
/// axis where everything varies along both or along neither.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) axes: Vec<Axis>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    axes: Axes,
    pub(super) size: usize,
}

/// A set of the axes of a shape, one bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mask(u32);

impl Shape {
    /// `used` are the sets of axes that the program speaks of.
    pub(super) fn new(extents: &Extents, used: &[Axes]) -> Shape {
        let mut axes: Vec<Axis> = Vec::new();
        let has_columns = used.iter().any(|used| used.contains(Axes::COLUMNS));
        let each = Axes::EACH.into_iter().filter(|axis| has_columns || *axis != Axes::COLUMNS);
        for axis in each.filter(|axis| extents.size(*axis) != 1) {
            // Columns stay apart, as channels become columns and the other way round.
            let alike = |last: &Axis| {
                axis != Axes::COLUMNS
                    && used.iter().all(|used| used.contains(axis) == used.contains(last.axes))
            };
            let size = extents.size(axis);
            match axes.last_mut().filter(|last| alike(last)) {
                Some(last) => *last = Axis { axes: last.axes.union(axis), size: last.size * size },
                None => axes.push(Axis { axes: axis, size }),
            }
        }
        if axes.is_empty() {
            axes.push(Axis { axes: Axes::CHANNELS, size: 1 });
        }
        Shape { axes }
    }

    pub(super) fn mask(&self, axes: Axes) -> Mask {
        let bits = self.axes.iter().enumerate();
        Mask(bits.filter(|(_, a)| axes.contains(a.axes)).fold(0, |mask, (i, _)| mask | 1 << i))
    }

    /// The indices of the axes of an activation from one on: columns are none.
    pub(super) fn inner(&self, outer: usize) -> impl Iterator<Item = (usize, usize)> {
        let axes = self.axes.iter().enumerate().skip(outer);
        axes.filter(|(_, axis)| axis.axes != Axes::COLUMNS).map(|(index, axis)| (index, axis.size))
    }

    pub(super) fn all(&self) -> Mask {
        Mask((1 << self.axes.len()) - 1)
    }

    /// The number of elements of what varies along a set of axes.
    pub(super) fn size(&self, mask: Mask) -> usize {
        mask.indices().map(|index| self.axes[index].size).product()
    }

    /// How far apart neighbours are along every axis, 0 where nothing varies.
    pub(super) fn strides(&self, mask: Mask) -> Vec<usize> {
        let mut strides = vec![0; self.axes.len()];
        let mut stride = 1;
        for index in (0..strides.len()).rev() {
            if mask.has(index) {
                strides[index] = stride;
                stride *= self.axes[index].size;
            }
        }
        strides
    }
}

impl Mask {
    pub(super) fn has(self, index: usize) -> bool {
        self.0 & (1 << index) != 0
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn indices(self) -> impl Iterator<Item = usize> {
        (0..32).filter(move |index| self.has(*index))
    }
}
