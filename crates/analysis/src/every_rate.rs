//! Two arms compared at every learning rate that could be their best one.
//!
//! The rate of an arm is chosen on few seeds in a flat, noisy valley, so equal arms get different
//! rates by chance, and a t interval at the chosen rates calls them different. Here one arm is
//! better only if it beats the other at every plausible rate of the other. The other's best rate is
//! among those, so the choice of a rate cannot create a difference (an intersection-union test,
//! Berger 1982). `docs/statistics.md` has the simulations.

use crate::plausible::{BySeed, Plausible};
use crate::statistics::{Interval, StudentT, mean, standard_error};

/// The scores of an arm by rate and seed, and its plausible rates. Smaller scores are better; equal
/// positions of two arms are a pair.
#[derive(Debug, Clone, Copy)]
pub struct Scored<'a> {
    /// Test scores, `test[rate][seed]`.
    pub test: &'a [BySeed],
    /// The rates that count.
    pub plausible: &'a Plausible,
}

/// The first arm minus the second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EveryRate {
    /// The mean difference at the chosen rates; NaN without a pair.
    pub estimate: f64,
    /// The paired 95 % t interval at the chosen rates, which leaves their choice out.
    pub plain: Interval,
    /// The 95 % interval over every plausible rate.
    pub interval: Interval,
    /// The two-sided p-value of no difference, over every plausible rate.
    pub p: f64,
    /// The pairs in which both finished, at the chosen rates.
    pub pairs: usize,
}

/// Compares two arms.
pub fn compare(a: Scored<'_>, b: Scored<'_>) -> EveryRate {
    let (at_a, at_b) = (a.plausible.chosen, b.plausible.chosen);
    let chosen = Paired::of(&a.test[at_a], &b.test[at_b]);
    let against_b: Vec<Paired> =
        b.plausible.rates.iter().map(|&rate| Paired::of(&a.test[at_a], &b.test[rate])).collect();
    let against_a: Vec<Paired> =
        a.plausible.rates.iter().map(|&rate| Paired::of(&a.test[rate], &b.test[at_b])).collect();
    let largest = |values: &[Paired], part: fn(&Paired) -> f64| {
        values.iter().map(part).fold(f64::NEG_INFINITY, f64::max)
    };
    let p_lower = largest(&against_b, |paired| paired.p_lower);
    let p_higher = largest(&against_a, |paired| paired.p_higher);
    EveryRate {
        estimate: chosen.mean,
        plain: chosen.interval,
        interval: Interval {
            low: -largest(&against_a, |paired| -paired.interval.low),
            high: largest(&against_b, |paired| paired.interval.high),
        },
        p: (2.0 * p_lower.min(p_higher)).min(1.0),
        pairs: chosen.pairs,
    }
}

/// Whether the plausible rates of an arm score alike: their mean test scores span no more than the
/// full width of the 95 % t interval at the chosen rate. A single plausible rate is settled.
pub fn is_settled(test: &[BySeed], plausible: &Plausible) -> bool {
    if plausible.rates.len() < 2 {
        return true;
    }
    let finished = |rate: usize| -> Vec<f64> { test[rate].iter().flatten().copied().collect() };
    let at_chosen = finished(plausible.chosen);
    if at_chosen.len() < 2 {
        return false;
    }
    let quantile = StudentT::of(at_chosen.len()).quantile();
    let width = 2.0 * quantile * standard_error(&at_chosen);
    let means = plausible.rates.iter().map(|&rate| mean(&finished(rate)));
    let (low, high) = means.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), mean| {
        (low.min(mean), high.max(mean))
    });
    high - low <= width
}

/// A paired t test of two rates.
struct Paired {
    mean: f64,
    interval: Interval,
    /// One-sided: the chance of so low a mean if there is no difference.
    p_lower: f64,
    p_higher: f64,
    pairs: usize,
}

