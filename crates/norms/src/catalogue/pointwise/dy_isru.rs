//! Dynamic inverse square root unit.
//!
//! `gamma * sqrt(d) * x / sqrt(x^2 + c) + beta` with d features: what root mean square normalization is to one element
//! when the sum of the other squares is the constant c. The paper calls the constant beta; its size is taken, so that
//! it cannot make the root imaginary. With c = 9 the row (4, -4, 0, 1.25) becomes (1.6, -1.6, 0, 10/13).

use equations::{NormSource, ParameterShape, ParameterSource};

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "dy-isru",
    title: "Dynamic inverse square root unit",
    family: Family::Pointwise,
    site: Site::Activations,
    source: NormSource {
        equation: "gamma * sqrt(size[features]) * x / sqrt(x^2 + abs(c)) + beta",
        over: "none",
        parameters: &[ParameterSource { name: "c", shape: ParameterShape::Scalar, start: 1.0 }],
        constants: &[],
    },
    claims: &[
        Claim::SampleIndependence,
        Claim::PositionIndependence,
        Claim::FeaturePermutation,
        Claim::SameInEvaluation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation { authors: "Stollenwerk", year: 2025, place: Place::Arxiv("2503.21708") },
    verified: "The derivation: it solves dy/dx = sqrt(d / c) (1 - y^2 / d)^(3/2), of which \
               dynamic tanh replaces the power by 1.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[("c", &[9.0])],
        constants: &[],
        x: &[4.0, -4.0, 0.0, 1.25],
        y: &[1.6, -1.6, 0.0, 10.0 / 13.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
