//! Means, intervals and p-values of small samples.

use crate::comparison::{FEWEST_PAIRS, LEVEL};
use statrs::distribution::{Binomial, ContinuousCDF, DiscreteCDF, StudentsT};

/// A mean over seeds with its 95 % confidence interval.
///
/// ```
/// use analysis::Estimate;
///
/// // scipy.stats.t.interval(0.95, 1, 1.5, scipy.stats.sem([1.0, 2.0])) = (-4.853102, 7.853102)
/// let estimate = Estimate::of(&[1.0, 2.0]).unwrap();
/// assert_eq!(estimate.mean, 1.5);
/// let interval = estimate.interval.unwrap();
/// assert!((interval.low - -4.853102).abs() < 1e-6);
/// assert!((interval.high - 7.853102).abs() < 1e-6);
///
/// // One value has a mean but no spread.
/// assert_eq!(Estimate::of(&[1.0]).unwrap().interval, None);
/// assert_eq!(Estimate::of(&[]), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// The 95 % interval of Student's t; `None` for a single value.
    pub interval: Option<Interval>,
    /// The number of values.
    pub count: usize,
}

/// The bounds of a confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

impl Estimate {
    /// `mean(v) ± t(0.975; n - 1) * s / sqrt(n)` with `s² = sum((v - mean(v))²) / (n - 1)`, or
    /// `None` if there are no values. The values must be finite.
    pub fn of(values: &[f64]) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        Some(Self { mean: mean(values), interval: interval(values), count: values.len() })
    }

    /// Half the width of the interval: the number after the `±`.
    pub fn half_width(&self) -> Option<f64> {
        self.interval.map(|interval| (interval.high - interval.low) / 2.0)
    }
}

/// Pearson's correlation of two samples of equal length. `None` for fewer than three pairs, where
/// it says nothing, and for a sample without spread, where it is not defined.
pub(crate) fn correlation(first: &[f64], second: &[f64]) -> Option<f64> {
    let spread = (sum_of_squares(first) * sum_of_squares(second)).sqrt();
    if first.len() < 3 || spread == 0.0 {
        return None;
    }
    let (mean_first, mean_second) = (mean(first), mean(second));
    let product = |(a, b): (&f64, &f64)| (a - mean_first) * (b - mean_second);
    Some(first.iter().zip(second).map(product).sum::<f64>() / spread)
}

pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn interval(values: &[f64]) -> Option<Interval> {
    if values.len() < 2 {
        return None;
    }
    let half_width = StudentT::of(values.len()).quantile() * standard_error(values);
    let mean = mean(values);
    Some(Interval { low: mean - half_width, high: mean + half_width })
}

/// The standard error of the mean, `s / sqrt(n)`; of two values at least.
pub(crate) fn standard_error(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    (sum_of_squares(values) / (count - 1.0) / count).sqrt()
}

/// The sum of squared deviations from the mean, in two passes so that a large mean costs nothing.
pub(crate) fn sum_of_squares(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|value| (value - mean).powi(2)).sum()
}

/// Student's t distribution of the mean of a sample.
pub(crate) struct StudentT(StudentsT);

impl StudentT {
    /// That of `count` values, with one degree of freedom less.
    ///
    /// # Panics
    /// For fewer than two values.
    pub(crate) fn of(count: usize) -> StudentT {
        let degrees_of_freedom = count as f64 - 1.0;
        StudentT(StudentsT::new(0.0, 1.0, degrees_of_freedom).expect("two values at least"))
    }

    /// The 97.5 % quantile.
    pub(crate) fn quantile(&self) -> f64 {
        self.0.inverse_cdf(0.975)
    }

    pub(crate) fn cdf(&self, t: f64) -> f64 {
        self.0.cdf(t)
    }
}

/// The true difference, in standard deviations of a score between seeds, that a table of `m`
/// comparisons over `n` seeds finds as often as not: `t(1 - 0.025 / (2 m); n - 1) * sqrt(2 / n)`, for unrelated seeds and
/// the smallest of its `2 m` p-values, those of losses and of accuracies. `None` for fewer than five seeds, from
/// which no verdict is given.
///
/// ```
/// // scipy.stats.t.ppf(1 - 0.0125, 11) * (2 / 12) ** 0.5 = 1.0586
/// assert!((analysis::detectable_difference(12, 1).unwrap() - 1.0586).abs() < 1e-4);
/// assert_eq!(analysis::detectable_difference(4, 1), None);
/// ```
pub fn detectable_difference(seeds: usize, comparisons: usize) -> Option<f64> {
    if seeds < FEWEST_PAIRS {
        return None;
    }
    let level = LEVEL / 2.0 / (2 * comparisons.max(1)) as f64;
    Some(StudentT::of(seeds).0.inverse_cdf(1.0 - level) * (2.0 / seeds as f64).sqrt())
}

