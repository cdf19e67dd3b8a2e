//! The experiment file: what its author said, checked, with the place of every value.
//!
//! The tree that `toml` parses is walked by our own checker, so that every mistake is shown at its
//! line and column, and all of them at once. Nothing outside of this module sees the tree.
//!
//! ```toml
//! [study]
//! name = "quickstart"                # the folder of the results
//! question = "..."                   # default: none
//! baseline = { placement = "pre" }   # swept keys; default: nothing is compared
//! seeds = 6                          # only without [tune]
//! first_seed = 0                     # the others follow it
//! paired = true                      # equal seeds share data order and base weights
//!
//! [data]
//! name = "digits"
//! scale = "global"                   # or "feature", "none"; default: what the data set says
//! clip = "none"                      # or the largest absolute value after scaling
//!
//! [network]                          # `normlab list keys` has the keys and the defaults
//! [training]
//!
//! [norms.mine]                       # a custom norm, for `norm = "mine"`
//! equation = "gamma * x / (mean(abs(x)) + eps)"
//! over = "features"
//!
//! [sweep]                            # any key of the two above; every combination is an arm
//! placement = ["pre", "post"]
//!
//! [tune]                             # each arm at its own best rate
//! learning_rate = [1e-3, 3e-3, 1e-2]
//! extend = 0                         # steps that the grid may grow by where the best rate is its edge
//! seeds = 3
//! select = "val_loss"                # the default, and so far the only one
//!
//! [confirm]                          # further seeds at every rate within noise of the best
//! seeds = 9
//! ```

pub mod choices;
mod draft;
mod families;
mod fit;
mod grid;
pub mod keys;
mod misplaced;
mod mistakes;
mod numbers;
mod own_norms;
mod procedure;
mod range;
mod sections;
pub mod value;

use std::ops;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use training::Dataset;

use crate::data::{self, Loaded};
use draft::{Draft, draft};
use fit::Readable;
use keys::{Key, Setting, Settings};
use misplaced::WHOLE;
use own_norms::own_norms;
use sections::SECTIONS;
use value::{Table, Value};

pub use grid::{Chosen, combinations};
pub use mistakes::{ConfigError, Mistakes, Source, without_mark};
pub use own_norms::{OwnNorms, custom_name};
pub use procedure::{LARGEST_FIRST_SEED, MOST_EXTENSIONS, MOST_SEEDS};
pub use range::Range;
#[cfg(test)]
pub use sections::keys_of;
pub use value::nearest;

/// What the author of a study said.
pub struct Experiment {
    /// The file, for mistakes that show only later.
    pub source: Source,
    /// The name, which is also that of the folder of the results.
    pub name: String,
    /// The question, or an empty text.
    pub question: String,
    /// The data set and its scaling.
    pub data: DataChoice,
    /// The values of `[network]` and `[training]`, with defaults for what is left out.
    pub settings: Settings,
    /// The bytes of the file that each value of `[network]` and `[training]` takes.
    pub places: Vec<(&'static str, ops::Range<usize>)>,
    /// The norms that `[norms]` defines.
    pub own_norms: OwnNorms,
    /// The swept keys with their values, in the order of the file.
    pub sweep: Vec<Sweep>,
    /// For some of the swept keys the value that the others are compared with.
    pub baseline: Vec<(&'static Key, Setting)>,
    /// Which seeds and learning rates each arm runs with.
    pub procedure: Procedure,
    /// What its random numbers are drawn from.
    pub seeds: Seeds,
}

/// What the random numbers of runs are drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seeds {
    /// The seed that the others follow.
    pub first: u64,
    /// Whether runs of different arms with equal seeds share data order and base weights.
    pub paired: bool,
}

/// A data set, and how its features are scaled.
#[derive(Clone, Copy)]
pub struct DataChoice {
    /// The data set.
    pub source: &'static data::Source,
    /// The scaling.
    pub scaling: data::Scaling,
}

impl DataChoice {
    /// Reads and scales the data set.
    ///
    /// # Errors
    /// A file that is missing, unreadable or damaged.
    pub fn load(&self, folder: &Path) -> Result<Loaded, data::DataError> {
        self.source.load(folder, &self.scaling)
    }
}

/// A swept key.
pub struct Sweep {
    /// The key.
    pub key: &'static Key,
    /// Its values, and the bytes of the file that they take.
    pub values: Vec<(Setting, ops::Range<usize>)>,
}

/// Which seeds and learning rates each arm runs with.
#[derive(Clone, Debug, PartialEq)]
pub enum Procedure {
    /// Every arm at the rate that `[training]` gives.
    Shared {
        /// The number of seeds.
        seeds: usize,
    },
    /// Every arm at its own best rate, by the rule of every plausible rate.
    Tuned {
        /// The grid of rates, ascending.
        rates: Vec<f64>,
        /// The steps that the grid may grow by where the best rate of an arm is at its edge.
        extend: usize,
        /// The number of seeds at every rate.
        tuning_seeds: usize,
        /// The number of further seeds at each rate that those leave plausible.
        confirmation_seeds: usize,
    },
}

impl Procedure {
    /// The number of seeds at the rates on which verdicts rest.
    pub fn seeds(&self) -> usize {
        match self {
            Procedure::Shared { seeds } => *seeds,
            Procedure::Tuned { tuning_seeds, confirmation_seeds, .. } => {
                tuning_seeds + confirmation_seeds
            }
        }
    }

