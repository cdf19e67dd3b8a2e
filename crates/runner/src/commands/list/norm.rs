//! A norm of the catalogue with all that is known of it.

use std::collections::BTreeMap;

use ::norms::{CATALOGUE, Claim, Entry, NormChoice, Site, sensitivity};
use serde::{Deserialize, Serialize};

use crate::config::choices::constants;
use crate::parameter_shape::shape_name;

/// A norm of the catalogue.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Norm {
    pub name: String,
    pub title: String,
    /// The same equation under other names.
    pub aliases: Vec<Alias>,
    pub equation: String,
    /// The axes of statistics without brackets.
    pub over: String,
    /// Whether it has the option groups, and needs it.
    pub needs_groups: bool,
    /// `activations`, or `weights` for norms of weight matrices.
    pub applied_to: String,
    /// The learnable parameters.
    pub parameters: Vec<Parameter>,
    /// The constants with their values, eps and momentum among them.
    pub constants: BTreeMap<String, f64>,
    pub citation: String,
    pub year: u16,
    /// What its statistics are taken over.
    pub family: String,
    /// What holds at eps = 0, as measured.
    pub properties: Properties,
    /// How many directions of what a statistic reduces change nothing, to first order, at eps = 0.
    pub null_space: f64,
    pub amplification: Amplification,
    /// What the formula was verified against.
    pub verified: String,
}

/// Another name of a norm.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Alias {
    pub name: String,
    /// What is different.
    pub difference: String,
    /// The constants that have other values under this name.
    pub constants: BTreeMap<String, f64>,
}

/// A learnable parameter.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    pub name: String,
    /// What it has a value for: `scalar`, `feature`, `group`, `position`, `channel`, `output`, `side`.
    pub shape: String,
    /// Its value before training.
    pub start: f64,
}

/// What a norm is invariant to.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Properties {
    pub shift_invariant: bool,
    pub scale_invariant: bool,
    pub sample_wise: bool,
    pub position_wise: bool,
    pub features_in_any_order: bool,
    pub same_in_evaluation: bool,
    pub sample_wise_in_evaluation: bool,
}

/// The largest factor by which a small change of the input is amplified.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Amplification {
    pub at_standard_normal_input: f64,
    /// At input of size 1e-8, with the norm's own eps.
    pub near_zero: f64,
}

/// Every norm, in the order of the catalogue.
pub fn norms() -> Vec<Norm> {
    CATALOGUE.iter().map(|entry| norm(entry)).collect()
}

/// An entry as data; what is measured of it is measured here.
fn norm(entry: &'static Entry) -> Norm {
    let plain = NormChoice::plain(entry);
    let needs_groups = plain.equation().knows_groups();
    let groups = if needs_groups { 2 } else { 1 };
    let measured = sensitivity(&plain.with(groups, Vec::new()).expect("it is in the catalogue"));
    let named = |(name, value): &(&'static str, f64)| (name.to_string(), *value);
    Norm {
        name: entry.name.to_string(),
        title: entry.title.to_string(),
        aliases: entry
            .aliases
            .iter()
            .map(|alias| Alias {
                name: alias.name.to_string(),
                difference: alias.difference.to_string(),
                constants: alias.constants.iter().map(named).collect(),
            })
            .collect(),
        equation: entry.source.equation.split_whitespace().collect::<Vec<_>>().join(" "),
        over: entry.source.over.to_string(),
        needs_groups,
        applied_to: match entry.site {
            Site::Activations => "activations".to_string(),
            Site::Weights => "weights".to_string(),
        },
        parameters: plain
            .equation()
            .parameters()
            .iter()
            .map(|parameter| Parameter {
                name: parameter.name.clone(),
                shape: shape_name(parameter.shape).to_string(),
                start: parameter.start,
            })
            .collect(),
        constants: constants(&plain).into_iter().collect(),
        citation: entry.citation.to_string(),
        year: entry.citation.year,
        family: entry.family.to_string(),
        properties: Properties::of(entry.claims),
        null_space: measured.null_directions,
        amplification: Amplification {
            at_standard_normal_input: measured.largest,
            near_zero: measured.largest_near_zero,
        },
        verified: entry.verified.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

impl Properties {
    fn of(claims: &[Claim]) -> Properties {
        let holds = |claim| claims.contains(&claim);
        Properties {
            shift_invariant: holds(Claim::Shift),
            scale_invariant: holds(Claim::Scale),
            sample_wise: holds(Claim::SampleIndependence),
            position_wise: holds(Claim::PositionIndependence),
            features_in_any_order: holds(Claim::FeaturePermutation),
            same_in_evaluation: holds(Claim::SameInEvaluation),
            sample_wise_in_evaluation: holds(Claim::IndependenceInEvaluation),
        }
    }

    /// The properties in the order of [`Claim::ALL`].
    pub fn all(&self) -> [bool; 7] {
        [
            self.shift_invariant,
            self.scale_invariant,
            self.sample_wise,
            self.position_wise,
            self.features_in_any_order,
            self.same_in_evaluation,
            self.sample_wise_in_evaluation,
        ]
    }
}
