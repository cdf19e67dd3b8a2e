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
    if rows == 0 || columns == 0 {
        return;
    }
    // SAFETY: `gemm` reads rows x inner and inner x columns elements of the operands through their
    // strides and writes rows x columns elements of the result with row stride `columns`. Both
    // constructors of `Matrix` keep every (row, column) inside its slice, the result's length is
    // checked above, and the result is borrowed mutably, so it overlaps neither operand.
    #[allow(unsafe_code)] // `gemm` takes pointers; nothing safe is offered.
    unsafe {
        gemm::gemm(
            rows,
            columns,
            inner,
            result.as_mut_ptr(),
            1,
            columns as isize,
            existing == Existing::AddTo,
            left.data.as_ptr(),
            left.column_stride as isize,
            left.row_stride as isize,
            right.data.as_ptr(),
            right.column_stride as isize,
            right.row_stride as isize,
            E::one(),
            E::one(),
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
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
        let last = self.start
            + (self.rows - 1) * self.row_stride
            + (self.columns - 1) * self.column_stride;
        assert!(last < len, "{self:?} in {len} elements");
    }
}

/// Adds a matrix product to a part of `result`, on the calling thread.
pub(crate) fn add_product(
    result: &mut [f64],
    part: Strided,
    (left, of_left): (&[f64], Strided),
    (right, of_right): (&[f64], Strided),
) {
    let (rows, columns, inner) = (part.rows, part.columns, of_left.columns);
    assert_eq!((of_left.rows, of_right.rows, of_right.columns), (rows, inner, columns));
    if rows == 0 || columns == 0 || inner == 0 {
        return;
    }
    part.check(result.len());
    of_left.check(left.len());
    of_right.check(right.len());
    // Different places of the result are different elements: its rows do not reach into each other.
    let [slow, fast] = if part.row_stride >= part.column_stride {
        [(part.rows, part.row_stride), (part.columns, part.column_stride)]
    } else {
        [(part.columns, part.column_stride), (part.rows, part.row_stride)]
    };
    assert!(fast.0 == 1 || fast.1 > 0, "{part:?} has an element twice");
    assert!(slow.0 == 1 || slow.1 > (fast.0 - 1) * fast.1, "{part:?} has an element twice");
    // SAFETY: `gemm` reads and writes the elements start + row * row_stride + column * column_stride of
    // each matrix; strides are not negative, so the last of them is the largest, and it is inside its
    // slice by the checks above. No element of the result is written twice, and the result is borrowed
    // mutably, so it overlaps neither operand.
    #[allow(unsafe_code)] // `gemm` takes pointers; nothing safe is offered.
    unsafe {
        gemm::gemm(
            rows,
            columns,
            inner,
            result.as_mut_ptr().add(part.start),
            part.column_stride as isize,
            part.row_stride as isize,
            true,
            left.as_ptr().add(of_left.start),
            of_left.column_stride as isize,
            of_left.row_stride as isize,
            right.as_ptr().add(of_right.start),
            of_right.column_stride as isize,
            of_right.row_stride as isize,
            1.0,
            1.0,
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
        add_product(&mut result, strided(1, [2, 1], [2, 1]), left, right);
        assert_eq!(result, [0.5, -0.5, 0.5, -0.5]);
    }

    #[test]
    #[should_panic(expected = "in 4 elements")]
    fn a_part_beyond_the_slice_is_refused() {
        let whole = strided(0, [2, 2], [2, 1]);
        let beyond = strided(1, [2, 2], [2, 1]);
        add_product(&mut [0.0; 4], whole, (&[1.0; 4], beyond), (&[1.0; 4], whole));
    }

    #[test]
    #[should_panic(expected = "has an element twice")]
    fn a_result_whose_rows_overlap_is_refused() {
        let whole = strided(0, [2, 2], [2, 1]);
        let overlapping = strided(0, [2, 2], [1, 1]);
        add_product(&mut [0.0; 4], overlapping, (&[1.0; 4], whole), (&[1.0; 4], whole));
    }
}
