//! Inverse square root unit with a learned scale.
//!
//! `gamma * z / sqrt(1 + z^2) + beta` of `z = alpha * x`: dynamic tanh with a function that reaches its bounds slower.
//! With alpha = 1 the row (0.75, -4/3) becomes (0.6, -0.8).

use equations::{NormSource, ParameterShape, ParameterSource};

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "isru",
    title: "Inverse square root unit",
    family: Family::Pointwise,
    site: Site::Activations,
    source: NormSource {
        equation: "z = alpha * x; \
                   gamma * z / sqrt(1 + z^2) + beta",
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
    citation: Citation { authors: "Chen et al.", year: 2025, place: Place::Arxiv("2512.10938") },
    verified: "The paper's list of functions; its limit at large alpha is the sign of x.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[("alpha", &[1.0])],
        constants: &[],
        x: &[0.75, -4.0 / 3.0],
        y: &[0.6, -0.8],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
