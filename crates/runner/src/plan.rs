//! From what the author said to what will be done: every arm and every run, resolved and checked.

use equations::Parameter;
use nets::NetworkSpec;
use norms::NormChoice;
use training::{Dataset, TrainingPlan};

use crate::config::keys::{KEYS, Key, Setting, Settings, float};
use crate::config::{self, Chosen, ConfigError, Experiment, Procedure, combinations};
use crate::data::Loaded;
use crate::parameter_shape::shape_name;

/// The version of the arithmetic. It is part of every run's identity, since other arithmetic makes
/// other numbers of the same study.
pub const ENGINE: &str = env!("CARGO_PKG_VERSION");

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
        config::check(experiment, &loaded.dataset)?;
        let combinations = combinations(&experiment.sweep);
        let arms = combinations.iter().map(|chosen| arm(experiment, chosen, &loaded.dataset));
        Ok(Plan {
            name: experiment.name.clone(),
            question: experiment.question.clone(),
            swept: experiment.sweep.iter().map(|swept| swept.key.name.to_string()).collect(),
            baseline: baseline(experiment),
            arms: arms.collect(),
            procedure: experiment.procedure.clone(),
            data: format!("{} {}", loaded.dataset.name, loaded.checksum),
        })
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
        self.procedure.runs_per_arm()
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

fn arm(experiment: &Experiment, chosen: &[Chosen<'_>], dataset: &Dataset) -> Arm {
    let mut settings = experiment.settings.clone();
    for (_, setting, _) in chosen {
        settings.set((*setting).clone());
    }
    let keys: Vec<String> = chosen.iter().map(|(_, setting, _)| setting.label()).collect();
    Arm {
        label: label(&experiment.name, chosen),
        keys,
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

#[cfg(test)]
mod tests;
