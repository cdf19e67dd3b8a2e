//! The loops of the compiled operation, in double precision, over the lanes of a view.
//!
//! A lane is a run of numbers along the innermost axis. Along it an operand is either a slice or one
//! number for all. Numbers in single precision become double ones when they are read and single ones
//! when they are written, so that squares and cubes of any of them stay in range, and sums lose
//! nothing that single precision could show.

use equations::Pointwise;
use multiversion::multiversion;

use super::program::{Pair, Reduction, Unary};
use crate::functions::{atan, erf, exp, log, sigmoid, tanh};
use crate::{Element, dot, sum};

/// What an operand is along a lane.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lane<'a> {
    Slice(&'a [f64]),
    Uniform(f64),
}

#[multiversion(targets = "simd")]
pub(super) fn widen<E: Element>(out: &mut [f64], values: &[E]) {
    for (out, &value) in out.iter_mut().zip(values) {
        *out = value.double();
    }
}

#[multiversion(targets = "simd")]
pub(super) fn narrow<E: Element>(out: &mut [E], values: &[f64]) {
    for (out, &value) in out.iter_mut().zip(values) {
        *out = E::nearest(value);
    }
}

#[multiversion(targets = "simd")]
pub(super) fn unary(operation: Unary, out: &mut [f64], a: &[f64]) {
    #[inline(always)]
    fn each(out: &mut [f64], a: &[f64], f: impl Fn(f64) -> f64) {
        for (out, &a) in out.iter_mut().zip(a) {
            *out = f(a);
        }
    }
    match operation {
        Unary::Linear(factor, constant) => {
            let (factor, constant) = (factor.value(), constant.value());
            each(out, a, |a| factor * a + constant);
        }
        Unary::Power(exponent) => {
            out.copy_from_slice(a);
            for _ in 1..exponent {
                for (out, &a) in out.iter_mut().zip(a) {
                    *out *= a;
                }
            }
        }
        Unary::RealPower(exponent) => {
            let exponent = exponent.value();
            let whole = exponent.fract() == 0.0;
            each(out, a, |a| if a < 0.0 && !whole { f64::NAN } else { a.powf(exponent) });
        }
        Unary::Inverse => each(out, a, |a| 1.0 / a),
        Unary::InverseOrZero => each(out, a, |a| if a == 0.0 { 0.0 } else { 1.0 / a }),
        Unary::Function(function) => match function {
            Pointwise::Sqrt => each(out, a, f64::sqrt),
            Pointwise::Rsqrt => each(out, a, |a| 1.0 / a.sqrt()),
            Pointwise::Abs => each(out, a, f64::abs),
            Pointwise::Exp => each(out, a, exp),
            Pointwise::Log => each(out, a, log),
            Pointwise::Tanh => each(out, a, tanh),
            Pointwise::Sigmoid => each(out, a, sigmoid),
            Pointwise::Erf => each(out, a, erf),
            Pointwise::Atan => each(out, a, atan),
            // 0 and NaN are their own.
            Pointwise::Sign => each(out, a, |a| {
                if a > 0.0 {
                    1.0
                } else if a < 0.0 {
                    -1.0
                } else {
                    a * 0.0
                }
            }),
        },
    }
}

pub(super) fn pair(operation: Pair, out: &mut [f64], a: Lane<'_>, b: Lane<'_>) {
    match (a, b) {
        (Lane::Slice(a), Lane::Slice(b)) => slices(operation, out, a, b),
        (Lane::Slice(a), Lane::Uniform(b)) => slice_and_uniform(operation, out, a, b),
        (Lane::Uniform(a), Lane::Slice(b)) => uniform_and_slice(operation, out, a, b),
        (Lane::Uniform(a), Lane::Uniform(b)) => {
            let mut result = [0.0];
            slices(operation, &mut result, &[a], &[b]);
            out.fill(result[0]);
        }
    }
}

/// The operation at two numbers, handed to the loop that is given.
macro_rules! for_each_pair {
    ($operation:expr, $loop:ident) => {
        match $operation {
            Pair::Add => $loop!(|a: f64, b: f64| a + b),
            Pair::Subtract => $loop!(|a: f64, b: f64| a - b),
            Pair::AddScaled(factor) => {
                let factor = factor.value();
                $loop!(|a: f64, b: f64| a + factor * b)
            }
            Pair::Multiply => $loop!(|a: f64, b: f64| a * b),
            Pair::Divide => $loop!(|a: f64, b: f64| a / b),
            Pair::Minimum => $loop!(smaller),
            Pair::Maximum => $loop!(larger),
        }
    };
}

#[multiversion(targets = "simd")]
fn slices(operation: Pair, out: &mut [f64], a: &[f64], b: &[f64]) {
    macro_rules! each {
        ($f:expr) => {
            for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
                *out = $f(a, b);
            }
        };
    }
    for_each_pair!(operation, each);
}

