//! The arms of a study: every combination of the swept values, each network once.

use nets::NetworkSpec;
use training::{Dataset, TrainingPlan};

use super::identity;
use crate::config::keys::{Key, Setting, Settings};
use crate::config::{Chosen, Experiment, combinations};

/// A network and its training, without rate and seed.
pub struct Arm {
    /// What tables call it.
    pub label: String,
    /// The values of the swept keys, in their order; `-` for a key that has no meaning in it.
    pub keys: Vec<String>,
    /// The position of the arm that it is compared with, which is its own for a baseline; `None`
    /// where nothing is compared.
    pub baseline: Option<usize>,
    /// The network of its runs.
    pub network: NetworkSpec,
    /// How they are trained, at the rate of `[training]`.
    pub training: TrainingPlan,
    /// The values of all keys.
    pub settings: Settings,
}

/// The arm of one combination; nothing is compared yet.
pub fn arm(experiment: &Experiment, chosen: &[Chosen<'_>], dataset: &Dataset) -> Arm {
    let mut settings = experiment.settings.clone();
    for (_, setting, _) in chosen {
        settings.set((*setting).clone());
    }
    Arm {
        label: label(&experiment.name, chosen, |_| true),
        keys: chosen.iter().map(|(_, setting, _)| setting.label()).collect(),
        baseline: None,
        network: settings.network(dataset),
        training: TrainingPlan {
            optimizer: settings.optimizer,
            schedule: settings.schedule,
            learning_rate: settings.learning_rate,
            batch_size: settings.batch_size,
            epochs: settings.epochs,
            clip_norm: settings.clip_norm,
        },
        settings,
    }
}

/// The arms of a study. Combinations that make the same network, such as two norms where the
/// placement has none, are one arm, named by the keys that they agree in.
pub fn arms(experiment: &Experiment, dataset: &Dataset) -> Vec<Arm> {
    let mut groups: Vec<Group> = Vec::new();
    for combination in combinations(&experiment.sweep) {
        let arm = arm(experiment, &combination, dataset);
        let meaning = identity::of_settings(&arm.settings);
        match groups.iter_mut().find(|group| group.meaning == meaning) {
            Some(group) => group.combinations.push(combination),
            None => groups.push(Group { meaning, combinations: vec![combination], arm }),
        }
    }
    let baselines: Vec<Option<usize>> =
        groups.iter().map(|group| group.baseline(experiment, &groups)).collect();
    let named = groups.into_iter().map(|group| group.named(&experiment.name));
    named.zip(baselines).map(|(arm, baseline)| Arm { baseline, ..arm }).collect()
}

/// An arm with all combinations that make it.
struct Group<'e> {
    meaning: String,
    combinations: Vec<Vec<Chosen<'e>>>,
    arm: Arm,
}

impl Group<'_> {
    /// The arm that is equal in all swept keys but those of the baseline.
    fn baseline(&self, experiment: &Experiment, groups: &[Group]) -> Option<usize> {
        let target = |(key, setting, _): &(&Key, &Setting, _)| {
            let named = experiment.baseline.iter().find(|(other, _)| other.name == key.name);
            named.map_or_else(|| setting.toml(), |(_, value)| value.toml())
        };
        let target: Vec<String> = self.combinations[0].iter().map(target).collect();
        let is_target = |combination: &Vec<Chosen<'_>>| {
            combination.iter().map(|(_, setting, _)| setting.toml()).eq(target.iter().cloned())
        };
        let found = groups.iter().position(|group| group.combinations.iter().any(is_target));
        found.filter(|_| !experiment.baseline.is_empty())
    }

    /// The arm by the keys in which its combinations agree.
    fn named(self, study: &str) -> Arm {
        let first = &self.combinations[0];
        let agrees = |index: usize| {
            let value = first[index].1.toml();
            self.combinations.iter().all(|other| other[index].1.toml() == value)
        };
        let key = |index: usize| match agrees(index) {
            true => first[index].1.label(),
            false => "-".to_string(),
        };
        let keys = (0..first.len()).map(key).collect();
        Arm { label: label(study, first, agrees), keys, ..self.arm }
    }
}

/// The values of the keys at the positions that `shown` accepts; a number has its key before it,
/// since "8" alone says nothing.
fn label(study: &str, chosen: &[Chosen<'_>], shown: impl Fn(usize) -> bool) -> String {
    let parts: Vec<String> = chosen
        .iter()
        .enumerate()
        .filter(|(index, _)| shown(*index))
        .map(|(_, (key, setting, _))| match setting.label() {
            value if value.parse::<f64>().is_ok() => {
                format!("{} {value}", key.name.replace('_', " "))
            }
            value => value,
        })
        .collect();
    if parts.is_empty() { study.to_string() } else { parts.join(" ") }
}
