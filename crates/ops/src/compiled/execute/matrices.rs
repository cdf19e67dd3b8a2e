//! Matrices of channels: transposes, and sums of products by `gemm`.

use std::mem::take;

use equations::Axes;

use super::Work;
use crate::Element;
use crate::compiled::steps::{Contraction, Loop};
use crate::matmul::{Existing, Strided, multiply_parts};

impl<E: Element, F: Element> Work<'_, E, F> {
    /// Every `count` x `count` numbers are a matrix.
    pub(super) fn transpose(&mut self, from: usize, out: usize, count: usize) {
        let mut written = take(&mut self.arrays[out]);
        let size = (count * count).max(1);
        let matrices = written.chunks_exact_mut(size).zip(self.arrays[from].chunks_exact(size));
        for (written, matrix) in matrices {
            for (column, row) in written.chunks_exact_mut(count).enumerate() {
                let values = matrix[column..].iter().step_by(count);
                row.iter_mut().zip(values).for_each(|(to, value)| *to = *value);
            }
        }
        self.arrays[out] = written;
    }

    /// Adds up products along the axes that the result does not have.
    pub(super) fn contract(&mut self, contraction: &Contraction) {
        let Contraction { from: [a, b], out, outer, rows, columns, inner, divisor } = contraction;
        let mut written = take(&mut self.arrays[*out]);
        written.fill(0.0);
        let (a, b) = (&self.arrays[*a][..], &self.arrays[*b][..]);
        let mut at = [0; Axes::EACH.len()];
        loop {
            let start = |array: usize| -> usize {
                outer.iter().zip(at).map(|(l, index)| index * l.strides[array]).sum()
            };
            let part = |from: usize, down: &Loop, across: &Loop| Strided {
                start: start(from),
                rows: down.size,
                columns: across.size,
                row_stride: down.strides[from],
                column_stride: across.strides[from],
            };
            let left = part(0, rows, inner);
            let right = part(1, inner, columns);
            let (place, add) = (part(2, rows, columns), Existing::AddTo);
            multiply_parts(&mut written, place, add, (a, left), (b, right));
            let Some(axis) = (0..outer.len()).rfind(|&axis| at[axis] + 1 < outer[axis].size) else {
                break;
            };
            at[axis] += 1;
            at[axis + 1..].fill(0);
        }
        if *divisor != 1.0 {
            written.iter_mut().for_each(|sum| *sum /= divisor);
        }
        self.arrays[*out] = written;
    }
}
