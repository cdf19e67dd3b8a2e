use crate::run::Run;
use crate::statistics::mean;

/// The learning rate of an arm, and how much the arm depends on it.
#[derive(Debug, Clone, PartialEq)]
pub struct RateChoice {
    /// The chosen rate.
    pub rate: f64,
    /// Whether the grid goes on at both sides of the chosen rate. If not, the best rate may lie
    /// outside of the grid, and the arm counts as untuned.
    pub interior: bool,
    /// The rates, ascending, at which every seed finished.
    pub trains_at: Vec<f64>,
    /// Those of them that surround the chosen rate without a gap; empty if the arm failed there.
    pub usable: Vec<f64>,
    /// The width of the usable rates, `log10(largest / smallest)`; `None` if there are none.
    pub band_decades: Option<f64>,
}

/// Chooses an arm's rate from its tuning runs: the smallest mean validation loss among the rates at
/// which every seed finished. If there is no such rate, the one with the fewest failures, then the
/// smallest mean of the loss capped at the constant predictor. Of equals, the lower rate wins.
///
/// # Panics
/// If `rates` is empty: a study without tuning has no rate to choose.
pub fn choose_rate(tuning: &[&Run], rates: &[f64]) -> RateChoice {
    assert!(!rates.is_empty(), "no rates to choose from");
    let trials = trials(tuning, rates);
    let chosen = best(&trials);
    let usable = usable(&trials, chosen);
    let band_decades = match (usable.first(), usable.last()) {
        (Some(smallest), Some(largest)) => Some((largest / smallest).log10()),
        _ => None,
    };
    RateChoice {
        rate: trials[chosen].rate,
        interior: chosen > 0 && chosen + 1 < trials.len(),
        trains_at: trials.iter().filter(|trial| trial.trains()).map(|trial| trial.rate).collect(),
        usable,
        band_decades,
    }
}

/// Whether two rates are the same point of the grid, be it written `1e-3` or `0.001`.
pub(crate) fn same_rate(first: f64, second: f64) -> bool {
    (first / second - 1.0).abs() < 1e-9
}

/// The grid, ascending and without repetition.
pub(crate) fn grid(rates: &[f64]) -> Vec<f64> {
    let mut grid = rates.to_vec();
    grid.sort_by(f64::total_cmp);
    grid.dedup_by(|first, second| same_rate(*first, *second));
    grid
}

/// The runs of one rate.
struct Trial {
    rate: f64,
    runs: usize,
    failures: usize,
    mean_loss: f64,
    mean_capped_loss: f64,
}

impl Trial {
    fn trains(&self) -> bool {
        self.runs > 0 && self.failures == 0
    }
}

fn trials(tuning: &[&Run], rates: &[f64]) -> Vec<Trial> {
    let trial = |rate: f64| {
        let runs: Vec<&&Run> =
            tuning.iter().filter(|run| same_rate(run.learning_rate, rate)).collect();
        let losses: Vec<f64> =
            runs.iter().filter_map(|run| run.scores()).map(|scores| scores.val_loss).collect();
        let capped: Vec<f64> = runs.iter().map(|run| run.capped_val_loss()).collect();
        Trial {
            rate,
            runs: runs.len(),
            failures: runs.len() - losses.len(),
            mean_loss: mean(&losses),
            mean_capped_loss: mean(&capped),
        }
    };
    grid(rates).into_iter().map(trial).collect()
}

/// The index of the best trial. The minimum of equals is the first, which is the lower rate.
fn best(trials: &[Trial]) -> usize {
    let trained = (0..trials.len()).filter(|&index| trials[index].trains());
    let by_loss = |&a: &usize, &b: &usize| trials[a].mean_loss.total_cmp(&trials[b].mean_loss);
    // A rate without runs has no failures either, and must not win by that.
    let untried = |index: usize| trials[index].runs == 0;
    let by_failures = |&a: &usize, &b: &usize| {
        (untried(a), trials[a].failures)
            .cmp(&(untried(b), trials[b].failures))
            .then(trials[a].mean_capped_loss.total_cmp(&trials[b].mean_capped_loss))
    };
    trained.min_by(by_loss).or_else(|| (0..trials.len()).min_by(by_failures)).unwrap_or(0)
}

