//! The learning rates of an arm that its validation losses leave plausible.

use crate::statistics::{mean, sum_of_squares};

/// The losses, or other scores, of the runs at one rate: one per seed, `None` for a run that failed
/// or was not made.
pub type BySeed = Vec<Option<f64>>;

/// The rate of an arm, and the rates that could be its best one. Rates are positions in the grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plausible {
    /// The rate of the smallest mean validation loss.
    pub chosen: usize,
    /// All rates within noise of it, ascending, with the chosen one among them.
    pub rates: Vec<usize>,
}

/// A rate at which more than this share of the runs failed is out, unless all rates are worse.
const USABLE: f64 = 0.2;
/// Rates whose mean is above this multiple of the smallest mean tell nothing of the noise near it.
const NEAR: f64 = 2.0;
/// A rate is within noise of the best up to this number of standard errors of the difference.
const STANDARD_ERRORS: f64 = 2.0;

/// The plausible rates, from the validation losses at every rate that is a candidate: one entry
/// per run there, `None` for a failed one. A rate without runs is no candidate. `None` if every run
/// failed.
///
/// With the variance `s²` within rates, pooled over those near the best, a rate is plausible if its
/// mean is at most `2 s sqrt(1/n + 1/n_chosen)` above that of the chosen rate.
///
/// ```
/// use analysis::plausible;
///
/// // Two seeds at three rates; the first rate failed once and is out.
/// let losses = [[Some(0.10), None], [Some(0.11), Some(0.13)], [Some(0.13), Some(0.14)]];
/// let found = plausible(&losses.map(Vec::from)).unwrap();
/// // s² = (0.0002 + 0.00005) / 2, so the bound is 0.12 + 2 * 0.0112 = 0.142 and holds 0.135.
/// assert_eq!((found.chosen, found.rates), (1, vec![1, 2]));
/// ```
pub fn plausible(validation: &[BySeed]) -> Option<Plausible> {
    let trials: Vec<Trial> = validation.iter().map(|losses| Trial::of(losses)).collect();
    let least_failed = trials.iter().map(|trial| trial.failed).fold(f64::INFINITY, f64::min);
    let limit = USABLE.max(least_failed) + 1e-12;
    let usable = |rate: &usize| trials[*rate].failed <= limit && !trials[*rate].losses.is_empty();
    let usable: Vec<usize> = (0..trials.len()).filter(usable).collect();
    // The minimum of equals is the first, which is the lower rate.
    let by_mean = |a: &&usize, b: &&usize| trials[**a].mean.total_cmp(&trials[**b].mean);
    let chosen = *usable.iter().min_by(by_mean)?;
    let best = &trials[chosen];
    let near = usable.iter().map(|&rate| &trials[rate]);
    let variance = pooled_variance(near.filter(|trial| trial.mean <= NEAR * best.mean));
    let is_plausible = |&rate: &usize| {
        let trial = &trials[rate];
        let inverse = |trial: &Trial| 1.0 / trial.losses.len() as f64;
        let noise = STANDARD_ERRORS * (variance * (inverse(trial) + inverse(best))).sqrt();
        rate == chosen || trial.mean <= best.mean + noise
    };
    Some(Plausible { chosen, rates: usable.into_iter().filter(is_plausible).collect() })
}

/// The runs at one rate.
struct Trial {
    /// The losses of those that finished.
    losses: Vec<f64>,
    mean: f64,
    /// The share that failed; infinite without runs.
    failed: f64,
}

impl Trial {
    fn of(runs: &[Option<f64>]) -> Trial {
        let losses: Vec<f64> = runs.iter().flatten().copied().collect();
        let failed = match runs.len() {
            0 => f64::INFINITY,
            made => (made - losses.len()) as f64 / made as f64,
        };
        Trial { mean: mean(&losses), losses, failed }
    }
}

/// The variance within rates; infinite where no rate has two losses, so that all are plausible.
fn pooled_variance<'t>(trials: impl Iterator<Item = &'t Trial>) -> f64 {
    let (mut squares, mut degrees) = (0.0, 0);
    for trial in trials.filter(|trial| trial.losses.len() > 1) {
        squares += sum_of_squares(&trial.losses);
        degrees += trial.losses.len() - 1;
    }
    if degrees == 0 { f64::INFINITY } else { squares / degrees as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(losses: &[&[Option<f64>]]) -> Option<(usize, Vec<usize>)> {
        let losses: Vec<BySeed> = losses.iter().map(|losses| losses.to_vec()).collect();
        plausible(&losses).map(|found| (found.chosen, found.rates))
    }

    #[test]
    fn the_smallest_mean_is_chosen_and_of_equals_the_lower_rate() {
        let flat = [Some(0.2), Some(0.2)];
        assert_eq!(found(&[&[Some(0.5), Some(0.5)], &flat, &flat]), Some((1, vec![1, 2])));
    }

    #[test]
    fn a_rate_with_too_many_failures_is_out_unless_all_have_as_many() {
        let good = [Some(0.2), Some(0.21), Some(0.2), Some(0.21), Some(0.2)];
        let one_of_five = [None, Some(0.1), Some(0.11), Some(0.1), Some(0.1)];
        let two_of_five = [None, None, Some(0.1), Some(0.1), Some(0.1)];
        assert_eq!(found(&[&good, &one_of_five]).unwrap().0, 1, "a fifth may fail");
        assert_eq!(found(&[&good, &two_of_five]).unwrap().0, 0);
        assert_eq!(found(&[&two_of_five, &[None, None, None, None, Some(0.01)]]).unwrap().0, 0);
    }

    #[test]
    fn an_arm_that_fails_everywhere_has_no_rate() {
        assert_eq!(found(&[&[None, None], &[None]]), None);
        assert_eq!(found(&[]), None);
    }

    #[test]
    fn with_one_seed_a_rate_there_is_no_noise_to_go_by_and_every_rate_stays() {
        assert_eq!(found(&[&[Some(0.1)], &[Some(0.9)], &[]]), Some((0, vec![0, 1])));
    }

    #[test]
    fn the_noise_of_rates_far_above_the_best_does_not_count() {
        // The first rate is 20 times as high and scatters by as much as its mean.
        let losses: [&[Option<f64>]; 3] =
            [&[Some(0.5), Some(3.5)], &[Some(0.100), Some(0.101)], &[Some(0.110), Some(0.111)]];
        assert_eq!(found(&losses), Some((1, vec![1])));
    }
}
