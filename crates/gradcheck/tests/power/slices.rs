//! Sums of numbers, and their way from and to f64.

use crate::number::Number;

pub fn sum<E: Number>(values: impl IntoIterator<Item = E>) -> E {
    values.into_iter().fold(E::of(0.0), |total, value| total + value)
}

pub fn narrow<E: Number>(values: &[f64]) -> Vec<E> {
    values.iter().map(|&value| E::of(value)).collect()
}

pub fn widen<E: Number>(values: &[E]) -> Vec<f64> {
    values.iter().map(|value| value.wide()).collect()
}
