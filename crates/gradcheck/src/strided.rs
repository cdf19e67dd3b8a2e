//! Buffers as a kernel may be handed them: shared storage, seen through strides.

use std::cell::RefCell;
use std::rc::Rc;

/// How the numbers of a buffer lie in its storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Row-major without gaps.
    Contiguous,
    /// Column-major: the strides of a transposed tensor.
    Transposed,
    /// Every second column of a wider buffer that begins before the first entry.
    Sliced,
    /// One row seen many times, by a stride of 0 along the first axis.
    Broadcast,
}

impl Layout {
    /// Every layout, the plain one first.
    pub const ALL: [Layout; 4] =
        [Layout::Contiguous, Layout::Transposed, Layout::Sliced, Layout::Broadcast];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Layout::Contiguous => "contiguous",
            Layout::Transposed => "transposed",
            Layout::Sliced => "sliced",
            Layout::Broadcast => "broadcast",
        }
    }
}

/// What lies between the entries of a sliced buffer. A kernel that reads or writes it is seen.
const GAP: f64 = -77.0;

/// A view of numbers in shared storage. A clone is another view of the same numbers, so a kernel that
/// writes into what it was given, or that returns it, is found out.
///
/// ```
/// use gradcheck::{Layout, Strided};
///
/// let x = Strided::with_layout(&[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], Layout::Transposed);
/// assert_eq!(x.strides(), [1, 2]);
/// assert_eq!(x.to_vec(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
/// x.write(1, -2.0);
/// assert_eq!(x.storage(), [1.0, 4.0, -2.0, 5.0, 3.0, 6.0]);
/// ```
#[derive(Clone, Debug)]
pub struct Strided {
    storage: Rc<RefCell<Vec<f64>>>,
    shape: Vec<usize>,
    strides: Vec<usize>,
    offset: usize,
}

impl Strided {
    /// Row-major storage of its own.
    ///
    /// # Panics
    ///
    /// If the values do not fill the shape.
    pub fn new(shape: &[usize], values: &[f64]) -> Strided {
        Strided::with_layout(shape, values, Layout::Contiguous)
    }

    /// Storage of its own in some layout, for values in row-major order.
    ///
    /// # Panics
    ///
    /// If the values do not fill the shape, or if a broadcast is asked for of rows that differ.
    pub fn with_layout(shape: &[usize], values: &[f64], layout: Layout) -> Strided {
        let count: usize = shape.iter().product();
        assert_eq!(values.len(), count, "values for the shape {shape:?}");
        let (strides, offset, size) = match layout {
            Layout::Contiguous => (row_major(shape), 0, count),
            Layout::Transposed => (column_major(shape), 0, count),
            Layout::Sliced => (row_major(shape).iter().map(|s| 2 * s).collect(), 3, 2 * count + 3),
            Layout::Broadcast => {
                let mut strides = row_major(shape);
                if let Some(first) = strides.first_mut() {
                    *first = 0;
                }
                (strides, 0, count / shape.first().copied().unwrap_or(1).max(1))
            }
        };
        if layout == Layout::Contiguous {
            let storage = Rc::new(RefCell::new(values.to_vec()));
            return Strided { storage, shape: shape.to_vec(), strides, offset };
        }
        let storage = Rc::new(RefCell::new(vec![GAP; size]));
        let strided = Strided { storage, shape: shape.to_vec(), strides, offset };
        strided.write_all(values);
        assert!(strided.holds(values), "rows that differ cannot be broadcast");
        strided
    }

    /// The shape.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Distance in the storage between neighbours along each axis.
    pub fn strides(&self) -> &[usize] {
        &self.strides
    }

    /// Place of the first entry in the storage.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entries in row-major order.
    pub fn to_vec(&self) -> Vec<f64> {
        let storage = self.storage.borrow();
        if self.is_contiguous(&storage) {
            return storage.clone();
        }
        self.places().map(|place| storage[place]).collect()
    }

    /// The whole storage, gaps included.
    pub fn storage(&self) -> Vec<f64> {
        self.storage.borrow().clone()
    }

