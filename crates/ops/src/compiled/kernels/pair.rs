//! Operations of two or three operands.

use multiversion::multiversion;

use super::{Lane, Operand, larger, smaller};
use crate::Element;
use crate::compiled::program::Pair;
use crate::compiled::steps::Triple;

/// The operation in a block whose lanes have so many columns.
pub(in crate::compiled) fn pair<F: Element>(
    operation: Pair,
    out: &mut [F],
    a: Operand<'_, F>,
    b: Operand<'_, F>,
    columns: usize,
) {
    use Operand::{Columns, Each, Lanes, Uniform};
    match (a, b) {
        (Uniform(a), Uniform(b)) => out.fill(F::nearest(pair_of_numbers(operation, a, b))),
        // Nothing differs from lane to lane, so that the block is one.
        (Each(_) | Uniform(_), Each(_) | Uniform(_)) => {
            lanes_of_pairs(operation, out, a, b, out.len());
        }
        (Lanes(_) | Uniform(_), Lanes(_) | Uniform(_)) => {
            for (lane, out) in out.chunks_exact_mut(columns).enumerate() {
                let number = |e: Operand<'_, F>| match e.lane(lane, columns) {
                    Lane::Uniform(number) => number,
                    Lane::Slice(_) => unreachable!("both are numbers along a lane"),
                };
                out.fill(F::nearest(pair_of_numbers(operation, number(a), number(b))));
            }
        }
        (Columns(all), Each(_) | Uniform(_)) | (Each(_) | Uniform(_), Columns(all)) => {
            lanes_of_pairs(operation, out, a, b, all.len());
        }
        _ => lanes_of_pairs(operation, out, a, b, columns),
    }
}

/// The operation at two numbers.
#[inline]
pub(in crate::compiled) fn pair_of_numbers(operation: Pair, a: f64, b: f64) -> f64 {
    match operation {
        Pair::Add => a + b,
        Pair::Subtract => a - b,
        Pair::AddScaled(factor) => a + factor.value() * b,
        Pair::Multiply => a * b,
        Pair::Divide => a / b,
        Pair::Minimum => smaller(a, b),
        Pair::Maximum => larger(a, b),
    }
}

/// Hands the operation at two numbers to a loop.
macro_rules! for_each_pair {
    ($operation:expr, $loop:ident) => {
        match $operation {
            Pair::Add => $loop!(|a: F, b: F| a + b),
            Pair::Subtract => $loop!(|a: F, b: F| a - b),
            Pair::AddScaled(factor) => {
                let factor = F::nearest(factor.value());
                $loop!(|a: F, b: F| a + factor * b)
            }
            Pair::Multiply => $loop!(|a: F, b: F| a * b),
            Pair::Divide => $loop!(|a: F, b: F| a / b),
            Pair::Minimum => $loop!(smaller),
            Pair::Maximum => $loop!(larger),
        }
    };
}

#[multiversion(targets = "simd")]
fn lanes_of_pairs<F: Element>(
    operation: Pair,
    out: &mut [F],
    a: Operand<'_, F>,
    b: Operand<'_, F>,
    columns: usize,
) {
    for (lane, out) in out.chunks_exact_mut(columns).enumerate() {
        match (a.lane(lane, columns), b.lane(lane, columns)) {
            (Lane::Slice(a), Lane::Slice(b)) => slices(operation, out, a, b),
            (Lane::Slice(a), Lane::Uniform(b)) => match operation {
                Pair::Add => shifted(out, a, b),
                Pair::Subtract => shifted(out, a, -b),
                Pair::AddScaled(factor) => shifted(out, a, factor.value() * b),
                _ => slice_and_uniform(operation, out, a, F::nearest(b)),
            },
            (Lane::Uniform(a), Lane::Slice(b)) => {
                uniform_and_slice(operation, out, F::nearest(a), b);
            }
            (Lane::Uniform(_), Lane::Uniform(_)) => unreachable!("a number for every lane"),
        }
    }
}

/// `a + b`, with what single precision loses of `b`: the mean of numbers far from 0 has more digits
/// than they have, and the differences from it need them.
#[inline(always)]
fn shifted<F: Element>(out: &mut [F], a: &[F], b: f64) {
    let high = F::nearest(b);
    let low = F::nearest(b - high.double());
    if low == F::zero() || !low.is_finite() {
        for (out, &a) in out.iter_mut().zip(a) {
            *out = a + high;
        }
    } else {
        for (out, &a) in out.iter_mut().zip(a) {
            *out = (a + high) + low;
        }
    }
}

