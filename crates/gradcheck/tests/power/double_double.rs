//! An unevaluated sum of two f64: about 32 digits, for gradients that count as exact.

use crate::number::Number;
use std::ops::{Add, Div, Mul, Sub};

/// `high + low` with `|low|` at most half a unit in the last place of `high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DoubleDouble {
    high: f64,
    low: f64,
}

/// The sum of two f64 without error (Knuth).
fn two_sum(a: f64, b: f64) -> DoubleDouble {
    let high = a + b;
    let part = high - a;
    DoubleDouble { high, low: (a - (high - part)) + (b - part) }
}

/// The product of two f64 without error.
fn two_product(a: f64, b: f64) -> DoubleDouble {
    let high = a * b;
    DoubleDouble { high, low: a.mul_add(b, -high) }
}

impl Add for DoubleDouble {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let (highs, lows) = (two_sum(self.high, other.high), two_sum(self.low, other.low));
        let sum = two_sum(highs.high, highs.low + lows.high);
        two_sum(sum.high, sum.low + lows.low)
    }
}

impl Sub for DoubleDouble {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + DoubleDouble { high: -other.high, low: -other.low }
    }
}

impl Mul for DoubleDouble {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let product = two_product(self.high, other.high);
        two_sum(product.high, product.low + (self.high * other.low + self.low * other.high))
    }
}

impl Div for DoubleDouble {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let first = self.high / other.high;
        let rest = self - other * Self::of(first);
        let second = rest.high / other.high;
        let rest = rest - other * Self::of(second);
        two_sum(first, second) + Self::of(rest.high / other.high)
    }
}

impl Number for DoubleDouble {
    fn of(value: f64) -> Self {
        DoubleDouble { high: value, low: 0.0 }
    }
    fn wide(self) -> f64 {
        self.high
    }
    /// One step of Newton's method from the root in f64 doubles its digits.
    fn sqrt(self) -> Self {
        if self.high == 0.0 {
            return self;
        }
        let root = Self::of(self.high.sqrt());
        root + (self - root * root) / (root + root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_digits_are_right() {
        // Python's decimal with 50 digits: Decimal(2).sqrt() - Decimal(math.sqrt(2)) is
        // -9.667293313452913037e-17, and Decimal(1) / 3 - Decimal(1 / 3) is 1.850371707708594234e-17.
        let root = DoubleDouble::of(2.0).sqrt();
        assert_eq!(root.high, std::f64::consts::SQRT_2);
        assert!((root.low + 9.667_293_313_452_913e-17).abs() < 1e-31);
        let third = DoubleDouble::of(1.0) / DoubleDouble::of(3.0);
        assert!((third.low - 1.850_371_707_708_594e-17).abs() < 1e-31);
        let back = third * DoubleDouble::of(3.0) - DoubleDouble::of(1.0);
        assert!(back.wide().abs() < 1e-31);
    }

    #[test]
    fn what_f64_loses_is_kept() {
        let sum = DoubleDouble::of(1e20) + DoubleDouble::of(1.0) - DoubleDouble::of(1e20);
        assert_eq!(sum.wide(), 1.0);
        assert_eq!((1e20 + 1.0) - 1e20, 0.0);
    }
}