    /// An upper bound of the runs of each arm: all rates plausible, the grid extended at both ends.
    pub fn most_runs_per_arm(&self) -> usize {
        match self {
            Procedure::Shared { seeds } => *seeds,
            Procedure::Tuned { rates, extend, tuning_seeds, confirmation_seeds } => {
                (rates.len() + 2 * extend) * (tuning_seeds + confirmation_seeds)
            }
        }
    }
}

/// Reads an experiment file.
///
/// # Errors
/// All mistakes in it, each with its line, the value, what is allowed and the nearest valid name.
pub fn parse(source: &Source) -> Result<Experiment, ConfigError> {
    let mut mistakes = Mistakes::new(source);
    let draft = draft(source, &mut mistakes);
    mistakes.into_result(draft.and_then(Draft::complete))
}

/// Reads an experiment file and its data, and checks that the values fit each other and the data.
///
/// # Errors
/// All mistakes in the file, and then what is wrong with the data.
pub fn load(source: &Source, folder: &Path) -> Result<(Experiment, Loaded), ConfigError> {
    let mut mistakes = Mistakes::new(source);
    let draft = draft(source, &mut mistakes);
    let data = draft.as_ref().and_then(|draft| draft.data).map(|data| data.load(folder));
    if let Some(draft) = &draft {
        let dataset = data.as_ref().and_then(|data| data.as_ref().ok());
        fit::check(&draft.readable(), dataset.map(|loaded| &loaded.dataset), &mut mistakes);
    }
    let experiment = mistakes.into_result(draft.and_then(Draft::complete));
    match (experiment, data) {
        (Ok(experiment), Some(Ok(loaded))) => Ok((experiment, loaded)),
        (Ok(_), Some(Err(error))) => Err(ConfigError::of_data(&error)),
        (Err(mistakes), Some(Err(error))) => Err(mistakes.and_of_data(&error)),
        (Err(mistakes), _) => Err(mistakes),
        (Ok(_), None) => unreachable!("a complete experiment names its data"),
    }
}

/// Whether the values of an experiment fit each other and the data.
///
/// # Errors
/// Groups that do not divide the width, a batch larger than the training part, more runs than a study can have.
pub fn check(experiment: &Experiment, dataset: &Dataset) -> Result<(), ConfigError> {
    let mut mistakes = Mistakes::new(&experiment.source);
    let readable = Readable {
        settings: &experiment.settings,
        places: &experiment.places,
        sweep: &experiment.sweep,
        is_complete: true,
        procedure: Some(&experiment.procedure),
        unread: &[],
    };
    fit::check(&readable, Some(dataset), &mut mistakes);
    mistakes.into_result(Some(()))
}

/// A file that defines norms.
pub struct NormsFile {
    /// The norms.
    pub norms: OwnNorms,
    /// The experiment that the file is, unless it has nothing but norms.
    pub experiment: Option<Experiment>,
}

/// The norms that a file defines. A file of norms alone needs nothing else; where it is an
/// experiment, all of it is read.
///
/// # Errors
/// As [`parse`], and a file that defines none.
pub fn norms(source: &Source) -> Result<NormsFile, ConfigError> {
    let mut mistakes = Mistakes::new(source);
    let file = if is_experiment(source) {
        let experiment = parse(source)?;
        NormsFile { norms: experiment.own_norms.clone(), experiment: Some(experiment) }
    } else {
        let norms = norms_alone(source, &mut mistakes);
        NormsFile { norms: norms.unwrap_or_default(), experiment: None }
    };
    if file.norms.is_empty() && mistakes.is_empty() {
        let help = "write for example [norms.mine] and below it equation = \"gamma * x / rms(x)\"";
        mistakes.add(0..0, "the file defines no norm", help);
    }
    mistakes.into_result(Some(file))
}

/// Whether a file has more than norms.
fn is_experiment(source: &Source) -> bool {
    let (whole, errors) = DeTable::parse_recoverable(&source.text);
    errors.is_empty() && whole.get_ref().keys().any(|key| key.get_ref() != "norms")
}

fn norms_alone(source: &Source, mistakes: &mut Mistakes<'_>) -> Option<OwnNorms> {
    let whole = tree(source, mistakes)?;
    let file = Table::open(WHOLE, &whole, &SECTIONS, mistakes)?;
    Some(own_norms(&file, mistakes))
}

/// The file as a table of values with their places.
pub fn tree<'s>(source: &'s Source, mistakes: &mut Mistakes<'_>) -> Option<Value<'s>> {
    let (tree, errors) = DeTable::parse_recoverable(&source.text);
    if errors.is_empty() {
        return Some(Spanned::new(0..0, DeValue::Table(tree.into_inner())));
    }
    for error in errors {
        let help = "the file must be TOML, see https://toml.io";
        mistakes.add(error.span().unwrap_or(0..0), one_line(error.message()), help);
    }
    None
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod own_norms_tests;
#[cfg(test)]
mod reports_tests;
#[cfg(test)]
mod tests;
