//! The loops of the compiled operation over the lanes of a view.
//!
//! A lane is a run of numbers along the innermost axis. Along it an operand is either a slice or one
//! number for all. Statistics are kept in double precision, and products are widened before they are
//! summed, so that no square leaves the range and no sum loses what single precision could show.

mod pair;
mod reduce;
mod unary;
mod window;

use multiversion::multiversion;

pub(super) use self::pair::{pair, pair_of_numbers, shift_columns, triple};
pub(super) use self::reduce::{Totals, identity, reduce, reduce_products, together};
pub(super) use self::unary::{unary, unary_number};
pub(super) use self::window::window;
use crate::Element;

/// What an operand is in a block of lanes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Operand<'a, F> {
    /// A number for every element.
    Each(&'a [F]),
    /// Numbers for some lanes, which repeat.
    Columns(&'a [F]),
    /// A number for every lane.
    Lanes(&'a [f64]),
    /// A number for all.
    Uniform(f64),
}

/// What an operand is along one lane.
#[derive(Clone, Copy)]
enum Lane<'a, F> {
    Slice(&'a [F]),
    Uniform(f64),
}

impl<'a, F> Operand<'a, F> {
    #[inline(always)]
    fn lane(self, lane: usize, columns: usize) -> Lane<'a, F> {
        match self {
            Operand::Each(all) => Lane::Slice(&all[lane * columns..(lane + 1) * columns]),
            Operand::Columns(all) => {
                let start = lane * columns % all.len();
                Lane::Slice(&all[start..start + columns])
            }
            Operand::Lanes(lanes) => Lane::Uniform(lanes[lane]),
            Operand::Uniform(number) => Lane::Uniform(number),
        }
    }
}

/// Numbers of another type.
#[multiversion(targets = "simd")]
pub(super) fn cast<E: Element, F: Element>(out: &mut [F], values: &[E]) {
    for (out, &value) in out.iter_mut().zip(values) {
        *out = F::nearest(value.double());
    }
}

/// A number for every lane, written out along it.
#[multiversion(targets = "simd")]
pub(super) fn spread<F: Element>(out: &mut [F], numbers: &[f64], columns: usize) {
    for (out, &number) in out.chunks_exact_mut(columns).zip(numbers) {
        let number = F::nearest(number);
        for out in out {
            *out = number;
        }
    }
}

/// Numbers of another type, and what is lost of them.
#[multiversion(targets = "simd")]
pub(super) fn split<F: Element>(high: &mut [F], low: &mut [F], values: &[f64]) {
    for ((high, low), &value) in high.iter_mut().zip(low).zip(values) {
        *high = F::nearest(value);
        let lost = F::nearest(value - high.double());
        *low = if lost.is_finite() { lost } else { F::zero() };
    }
}

/// NaN in gives NaN out.
#[inline(always)]
fn smaller<T: num_traits::Float>(a: T, b: T) -> T {
    if a < b || a.is_nan() { a } else { b }
}

#[inline(always)]
fn larger<T: num_traits::Float>(a: T, b: T) -> T {
    if a > b || a.is_nan() { a } else { b }
}
