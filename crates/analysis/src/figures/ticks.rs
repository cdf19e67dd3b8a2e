//! The values of an axis that are worth a tick.

use super::axis::Tick;
use crate::rate::rate_text;

/// More ticks than this are more than a reader looks at.
const MOST: usize = 8;

/// Multiples of 1, 2 or 5 times a power of ten, of `least_step` at least, from many to two.
pub(super) fn linear(low: f64, high: f64, least_step: f64) -> Vec<Vec<f64>> {
    let finest = ((high - low) / (MOST - 1) as f64).max(least_step);
    let power = finest.log10().floor() as i32;
    let steps = (power..=power + 1).flat_map(|power| [1.0, 2.0, 5.0].map(|m| m * ten_to(power)));
    let multiples = |step: f64| {
        let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
        (first..=last).map(|multiple| multiple as f64 * step).collect::<Vec<f64>>()
    };
    // A step such as 0.2 need not be what rounding left of it.
    let fine_enough = steps.filter(|step| *step >= finest * (1.0 - 1e-9));
    fine_enough.map(multiples).filter(|ticks| ticks.len() >= 2).collect()
}

/// Decades, in round strides; for short ranges the steps 1, 2, 5, and for very short ones those of a linear axis.
pub(super) fn log(low: f64, high: f64) -> Vec<Vec<f64>> {
    let decades: Vec<i32> = (low.log10().ceil() as i32..=high.log10().floor() as i32).collect();
    let of = |exponents: &[i32]| exponents.iter().map(|&exponent| ten_to(exponent)).collect();
    if let [first, _, .., last] = &decades[..] {
        let strided = |stride: i32| {
            let multiples = decades.iter().copied().filter(|exponent| exponent % stride == 0);
            multiples.collect::<Vec<i32>>()
        };
        let strides = [1, 2, 3, 5, 10, 20, 50, 100].map(strided).into_iter();
        let usable = strides.filter(|decades| (2..=MOST).contains(&decades.len()));
        return usable.chain([vec![*first, *last]]).map(|decades| of(&decades)).collect();
    }
    let around = low.log10().floor() as i32..=high.log10().floor() as i32;
    let steps = |of_a_decade: &[f64]| -> Vec<f64> {
        let steps =
            around.clone().flat_map(|power| of_a_decade.iter().map(move |m| m * ten_to(power)));
        steps.filter(|tick| (low..=high).contains(tick)).collect()
    };
    let candidates = [steps(&[1.0, 2.0, 5.0]), steps(&[1.0, 3.0])].into_iter();
    candidates.chain(linear(low, high, 0.0)).filter(|ticks| ticks.len() >= 2).collect()
}

/// The values with short texts in one style, plain where all of them are smaller than `plain_below` and none is tiny.
pub(super) fn with_texts(values: &[f64], plain_below: f64) -> Vec<Tick> {
    let digits = digits(values);
    // As many digits as tell the ticks apart hide the noise of sums such as 0.1 + 0.2.
    let rounded = |value: &f64| format!("{value:.digits$e}").parse().unwrap_or(*value);
    let numbers: Vec<f64> = values.iter().map(rounded).collect();
    let is_plain = |number: &f64| *number == 0.0 || (1e-3..plain_below).contains(&number.abs());
    let text = |number: &f64| match numbers.iter().all(is_plain) || *number == 0.0 {
        true => format!("{number}"),
        false => format!("{number:e}"),
    };
    let tick = |(value, number): (&f64, &f64)| Tick { value: *value, text: text(number) };
    values.iter().zip(&numbers).map(tick).collect()
}

/// The numbers that were tried, in one style: `1e-3`, `1e-2` or `8`, `64`; around a single one its neighbours.
pub(super) fn of_numbers(numbers: &[f64]) -> Vec<Tick> {
    let around = |number: &f64| vec![number / 10.0, *number, number * 10.0];
    let numbers = if let [only] = numbers { around(only) } else { numbers.to_vec() };
    let rounded = |number: &f64| format!("{number:.3e}").parse().unwrap_or(*number);
    let short: Vec<f64> = numbers.iter().map(rounded).collect();
    let is_plain = short.iter().all(|number| (0.1..1e5).contains(number));
    let text = |&number: &f64| if is_plain { number.to_string() } else { rate_text(number) };
    let tick = |(value, short): (&f64, &f64)| Tick { value: *value, text: text(short) };
    numbers.iter().zip(&short).map(tick).collect()
}

/// How many decimals of a power of ten tell the values apart: one more than their steps need, and five at least.
fn digits(values: &[f64]) -> usize {
    let size = |pair: &[f64]| pair[0].abs().max(pair[1].abs()) / (pair[1] - pair[0]);
    let largest = values.windows(2).map(size).fold(1.0, f64::max);
    (largest.log10().ceil() as usize + 1).clamp(5, 15)
}

fn ten_to(exponent: i32) -> f64 {
    10f64.powi(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(numbers: &[f64]) -> Vec<String> {
        of_numbers(numbers).into_iter().map(|tick| tick.text).collect()
    }

    #[test]
    fn numbers_that_were_tried_are_in_one_style() {
        assert_eq!(texts(&[8.0, 64.0]), ["8", "64"]);
        assert_eq!(texts(&[1e-3, 0.01]), ["1e-3", "1e-2"]);
        assert_eq!(texts(&[0.0021166991, 0.621169916]), ["2.117e-3", "6.212e-1"]);
    }

    #[test]
    fn a_single_number_has_neighbours() {
        assert_eq!(texts(&[3e-3]), ["3e-4", "3e-3", "3e-2"]);
    }
}
