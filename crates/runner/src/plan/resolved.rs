//! The study as a file of its own, with every default written out.

use crate::config::keys::{KEYS, Section, float};
use crate::config::{Experiment, Procedure};
use crate::data::Loaded;
use crate::engine::ENGINE;

/// The study as a file of its own: every default and every option written out, the engine and the
/// data named. Read again, it makes the same plan.
pub fn resolved(experiment: &Experiment, loaded: &Loaded) -> String {
    let mut text = format!(
        "# A resolved study of normlab {}, engine {ENGINE}: nothing is left to defaults.\n\
         # Data: {}, BLAKE3 {}\n",
        env!("CARGO_PKG_VERSION"),
        experiment.data.source.file,
        loaded.checksum,
    );
    text += &study(experiment);
    text += &data(experiment);
    for (section, title) in [(Section::Network, "network"), (Section::Training, "training")] {
        text += &format!("\n[{title}]\n");
        for key in KEYS.iter().filter(|key| key.section == section) {
            text += &format!("{} = {}\n", key.name, (key.get)(&experiment.settings).toml());
        }
    }
    text += &experiment.own_norms.toml();
    text += &sweep(experiment);
    text + &procedure(&experiment.procedure)
}

fn study(experiment: &Experiment) -> String {
    let mut text = format!(
        "\n[study]\nname = {}\nquestion = {}\n",
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
    let seeds = &experiment.seeds;
    text + &format!("first_seed = {}\npaired = {}\n", seeds.first, seeds.paired)
}

fn data(experiment: &Experiment) -> String {
    let scaling = &experiment.data.scaling;
    let clip = scaling.clip.map_or_else(|| "\"none\"".to_string(), float);
    format!(
        "\n[data]\nname = {}\nscale = {}\nclip = {clip}\n",
        quoted(experiment.data.source.name),
        quoted(scaling.scale.name())
    )
}

fn sweep(experiment: &Experiment) -> String {
    if experiment.sweep.is_empty() {
        return String::new();
    }
    let mut text = "\n[sweep]\n".to_string();
    for swept in &experiment.sweep {
        let values: Vec<String> = swept.values.iter().map(|(value, _)| value.toml()).collect();
        text += &format!("{} = [{}]\n", swept.key.name, values.join(", "));
    }
    text
}

fn procedure(procedure: &Procedure) -> String {
    let Procedure::Tuned { rates, extend, tuning_seeds, confirmation_seeds } = procedure else {
        return String::new();
    };
    let rates: Vec<String> = rates.iter().map(|&rate| float(rate)).collect();
    format!(
        "\n[tune]\nlearning_rate = [{}]\nextend = {extend}\nseeds = {tuning_seeds}\n\
         select = \"val_loss\"\n\n[confirm]\nseeds = {confirmation_seeds}\n",
        rates.join(", ")
    )
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_string()).to_string()
}
