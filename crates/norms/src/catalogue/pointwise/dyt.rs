//! Dynamic tanh.
//!
//! `gamma * tanh(alpha * x) + beta`: the S-shape that layer normalization has over many rows, without statistics. As
//! tanh(ln(3) / 2) = 1/2, with alpha = 0.5, gamma = (2, 3) and beta = 1 the row (ln 3, 0) becomes (2, 1).

use equations::{NormSource, ParameterShape, ParameterSource};

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "dyt",
    title: "Dynamic tanh",
    family: Family::Pointwise,
    site: Site::Activations,
    source: NormSource {
        equation: "gamma * tanh(alpha * x) + beta",
        over: "none",
        parameters: &[ParameterSource { name: "alpha", shape: ParameterShape::Scalar, start: 0.5 }],
        constants: &[],
    },
    claims: &[
        Claim::SampleIndependence,
        Claim::PositionIndependence,
        Claim::FeaturePermutation,
        Claim::SameInEvaluation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation { authors: "Zhu et al.", year: 2025, place: Place::Arxiv("2503.10622") },
    verified: "The paper's pseudocode, in torch.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[("gamma", &[2.0, 3.0]), ("beta", &[1.0, 1.0])],
        constants: &[],
        x: &[1.098_612_288_668_109_8, 0.0],
        y: &[2.0, 1.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
