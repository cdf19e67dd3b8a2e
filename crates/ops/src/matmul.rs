//! Matrix products on slices: the one place that calls `gemm`.

use crate::Element;

/// A row-major matrix, or the transpose of one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Matrix<'a, E> {
    data: &'a [E],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a, E> Matrix<'a, E> {
    pub(crate) fn new(data: &'a [E], rows: usize, columns: usize) -> Self {
        assert_eq!(data.len(), rows * columns, "{} elements, {rows} x {columns}", data.len());
        Matrix { data, rows, columns, row_stride: columns, column_stride: 1 }
    }

    pub(crate) fn transposed(self) -> Self {
        Matrix {
            data: self.data,
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
        }
    }

    fn part(self) -> (&'a [E], Strided) {
        let Matrix { data, rows, columns, row_stride, column_stride } = self;
        (data, Strided { start: 0, rows, columns, row_stride, column_stride })
    }
}

/// What a product does with the numbers that it finds in its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existing {
    Overwrite,
    AddTo,
}

/// Writes `left` times `right` to `result`, row-major, on the calling thread.
pub(crate) fn multiply<E: Element>(
    result: &mut [E],
    existing: Existing,
    left: Matrix<E>,
    right: Matrix<E>,
) {
    let (rows, columns, inner) = (left.rows, right.columns, left.columns);
    assert_eq!(inner, right.rows, "{rows} x {inner} times {} x {columns}", right.rows);
    assert_eq!(result.len(), rows * columns, "{} elements, {rows} x {columns}", result.len());
    let part = Strided { start: 0, rows, columns, row_stride: columns, column_stride: 1 };
    multiply_parts(result, part, existing, left.part(), right.part());
}

/// A part of a slice that is a matrix.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Strided {
    /// Where its first element is.
    pub(crate) start: usize,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) row_stride: usize,
    pub(crate) column_stride: usize,
}

impl Strided {
    /// # Panics
    /// If the last element lies behind the end of the slice.
    fn check(&self, len: usize) {
        if self.rows == 0 || self.columns == 0 {
            return;
        }
        let last = self.start
            + (self.rows - 1) * self.row_stride
            + (self.columns - 1) * self.column_stride;
        assert!(last < len, "{self:?} in {len} elements");
    }

    /// # Panics
    /// If two of its places are one element.
    fn check_places(&self) {
        let [slow, fast] = if self.row_stride >= self.column_stride {
            [(self.rows, self.row_stride), (self.columns, self.column_stride)]
        } else {
            [(self.columns, self.column_stride), (self.rows, self.row_stride)]
        };
        // Those of the fast axis are apart, and those of the slow one beyond them.
        let apart = (fast.0 == 1 || fast.1 > 0) && (slow.0 == 1 || slow.1 > (fast.0 - 1) * fast.1);
        assert!(apart, "{self:?} has an element twice");
    }
}

