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
mod tests;