#[inline(always)]
fn slices<F: Element>(operation: Pair, out: &mut [F], a: &[F], b: &[F]) {
    macro_rules! each {
        ($f:expr) => {
            for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
                *out = $f(a, b);
            }
        };
    }
    for_each_pair!(operation, each);
}

#[inline(always)]
fn slice_and_uniform<F: Element>(operation: Pair, out: &mut [F], a: &[F], b: F) {
    macro_rules! each {
        ($f:expr) => {
            for (out, &a) in out.iter_mut().zip(a) {
                *out = $f(a, b);
            }
        };
    }
    for_each_pair!(operation, each);
}

#[inline(always)]
fn uniform_and_slice<F: Element>(operation: Pair, out: &mut [F], a: F, b: &[F]) {
    macro_rules! each {
        ($f:expr) => {
            for (out, &b) in out.iter_mut().zip(b) {
                *out = $f(a, b);
            }
        };
    }
    for_each_pair!(operation, each);
}

/// A product and a sum in one loop. The first operand varies along the lanes.
pub(in crate::compiled) fn triple<F: Element>(
    operation: Triple,
    out: &mut [F],
    operands: [Operand<'_, F>; 3],
    columns: usize,
) {
    let mut longest = out.len();
    for operand in &operands {
        longest = match operand {
            Operand::Each(_) | Operand::Uniform(_) => longest,
            Operand::Columns(all) => longest.min(all.len()),
            Operand::Lanes(_) => columns,
        };
    }
    lanes_of_triples(operation, out, operands, longest);
}

#[multiversion(targets = "simd")]
fn lanes_of_triples<F: Element>(
    operation: Triple,
    out: &mut [F],
    [a, b, c]: [Operand<'_, F>; 3],
    columns: usize,
) {
    macro_rules! each {
        ($f:expr) => {
            for (lane, out) in out.chunks_exact_mut(columns).enumerate() {
                let Lane::Slice(a) = a.lane(lane, columns) else {
                    unreachable!("the first operand varies along the lanes")
                };
                let out = out.iter_mut().zip(a);
                match (b.lane(lane, columns), c.lane(lane, columns)) {
                    (Lane::Slice(b), Lane::Slice(c)) => {
                        out.zip(b).zip(c).for_each(|(((out, &a), &b), &c)| *out = $f(a, b, c));
                    }
                    (Lane::Slice(b), Lane::Uniform(c)) => {
                        let c = F::nearest(c);
                        out.zip(b).for_each(|((out, &a), &b)| *out = $f(a, b, c));
                    }
                    (Lane::Uniform(b), Lane::Slice(c)) => {
                        let b = F::nearest(b);
                        out.zip(c).for_each(|((out, &a), &c)| *out = $f(a, b, c));
                    }
                    (Lane::Uniform(b), Lane::Uniform(c)) => {
                        let (b, c) = (F::nearest(b), F::nearest(c));
                        out.for_each(|(out, &a)| *out = $f(a, b, c));
                    }
                }
            }
        };
    }
    match operation {
        Triple::Add => each!(|a: F, b: F, c: F| a * b + c),
        Triple::Subtract => each!(|a: F, b: F, c: F| a * b - c),
        Triple::SubtractFrom => each!(|a: F, b: F, c: F| c - a * b),
    }
}

/// `a + sign (high + low)` for numbers of columns that have more digits than their type.
#[multiversion(targets = "simd")]
pub(in crate::compiled) fn shift_columns<F: Element>(
    sign: f64,
    out: &mut [F],
    [a, high, low]: [Operand<'_, F>; 3],
    columns: usize,
) {
    let sign = F::nearest(sign);
    for (lane, out) in out.chunks_exact_mut(columns).enumerate() {
        let lanes = [a, high, low].map(|operand| operand.lane(lane, columns));
        if let [Lane::Slice(a), Lane::Slice(high), Lane::Slice(low)] = lanes {
            for (((out, &a), &high), &low) in out.iter_mut().zip(a).zip(high).zip(low) {
                *out = (a + sign * high) + sign * low;
            }
        }
    }
}
