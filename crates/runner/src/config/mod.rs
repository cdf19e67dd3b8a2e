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
//!
//! [data]
//! name = "digits"
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
//! seeds = 3
//! select = "val_loss"                # the default, and so far the only one
//!
//! [confirm]                          # fresh seeds at that rate
//! seeds = 6
//! ```

pub mod choices;
mod grid;
pub mod keys;
mod mistakes;
mod own_norms;
mod procedure;
mod range;
mod sections;
pub mod value;

use std::ops;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::data;
use grid::{baseline, sweep};
use keys::{Key, Setting, Settings};
use own_norms::own_norms;
use procedure::procedure;
use sections::{data_set, section, settings, study_name};
use value::{Table, Value, text};

pub use mistakes::{ConfigError, Mistakes, Source};
pub use own_norms::{OwnNorms, custom_name};
pub use procedure::MOST_SEEDS;
pub use range::Range;
pub use value::nearest;

/// What the author of a study said.
pub struct Experiment {
    /// The file, for mistakes that show only later.
    pub source: Source,
    /// The name, which is also that of the folder of the results.
    pub name: String,
    /// The question, or an empty text.
    pub question: String,
    /// The data set.
    pub data: &'static data::Source,
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
    /// Every arm at its own best rate, chosen on some seeds and confirmed on others.
    Tuned {
        /// The grid of rates, ascending.
        rates: Vec<f64>,
        /// The number of seeds for the choice.
        tuning_seeds: usize,
        /// The number of fresh seeds at the chosen rate.
        confirmation_seeds: usize,
    },
}

/// What a file may have.
const SECTIONS: [&str; 8] =
    ["study", "data", "network", "training", "norms", "sweep", "tune", "confirm"];

/// Reads an experiment file.
///
/// # Errors
/// All mistakes in it, each with its line, the value, what is allowed and the nearest valid name.
pub fn parse(source: &Source) -> Result<Experiment, ConfigError> {
    let mut mistakes = Mistakes::new(source);
    let experiment = document(source, &mut mistakes);
    mistakes.into_result(experiment)
}

/// The norms that a file defines. A file of norms alone needs nothing else; where it is an
/// experiment, all of it is read.
///
/// # Errors
/// As [`parse`], and a file that defines none.
pub fn norms(source: &Source) -> Result<OwnNorms, ConfigError> {
    let mut mistakes = Mistakes::new(source);
    let own = norms_of(source, &mut mistakes);
    if own.as_ref().is_some_and(OwnNorms::is_empty) && mistakes.is_empty() {
        let help = "write for example [norms.mine] and below it equation = \"gamma * x / rms(x)\"";
        mistakes.add(0..0, "the file defines no norm", help);
    }
    mistakes.into_result(own)
}

fn norms_of(source: &Source, mistakes: &mut Mistakes<'_>) -> Option<OwnNorms> {
    let whole = tree(source, mistakes)?;
    let table = whole.get_ref().as_table().expect("a file is a table");
    if table.keys().any(|key| key.get_ref() != "norms") {
        return document(source, mistakes).map(|experiment| experiment.own_norms);
    }
    let file = Table::open("the file", &whole, &SECTIONS, mistakes)?;
    Some(own_norms(&file, mistakes))
}

fn document(source: &Source, mistakes: &mut Mistakes<'_>) -> Option<Experiment> {
    let whole = tree(source, mistakes)?;
    let file = Table::open("the file", &whole, &SECTIONS, mistakes)?;
    let own = own_norms(&file, mistakes);

    // Every section is read before any `?`, so that mistakes in all of them are found.
    let keys = ["name", "question", "baseline", "seeds"];
    let study = section(&file, "study", "name = \"mine\"", mistakes)
        .and_then(|value| Table::open("[study]", value, &keys, mistakes));
    let data = data_set(&file, mistakes);
    let (settings, places) = settings(&file, &own, mistakes);
    let sweep = sweep(&file, &own, mistakes);
    let procedure = procedure(&file, study.as_ref(), mistakes);
    let study = study?;
    let name = study_name(&study, mistakes);
    let question =
        study.get("question").map_or(Some(""), |value| text(value, "question", mistakes));
    let baseline = sweep.as_ref().and_then(|sweep| baseline(&study, sweep, &own, mistakes));
    Some(Experiment {
        source: source.clone(),
        name: name?,
        question: question?.to_string(),
        data: data?,
        settings,
        places,
        own_norms: own,
        sweep: sweep?,
        baseline: baseline?,
        procedure: procedure?,
    })
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
mod tests;
