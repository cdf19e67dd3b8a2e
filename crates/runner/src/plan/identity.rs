//! What a run is: a text of everything that decides its numbers, and the hash of that text.

use equations::Parameter;
use norms::NormChoice;

use crate::config::DataChoice;
use crate::config::keys::{KEYS, Setting, Settings, float};
use crate::engine::ENGINE;
use crate::parameter_shape::shape_name;

/// Twelve hexadecimal digits of the hash of an identity.
pub fn hashed(identity: &str) -> String {
    blake3::hash(identity.as_bytes()).to_hex()[..12].to_string()
}

/// Everything that decides the numbers of a run, in one order and one spelling. Settings that have
/// their defaults are left out, so that a new key changes no identity; a changed default raises
/// [`ENGINE`].
pub fn of_run(data: &str, settings: &Settings, learning_rate: f64, seed: &str) -> String {
    let mut settings = settings.clone();
    settings.set(Setting::LearningRate(learning_rate));
    format!("engine = {ENGINE}\n{data}{}seed = {seed}\n", of_settings(&settings))
}

/// The settings that are not their defaults, a line each. A norm is none where the placement has no
/// place for it.
pub fn of_settings(settings: &Settings) -> String {
    let defaults = Settings::default();
    let has_norm = settings.placement.uses_norm();
    let mut text = String::new();
    for key in KEYS.iter().filter(|key| key.name != "norm" || has_norm) {
        let value = (key.get)(settings).toml();
        if value != (key.get)(&defaults).toml() {
            text += &format!("{} = {value}\n", key.name);
        }
    }
    if has_norm { text + &definition(&settings.norm) } else { text }
}

/// The data and their scaling.
pub fn of_data(data: &DataChoice, checksum: &str) -> String {
    let DataChoice { source, scaling } = data;
    let mut text = format!("data = {} {checksum}\n", source.name);
    if scaling.scale != source.scale {
        text += &format!("scale = {}\n", scaling.scale.name());
    }
    if let Some(clip) = scaling.clip {
        text += &format!("clip = {}\n", float(clip));
    }
    text
}

/// What a custom norm is: its name alone says nothing. Its constants stand beside its name.
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