    /// Overwrites an entry, given by its row-major number, in the shared storage.
    ///
    /// # Panics
    ///
    /// If there is no such entry.
    pub fn write(&self, entry: usize, value: f64) {
        let place = self.place(entry);
        self.storage.borrow_mut()[place] = value;
    }

    /// Overwrites every entry, given in row-major order.
    ///
    /// # Panics
    ///
    /// If there are more or fewer values than entries.
    pub fn write_all(&self, values: &[f64]) {
        assert_eq!(values.len(), self.len(), "values for the shape {:?}", self.shape);
        let mut storage = self.storage.borrow_mut();
        if self.is_contiguous(&storage) {
            return storage.copy_from_slice(values);
        }
        for (place, &value) in self.places().zip(values) {
            storage[place] = value;
        }
    }

    /// Whether both are views of the same storage.
    pub fn shares_storage(&self, other: &Strided) -> bool {
        Rc::ptr_eq(&self.storage, &other.storage)
    }

    fn holds(&self, values: &[f64]) -> bool {
        self.to_vec().iter().zip(values).all(|(a, b)| a.to_bits() == b.to_bits())
    }

    /// Whether the storage is the entries in row-major order and nothing else.
    fn is_contiguous(&self, storage: &[f64]) -> bool {
        self.offset == 0 && storage.len() == self.len() && self.strides == row_major(&self.shape)
    }

    fn places(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.len()).map(|entry| self.place(entry))
    }

    fn place(&self, mut entry: usize) -> usize {
        let mut place = self.offset;
        for (&size, &stride) in self.shape.iter().zip(&self.strides).rev() {
            place += stride * (entry % size);
            entry /= size;
        }
        place
    }
}

fn row_major(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for axis in (0..shape.len().saturating_sub(1)).rev() {
        strides[axis] = strides[axis + 1] * shape[axis + 1];
    }
    strides
}

fn column_major(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for axis in 1..shape.len() {
        strides[axis] = strides[axis - 1] * shape[axis - 1];
    }
    strides
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layout_reads_in_row_major_order() {
        let values: Vec<f64> = (0..12).map(f64::from).collect();
        for layout in [Layout::Contiguous, Layout::Transposed, Layout::Sliced] {
            assert_eq!(Strided::with_layout(&[2, 3, 2], &values, layout).to_vec(), values);
        }
        let row = [1.0, 2.0, 1.0, 2.0, 1.0, 2.0];
        let broadcast = Strided::with_layout(&[3, 2], &row, Layout::Broadcast);
        assert_eq!((broadcast.strides(), broadcast.to_vec()), (&[0, 1][..], row.to_vec()));
        assert_eq!(broadcast.storage(), [1.0, 2.0]);
    }

    #[test]
    fn numpy_has_the_same_strides() {
        // numpy.zeros((2, 3, 4)).strides is (96, 32, 8) bytes; with order="F" it is (8, 16, 48).
        assert_eq!(row_major(&[2, 3, 4]), [12, 4, 1]);
        assert_eq!(column_major(&[2, 3, 4]), [1, 2, 6]);
    }

    #[test]
    fn a_slice_leaves_gaps_and_an_empty_buffer_is_sound() {
        let sliced = Strided::with_layout(&[1, 2], &[5.0, 6.0], Layout::Sliced);
        assert_eq!(sliced.storage(), [GAP, GAP, GAP, 5.0, GAP, 6.0, GAP]);
        for layout in Layout::ALL {
            assert!(Strided::with_layout(&[0, 3], &[], layout).to_vec().is_empty());
        }
    }

    #[test]
    fn views_share_what_is_written() {
        let one = Strided::new(&[2], &[1.0, 2.0]);
        let other = one.clone();
        other.write(0, 7.0);
        assert_eq!(one.to_vec(), [7.0, 2.0]);
        assert!(one.shares_storage(&other));
        assert!(!one.shares_storage(&Strided::new(&[2], &[7.0, 2.0])));
    }
}
