//! The sections of a file with their keys, and those that describe one arm: `[study]`, `[data]`, `[network]`,
//! `[training]`.

use std::ops::Range;

use super::DataChoice;
use super::keys::{KEYS, Key, Section, Setting, Settings};
use super::misplaced;
use super::mistakes::Mistakes;
use super::own_norms::OwnNorms;
use super::value::{Numbers, Table, Value, choice, number, text};
use crate::data;

/// What a file may have.
pub const SECTIONS: [&str; 8] =
    ["study", "data", "network", "training", "norms", "sweep", "tune", "confirm"];

/// The keys of a section; of `[norms]`, those of each norm.
pub fn keys_of(section: &str) -> Vec<&'static str> {
    let of = |section: Section| KEYS.iter().filter(move |key| key.section == section);
    match section {
        "study" => vec!["name", "question", "baseline", "seeds", "first_seed", "paired"],
        "data" => vec!["name", "scale", "clip"],
        "network" => of(Section::Network).map(|key| key.name).collect(),
        "training" => of(Section::Training).map(|key| key.name).collect(),
        "norms" => vec!["equation", "over", "parameters", "constants"],
        "sweep" => misplaced::every_key(),
        "tune" => vec!["learning_rate", "extend", "seeds", "select"],
        "confirm" => vec!["seeds"],
        _ => Vec::new(),
    }
}

/// A section that has to be there.
pub fn section<'v, 't>(
    file: &Table<'v, 't>,
    name: &str,
    example: &str,
    mistakes: &mut Mistakes<'_>,
) -> Option<&'v Value<'t>> {
    let value = file.get(name);
    if value.is_none() && !file.may_have(name) {
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
    let none = OwnNorms::default();
    let table = misplaced::open("[data]", section, &keys_of("data"), &none, mistakes)?;
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

/// The values of `[network]` and `[training]`, as far as they can be read.
pub struct Given {
    /// Every value that could be read, and defaults for what is left out.
    pub settings: Settings,
    /// The bytes of the file that each value takes.
    pub places: Vec<(&'static str, Range<usize>)>,
    /// The keys that are given, or may be, and whose value is not known.
    pub unread: Vec<&'static str>,
}

/// Reads `[network]` and `[training]`.
pub fn settings(file: &Table<'_, '_>, own: &OwnNorms, mistakes: &mut Mistakes<'_>) -> Given {
    let mut given = Given { settings: Settings::default(), places: Vec::new(), unread: Vec::new() };
    for section in [Section::Network, Section::Training] {
        let Some(value) = file.get(section.title()) else { continue };
        let names = keys_of(section.title());
        let title = format!("[{}]", section.title());
        let Some(table) = misplaced::open(&title, value, &names, own, mistakes) else {
            given.unread.extend(names);
            continue;
        };
        for key in KEYS.iter().filter(|key| key.section == section) {
            let Some(value) = table.get(key.name) else { continue };
            given.places.push((key.name, value.span()));
            match one(key, value, own, mistakes) {
                Some(setting) => given.settings.set(setting),
                None => given.unread.push(key.name),
            }
        }
        given.unread.extend(misplaced::unread(&table, &names, &given.names(), own));
    }
    let all = misplaced::every_key();
    given.unread.extend(misplaced::unread(file, &all, &given.names(), own));
    given
}

/// One value of a key, which many look for here instead of in `[sweep]`.
fn one(
    key: &Key,
    value: &Value<'_>,
    own: &OwnNorms,
    mistakes: &mut Mistakes<'_>,
) -> Option<Setting> {
    if value.get_ref().is_array() {
        let message = format!("{} is a list", key.name);
        mistakes.add(value.span(), message, "it must be one value; [sweep] takes lists of them");
        return None;
    }
    (key.read)(value, own, mistakes)
}

impl Given {
    /// The keys that are given.
    pub fn names(&self) -> Vec<&'static str> {
        self.places.iter().map(|(name, _)| *name).collect()
    }
}
