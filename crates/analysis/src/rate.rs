//! The learning rate of an arm: the chosen one, the plausible ones, and what weakens the choice.

use crate::arms::Arm;
use crate::every_rate::is_settled;
use crate::plausible::{BySeed, Plausible, plausible};
use crate::run::{Phase, Run};
use crate::study::Study;

/// The learning rate of an arm, and how much the arm depends on it.
#[derive(Debug, Clone, PartialEq)]
pub struct RateChoice {
    /// The rate of the smallest mean validation loss; `None` if every run failed.
    pub rate: Option<f64>,
    /// The rates, ascending, that could be the best one, the chosen one among them.
    pub plausible: Vec<f64>,
    /// Whether the chosen rate is the lowest or highest that was tried: the best rate may lie
    /// beyond, and the arm counts as untuned.
    pub at_edge: bool,
    /// Whether the lowest or highest rate that was tried is plausible, so that rates beyond it may be
    /// too.
    pub reaches_edge: bool,
    /// Whether the plausible rates have similar test losses.
    pub loss_is_settled: bool,
    /// Whether they have similar test accuracies.
    pub accuracy_is_settled: bool,
    /// The number of rates that were tried.
    pub tried: usize,
    /// The rates, ascending, at which every tuning seed finished.
    pub trains_at: Vec<f64>,
    /// The width of those around the chosen rate without a gap, `log10(largest / smallest)`; `None`
    /// if a tuning seed failed at the chosen rate.
    pub band_decades: Option<f64>,
}

/// Which rates of an arm are to be scored further, from its tuning runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Tuned {
    /// The rates within noise of the best, ascending; empty if every run failed.
    pub plausible: Vec<f64>,
    /// Whether the best rate is the lowest of the grid.
    pub at_lowest: bool,
    /// Whether it is the highest.
    pub at_highest: bool,
}

impl Study {
    /// The rates at which the arm of this label has to be confirmed, from its tuning runs.
    pub fn tuned(&self, label: &str) -> Tuned {
        let grid = self.rates();
        let arm = self.arms().into_iter().find(|arm| arm.label == label);
        let found = arm.and_then(|arm| plausible(&tuning_losses(&arm, &grid)));
        let chosen = found.as_ref().map(|found| found.chosen);
        Tuned {
            plausible: found
                .iter()
                .flat_map(|found| found.rates.iter().map(|&r| grid[r]))
                .collect(),
            at_lowest: chosen == Some(0),
            at_highest: chosen.is_some_and(|chosen| chosen + 1 == grid.len()),
        }
    }
}

/// An arm with its scores at its rates. Without tuning there is one rate, which is the chosen one.
#[derive(Debug, Clone)]
pub(crate) struct Rated<'a> {
    pub(crate) arm: Arm<'a>,
    /// The rates that were tried, ascending.
    pub(crate) grid: Vec<f64>,
    /// The position of the chosen rate and the plausible ones; `None` if every run failed.
    pub(crate) plausible: Option<Plausible>,
    /// The test losses by rate and seed of the study.
    pub(crate) losses: Vec<BySeed>,
    /// The test accuracies, likewise.
    pub(crate) accuracies: Vec<BySeed>,
    /// Whether it has every run that other arms show it must have: each tuning seed at each rate of the
    /// grid, and each confirmation seed at each plausible rate.
    pub(crate) is_finished: bool,
    is_tuned: bool,
}

impl<'a> Rated<'a> {
    pub(crate) fn new(study: &Study, arm: Arm<'a>) -> Rated<'a> {
        let is_tuned = arm.tuning().next().is_some();
        let grid = match is_tuned {
            true => study.rates(),
            false => arm.runs.first().map(|run| run.learning_rate).into_iter().collect(),
        };
        let plausible = final_choice(&arm, &grid, is_tuned);
        let seeds = study.seeds();
        let by_seed = |part: fn(&Run) -> Option<f64>| -> Vec<BySeed> {
            let score =
                |rate: f64, seed: u64| arm.at(rate).find(|run| run.seed == seed).and_then(part);
            grid.iter().map(|&rate| seeds.iter().map(|&seed| score(rate, seed)).collect()).collect()
        };
        let losses = by_seed(|run| Some(run.scores()?.test_loss));
        let accuracies = by_seed(|run| Some(run.scores()?.test_accuracy));
        let is_finished = is_finished(study, &arm, &grid);
        Rated { arm, grid, plausible, losses, accuracies, is_finished, is_tuned }
    }

    /// The chosen rate; `None` if every run failed.
    pub(crate) fn rate(&self) -> Option<f64> {
        self.plausible.as_ref().map(|plausible| self.grid[plausible.chosen])
    }

    /// The runs that figures show: those at the chosen rate, or at the lowest if every run failed.
    pub(crate) fn shown(&self) -> Vec<&'a Run> {
        let rate = self.rate().or(self.grid.first().copied());
        rate.map_or_else(Vec::new, |rate| self.arm.at(rate).collect())
    }

