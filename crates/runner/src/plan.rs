//! From what the author said to what will be done: every arm and every run, resolved and checked.

mod arms;
mod identity;
mod rates;
mod resolved;

use nets::Seed;

use crate::config::{self, ConfigError, Experiment, Procedure, Seeds};
use crate::data::Loaded;

pub use arms::Arm;
pub use resolved::resolved;

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
        config::check(experiment, &loaded.dataset)?;
        Ok(Plan {
            name: experiment.name.clone(),
            question: experiment.question.clone(),
            swept: experiment.sweep.iter().map(|swept| swept.key.name.to_string()).collect(),
            arms: arms::arms(experiment, &loaded.dataset),
            procedure: experiment.procedure.clone(),
            seeds: experiment.seeds,
            data: identity::of_data(&experiment.data, &loaded.checksum),
        })
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
        let grid = grid(rates, *extend, *extend);
        let mut runs = self.tuning_runs(&grid);
        runs.extend(self.confirmation_runs(&vec![grid; self.arms.len()]));
        runs
    }

    /// The confirmation runs among [`Plan::possible_runs`].
    pub fn possible_confirmation_runs(&self) -> Vec<Run> {
        let mut runs = self.possible_runs();
        runs.retain(|run| run.phase == Phase::Confirm);
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

/// The grid of learning rates with the next rates at its ends.
pub fn grid(rates: &[f64], more_below: usize, more_above: usize) -> Vec<f64> {
    let below = rates::below(rates, more_below).into_iter().rev();
    below.chain(rates.iter().copied()).chain(rates::above(rates, more_above)).collect()
}

#[cfg(test)]
mod tests;
