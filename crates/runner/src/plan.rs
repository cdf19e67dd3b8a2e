//! From what the author said to what will be done: every arm and every run, resolved and checked.

use std::ops::Range;

use equations::{Extents, Parameter, SizeError};
use nets::NetworkSpec;
use norms::NormChoice;
use training::{Dataset, TrainingPlan};

use crate::config::keys::{KEYS, Key, Setting, Settings, float};
use crate::config::{ConfigError, Experiment, Mistakes, Procedure};
use crate::data::Loaded;
use crate::parameter_shape::shape_name;

/// The version of the arithmetic. It is part of every run's identity, since other arithmetic makes
/// other numbers of the same study.
pub const ENGINE: &str = env!("CARGO_PKG_VERSION");

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
    /// Swept keys and the values that the others are compared with.
    pub baseline: Vec<(String, String)>,
    /// Every combination of the swept values; the first key varies fastest, as in a table whose
    /// rows are compared with the row above.
    pub arms: Vec<Arm>,
    /// Which seeds and learning rates each arm runs with.
    pub procedure: Procedure,
    data: String,
}

/// A combination of the swept values.
pub struct Arm {
    /// What tables call it.
    pub label: String,
    /// The values of the swept keys, in their order.
    pub keys: Vec<String>,
    /// The network of its runs.
    pub network: NetworkSpec,
    /// How they are trained, at the rate of `[training]`.
    pub training: TrainingPlan,
    settings: Settings,
}

/// What a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Its arm's learning rate is chosen on it.
    Tune,
    /// Its arm is scored on it.
    Confirm,
}

/// One network, trained once.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Twelve hexadecimal digits of the hash of everything that decides its numbers.
    pub id: String,
    /// The position of its arm in the plan.
    pub arm: usize,
    /// What it is for.
    pub phase: Phase,
    /// Its peak learning rate.
    pub learning_rate: f64,
    /// Its seed.
    pub seed: u64,
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
                arms.push(arm(experiment, &chosen, &loaded.dataset));
            }
        }
        mistakes.into_result(Some(Plan {
            name: experiment.name.clone(),
            question: experiment.question.clone(),
            swept: experiment.sweep.iter().map(|swept| swept.key.name.to_string()).collect(),
            baseline: baseline(experiment),
            arms,
            procedure: experiment.procedure.clone(),
            data: format!("{} {}", loaded.dataset.name, loaded.checksum),
        }))
    }

    /// The grid of learning rates; empty without `[tune]`.
    pub fn rates(&self) -> &[f64] {
        match &self.procedure {
            Procedure::Shared { .. } => &[],
            Procedure::Tuned { rates, .. } => rates,
        }
    }

    /// The runs on which the learning rates are chosen: every arm, every rate, every tuning seed.
    pub fn tuning_runs(&self) -> Vec<Run> {
        let Procedure::Tuned { rates, tuning_seeds, .. } = &self.procedure else {
            return Vec::new();
        };
        let mut runs = Vec::new();
        for arm in 0..self.arms.len() {
            for &rate in rates {
                runs.extend((0..*tuning_seeds).map(|seed| self.run(arm, Phase::Tune, rate, seed)));
            }
        }
        runs
    }

    /// The runs that score the arms, each at its rate, on seeds that the choice of the rate has
    /// not seen.
    pub fn confirmation_runs(&self, rates: &[f64]) -> Vec<Run> {
        assert_eq!(rates.len(), self.arms.len(), "one rate for each arm");
        let seeds = match self.procedure {
            Procedure::Shared { seeds } => 0..seeds,
            Procedure::Tuned { tuning_seeds, confirmation_seeds, .. } => {
                tuning_seeds..tuning_seeds + confirmation_seeds
            }
        };
        let mut runs = Vec::new();
        for (arm, &rate) in rates.iter().enumerate() {
            runs.extend(seeds.clone().map(|seed| self.run(arm, Phase::Confirm, rate, seed)));
        }
        runs
    }

    /// The number of runs of each arm, over both phases.
    pub fn runs_per_arm(&self) -> usize {
        runs_per_arm(&self.procedure)
    }

    fn run(&self, arm: usize, phase: Phase, learning_rate: f64, seed: usize) -> Run {
        let description = self.description(&self.arms[arm], learning_rate, seed);
        let id = blake3::hash(description.as_bytes()).to_hex()[..12].to_string();
        Run { id, arm, phase, learning_rate, seed: seed as u64 }
    }

    /// Everything that decides the numbers of a run, in one order and one spelling.
    fn description(&self, arm: &Arm, learning_rate: f64, seed: usize) -> String {
        let mut settings = arm.settings.clone();
        settings.set(Setting::LearningRate(learning_rate));
        let mut text = format!("engine = {ENGINE}\ndata = {}\n", self.data);
        for key in KEYS {
            text += &format!("{} = {}\n", key.name, (key.get)(&settings).toml());
        }
        text += &definition(&settings.norm);
        text + &format!("seed = {seed}\n")
    }
}

/// What a norm of the study's own is: its name alone says nothing. Its constants stand beside its
/// name.
fn definition(norm: &NormChoice) -> String {
    if norm.definition().is_none() {
        return String::new();
    }
    let equation = norm.equation();
    let mut text =
        format!("norm.equation = {}\nnorm.over = {}\n", equation.expression(), equation.over());
    for Parameter { name, shape, start } in equation.parameters() {
        text += &format!("norm.parameters.{name} = {} {}\n", shape_name(*shape), float(*start));
    }
    text
}