/// The p-values after Holm's correction, in their order (Holm 1979): the smallest of `m` is multiplied
/// by `m`, the next by `m - 1`, and none is below the one before it.
///
/// ```
/// // statsmodels.stats.multitest.multipletests([0.01, 0.04, 0.03, 0.005], method="holm")[1]
/// let corrected = analysis::holm(&[0.01, 0.04, 0.03, 0.005]);
/// for (p, expected) in corrected.iter().zip([0.03, 0.06, 0.06, 0.02]) {
///     assert!((p - expected).abs() < 1e-12);
/// }
/// ```
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut corrected = vec![0.0; p_values.len()];
    let mut largest: f64 = 0.0;
    for (rank, &index) in order.iter().enumerate() {
        let factor = (p_values.len() - rank) as f64;
        largest = largest.max((factor * p_values[index]).min(1.0));
        corrected[index] = largest;
    }
    corrected
}

/// The exact two-sided p-value of a sign test (McNemar's for pairs): `first` pairs in which only
/// the one side failed, `second` in which only the other did. 1 without such pairs.
pub(crate) fn sign_test(first: usize, second: usize) -> f64 {
    let discordant = (first + second) as u64;
    let halves = Binomial::new(0.5, discordant).expect("a probability of 0.5");
    (2.0 * halves.cdf(first.min(second) as u64)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    // import numpy, scipy.stats as s
    // x = [0.21, 0.25, 0.19, 0.30, 0.24, 0.22]; y = [0.20, 0.27, 0.17, 0.26, 0.25, 0.20]
    // s.t.interval(0.95, 5, numpy.mean(x), s.sem(x)); s.pearsonr(x, y)[0]
    const X: [f64; 6] = [0.21, 0.25, 0.19, 0.30, 0.24, 0.22];
    const Y: [f64; 6] = [0.20, 0.27, 0.17, 0.26, 0.25, 0.20];

    fn assert_close(value: f64, expected: f64) {
        assert!((value - expected).abs() < 1e-9, "{value} is not {expected}");
    }

    #[test]
    fn the_interval_is_that_of_scipy() {
        let estimate = Estimate::of(&X).unwrap();
        let interval = estimate.interval.unwrap();
        assert_close(estimate.mean, 0.235);
        assert_close(interval.low, 0.19476402991653705);
        assert_close(interval.high, 0.2752359700834629);
        assert_close(estimate.half_width().unwrap(), 0.2752359700834629 - 0.235);
        assert_eq!(estimate.count, 6);
    }

    #[test]
    fn the_interval_of_the_normal_distribution_would_be_too_narrow() {
        // 1.96 standard errors instead of 2.57: the check above must tell them apart.
        // s.norm.interval(0.95, numpy.mean(x), s.sem(x)) = (0.204321, 0.265679)
        let interval = Estimate::of(&X).unwrap().interval.unwrap();
        assert!(interval.high > 0.27);
    }

    #[test]
    fn the_quantiles_are_those_of_scipy() {
        // [s.t.ppf(0.975, df) for df in (1, 2, 5, 30, 299)]
        let expected = [
            (1, 12.706204736174694),
            (2, 4.302652729749462),
            (5, 2.5705818356363146),
            (30, 2.0422724563012378),
            (299, 1.9679296690656698),
        ];
        for (degrees_of_freedom, quantile) in expected {
            assert_close(StudentT::of(degrees_of_freedom + 1).quantile(), quantile);
        }
    }

    #[test]
    fn a_large_mean_does_not_cancel_the_spread() {
        // The values 1, 2, 4 have mean 7/3 and variance 7/3: half width = t(2) * sqrt(7/9).
        let estimate = Estimate::of(&[1e8 + 1.0, 1e8 + 2.0, 1e8 + 4.0]).unwrap();
        let half_width = 4.302652729749462 * (7.0_f64 / 9.0).sqrt();
        assert!((estimate.half_width().unwrap() - half_width).abs() < 1e-6);
    }

    #[test]
    fn equal_values_have_an_interval_of_width_zero() {
        let estimate = Estimate::of(&[0.5, 0.5, 0.5]).unwrap();
        assert_eq!(estimate.interval, Some(Interval { low: 0.5, high: 0.5 }));
    }

    #[test]
    fn the_correlation_is_that_of_scipy() {
        assert_close(correlation(&X, &Y).unwrap(), 0.8462892535091946);
    }

    #[test]
    fn the_sign_test_is_that_of_scipy() {
        // [scipy.stats.binomtest(k, n).pvalue for k, n in ((0, 6), (1, 9), (4, 8))]
        for (first, second, p) in [(0, 6, 0.03125), (8, 1, 0.0390625), (4, 4, 1.0), (0, 0, 1.0)] {
            assert_close(sign_test(first, second), p);
        }
    }

    #[test]
    fn a_correlation_needs_three_pairs_and_spread() {
        assert_eq!(correlation(&[1.0, 2.0], &[1.0, 3.0]), None);
        assert_eq!(correlation(&[1.0, 1.0, 1.0], &[1.0, 2.0, 3.0]), None);
    }
}
