//! From what the author said to what will be done: every arm and every run, resolved and checked.

mod arms;
mod identity;
mod rates;
mod resolved;

use std::ops::Range;

use equations::{Extents, SizeError};
use nets::Seed;
use training::Dataset;

use crate::config::{ConfigError, Experiment, Mistakes, Procedure, Seeds};
use crate::data::Loaded;
use arms::{Combination, arm, combinations};

pub use arms::Arm;
pub use rates::{above, below};
pub use resolved::resolved;

/// The most runs that a study can have; beyond it, a list was longer than its author meant.
const MOST_RUNS: usize = 100_000;

/// The most numbers that a network's linear maps may have; a number, its gradient and two moments of
/// the optimizer take 16 bytes.
const MOST_PARAMETERS: usize = 500_000_000;

/// A study in which nothing is left open.
pub struct Plan {
    /// The name, and that of the folder of the results.
    pub name: String,
    /// The question, or an empty text.
    pub question: String,
    /// The names of the swept keys, in the order of the file.
    pub swept: Vec<String>,
    /// The arms; see [`Arm`].
    pub arms: Vec<Arm>,
    /// Which seeds and learning rates each arm runs with.
    pub procedure: Procedure,
    seeds: Seeds,
    /// What the data contribute to the identity of a run.
    data: String,
}

/// What a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It finds the plausible learning rates of its arm.
    Tune,
    /// It scores its arm at one of them.
    Confirm,
}

/// One network, trained once.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Twelve hexadecimal digits of the hash of its identity.
    pub id: String,
    /// Everything that decides its numbers, as text.
    pub identity: String,
    /// The position of its arm in the plan.
    pub arm: usize,
    /// What it is for.
    pub phase: Phase,
    /// Its peak learning rate.
    pub learning_rate: f64,
    /// Its seed, in which it is paired with runs of other arms.
    pub seed: u64,
    /// What its random numbers are drawn from: the seed itself, or where arms share no random
    /// numbers a hash of arm and seed.
    pub root: Seed,
}

impl Plan {
    /// Resolves an experiment for a data set.
    ///
    /// # Errors
    /// Values that do not fit each other or the data: groups that do not divide the width, a batch
    /// larger than the training part, more runs than a study can have.
    pub fn new(experiment: &Experiment, loaded: &Loaded) -> Result<Plan, ConfigError> {
        let mut mistakes = Mistakes::new(&experiment.source);
        check_size(experiment, &mut mistakes);
        let mut arms = Vec::new();
        // A grid that is too large is not even listed.
        if mistakes.is_empty() {
            for chosen in combinations(experiment) {
                check_arm(experiment, &chosen, &loaded.dataset, &mut mistakes);
            }
            arms = arms::arms(experiment, &loaded.dataset);
        }
        mistakes.into_result(Some(Plan {
            name: experiment.name.clone(),
            question: experiment.question.clone(),
            swept: experiment.sweep.iter().map(|swept| swept.key.name.to_string()).collect(),
            arms,
            procedure: experiment.procedure.clone(),
            seeds: experiment.seeds,
            data: identity::of_data(&experiment.data, &loaded.checksum),
        }))
    }

    /// The runs that find the plausible learning rates: every arm, every rate of the grid, every
    /// tuning seed. None without `[tune]`.
    pub fn tuning_runs(&self, grid: &[f64]) -> Vec<Run> {
        let Procedure::Tuned { tuning_seeds, .. } = &self.procedure else {
            return Vec::new();
        };
        let mut runs = Vec::new();
        for arm in 0..self.arms.len() {
            for &rate in grid {
                runs.extend((0..*tuning_seeds).map(|seed| self.run(arm, Phase::Tune, rate, seed)));
            }
        }
        runs
    }

    /// The runs that score the arms, each at its rates, on seeds that the choice of the rates has
    /// not seen.
    pub fn confirmation_runs(&self, rates: &[Vec<f64>]) -> Vec<Run> {
        assert_eq!(rates.len(), self.arms.len(), "rates for each arm");
        let seeds = match self.procedure {
            Procedure::Shared { seeds } => 0..seeds,
            Procedure::Tuned { tuning_seeds, confirmation_seeds, .. } => {
                tuning_seeds..tuning_seeds + confirmation_seeds
            }
        };
        let mut runs = Vec::new();
        for (arm, rates) in rates.iter().enumerate() {
            for &rate in rates {
                runs.extend(seeds.clone().map(|seed| self.run(arm, Phase::Confirm, rate, seed)));
            }
        }
        runs
    }

    /// Every run that the study can come to, at every rate of its grid and of the grids that this can
    /// grow to.
    pub fn possible_runs(&self) -> Vec<Run> {
        let Procedure::Tuned { rates, extend, .. } = &self.procedure else {
            let rates = self.arms.iter().map(|arm| vec![arm.training.learning_rate]);
            return self.confirmation_runs(&rates.collect::<Vec<_>>());
        };
        let mut grid = rates.clone();
        for _ in 0..*extend {
            grid.insert(0, below(&grid));
            grid.push(above(&grid));
        }
        let mut runs = self.tuning_runs(&grid);
        runs.extend(self.confirmation_runs(&vec![grid; self.arms.len()]));
        runs
    }

