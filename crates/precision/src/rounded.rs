//! Sums, products and statistics with every operation rounded.

use equations::{Axes, Extents, Statistic};

use crate::format::Format;
use crate::variance::{VarianceAlgorithm, mean};

/// A statistic of values that are stored along some axes, in storage order of what is left.
///
/// Sums of parameter gradients are rounded after every summand to their own format, which
/// `accumulator` says; other statistics are accumulated wider.
pub(crate) struct Reduction<'a> {
    pub(crate) extents: &'a Extents,
    pub(crate) along: Axes,
    pub(crate) over: Axes,
    /// The operands and the result are rounded to it.
    pub(crate) format: Format,
    pub(crate) accumulator: Format,
    pub(crate) variance: VarianceAlgorithm,
}

impl Reduction<'_> {
    pub(crate) fn of(&self, statistic: Statistic, values: &[f64]) -> Vec<f64> {
        let lanes = self.lanes(values);
        let value = |lane: &Vec<f64>| {
            let numbers = || lane.iter().copied();
            let sum = |sum, number| self.accumulator.round(sum + number);
            self.format.round(match statistic {
                Statistic::Mean => mean(numbers(), self.accumulator),
                Statistic::Sum => numbers().fold(0.0, sum),
                Statistic::Var => self.variance.of(lane, self.accumulator),
                Statistic::Max => numbers()
                    .fold(f64::NEG_INFINITY, |a, b| if b > a || b.is_nan() { b } else { a }),
                Statistic::Min => {
                    numbers().fold(f64::INFINITY, |a, b| if b < a || b.is_nan() { b } else { a })
                }
                // The derivation writes these as means and sums.
                Statistic::Std | Statistic::Rms | Statistic::Norm1 | Statistic::Norm2 => {
                    unreachable!("a derived formula has no {}", statistic.name())
                }
            })
        };
        lanes.iter().map(value).collect()
    }

    /// The numbers that belong to each number of the result.
    fn lanes(&self, values: &[f64]) -> Vec<Vec<f64>> {
        let left = self.along.without(self.over);
        let count = self.extents.size(left);
        let places: Vec<f64> = (0..count).map(|place| place as f64).collect();
        let places = self.extents.expand(&places, left, self.along);
        let mut lanes = vec![Vec::with_capacity(values.len() / count.max(1)); count];
        for (value, place) in values.iter().zip(places) {
            lanes[place as usize].push(self.format.round(*value));
        }
        lanes
    }
}

/// `into[i] = into[i] + factor * values[i]`, each operation rounded.
pub(crate) fn add(into: &mut [f64], factor: f64, values: &[f64], format: Format) {
    for (sum, value) in into.iter_mut().zip(values) {
        let scaled = format.round(factor * format.round(*value));
        *sum = format.round(format.round(*sum) + scaled);
    }
}

/// `into[i] = into[i] * values[i]^exponent` by multiplications or divisions, each rounded.
pub(crate) fn multiply(into: &mut [f64], values: &[f64], exponent: i32, format: Format) {
    for (product, value) in into.iter_mut().zip(values) {
        let value = format.round(*value);
        *product = format.round(*product);
        for _ in 0..exponent.unsigned_abs() {
            let next = if exponent < 0 { *product / value } else { *product * value };
            *product = format.round(next);
        }
    }
}