    /// The runs at the chosen rate.
    pub(crate) fn scored(&self) -> Vec<&'a Run> {
        self.rate().map_or_else(Vec::new, |rate| self.arm.at(rate).collect())
    }

    /// `None` without tuning.
    pub(crate) fn choice(&self) -> Option<RateChoice> {
        if !self.is_tuned {
            return None;
        }
        let trains = |rate: &f64| {
            let mut tuning = self.arm.tuning().filter(|run| same_rate(run.learning_rate, *rate));
            tuning.clone().next().is_some() && tuning.all(|run| run.scores().is_some())
        };
        let trains_at: Vec<f64> = self.grid.iter().copied().filter(|rate| trains(rate)).collect();
        let chosen = self.plausible.as_ref().map(|plausible| plausible.chosen);
        let is_edge = |rate: usize| rate == 0 || rate + 1 == self.grid.len();
        let rates = || self.plausible.iter().flat_map(|plausible| &plausible.rates);
        let settled = |test: &[BySeed]| {
            self.plausible.as_ref().is_none_or(|plausible| is_settled(test, plausible))
        };
        Some(RateChoice {
            rate: self.rate(),
            plausible: rates().map(|&rate| self.grid[rate]).collect(),
            at_edge: chosen.is_some_and(is_edge),
            reaches_edge: rates().any(|&rate| is_edge(rate)),
            loss_is_settled: settled(&self.losses),
            accuracy_is_settled: settled(&self.accuracies),
            tried: self.grid.len(),
            band_decades: chosen.and_then(|chosen| band(&self.grid, chosen, trains)),
            trains_at,
        })
    }
}

fn is_finished(study: &Study, arm: &Arm, grid: &[f64]) -> bool {
    let has_all = |phase: Phase, rates: &[f64]| {
        let seeds = study.phase_seeds(phase);
        let has =
            |rate: f64, seed: u64| arm.at(rate).any(|run| run.phase == phase && run.seed == seed);
        rates.iter().all(|&rate| seeds.iter().all(|&seed| has(rate, seed)))
    };
    if !study.is_tuned() {
        return has_all(Phase::Confirm, grid);
    }
    if arm.tuning().next().is_none() || !has_all(Phase::Tune, grid) {
        return false;
    }
    let Some(found) = plausible(&tuning_losses(arm, grid)) else { return true };
    let rates: Vec<f64> = found.rates.iter().map(|&rate| grid[rate]).collect();
    !study.phase_seeds(Phase::Confirm).is_empty() && has_all(Phase::Confirm, &rates)
}

/// The choice from all seeds, among the rates that the tuning seeds left plausible.
fn final_choice(arm: &Arm, grid: &[f64], is_tuned: bool) -> Option<Plausible> {
    let candidates = match is_tuned {
        true => plausible(&tuning_losses(arm, grid))?.rates,
        false => vec![0],
    };
    let losses = |(rate, &value): (usize, &f64)| match candidates.contains(&rate) {
        true => arm.at(value).map(validation_loss).collect(),
        false => Vec::new(),
    };
    plausible(&grid.iter().enumerate().map(losses).collect::<Vec<BySeed>>())
}

fn tuning_losses(arm: &Arm, grid: &[f64]) -> Vec<BySeed> {
    let at = |rate: &f64| {
        let tuning = arm.tuning().filter(|run| same_rate(run.learning_rate, *rate));
        tuning.map(validation_loss).collect()
    };
    grid.iter().map(at).collect()
}

fn validation_loss(run: &Run) -> Option<f64> {
    run.scores().map(|scores| scores.val_loss)
}

/// The width of the rates around the chosen one that all train, in decades.
fn band(grid: &[f64], chosen: usize, trains: impl Fn(&f64) -> bool) -> Option<f64> {
    let below = grid[..=chosen].iter().rev().take_while(|rate| trains(rate)).last()?;
    let above = grid[chosen..].iter().take_while(|rate| trains(rate)).last()?;
    Some((above / below).log10())
}

/// A learning rate as people write it: `3e-3`.
pub(crate) fn rate_text(rate: f64) -> String {
    format!("{rate:e}")
}

/// Whether two rates are the same point of the grid, be it written `1e-3` or `0.001`.
pub(crate) fn same_rate(first: f64, second: f64) -> bool {
    (first / second - 1.0).abs() < 1e-9
}
