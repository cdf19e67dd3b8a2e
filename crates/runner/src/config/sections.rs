//! The sections that describe one arm: `[study]`, `[data]`, `[network]`, `[training]`.

use std::ops::Range;

use super::keys::{KEYS, Section, Settings};
use super::mistakes::Mistakes;
use super::own_norms::OwnNorms;
use super::value::{Numbers, Table, Value, choice, number, text};
use super::{DATA_KEYS, DataChoice};
use crate::data;

/// A section that has to be there.
pub fn section<'v, 't>(
    file: &Table<'v, 't>,
    name: &str,
    example: &str,
    mistakes: &mut Mistakes<'_>,
) -> Option<&'v Value<'t>> {
    let value = file.get(name);
    if value.is_none() {
        let help = format!("write for example [{name}] and below it {example}");
        mistakes.add(0..0, format!("the section [{name}] is missing"), help);
    }
    value
}

/// The name becomes that of a folder, so it may hold nothing that a path could trip over.
pub fn study_name(study: &Table<'_, '_>, mistakes: &mut Mistakes<'_>) -> Option<String> {
    let value = study.require("name", "\"quickstart\"", mistakes)?;
    let name = text(value, "name", mistakes)?;
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    if name.is_empty() || name.len() > 100 || name.starts_with('.') || !name.chars().all(allowed) {
        let help = "1 to 100 letters, digits, hyphens, underscores and points, the first no point";
        mistakes.add(value.span(), format!("name is {name:?}"), help);
        return None;
    }
    Some(name.to_string())
}

/// The data set and its scaling.
pub fn data_set(file: &Table<'_, '_>, mistakes: &mut Mistakes<'_>) -> Option<DataChoice> {
    let section = section(file, "data", "name = \"digits\"", mistakes)?;
    let table = Table::open("[data]", section, &DATA_KEYS, mistakes)?;
    let name = table.require("name", "\"digits\"", mistakes)?;
    let family = data::SOURCES.iter().map(|source| (source.name, *source));
    let source = choice(name, "data set", family, mistakes);
    let scale = table.get("scale").map(|value| choice(value, "scale", data::SCALES, mistakes));
    let clip = table.get("clip").map(|value| clip(value, mistakes));
    let mut scaling = source?.scaling();
    if let Some(scale) = scale {
        scaling.scale = scale?;
    }
    if let Some(clip) = clip {
        scaling.clip = clip?;
    }
    Some(DataChoice { source: source?, scaling })
}

/// A limit for scaled features, or "none".
fn clip(value: &Value<'_>, mistakes: &mut Mistakes<'_>) -> Option<Option<f64>> {
    match value.get_ref().as_str() {
        Some("none") => Some(None),
        _ => number(value, "clip", Numbers::PositiveOrNone, mistakes).map(Some),
    }
}

/// The values of `[network]` and `[training]`, and where they stand.
pub fn settings(
    file: &Table<'_, '_>,
    own: &OwnNorms,
    mistakes: &mut Mistakes<'_>,
) -> (Settings, Vec<(&'static str, Range<usize>)>) {
    let mut settings = Settings::default();
    let mut places = Vec::new();
    for (section, title) in [(Section::Network, "network"), (Section::Training, "training")] {
        let Some(value) = file.get(title) else { continue };
        let keys = KEYS.iter().filter(|key| key.section == section);
        let names: Vec<&str> = keys.clone().map(|key| key.name).collect();
        let Some(table) = Table::open(&format!("[{title}]"), value, &names, mistakes) else {
            continue;
        };
        for key in keys {
            let Some(value) = table.get(key.name) else { continue };
            places.push((key.name, value.span()));
            if let Some(setting) = (key.read)(value, own, mistakes) {
                settings.set(setting);
            }
        }
    }
    (settings, places)
}
