//! What `normlab list --json` prints. A field is never renamed and keeps its meaning; others may be added.

use serde::{Deserialize, Serialize};

use super::keys::{Key, keys};
use super::norm::{Norm, norms};
use crate::cli::Topic;
use crate::config::Range;
use crate::config::choices::{WARMUP, optimizer_options};
use crate::config::value::Numbers;
use crate::data;

/// The topics that were asked for, each as a list in the order of its table.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub norms: Option<Vec<Norm>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placements: Option<Vec<Placement>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inits: Option<Vec<Initialization>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedules: Option<Vec<Schedule>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub optimizers: Option<Vec<Optimizer>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub architectures: Option<Vec<Architecture>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Vec<DataSet>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<Vec<Key>>,
}

/// Where norms stand in a residual block.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Placement {
    pub name: String,
    pub title: String,
    /// The stream after a block.
    pub block: String,
    /// The stream that the head sees.
    pub finish: String,
    pub citation: String,
}

/// How weights are drawn.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Initialization {
    pub name: String,
    pub title: String,
    pub formula: String,
    pub citation: String,
}

/// How the learning rate falls.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    pub name: String,
    pub title: String,
    /// The factor of the learning rate by t, from 0 to 1.
    pub equation: String,
    pub citation: String,
    pub options: Vec<Opted>,
}

/// An update rule.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Optimizer {
    pub name: String,
    pub title: String,
    pub formula: String,
    pub options: Vec<Opted>,
}

/// An option, as in `optimizer = { name = "sgd", momentum = 0.9 }`.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Opted {
    pub name: String,
    pub default: f64,
    pub range: Range,
}

/// A family of networks.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Architecture {
    pub name: String,
    pub title: String,
    /// What the branch of a block computes.
    pub branch: String,
}

/// A data set.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct DataSet {
    pub name: String,
    pub title: String,
    /// The file in the folder of the data sets.
    pub file: String,
    /// Source and licence.
    pub citation: String,
}

impl Document {
    /// Everything there is to these topics.
    pub fn of(topics: &[Topic]) -> Document {
        let mut document = Document::default();
        for topic in topics {
            match topic {
                Topic::Norms => document.norms = Some(norms()),
                Topic::Placements => document.placements = Some(placements()),
                Topic::Inits => document.inits = Some(initializations()),
                Topic::Schedules => document.schedules = Some(schedules()),
                Topic::Optimizers => document.optimizers = Some(optimizers()),
                Topic::Architectures => document.architectures = Some(architectures()),
                Topic::Data => document.data = Some(data_sets()),
                Topic::Keys => document.keys = Some(keys()),
            }
        }
        document
    }

    /// The document as text.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("it is plain data")
    }
}

pub fn placements() -> Vec<Placement> {
    let of = |placement: &&nets::Placement| Placement {
        name: placement.name.to_string(),
        title: placement.title.to_string(),
        block: placement.block.to_string(),
        finish: placement.finish.to_string(),
        citation: placement.citation.to_string(),
    };
    nets::PLACEMENTS.iter().map(of).collect()
}

pub fn initializations() -> Vec<Initialization> {
    let of = |init: &&nets::Initialization| Initialization {
        name: init.name.to_string(),
        title: init.title.to_string(),
        formula: init.formula.to_string(),
        citation: init.citation.to_string(),
    };
    nets::INITIALIZATIONS.iter().map(of).collect()
}

pub fn schedules() -> Vec<Schedule> {
    let of = |curve: &&training::Curve| Schedule {
        name: curve.name.to_string(),
        title: curve.title.to_string(),
        equation: curve.equation.to_string(),
        citation: curve.citation.to_string(),
        options: vec![option(WARMUP)],
    };
    training::CURVES.iter().map(of).collect()
}

pub fn optimizers() -> Vec<Optimizer> {
    let of = |entry: &&training::OptimizerEntry| Optimizer {
        name: entry.name.to_string(),
        title: entry.title.to_string(),
        formula: entry.formula.to_string(),
        options: optimizer_options(entry.default).into_iter().map(option).collect(),
    };
    training::OPTIMIZERS.iter().map(of).collect()
}

fn option((name, numbers, default): (&str, Numbers, f64)) -> Opted {
    Opted { name: name.to_string(), default, range: numbers.into() }
}

pub fn architectures() -> Vec<Architecture> {
    let of = |architecture: &&nets::Architecture| Architecture {
        name: architecture.name.to_string(),
        title: architecture.title.to_string(),
        branch: architecture.branch.to_string(),
    };
    nets::ARCHITECTURES.iter().map(of).collect()
}