    fn run(&self, arm: usize, phase: Phase, learning_rate: f64, seed: usize) -> Run {
        let seed = self.seeds.first + seed as u64;
        let settings = &self.arms[arm].settings;
        let (root, spelled) = if self.seeds.paired {
            (Seed(seed), seed.to_string())
        } else {
            let address = format!("{}{seed}", identity::of_settings(settings));
            let hash = blake3::derive_key("normlab seed of an unpaired run v1", address.as_bytes());
            let root = u64::from_le_bytes(hash[..8].try_into().expect("eight bytes"));
            (Seed(root), format!("{root} of its own"))
        };
        let identity = identity::of_run(&self.data, settings, learning_rate, &spelled);
        Run { id: identity::hashed(&identity), identity, arm, phase, learning_rate, seed, root }
    }
}

/// An upper bound of the runs of each arm: all rates plausible, the grid extended at both ends.
fn most_runs_per_arm(procedure: &Procedure) -> usize {
    match procedure {
        Procedure::Shared { seeds } => *seeds,
        Procedure::Tuned { rates, extend, tuning_seeds, confirmation_seeds } => {
            (rates.len() + 2 * extend) * (tuning_seeds + confirmation_seeds)
        }
    }
}

fn check_size(experiment: &Experiment, mistakes: &mut Mistakes<'_>) {
    let runs = experiment
        .sweep
        .iter()
        .map(|swept| swept.values.len())
        .fold(most_runs_per_arm(&experiment.procedure), usize::saturating_mul);
    if runs > MOST_RUNS {
        let place = experiment.sweep.first().and_then(|swept| swept.values.first());
        let place = place.map_or(0..0, |(_, place)| place.clone());
        let help = format!("at most {MOST_RUNS}: sweep less, or in several studies");
        mistakes.add(place, format!("the study has up to {runs} runs"), help);
    }
}

fn check_arm(
    experiment: &Experiment,
    chosen: &Combination<'_>,
    dataset: &Dataset,
    mistakes: &mut Mistakes<'_>,
) {
    let place = |name: &str| {
        let swept = chosen.iter().find(|(key, ..)| key.name == name).map(|(.., place)| place);
        let given = experiment.places.iter().find(|(key, _)| *key == name).map(|(_, place)| place);
        swept.or(given).cloned()
    };
    let arm = arm(experiment, chosen, dataset);
    if let Err(error) = arm.network.norm.check_width(arm.network.width) {
        let place = place("norm").or_else(|| place("width")).unwrap_or(0..0);
        let help = format!("the width is {}", arm.network.width);
        mistakes.add(place, error.to_string(), help);
    }
    let norm_or_batch = place("norm").or_else(|| place("batch_size")).unwrap_or(0..0);
    check_batches(&arm, dataset.train.len(), &norm_or_batch, mistakes);
    let parameters = arm.network.linear_parameters();
    if parameters > MOST_PARAMETERS {
        let place = place("width").or_else(|| place("depth")).unwrap_or(0..0);
        let help = format!("at most {MOST_PARAMETERS}: make it narrower or less deep");
        mistakes.add(place, format!("the network has {parameters} parameters"), help);
    }
    let (batch, training) = (arm.training.batch_size, dataset.train.len());
    if batch > training {
        let help = format!("{} has {training} training examples", dataset.name);
        mistakes.add(place("batch_size").unwrap_or(0..0), format!("batch_size is {batch}"), help);
    }
}

/// Whether the norm means something on the batches of this network: the full ones and the rest.
fn check_batches(arm: &Arm, examples: usize, place: &Range<usize>, mistakes: &mut Mistakes<'_>) {
    let (norm, width, batch) = (&arm.network.norm, arm.network.width, arm.training.batch_size);
    for samples in [batch.min(examples), examples % batch] {
        let Ok(extents) = Extents::new(samples, 1, width, norm.groups()) else { return };
        let checked = norm.equation().check(&extents, equations::Mode::Train);
        if let (Err(error), true) = (checked, arm.network.placement.uses_norm()) {
            let mut help =
                format!("{examples} training examples in batches of {batch}, the width is {width}");
            if let SizeError::Parts { parts, .. } = error {
                help += &dividing(parts, batch, examples);
            }
            mistakes.add(place.clone(), error.to_string(), help);
        }
    }
}

/// Where parts do not divide the batches: a batch size or a number of parts with which they do.
fn dividing(parts: usize, batch: usize, examples: usize) -> String {
    let divides = |parts: usize, batch: usize| {
        batch.is_multiple_of(parts) && (examples % batch).is_multiple_of(parts)
    };
    let size = (1..=batch).rev().find(|size| divides(parts, *size));
    let fewer = (2..parts).rev().find(|fewer| divides(*fewer, batch));
    let size = size.map(|size| format!("; batch_size = {size} would do"));
    let fewer = fewer.map(|fewer| format!("; parts = {fewer} would do"));
    [size, fewer].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests;