/// The study as a file of its own: every default and every option written out, the engine and the
/// data named. Read again, it makes the same plan.
pub fn resolved(experiment: &Experiment, loaded: &Loaded) -> String {
    use crate::config::keys::Section;
    let quoted = |text: &str| toml::Value::String(text.to_string()).to_string();
    let mut text = format!(
        "# A resolved study of normlab {ENGINE}: nothing is left to defaults.\n\
         # Data: {}, BLAKE3 {}\n\n[study]\nname = {}\nquestion = {}\n",
        experiment.data.file,
        loaded.checksum,
        quoted(&experiment.name),
        quoted(&experiment.question)
    );
    if !experiment.baseline.is_empty() {
        let values = experiment.baseline.iter();
        let values = values.map(|(key, setting)| format!("{} = {}", key.name, setting.toml()));
        text += &format!("baseline = {{ {} }}\n", values.collect::<Vec<_>>().join(", "));
    }
    if let Procedure::Shared { seeds } = experiment.procedure {
        text += &format!("seeds = {seeds}\n");
    }
    text += &format!("\n[data]\nname = {}\n", quoted(experiment.data.name));
    for (section, title) in [(Section::Network, "network"), (Section::Training, "training")] {
        text += &format!("\n[{title}]\n");
        for key in KEYS.iter().filter(|key| key.section == section) {
            text += &format!("{} = {}\n", key.name, (key.get)(&experiment.settings).toml());
        }
    }
    text += &experiment.own_norms.toml();
    if !experiment.sweep.is_empty() {
        text += "\n[sweep]\n";
    }
    for swept in &experiment.sweep {
        let values: Vec<String> = swept.values.iter().map(|(value, _)| value.toml()).collect();
        text += &format!("{} = [{}]\n", swept.key.name, values.join(", "));
    }
    if let Procedure::Tuned { rates, tuning_seeds, confirmation_seeds } = &experiment.procedure {
        let rates: Vec<String> = rates.iter().map(|&rate| float(rate)).collect();
        text += &format!(
            "\n[tune]\nlearning_rate = [{}]\nseeds = {tuning_seeds}\nselect = \"val_loss\"\n\n\
             [confirm]\nseeds = {confirmation_seeds}\n",
            rates.join(", ")
        );
    }
    text
}

/// A value of a swept key, with its place in the file.
type Chosen<'e> = (&'static Key, &'e Setting, Range<usize>);

/// Every combination of the swept values, the first key varying fastest.
fn combinations(experiment: &Experiment) -> Vec<Vec<Chosen<'_>>> {
    let mut combinations: Vec<Vec<Chosen<'_>>> = vec![Vec::new()];
    for swept in &experiment.sweep {
        combinations = swept
            .values
            .iter()
            .flat_map(|(setting, place)| {
                combinations.iter().map(move |combination| {
                    let mut longer = combination.clone();
                    longer.push((swept.key, setting, place.clone()));
                    longer
                })
            })
            .collect();
    }
    combinations
}

fn arm(experiment: &Experiment, chosen: &[Chosen<'_>], dataset: &Dataset) -> Arm {
    let mut settings = experiment.settings.clone();
    for (_, setting, _) in chosen {
        settings.set((*setting).clone());
    }
    let keys: Vec<String> = chosen.iter().map(|(_, setting, _)| setting.label()).collect();
    Arm {
        label: label(&experiment.name, chosen),
        keys,
        network: NetworkSpec {
            architecture: settings.architecture,
            inputs: dataset.inputs,
            outputs: dataset.classes,
            depth: settings.depth,
            width: settings.width,
            norm: settings.norm.clone(),
            placement: settings.placement,
            init: settings.init,
        },
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

/// The swept values; a number has its key before it, since "8" alone says nothing.
fn label(study: &str, chosen: &[Chosen<'_>]) -> String {
    let parts: Vec<String> = chosen
        .iter()
        .map(|(key, setting, _)| match setting.label() {
            value if value.parse::<f64>().is_ok() => {
                format!("{} {value}", key.name.replace('_', " "))
            }
            value => value,
        })
        .collect();
    if parts.is_empty() { study.to_string() } else { parts.join(" ") }
}

fn baseline(experiment: &Experiment) -> Vec<(String, String)> {
    let labelled = |(key, setting): &(&Key, Setting)| (key.name.to_string(), setting.label());
    experiment.baseline.iter().map(labelled).collect()
}

fn runs_per_arm(procedure: &Procedure) -> usize {
    match procedure {
        Procedure::Shared { seeds } => *seeds,
        Procedure::Tuned { rates, tuning_seeds, confirmation_seeds } => {
            rates.len() * tuning_seeds + confirmation_seeds
        }
    }
}

fn check_size(experiment: &Experiment, mistakes: &mut Mistakes<'_>) {
    let runs = experiment
        .sweep
        .iter()
        .map(|swept| swept.values.len())
        .fold(runs_per_arm(&experiment.procedure), usize::saturating_mul);
    if runs > MOST_RUNS {
        let place = experiment.sweep.first().and_then(|swept| swept.values.first());
        let place = place.map_or(0..0, |(_, place)| place.clone());
        let help = format!("at most {MOST_RUNS}: sweep less, or in several studies");
        mistakes.add(place, format!("the study has {runs} runs"), help);
    }
}

fn check_arm(
    experiment: &Experiment,
    chosen: &[Chosen<'_>],
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
