//! Elementary functions that vectorize: the same bits on every processor, several times faster than libm.
//!
//! Each is a polynomial on a small range and some arithmetic around it, without branches, tables
//! or calls, so that a loop over a slice becomes vector code in a function compiled by
//! `multiversion`. No product is contracted with a sum, so no instruction set changes a bit. The
//! relative error is at most 2e-15 everywhere, at both ends of the range too.
//!
//! The polynomials are Chebyshev fits: mpmath's `chebyfit` at 50 digits, rounded to f64. Each file
//! has the lines of Python that make its coefficients, after
//!
//! ```text
//! from mpmath import *; mp.dps = 50
//! fit = lambda f, a, b, n: print(*[float(c) for c in reversed(chebyfit(f, [a, b], n))])
//! ```

mod atan;
mod erf;
mod exp;
mod log;
mod softplus;
mod tanh;

use multiversion::multiversion;

pub(crate) use atan::atan;
pub(crate) use erf::erf;
pub(crate) use exp::{exp, sigmoid};
pub(crate) use log::log;
pub(crate) use softplus::softplus;
pub(crate) use tanh::tanh;

/// Replaces every value by its exponential.
///
/// ```
/// let mut values = [0.0, f64::NEG_INFINITY, 1000.0];
/// ops::functions::exp_each(&mut values);
/// assert_eq!(values, [1.0, 0.0, f64::INFINITY]);
/// ```
#[multiversion(targets = "simd")]
pub fn exp_each(values: &mut [f64]) {
    values.iter_mut().for_each(|value| *value = exp(*value));
}

/// Replaces every value by its hyperbolic tangent.
#[multiversion(targets = "simd")]
pub fn tanh_each(values: &mut [f64]) {
    values.iter_mut().for_each(|value| *value = tanh(*value));
}

/// Replaces every value by `1 / (1 + exp(-value))`.
#[multiversion(targets = "simd")]
pub fn sigmoid_each(values: &mut [f64]) {
    values.iter_mut().for_each(|value| *value = sigmoid(*value));
}

/// Replaces every value by its natural logarithm: minus infinity of 0, NaN of what is below.
#[multiversion(targets = "simd")]
pub fn log_each(values: &mut [f64]) {
    values.iter_mut().for_each(|value| *value = log(*value));
}

/// Replaces every value by `log(1 + exp(value))`.
#[multiversion(targets = "simd")]
pub fn softplus_each(values: &mut [f64]) {
    values.iter_mut().for_each(|value| *value = softplus(*value));
}

/// Replaces every value by its error function.
#[multiversion(targets = "simd")]
pub fn erf_each(values: &mut [f64]) {
    values.iter_mut().for_each(|value| *value = erf(*value));
}

/// Replaces every value by its inverse tangent.
#[multiversion(targets = "simd")]
pub fn atan_each(values: &mut [f64]) {
    values.iter_mut().for_each(|value| *value = atan(*value));
}

/// `c[0] + c[1] * x + c[2] * x^2 + ...`: Horner's rule for the even and for the odd powers, so that
/// two chains of dependent operations run beside each other.
#[inline(always)]
fn polynomial<const N: usize>(x: f64, coefficients: [f64; N]) -> f64 {
    let square = x * x;
    let mut sums = [coefficients[N - 1], coefficients[N - 2]];
    for index in (0..N - 2).rev() {
        let parity = (N - 1 - index) % 2;
        sums[parity] = sums[parity] * square + coefficients[index];
    }
    // The chain that ends with the first coefficient is the one of the even powers.
    let (even, odd) = if N % 2 == 1 { (sums[0], sums[1]) } else { (sums[1], sums[0]) };
    even + x * odd
}

/// 1.5 * 2^52. Added to a number below 2^51 in magnitude it leaves the nearest integer in the low
/// bits of the sum, and subtracted again that integer as a number.
const ROUNDING: f64 = 6_755_399_441_055_744.0;

/// `2^n` for an integer n of -1022 to 1023, given `n + ROUNDING`.
#[inline(always)]
fn power_of_two(n_and_rounding: f64) -> f64 {
    f64::from_bits(n_and_rounding.to_bits().wrapping_add(1023) << 52)
}

/// The natural logarithm of 2 in two parts. The first has 32 bits, so that its
/// products with the integers up to 2^21 are exact.
///
/// ```text
/// hi = int(log(2) * 2**32) / mpf(2)**32; print(int(log(2) * 2**32), float(log(2) - hi))
/// ```
const LN_2: [f64; 2] = [2_977_044_471.0 / 4_294_967_296.0, 1.908_214_929_270_587_7e-10];

#[cfg(test)]
mod accuracy;