fn usable(trials: &[Trial], chosen: usize) -> Vec<f64> {
    if !trials[chosen].trains() {
        return Vec::new();
    }
    let below = trials[..chosen].iter().rev().take_while(|trial| trial.trains()).count();
    let above = trials[chosen..].iter().take_while(|trial| trial.trains()).count();
    trials[chosen - below..chosen + above].iter().map(|trial| trial.rate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Outcome, Phase, Reason, Scores};

    const RATES: [f64; 4] = [1e-3, 3e-3, 1e-2, 3e-2];

    /// One tuning run per loss; `None` is a failed run.
    fn runs(trials: &[(f64, &[Option<f64>])]) -> Vec<Run> {
        let run = |rate: f64, seed: usize, loss: Option<f64>| Run {
            id: format!("{rate}-{seed}"),
            arm: "pre".to_string(),
            phase: Phase::Tune,
            keys: Vec::new(),
            learning_rate: rate,
            seed: seed as u64,
            outcome: loss.map_or(Outcome::Failed(Reason::Exploded), |val_loss| {
                Outcome::Finished(Scores {
                    train_loss: val_loss,
                    val_loss,
                    val_accuracy: 0.9,
                    test_loss: val_loss,
                    test_accuracy: 0.9,
                })
            }),
            steps: 10,
            parameters: 1,
            constant_loss: 2.3,
        };
        let runs = trials.iter().flat_map(|(rate, losses)| {
            losses.iter().enumerate().map(move |(seed, loss)| run(*rate, seed, *loss))
        });
        runs.collect()
    }

    fn choose(trials: &[(f64, &[Option<f64>])]) -> RateChoice {
        let runs = runs(trials);
        choose_rate(&runs.iter().collect::<Vec<_>>(), &RATES)
    }

    #[test]
    fn the_smallest_mean_among_rates_without_failure_wins() {
        let choice = choose(&[
            (1e-3, &[Some(0.5), Some(0.5)]),
            (3e-3, &[Some(0.3), Some(0.4)]),
            (1e-2, &[Some(0.1), None]),
            (3e-2, &[Some(0.9), Some(0.9)]),
        ]);
        assert_eq!(choice.rate, 3e-3);
        assert!(choice.interior);
        assert_eq!(choice.trains_at, [1e-3, 3e-3, 3e-2]);
        assert_eq!(choice.usable, [1e-3, 3e-3]);
        // log10(3) = 0.4771212547
        assert!((choice.band_decades.unwrap() - 0.4771212547).abs() < 1e-9);
    }

    #[test]
    fn the_ends_of_the_grid_are_not_interior() {
        let low = choose(&[(1e-3, &[Some(0.1)]), (3e-3, &[Some(0.2)])]);
        assert_eq!((low.rate, low.interior), (1e-3, false));
        let high = choose(&[(1e-3, &[Some(0.2)]), (3e-2, &[Some(0.1)])]);
        assert_eq!((high.rate, high.interior), (3e-2, false));
        assert_eq!(high.usable, [3e-2]);
        assert_eq!(high.band_decades, Some(0.0));
    }

    #[test]
    fn of_equal_rates_the_lower_wins() {
        let choice = choose(&[(3e-3, &[Some(0.2)]), (1e-2, &[Some(0.2)]), (1e-3, &[Some(0.3)])]);
        assert_eq!(choice.rate, 3e-3);
    }

    #[test]
    fn without_a_rate_that_trains_the_fewest_failures_win_then_the_capped_loss() {
        let choice = choose(&[
            (1e-3, &[None, None, None]),
            (3e-3, &[Some(2.0), Some(2.0), None]),
            (1e-2, &[Some(0.1), Some(2.2), None]),
            (3e-2, &[Some(0.1), None, None]),
        ]);
        // Means capped at 2.3: (2.0 + 2.0 + 2.3) / 3 = 2.1 against (0.1 + 2.2 + 2.3) / 3 = 1.53.
        assert_eq!(choice.rate, 1e-2);
        assert!(choice.usable.is_empty() && choice.trains_at.is_empty());
        assert_eq!(choice.band_decades, None);
    }

    #[test]
    fn a_rate_without_runs_never_wins() {
        let choice = choose(&[(1e-2, &[None, None])]);
        assert_eq!(choice.rate, 1e-2);
    }

    #[test]
    fn the_order_of_the_grid_plays_no_part() {
        let runs = runs(&[(1e-3, &[Some(0.3)]), (3e-3, &[Some(0.2)]), (1e-2, &[Some(0.4)])]);
        let choice = choose_rate(&runs.iter().collect::<Vec<_>>(), &[1e-2, 1e-3, 0.003]);
        assert!(choice.interior);
        assert_eq!(choice.usable, [1e-3, 3e-3, 1e-2]);
    }
}