/// Writes `left` times `right` to a part of `result`, on the calling thread.
pub(crate) fn multiply_parts<E: Element>(
    result: &mut [E],
    part: Strided,
    existing: Existing,
    (left, of_left): (&[E], Strided),
    (right, of_right): (&[E], Strided),
) {
    let (rows, columns, inner) = (part.rows, part.columns, of_left.columns);
    assert_eq!((of_left.rows, of_right.rows, of_right.columns), (rows, inner, columns));
    if rows == 0 || columns == 0 {
        return;
    }
    part.check(result.len());
    part.check_places();
    of_left.check(left.len());
    of_right.check(right.len());
    // SAFETY: `gemm` reads and writes the elements start + row * row_stride + column * column_stride of
    // each matrix; strides are not negative, so the last of them is the largest, and it is inside its
    // slice by the checks above. Without inner ones nothing of the operands is read. No element of the
    // result is written twice, and the result is borrowed mutably, so it overlaps neither operand.
    #[allow(unsafe_code)] // `gemm` takes pointers; nothing safe is offered.
    unsafe {
        gemm::gemm(
            rows,
            columns,
            inner,
            result[part.start..].as_mut_ptr(),
            part.column_stride as isize,
            part.row_stride as isize,
            existing == Existing::AddTo,
            left[of_left.start..].as_ptr(),
            of_left.column_stride as isize,
            of_left.row_stride as isize,
            right[of_right.start..].as_ptr(),
            of_right.column_stride as isize,
            of_right.row_stride as isize,
            E::one(),
            E::one(),
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition of a product, with its own indices.
    fn by_hand(left: &[f64], right: &[f64], rows: usize, inner: usize, columns: usize) -> Vec<f64> {
        let mut result = vec![0.0; rows * columns];
        for row in 0..rows {
            for column in 0..columns {
                for k in 0..inner {
                    result[row * columns + column] +=
                        left[row * inner + k] * right[k * columns + column];
                }
            }
        }
        result
    }

    fn numbers(len: usize, start: f64) -> Vec<f64> {
        (0..len).map(|i| (start + i as f64 * 1.7).sin()).collect()
    }

    #[test]
    fn products_of_all_orientations_equal_the_definition() {
        for (rows, inner, columns) in [(1, 1, 1), (3, 5, 2), (7, 1, 9), (17, 33, 65), (4, 0, 3)] {
            let (a, b) = (numbers(rows * inner, 0.3), numbers(inner * columns, 0.9));
            let expected = by_hand(&a, &b, rows, inner, columns);
            let a_transposed: Vec<f64> =
                (0..inner * rows).map(|i| a[i % rows * inner + i / rows]).collect();
            let b_transposed: Vec<f64> =
                (0..inner * columns).map(|i| b[i % inner * columns + i / inner]).collect();
            let lefts = [
                Matrix::new(&a, rows, inner),
                Matrix::new(&a_transposed, inner, rows).transposed(),
            ];
            let rights = [
                Matrix::new(&b, inner, columns),
                Matrix::new(&b_transposed, columns, inner).transposed(),
            ];
            for left in lefts {
                for right in rights {
                    let mut result = vec![1.0; rows * columns];
                    multiply(&mut result, Existing::AddTo, left, right);
                    for (got, want) in result.iter().zip(&expected) {
                        assert!((got - 1.0 - want).abs() <= 1e-14 * (1.0 + inner as f64));
                    }
                    let mut result = vec![f64::NAN; rows * columns];
                    multiply(&mut result, Existing::Overwrite, left, right);
                    for (got, want) in result.iter().zip(&expected) {
                        assert!((got - want).abs() <= 1e-14 * (1.0 + inner as f64));
                    }
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "2 x 3 times 2 x 3")]
    fn shapes_that_do_not_fit_are_a_bug() {
        let a = [0.0_f32; 6];
        let (left, right) = (Matrix::new(&a, 2, 3), Matrix::new(&a, 2, 3));
        multiply(&mut [0.0; 6], Existing::Overwrite, left, right);
    }

    /// A row-major part of a slice.
    fn strided(start: usize, [rows, columns]: [usize; 2], [row, column]: [usize; 2]) -> Strided {
        Strided { start, rows, columns, row_stride: row, column_stride: column }
    }

    #[test]
    fn products_of_parts_are_added_where_they_belong() {
        // [1 2; 3 4] stands column by column behind a number, and is multiplied with (1, -1) in every second place.
        let (left, right) = ([9.0, 1.0, 3.0, 2.0, 4.0], [1.0, 9.0, -1.0]);
        let mut result = [0.5; 4];
        let (left, right) =
            ((&left[..], strided(1, [2, 2], [1, 2])), (&right[..], strided(0, [2, 1], [2, 1])));
        let part = strided(1, [2, 1], [2, 1]);
        multiply_parts(&mut result, part, Existing::AddTo, left, right);
        assert_eq!(result, [0.5, -0.5, 0.5, -0.5]);
    }

    #[test]
    #[should_panic(expected = "in 4 elements")]
    fn a_part_beyond_the_slice_is_refused() {
        let whole = strided(0, [2, 2], [2, 1]);
        let beyond = strided(1, [2, 2], [2, 1]);
        let ones = [1.0; 4];
        multiply_parts(&mut [0.0; 4], whole, Existing::AddTo, (&ones, beyond), (&ones, whole));
    }

    #[test]
    #[should_panic(expected = "has an element twice")]
    fn a_result_whose_rows_overlap_is_refused() {
        let whole = strided(0, [2, 2], [2, 1]);
        let overlapping = strided(0, [2, 2], [1, 1]);
        let ones = (&[1.0; 4][..], whole);
        multiply_parts(&mut [0.0; 4], overlapping, Existing::AddTo, ones, ones);
    }
}
