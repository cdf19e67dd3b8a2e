//! The keys whose values have names and options: which name has which option.

use norms::NormChoice;

use super::choices::{WARMUP, norm_options, optimizer_entry, optimizer_values, plain};
use super::keys::{self, Settings};
use super::own_norms::OwnNorms;

/// A key whose values have names, and options beside their names.
pub struct Family {
    /// The key.
    pub key: &'static str,
    default: String,
    /// Every name with its options.
    members: Vec<(String, Vec<String>)>,
}

impl Family {
    /// The section of the key, as messages name it.
    pub fn title(&self) -> String {
        let key = keys::find(self.key).expect("it is a key of the list");
        format!("[{}]", key.section.title())
    }

    /// The name that is chosen where the key is left out.
    pub fn default(&self) -> &str {
        &self.default
    }

    /// The names that have an option.
    pub fn with(&self, option: &str) -> impl Iterator<Item = &str> {
        let having =
            self.members.iter().filter(move |(_, all)| all.iter().any(|one| one == option));
        having.map(|(name, _)| name.as_str())
    }
}

/// Every key whose values have options: norms with those of the file, optimizers, schedules.
pub fn families(own: &OwnNorms) -> Vec<Family> {
    let defaults = Settings::default();
    let family =
        |key, default: &str, members| Family { key, default: default.to_string(), members };
    let listed = norms::CATALOGUE.iter().map(|entry| NormChoice::plain(entry));
    let norms = listed.chain(own.definitions().filter_map(plain));
    let norms = norms.map(|norm| (norm.name().to_string(), norm_options(&norm)));
    let optimizers = training::OPTIMIZERS.iter().map(|entry| {
        let options = optimizer_values(entry.default).into_iter().map(|(name, _)| name);
        (entry.name.to_string(), options.collect())
    });
    let schedules = training::CURVES.iter();
    let schedules = schedules.map(|curve| (curve.name.to_string(), vec![WARMUP.0.to_string()]));
    vec![
        family("norm", defaults.norm.name(), norms.collect()),
        family("optimizer", optimizer_entry(&defaults.optimizer).name, optimizers.collect()),
        family("schedule", defaults.schedule.curve.name, schedules.collect()),
    ]
}
