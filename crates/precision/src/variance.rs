//! Ways to compute a variance, which differ in rounded arithmetic.

use crate::format::Format;

/// How `var(x)` is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VarianceAlgorithm {
    /// `mean((x - mean(x))^2)`: the definition.
    TwoPass,
    /// Welford's update of mean and sum of squares, one number after the other.
    Welford,
    /// `mean(x^2) - mean(x)^2`, which cancels where the mean is large, and may be negative.
    OnePass,
    /// The same, with 0 instead of a negative result.
    OnePassClamped,
}

impl VarianceAlgorithm {
    /// All of them.
    pub const ALL: [VarianceAlgorithm; 4] = [
        VarianceAlgorithm::TwoPass,
        VarianceAlgorithm::Welford,
        VarianceAlgorithm::OnePass,
        VarianceAlgorithm::OnePassClamped,
    ];

    /// The name on a command line.
    pub fn name(self) -> &'static str {
        match self {
            VarianceAlgorithm::TwoPass => "two-pass",
            VarianceAlgorithm::Welford => "welford",
            VarianceAlgorithm::OnePass => "one-pass",
            VarianceAlgorithm::OnePassClamped => "one-pass-clamped",
        }
    }

    /// The variance of numbers, every operation rounded to a format; NaN of no numbers.
    ///
    /// ```
    /// use precision::{Format, VarianceAlgorithm};
    ///
    /// // Around 10^4 squares of f32 are 8 apart, which is more than the variance, 2/3.
    /// let numbers = [9_999.0, 10_000.0, 10_001.0];
    /// let two_pass = VarianceAlgorithm::TwoPass.of(&numbers, Format::F32);
    /// assert!((two_pass - 2.0 / 3.0).abs() < 1e-7);
    /// let one_pass = VarianceAlgorithm::OnePass.of(&numbers, Format::F32);
    /// assert_eq!(one_pass % 8.0, 0.0);
    /// ```
    pub fn of(self, numbers: &[f64], format: Format) -> f64 {
        match self {
            VarianceAlgorithm::TwoPass => two_pass(numbers, format),
            VarianceAlgorithm::Welford => welford(numbers, format),
            VarianceAlgorithm::OnePass => one_pass(numbers, format),
            // `f64::max` would turn NaN into 0.
            VarianceAlgorithm::OnePassClamped => match one_pass(numbers, format) {
                negative if negative < 0.0 => 0.0,
                other => other,
            },
        }
    }
}

/// The mean, with one rounding for each number and one for the division.
pub(crate) fn mean(numbers: impl Iterator<Item = f64>, format: Format) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for number in numbers {
        sum = format.round(sum + number);
        count += 1.0;
    }
    format.round(sum / count)
}

fn two_pass(numbers: &[f64], format: Format) -> f64 {
    let center = mean(numbers.iter().copied(), format);
    let deviations = numbers.iter().map(|number| format.round(number - center));
    mean(deviations.map(|deviation| format.round(deviation * deviation)), format)
}

fn one_pass(numbers: &[f64], format: Format) -> f64 {
    let center = mean(numbers.iter().copied(), format);
    let squares = mean(numbers.iter().map(|number| format.round(number * number)), format);
    format.round(squares - format.round(center * center))
}

fn welford(numbers: &[f64], format: Format) -> f64 {
    let (mut center, mut squares) = (0.0, 0.0);
    for (index, number) in numbers.iter().enumerate() {
        let before = format.round(number - center);
        center = format.round(center + format.round(before / (index + 1) as f64));
        let after = format.round(number - center);
        squares = format.round(squares + format.round(before * after));
    }
    format.round(squares / numbers.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sum 20, squares 120: mean 4, variance 24 - 16 = 8.
    const NUMBERS: [f64; 5] = [0.0, 2.0, 4.0, 6.0, 8.0];

    #[test]
    fn without_rounding_they_are_one() {
        for algorithm in VarianceAlgorithm::ALL {
            assert_eq!(algorithm.of(&NUMBERS, Format::F64), 8.0, "{}", algorithm.name());
        }
    }

    #[test]
    fn only_one_pass_is_wrong_beside_a_large_mean() {
        // In f32 numbers around 1e10 are 1024 apart: so are the squares of these, and their variance.
        let numbers: Vec<f64> = NUMBERS.iter().map(|number| number + 100_001.0).collect();
        let of = |algorithm: VarianceAlgorithm| algorithm.of(&numbers, Format::F32);
        assert_eq!(of(VarianceAlgorithm::TwoPass), 8.0);
        assert_eq!(of(VarianceAlgorithm::Welford), 8.0);
        assert_eq!(of(VarianceAlgorithm::OnePass) % 1024.0, 0.0);
    }

    #[test]
    fn a_clamp_hides_the_sign_and_not_the_nan() {
        // Of equal numbers only rounding is left, on either side of 0.
        let equal = |n: i32| [Format::F32.round(f64::from(n) / 7.0); 3];
        let one_pass = |n| VarianceAlgorithm::OnePass.of(&equal(n), Format::F32);
        let clamped = VarianceAlgorithm::OnePassClamped;
        let negative = (1..60).find(|n| one_pass(*n) < 0.0).expect("some mean is rounded upwards");
        assert_eq!(clamped.of(&equal(negative), Format::F32), 0.0);
        assert!(clamped.of(&[f64::NAN, 1.0], Format::F32).is_nan());
        assert_eq!(clamped.of(&[5.0; 3], Format::F32), 0.0);
    }
}
