//! The keys of an experiment file.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::Range;
use crate::config::keys::{KEYS, Section, Settings};

/// A key of an experiment file.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Key {
    /// The section, such as `network`.
    pub section: String,
    pub name: String,
    /// What holds where the key is left out; null where it must be given, or where nothing then holds.
    pub default: Value,
    /// What it takes, for people.
    pub takes: String,
    /// What it takes, for programs; nothing in it for texts, lists and tables.
    pub range: Range,
}

/// A key with its default as TOML.
pub struct Row {
    pub section: &'static str,
    pub name: &'static str,
    pub default: Option<String>,
    pub takes: &'static str,
    range: fn() -> Range,
}

/// Section, key, what it takes, its default as TOML, its range.
type Other = (&'static str, &'static str, &'static str, Option<&'static str>, fn() -> Range);

/// The keys beside those of `[network]` and `[training]`, which are the only ones that a study can sweep.
const BEFORE: [Other; 9] = [
    (
        "study",
        "name",
        "letters, digits, hyphens, underscores and points; the folder of the results is called so",
        None,
        Range::default,
    ),
    ("study", "question", "a text, which results and figures repeat", Some("\"\""), Range::default),
    (
        "study",
        "baseline",
        "the values of swept keys that others are compared with, such as { placement = \"pre\" }",
        None,
        Range::default,
    ),
    ("study", "seeds", "number of seeds of each arm, without [tune]", None, seeds),
    ("study", "first_seed", "the seed that the others follow", Some("0"), || {
        Range::whole(0..=crate::config::LARGEST_FIRST_SEED)
    }),
    (
        "study",
        "paired",
        "whether arms share the data order and the base weights of equal seeds: true or false",
        Some("true"),
        Range::default,
    ),
    ("data", "name", "a name from `normlab list data`", None, data_sets),
    (
        "data",
        "scale",
        "which features share a mean and a divisor: all, each its own, or no scaling; default: what \
         suits the data set, global for images",
        None,
        || Range::names(crate::data::SCALES.map(|(name, _)| name)),
    ),
    (
        "data",
        "clip",
        "the largest absolute value after scaling, above 0, or \"none\"",
        Some("\"none\""),
        || Range { above: Some(0.0), ..Range::names(["none"]) },
    ),
];

const AFTER: [Other; 10] = [
    (
        "norms.NAME",
        "equation",
        "the equation of a custom norm, which `norm` can then name",
        None,
        Range::default,
    ),
    (
        "norms.NAME",
        "over",
        "axes of its statistics: features, group, positions, samples, sums of them, or none",
        None,
        Range::default,
    ),
    (
        "norms.NAME",
        "parameters",
        "its learnable parameters, such as alpha = { shape = \"scalar\", start = 0.5 }",
        Some("{}"),
        Range::default,
    ),
    ("norms.NAME", "constants", "its constants, such as k = 0.1", Some("{}"), Range::default),
    (
        "sweep",
        "KEY",
        "any key of [network] and [training] with a list of values; every combination is an arm",
        None,
        Range::default,
    ),
    ("tune", "learning_rate", "a list of numbers above 0", None, || Range {
        above: Some(0.0),
        ..Range::default()
    }),
    (
        "tune",
        "extend",
        "how many steps the grid may grow by at each end, where the best rate of an arm is there",
        Some("0"),
        || Range::whole(0..=crate::config::MOST_EXTENSIONS),
    ),
    ("tune", "seeds", "number of seeds at every rate", Some("3"), seeds),
    ("tune", "select", "what the best rate has the least of", Some("\"val_loss\""), || {
        Range::names(["val_loss"])
    }),
    (
        "confirm",
        "seeds",
        "number of further seeds at every rate within noise of the best",
        Some("9"),
        seeds,
    ),
];

/// Every key with its default as JSON.
pub fn keys() -> Vec<Key> {
    let of = |row: Row| Key {
        section: row.section.to_string(),
        name: row.name.to_string(),
        default: row.default.as_deref().map_or(Value::Null, json),
        takes: row.takes.to_string(),
        range: (row.range)(),
    };
    rows().into_iter().map(of).collect()
}

/// Every key, in the order of a file.
pub fn rows() -> Vec<Row> {
    let defaults = Settings::default();
    let of = |key: &crate::config::keys::Key| Row {
        section: section(key.section),
        name: key.name,
        default: Some((key.get)(&defaults).toml()),
        takes: key.takes,
        range: key.range,
    };
    let other = |(section, name, takes, default, range): Other| {
        let default = default.map(str::to_string);
        Row { section, name, default, takes, range }
    };
    BEFORE
        .into_iter()
        .map(other)
        .chain(KEYS.iter().map(of))
        .chain(AFTER.into_iter().map(other))
        .collect()
}

fn section(section: Section) -> &'static str {
    match section {
        Section::Network => "network",
        Section::Training => "training",
    }
}

fn seeds() -> Range {
    Range::whole(1..=crate::config::MOST_SEEDS)
}

fn data_sets() -> Range {
    Range::names(crate::data::SOURCES.iter().map(|source| source.name))
}

/// A value in TOML as one in JSON.
fn json(toml: &str) -> Value {
    let table: toml::Table = format!("value = {toml}").parse().expect("defaults are TOML");
    serde_json::to_value(&table["value"]).expect("TOML is less than JSON")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Source, keys_of, parse};

    #[test]
    fn the_sections_have_these_keys_and_no_others() {
        let names = |section: &str| -> Vec<&str> {
            rows().iter().filter(|row| row.section == section).map(|row| row.name).collect()
        };
        // Any other key of a norm is answered as the constant that it may be.
        assert_eq!(names("norms.NAME"), keys_of("norms"));
        for section in ["study", "data", "network", "training", "tune", "confirm"] {
            let allowed = format!("allowed: {}", names(section).join(", "));
            // [confirm] is read beside [tune] alone.
            let tune = if section == "confirm" { "[tune]\n" } else { "" };
            let text = format!("{tune}[{section}]\nno_such_key = 1\n");
            let source = Source { path: "study.toml".into(), text };
            let message = parse(&source).err().expect("the key is not known").to_string();
            assert!(message.contains(&allowed), "[{section}]: wanted {allowed:?} in\n{message}");
        }
    }

    #[test]
    fn defaults_are_values_and_not_texts() {
        let keys = keys();
        let default = |name: &str| &keys.iter().find(|key| key.name == name).expect(name).default;
        assert_eq!(default("depth"), 8);
        assert_eq!(default("clip_norm"), "none");
        assert_eq!(default("norm")["eps"], 1e-5);
        assert_eq!(default("baseline"), &Value::Null);
    }
}
