//! The loops of the compiled operation over the lanes of a view.
//!
//! A lane is a run of numbers along the innermost axis. Along it an operand is either a slice or one
//! number for all. Statistics are kept in double precision, and products are widened before they are
//! summed, so that no square leaves the range and no sum loses what single precision could show.

use equations::Pointwise;
use multiversion::multiversion;

use super::chunk::Triple;
use super::program::{Pair, Reduction, Unary};
use crate::Element;
use crate::functions::{atan, erf, exp, log, sigmoid, tanh};

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

/// Numbers of another type, and what is lost of them.
#[multiversion(targets = "simd")]
pub(super) fn split<F: Element>(high: &mut [F], low: &mut [F], values: &[f64]) {
    for ((high, low), &value) in high.iter_mut().zip(low).zip(values) {
        *high = F::nearest(value);
        let lost = F::nearest(value - high.double());
        *low = if lost.is_finite() { lost } else { F::zero() };
    }
}

/// `a + sign (high + low)` for numbers of columns that have more digits than their type.
#[multiversion(targets = "simd")]
pub(super) fn shift_columns<F: Element>(
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

#[multiversion(targets = "simd")]
pub(super) fn unary<F: Element>(operation: Unary, out: &mut [F], a: &[F]) {
    #[inline(always)]
    fn each<F: Element>(out: &mut [F], a: &[F], f: impl Fn(F) -> F) {
        for (out, &a) in out.iter_mut().zip(a) {
            *out = f(a);
        }
    }
    match operation {
        Unary::Linear(factor, constant) => {
            let (factor, constant) = (F::nearest(factor.value()), F::nearest(constant.value()));
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
        Unary::Inverse => each(out, a, |a| F::one() / a),
        Unary::InverseOrZero => {
            each(out, a, |a| if a == F::zero() { F::zero() } else { F::one() / a });
        }
        Unary::Function(Pointwise::Sqrt) => each(out, a, num_traits::Float::sqrt),
        Unary::Function(Pointwise::Abs) => each(out, a, num_traits::Float::abs),
        Unary::Function(Pointwise::Exp) => each(out, a, |a| F::nearest(exp(a.double()))),
        Unary::Function(Pointwise::Log) => each(out, a, |a| F::nearest(log(a.double()))),
        Unary::Function(Pointwise::Tanh) => each(out, a, |a| F::nearest(tanh(a.double()))),
        Unary::Function(Pointwise::Sigmoid) => each(out, a, |a| F::nearest(sigmoid(a.double()))),
        Unary::Function(Pointwise::Erf) => each(out, a, |a| F::nearest(erf(a.double()))),
        Unary::Function(Pointwise::Atan) => each(out, a, |a| F::nearest(atan(a.double()))),
        _ => each(out, a, |a| F::nearest(unary_number(operation, a.double()))),
    }
}

/// The operation at a number.
#[inline]
pub(super) fn unary_number(operation: Unary, a: f64) -> f64 {
    match operation {
        Unary::Linear(factor, constant) => factor.value() * a + constant.value(),
        Unary::Power(exponent) => (1..exponent).fold(a, |power, _| power * a),
        Unary::RealPower(exponent) => {
            let exponent = exponent.value();
            let undefined = a < 0.0 && exponent.fract() != 0.0;
            if undefined { f64::NAN } else { a.powf(exponent) }
        }
        Unary::Inverse => 1.0 / a,
        Unary::InverseOrZero => {
            if a == 0.0 {
                0.0
            } else {
                1.0 / a
            }
        }
        Unary::Function(function) => match function {
            Pointwise::Sqrt => a.sqrt(),
            Pointwise::Rsqrt => 1.0 / a.sqrt(),
            Pointwise::Abs => a.abs(),
            Pointwise::Exp => exp(a),
            Pointwise::Log => log(a),
            Pointwise::Tanh => tanh(a),
            Pointwise::Sigmoid => sigmoid(a),
            Pointwise::Erf => erf(a),
            Pointwise::Atan => atan(a),
            Pointwise::Sign => {
                if a > 0.0 {
                    1.0
                } else if a < 0.0 {
                    -1.0
                } else {
                    // 0 and NaN are their own.
                    a * 0.0
                }
            }
        },
    }
}

/// The operation in a block whose lanes have so many columns.
pub(super) fn pair<F: Element>(
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
pub(super) fn pair_of_numbers(operation: Pair, a: f64, b: f64) -> f64 {
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
pub(super) fn triple<F: Element>(
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

/// The sum of `term(a, b)`: two rows of partial sums, which keep the adders busy, then a tree.
#[inline(always)]
fn wide_sum<F: Element>(a: &[F], b: &[F], term: impl Fn(F, F) -> f64) -> f64 {
    const LANES: usize = 16;
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
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            one[lane] += one[lane + width];
        }
        width /= 2;
    }
    one[0]
}

/// Where the parts of a reduction go.
#[derive(Debug)]
pub(super) enum Totals<'a> {
    /// One number for every lane.
    Lanes(&'a mut [f64]),
    /// One number for every column.
    Columns(&'a mut [f64]),
}

/// Takes the lanes of a block together with totals.
#[multiversion(targets = "simd")]
pub(super) fn reduce<F: Element>(
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
pub(super) fn reduce_products<F: Element>(
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

/// NaN in gives NaN out.
#[inline(always)]
fn smaller<T: num_traits::Float>(a: T, b: T) -> T {
    if a < b || a.is_nan() { a } else { b }
}

#[inline(always)]
fn larger<T: num_traits::Float>(a: T, b: T) -> T {
    if a > b || a.is_nan() { a } else { b }
}