pub fn data_sets() -> Vec<DataSet> {
    let of = |source: &&data::Source| DataSet {
        name: source.name.to_string(),
        title: source.title.to_string(),
        file: source.file.to_string(),
        citation: source.citation.to_string(),
    };
    data::SOURCES.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ::norms::{CATALOGUE, Definition, NormChoice};
    use serde_json::{Value, json};

    use super::*;
    use crate::config::keys::KEYS;
    use crate::parameter_shape::parameter_shape;

    /// All of it, as a program reads it.
    fn read() -> Value {
        serde_json::from_str(&Document::of(&Topic::ALL).json()).expect("it is JSON")
    }

    fn list<'v>(value: &'v Value, field: &str) -> &'v Vec<Value> {
        value[field].as_array().unwrap_or_else(|| panic!("{field} is no list"))
    }

    fn text<'v>(value: &'v Value, field: &str) -> &'v str {
        value[field].as_str().unwrap_or_else(|| panic!("{field} is no text in {value}"))
    }

    fn names<'v>(value: &'v Value, field: &str) -> Vec<&'v str> {
        list(value, field).iter().map(|entry| text(entry, "name")).collect()
    }

    #[test]
    fn it_reads_back_as_itself() {
        let document = Document::of(&Topic::ALL);
        assert_eq!(serde_json::from_str::<Document>(&document.json()).unwrap(), document);
        let one: Value = serde_json::from_str(&Document::of(&[Topic::Data]).json()).unwrap();
        assert_eq!(one.as_object().unwrap().keys().collect::<Vec<_>>(), ["data"]);
    }

    #[test]
    fn every_registry_is_in_it() {
        let read = read();
        let of = |topic| names(&read, topic);
        assert_eq!(of("norms"), CATALOGUE.iter().map(|n| n.name).collect::<Vec<_>>());
        assert_eq!(of("placements"), nets::PLACEMENTS.iter().map(|p| p.name).collect::<Vec<_>>());
        assert_eq!(of("inits"), nets::INITIALIZATIONS.iter().map(|i| i.name).collect::<Vec<_>>());
        assert_eq!(of("schedules"), training::CURVES.iter().map(|c| c.name).collect::<Vec<_>>());
        let optimizers = training::OPTIMIZERS.iter().map(|o| o.name);
        assert_eq!(of("optimizers"), optimizers.collect::<Vec<_>>());
        let architectures = nets::ARCHITECTURES.iter().map(|a| a.name);
        assert_eq!(of("architectures"), architectures.collect::<Vec<_>>());
        assert_eq!(of("data"), data::SOURCES.iter().map(|d| d.name).collect::<Vec<_>>());
        let keys = of("keys");
        assert!(KEYS.iter().all(|key| keys.contains(&key.name)), "{keys:?}");
        for (topic, fields) in [
            ("placements", ["block", "finish"]),
            ("inits", ["formula", "citation"]),
            ("schedules", ["equation", "title"]),
            ("optimizers", ["formula", "title"]),
            ("architectures", ["branch", "title"]),
            ("data", ["file", "citation"]),
        ] {
            for entry in list(&read, topic) {
                assert!(fields.iter().all(|field| !text(entry, field).is_empty()), "{entry}");
            }
        }
    }

    /// What `[norms.NAME]` would say.
    fn definition(norm: &Value) -> Definition {
        let parameters = list(norm, "parameters").iter().map(|parameter| {
            // The shape that is left, one of the norms of weights, cannot be declared.
            let shape = parameter_shape(text(parameter, "shape"));
            let shape = shape.unwrap_or(equations::ParameterShape::Output);
            let start = parameter["start"].as_f64().expect("a start");
            (text(parameter, "name").to_string(), shape, start)
        });
        let constants = norm["constants"].as_object().expect("constants").iter();
        Definition {
            name: text(norm, "name").to_string(),
            equation: text(norm, "equation").to_string(),
            over: text(norm, "over").to_string(),
            parameters: parameters.collect(),
            constants: constants.map(|(name, v)| (name.clone(), v.as_f64().unwrap())).collect(),
        }
    }

    #[test]
    fn a_norm_can_be_defined_again_from_it() {
        let read = read();
        for (entry, norm) in CATALOGUE.iter().zip(list(&read, "norms")) {
            let again = NormChoice::defined(Arc::new(definition(norm)), 1, Vec::new());
            let again = again.unwrap_or_else(|error| panic!("{}: {error}", entry.name));
            let (again, listed) = (again.equation(), NormChoice::plain(entry));
            let listed = listed.equation();
            assert_eq!(again.expression().to_string(), listed.expression().to_string());
            assert_eq!(again.over(), listed.over(), "{}", entry.name);
            assert_eq!(again.momentum(), listed.momentum(), "{}", entry.name);
            assert_eq!(again.parameters(), listed.parameters(), "{}", entry.name);
        }
    }

    #[test]
    fn a_norm_has_what_is_known_of_it() {
        let read = read();
        for (entry, norm) in CATALOGUE.iter().zip(list(&read, "norms")) {
            assert_eq!(norm["year"], entry.citation.year);
            assert_eq!(norm["citation"], entry.citation.to_string());
            assert_eq!(norm["family"], entry.family.to_string());
            let aliases: Vec<&str> = entry.aliases.iter().map(|alias| alias.name).collect();
            assert_eq!(names(norm, "aliases"), aliases);
            let properties = norm["properties"].as_object().unwrap().values();
            let holding = properties.filter(|holds| **holds == true).count();
            assert_eq!(holding, entry.claims.len(), "{}", entry.name);
            let amplification = &norm["amplification"];
            let at = ["near_zero", "at_standard_normal_input"].map(|at| &amplification[at]);
            for number in [&norm["null_space"], at[0], at[1]] {
                assert!(number.as_f64().is_some_and(|number| number >= 0.0), "{number}");
            }
        }
    }

    #[test]
    fn options_and_keys_have_their_defaults_and_ranges() {
        let read = read();
        let momentum = &list(&read, "optimizers")[0]["options"][0];
        let expected = json!({
            "name": "momentum", "default": 0.9, "range": { "least": 0.0, "below": 1.0 }
        });
        assert_eq!(*momentum, expected);
        let depth = list(&read, "keys").iter().find(|key| key["name"] == "depth").unwrap();
        assert_eq!((&depth["section"], &depth["default"]), (&json!("network"), &json!(8)));
        assert_eq!(depth["range"], json!({ "least": 1.0, "most": 10_000.0 }));
    }
}