#[multiversion(targets = "simd")]
fn slice_and_uniform(operation: Pair, out: &mut [f64], a: &[f64], b: f64) {
    macro_rules! each {
        ($f:expr) => {
            for (out, &a) in out.iter_mut().zip(a) {
                *out = $f(a, b);
            }
        };
    }
    for_each_pair!(operation, each);
}

#[multiversion(targets = "simd")]
fn uniform_and_slice(operation: Pair, out: &mut [f64], a: f64, b: &[f64]) {
    macro_rules! each {
        ($f:expr) => {
            for (out, &b) in out.iter_mut().zip(b) {
                *out = $f(a, b);
            }
        };
    }
    for_each_pair!(operation, each);
}

/// The value of a reduction of nothing.
pub(super) fn identity(reduction: Reduction) -> f64 {
    match reduction {
        Reduction::Sum | Reduction::Mean => 0.0,
        Reduction::Maximum => f64::NEG_INFINITY,
        Reduction::Minimum => f64::INFINITY,
    }
}

/// Takes two partial results of a reduction together.
#[inline(always)]
pub(super) fn together(reduction: Reduction, a: f64, b: f64) -> f64 {
    match reduction {
        Reduction::Sum | Reduction::Mean => a + b,
        Reduction::Maximum => larger(a, b),
        Reduction::Minimum => smaller(a, b),
    }
}

/// A reduction of `len` numbers of a lane to one.
pub(super) fn reduce_lane(reduction: Reduction, e: Lane<'_>, len: usize) -> f64 {
    match (reduction, e) {
        (Reduction::Sum | Reduction::Mean, Lane::Slice(e)) => sum_lane(e),
        (Reduction::Sum | Reduction::Mean, Lane::Uniform(e)) => len as f64 * e,
        (_, Lane::Uniform(e)) => e,
        (reduction, Lane::Slice(e)) => extreme_lane(reduction, e),
    }
}

/// The sum of products along a lane, without writing them down.
pub(super) fn reduce_products(a: Lane<'_>, b: Lane<'_>, len: usize) -> f64 {
    match (a, b) {
        (Lane::Slice(a), Lane::Slice(b)) => dot_lane(a, b),
        (Lane::Slice(a), Lane::Uniform(b)) | (Lane::Uniform(b), Lane::Slice(a)) => sum_lane(a) * b,
        (Lane::Uniform(a), Lane::Uniform(b)) => len as f64 * (a * b),
    }
}

/// Takes a lane together with the partial results for each of its elements.
#[multiversion(targets = "simd")]
pub(super) fn accumulate(reduction: Reduction, totals: &mut [f64], e: Lane<'_>) {
    macro_rules! each {
        ($together:expr) => {
            match e {
                Lane::Slice(e) => {
                    for (total, &e) in totals.iter_mut().zip(e) {
                        *total = $together(*total, e);
                    }
                }
                Lane::Uniform(e) => {
                    for total in totals {
                        *total = $together(*total, e);
                    }
                }
            }
        };
    }
    match reduction {
        Reduction::Sum | Reduction::Mean => each!(|total: f64, e: f64| total + e),
        Reduction::Maximum => each!(larger),
        Reduction::Minimum => each!(smaller),
    }
}

/// Adds products along a lane to the partial sums for each of its elements.
#[multiversion(targets = "simd")]
pub(super) fn accumulate_products(totals: &mut [f64], a: Lane<'_>, b: Lane<'_>) {
    match (a, b) {
        (Lane::Slice(a), Lane::Slice(b)) => {
            for ((total, &a), &b) in totals.iter_mut().zip(a).zip(b) {
                *total += a * b;
            }
        }
        (Lane::Slice(a), Lane::Uniform(b)) | (Lane::Uniform(b), Lane::Slice(a)) => {
            for (total, &a) in totals.iter_mut().zip(a) {
                *total += a * b;
            }
        }
        (Lane::Uniform(a), Lane::Uniform(b)) => {
            for total in totals {
                *total += a * b;
            }
        }
    }
}

#[multiversion(targets = "simd")]
fn sum_lane(e: &[f64]) -> f64 {
    sum(e)
}

#[multiversion(targets = "simd")]
fn dot_lane(a: &[f64], b: &[f64]) -> f64 {
    dot(a, b)
}

#[multiversion(targets = "simd")]
fn extreme_lane(reduction: Reduction, e: &[f64]) -> f64 {
    e.iter().fold(identity(reduction), |total, &e| together(reduction, total, e))
}

/// NaN in gives NaN out.
#[inline(always)]
fn smaller(a: f64, b: f64) -> f64 {
    if a < b || a.is_nan() { a } else { b }
}

#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if a > b || a.is_nan() { a } else { b }
}