impl Paired {
    fn of(a: &[Option<f64>], b: &[Option<f64>]) -> Paired {
        let differences: Vec<f64> =
            a.iter().zip(b).filter_map(|(a, b)| Some((*a)? - (*b)?)).collect();
        let (mean, pairs) = (mean(&differences), differences.len());
        if pairs < 2 {
            let interval = Interval { low: f64::NEG_INFINITY, high: f64::INFINITY };
            return Paired { mean, interval, p_lower: 1.0, p_higher: 1.0, pairs };
        }
        let error = standard_error(&differences);
        if error == 0.0 {
            // Without spread the sign decides; two halves make a p-value of 1.
            let p = |other_side: bool| match mean {
                0.0 => 0.5,
                _ if other_side => 1.0,
                _ => 0.0,
            };
            let interval = Interval { low: mean, high: mean };
            return Paired {
                mean,
                interval,
                p_lower: p(mean > 0.0),
                p_higher: p(mean < 0.0),
                pairs,
            };
        }
        let student = StudentT::of(pairs);
        let half_width = student.quantile() * error;
        let p_lower = student.cdf(mean / error);
        Paired {
            mean,
            interval: Interval { low: mean - half_width, high: mean + half_width },
            p_lower,
            p_higher: student.cdf(-mean / error),
            pairs,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plausible::plausible;

    /// Three rates of four seeds; 0 stands for a failed run.
    fn scores(rows: [[f64; 4]; 3]) -> Vec<BySeed> {
        let score = |value: f64| (value > 0.0).then_some(value);
        rows.iter().map(|row| row.iter().map(|&value| score(value)).collect()).collect()
    }

    fn assert_close(value: f64, expected: f64) {
        assert!((value - expected).abs() < 5e-7, "{value} is not {expected}");
    }

    /// The example of the reference implementation in numpy and scipy: numbers by
    /// `scipy.stats.t` over the pairs as written out in the rule.
    #[test]
    fn the_exact_example() {
        let val_a =
            scores([[0.20, 0.24, 0.22, 0.26], [0.10, 0.14, 0.12, 0.12], [0.13, 0.11, 0.15, 0.13]]);
        let val_b =
            scores([[0.19, 0.23, 0.21, 0.25], [0.12, 0.10, 0.14, 0.16], [0.11, 0.12, 0.0, 0.10]]);
        let test_a =
            scores([[0.22, 0.25, 0.21, 0.26], [0.13, 0.15, 0.12, 0.14], [0.16, 0.13, 0.17, 0.14]]);
        let test_b =
            scores([[0.21, 0.24, 0.22, 0.23], [0.18, 0.17, 0.16, 0.19], [0.15, 0.20, 0.0, 0.17]]);
        let (a, b) = (plausible(&val_a).unwrap(), plausible(&val_b).unwrap());
        assert_eq!((a.chosen, &a.rates[..]), (1, &[1, 2][..]));
        assert_eq!((b.chosen, &b.rates[..]), (1, &[1][..]), "a quarter of rate 2 failed");
        let found = compare(
            Scored { test: &test_a, plausible: &a },
            Scored { test: &test_b, plausible: &b },
        );
        assert_close(found.estimate, -0.04);
        assert_close(found.plain.low, -0.062503);
        assert_close(found.plain.high, -0.017497);
        assert_close(found.interval.low, -0.067100);
        assert_close(found.interval.high, -0.017497);
        assert_close(found.p, 0.010938);
        assert_eq!(found.pairs, 4);
        assert!(is_settled(&test_a, &a) && is_settled(&test_b, &b));
    }

    fn one_rate(test: &[Option<f64>]) -> Vec<BySeed> {
        vec![test.to_vec()]
    }

    fn compared(a: &[Option<f64>], b: &[Option<f64>]) -> EveryRate {
        let only = Plausible { chosen: 0, rates: vec![0] };
        let (a, b) = (one_rate(a), one_rate(b));
        compare(Scored { test: &a, plausible: &only }, Scored { test: &b, plausible: &only })
    }

    #[test]
    fn without_spread_the_sign_decides() {
        let same = [Some(0.5), Some(0.25)];
        assert_eq!(compared(&same, &same).p, 1.0);
        let better = [Some(0.25), Some(0.0)];
        assert_eq!(compared(&better, &same).p, 0.0);
        assert_eq!(compared(&better, &same).interval, Interval { low: -0.25, high: -0.25 });
    }

    #[test]
    fn one_pair_is_no_evidence() {
        let found = compared(&[Some(0.1), None, Some(0.3)], &[Some(0.9), Some(0.9), None]);
        assert_eq!((found.pairs, found.p), (1, 1.0));
        assert_eq!(found.interval.low, f64::NEG_INFINITY);
        assert!((found.estimate - -0.8).abs() < 1e-15);
    }

    #[test]
    fn rates_that_score_unlike_are_not_settled() {
        let plausible = Plausible { chosen: 0, rates: vec![0, 1] };
        // Full width at the chosen rate: 2 * 4.3027 * sqrt(0.0001 / 3) = 0.0497.
        let test = |second: f64| {
            vec![vec![Some(0.10), Some(0.11), Some(0.12)], vec![Some(second), Some(second)]]
        };
        assert!(is_settled(&test(0.155), &plausible));
        assert!(!is_settled(&test(0.165), &plausible));
        assert!(is_settled(&test(0.165), &Plausible { chosen: 0, rates: vec![0] }));
    }
}
