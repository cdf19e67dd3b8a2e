//! Reductions to totals in double precision.

use multiversion::multiversion;

use super::{Lane, Operand, larger, smaller};
use crate::Element;
use crate::compiled::program::Reduction;
use crate::reduce::{LANES, tree};

/// The value of a reduction of nothing.
pub(in crate::compiled) fn identity(reduction: Reduction) -> f64 {
    match reduction {
        Reduction::Sum | Reduction::Mean => 0.0,
        Reduction::Maximum => f64::NEG_INFINITY,
        Reduction::Minimum => f64::INFINITY,
    }
}

/// Takes two partial results of a reduction together.
#[inline(always)]
pub(in crate::compiled) fn together(reduction: Reduction, a: f64, b: f64) -> f64 {
    match reduction {
        Reduction::Sum | Reduction::Mean => a + b,
        Reduction::Maximum => larger(a, b),
        Reduction::Minimum => smaller(a, b),
    }
}

/// The sum of `term(a, b)`: two rows of partial sums, which keep the adders busy, then a tree.
#[inline(always)]
fn wide_sum<F: Element>(a: &[F], b: &[F], term: impl Fn(F, F) -> f64) -> f64 {
    if a.len() < 2 * LANES {
        return short_sum(a, b, term);
    }
    let (mut one, mut two) = ([0.0; LANES], [0.0; LANES]);
    let (a_pairs, a_rest) = a.as_chunks::<{ 2 * LANES }>();
    let (b_pairs, b_rest) = b.as_chunks::<{ 2 * LANES }>();
    for (a, b) in a_pairs.iter().zip(b_pairs) {
        let ((a_one, a_two), (b_one, b_two)) = (a.split_at(LANES), b.split_at(LANES));
        for lane in 0..LANES {
            one[lane] += term(a_one[lane], b_one[lane]);
        }
        for lane in 0..LANES {
            two[lane] += term(a_two[lane], b_two[lane]);
        }
    }
    let (a_one, a_rest) = a_rest.as_chunks::<LANES>();
    let (b_one, b_rest) = b_rest.as_chunks::<LANES>();
    for (a, b) in a_one.iter().zip(b_one) {
        for lane in 0..LANES {
            one[lane] += term(a[lane], b[lane]);
        }
    }
    for (lane, (&a, &b)) in two.iter_mut().zip(a_rest.iter().zip(b_rest)) {
        *lane += term(a, b);
    }
    for lane in 0..LANES {
        one[lane] += two[lane];
    }
    tree(one)
}

/// The sum of `term(a, b)` over slices too short for many partial sums.
#[inline(always)]
fn short_sum<F: Element>(a: &[F], b: &[F], term: impl Fn(F, F) -> f64) -> f64 {
    let mut lanes = [0.0; 4];
    let (a_chunks, a_rest) = a.as_chunks::<4>();
    let (b_chunks, b_rest) = b.as_chunks::<4>();
    for (a, b) in a_chunks.iter().zip(b_chunks) {
        for lane in 0..4 {
            lanes[lane] += term(a[lane], b[lane]);
        }
    }
    for (lane, (&a, &b)) in lanes.iter_mut().zip(a_rest.iter().zip(b_rest)) {
        *lane += term(a, b);
    }
    (lanes[0] + lanes[2]) + (lanes[1] + lanes[3])
}

/// Where the parts of a reduction go.
#[derive(Debug)]
pub(in crate::compiled) enum Totals<'a> {
    /// One number for every lane.
    Lanes(&'a mut [f64]),
    /// One number for every column.
    Columns(&'a mut [f64]),
}

/// Takes the lanes of a block together with totals.
#[multiversion(targets = "simd")]
pub(in crate::compiled) fn reduce<F: Element>(
    reduction: Reduction,
    totals: Totals<'_>,
    e: Operand<'_, F>,
    lanes: usize,
    columns: usize,
) {
    match totals {
        Totals::Lanes(totals) => {
            for (lane, total) in totals.iter_mut().enumerate() {
                let part = match (reduction, e.lane(lane, columns)) {
                    (Reduction::Sum | Reduction::Mean, Lane::Slice(e)) => {
                        wide_sum(e, e, |e, _| e.double())
                    }
                    (Reduction::Sum | Reduction::Mean, Lane::Uniform(e)) => columns as f64 * e,
                    (_, Lane::Uniform(e)) => e,
                    (_, Lane::Slice(e)) => e.iter().fold(identity(reduction), |total, &e| {
                        together(reduction, total, e.double())
                    }),
                };
                *total = together(reduction, *total, part);
            }
        }
        Totals::Columns(totals) => {
            for lane in 0..lanes {
                match (reduction, e.lane(lane, columns)) {
                    (Reduction::Sum | Reduction::Mean, Lane::Slice(e)) => {
                        for (total, &e) in totals.iter_mut().zip(e) {
                            *total += e.double();
                        }
                    }
                    (_, Lane::Slice(e)) => {
                        for (total, &e) in totals.iter_mut().zip(e) {
                            *total = together(reduction, *total, e.double());
                        }
                    }
                    (_, Lane::Uniform(e)) => {
                        for total in totals.iter_mut() {
                            *total = together(reduction, *total, e);
                        }
                    }
                }
            }
        }
    }
}

/// Adds products to totals, without writing the products down.
#[multiversion(targets = "simd")]
pub(in crate::compiled) fn reduce_products<F: Element>(
    totals: Totals<'_>,
    a: Operand<'_, F>,
    b: Operand<'_, F>,
    lanes: usize,
    columns: usize,
) {
    match totals {
        Totals::Lanes(totals) => {
            for (lane, total) in totals.iter_mut().enumerate() {
                *total += match (a.lane(lane, columns), b.lane(lane, columns)) {
                    (Lane::Slice(a), Lane::Slice(b)) => {
                        wide_sum(a, b, |a, b| a.double() * b.double())
                    }
                    (Lane::Slice(a), Lane::Uniform(b)) | (Lane::Uniform(b), Lane::Slice(a)) => {
                        wide_sum(a, a, |a, _| a.double()) * b
                    }
                    (Lane::Uniform(a), Lane::Uniform(b)) => columns as f64 * (a * b),
                };
            }
        }
        Totals::Columns(totals) => {
            for lane in 0..lanes {
                match (a.lane(lane, columns), b.lane(lane, columns)) {
                    (Lane::Slice(a), Lane::Slice(b)) => {
                        for ((total, &a), &b) in totals.iter_mut().zip(a).zip(b) {
                            *total += a.double() * b.double();
                        }
                    }
                    (Lane::Slice(a), Lane::Uniform(b)) | (Lane::Uniform(b), Lane::Slice(a)) => {
                        for (total, &a) in totals.iter_mut().zip(a) {
                            *total += a.double() * b;
                        }
                    }
                    (Lane::Uniform(a), Lane::Uniform(b)) => {
                        for total in totals.iter_mut() {
                            *total += a * b;
                        }
                    }
                }
            }
        }
    }
}
