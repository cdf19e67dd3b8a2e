//! Sums whose order does not depend on the instruction set.
//!
//! Loops over many elements are compiled several times, for AVX-512, AVX2 and the baseline, by the
//! attribute `multiversion`, and the widest that the processor has is chosen at run time, so that a
//! plain release build is fast everywhere. The versions give the same bits: Rust never contracts a
//! product and a sum into one rounding, and the order of the sums here is part of the function.
//! What such a loop calls must be `#[inline(always)]`, else it is compiled for the baseline alone.

use crate::{Buffer, Element};

/// As many partial sums as the widest vector holds f32 numbers.
pub(crate) const LANES: usize = 16;

/// The sum of a slice: 16 interleaved partial sums, then a tree.
///
/// The order of additions is part of the function, so the same numbers give the same bits on every
/// processor, and the error grows as n/16 rather than n.
///
/// ```
/// assert_eq!(ops::sum(&[1.0_f32; 100]), 100.0);
/// ```
#[inline(always)]
pub fn sum<E: Element>(values: &[E]) -> E {
    sum_of(values, values, |a, _| a)
}

/// The sum of products of two slices of equal length.
///
/// ```
/// assert_eq!(ops::dot(&[1.0_f64, 2.0, 3.0], &[10.0, 100.0, 1000.0]), 3210.0);
/// ```
#[inline(always)]
pub fn dot<E: Element>(a: &[E], b: &[E]) -> E {
    sum_of(a, b, |a, b| a * b)
}

/// The sum of `term(a, b)` over two slices of equal length, in the order of [`sum`].
#[inline(always)]
pub fn sum_of<E: Element>(a: &[E], b: &[E], term: impl Fn(E, E) -> E) -> E {
    debug_assert_eq!(a.len(), b.len());
    let mut lanes = [E::default(); LANES];
    let (a_chunks, a_rest) = a.as_chunks::<LANES>();
    let (b_chunks, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a_chunks.iter().zip(b_chunks) {
        for lane in 0..LANES {
            lanes[lane] += term(a[lane], b[lane]);
        }
    }
    for (lane, (&a, &b)) in lanes.iter_mut().zip(a_rest.iter().zip(b_rest)) {
        *lane += term(a, b);
    }
    tree(lanes)
}

/// The sum of partial sums.
#[inline(always)]
pub(crate) fn tree<E: Element>(mut lanes: [E; LANES]) -> E {
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] += lanes[lane + width];
        }
        width /= 2;
    }
    lanes[0]
}

/// Adds every row of a matrix to `sums`, one sum per column.
#[inline(always)]
pub fn column_sums<E: Element>(sums: &mut [E], rows: &[E]) {
    let width = sums.len();
    column_sums_of(sums, rows, rows, &Buffer::zeros(width), |element, _, _| element);
}

/// How many rows are summed before their sum is added to the total: the error then grows with
/// the number of blocks rather than of rows.
const BLOCK_ROWS: usize = 64;

/// Adds the sum over the rows of `term(a, b, p)` to `sums`, one sum per column: a and b are
/// matrices of equal shape, p is a number per column.
///
/// # Panics
/// If a, b and p do not fit the number of sums.
#[inline(always)]
pub fn column_sums_of<E: Element>(
    sums: &mut [E],
    a: &[E],
    b: &[E],
    per_column: &[E],
    term: impl Fn(E, E, E) -> E,
) {
    let width = sums.len();
    assert!(a.len() == b.len() && per_column.len() == width, "shapes differ");
    if width == 0 {
        return;
    }
    assert!(a.len().is_multiple_of(width), "{} elements in columns of {width}", a.len());
    let whole = width - width % LANES;
    for (a, b) in a.chunks(BLOCK_ROWS * width).zip(b.chunks(BLOCK_ROWS * width)) {
        let rows = || a.chunks_exact(width).zip(b.chunks_exact(width));
        for start in (0..whole).step_by(LANES) {
            let columns = start..start + LANES;
            let p: &[E; LANES] = per_column[columns.clone()].try_into().expect("LANES columns");
            let mut lanes = [E::default(); LANES];
            for (a, b) in rows() {
                let a: &[E; LANES] = a[columns.clone()].try_into().expect("LANES columns");
                let b: &[E; LANES] = b[columns.clone()].try_into().expect("LANES columns");
                for lane in 0..LANES {
                    lanes[lane] += term(a[lane], b[lane], p[lane]);
                }
            }
            for (sum, lane) in sums[columns].iter_mut().zip(lanes) {
                *sum += lane;
            }
        }
        for column in whole..width {
            let block = rows().map(|(a, b)| term(a[column], b[column], per_column[column]));
            sums[column] += block.sum::<E>();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_around_the_lanes_is_summed_whole() {
        for len in 0..70 {
            // The numbers 1..=n sum to n (n + 1) / 2.
            let values: Vec<f64> = (1..=len).map(f64::from).collect();
            assert_eq!(sum(&values), f64::from(len * (len + 1) / 2));
        }
    }

    #[multiversion::multiversion(targets = "simd")]
    fn wide_sum(values: &[f32]) -> f32 {
        sum(values)
    }

    #[test]
    fn dispatched_and_plain_sums_have_the_same_bits() {
        let values: Vec<f32> = (0..1000).map(|i| (i as f32 * 0.37).sin()).collect();
        let plain = sum(&values);
        assert_eq!(wide_sum(&values).to_bits(), plain.to_bits());
    }

    #[test]
    fn columns_are_summed_apart() {
        let mut sums = [0.0_f32; 3];
        column_sums(&mut sums, &[1.0, 2.0, 3.0, 10.0, 20.0, 30.0]);
        assert_eq!(sums, [11.0, 22.0, 33.0]);
    }

    #[test]
    fn columns_around_the_lanes_and_rows_around_the_blocks_are_summed_whole() {
        for (rows, width) in [(1, 1), (64, 16), (65, 17), (130, 33), (0, 5), (0, 0)] {
            let ones = vec![1.0_f64; rows * width];
            let p: Vec<f64> = (0..width).map(|column| column as f64).collect();
            let mut sums = vec![0.5; width];
            column_sums_of(&mut sums, &ones, &ones, &p, |a, b, p| a + b + p);
            for (column, &sum) in sums.iter().enumerate() {
                assert_eq!(sum, 0.5 + (rows * (2 + column)) as f64);
            }
        }
    }
}
