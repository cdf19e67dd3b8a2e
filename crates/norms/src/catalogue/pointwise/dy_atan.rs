//! Dynamic inverse tangent.
//!
//! `gamma * atan(alpha * x) + beta`: dynamic tanh with the slowest of the functions compared with it. With alpha = 1
//! the row (1, -1) becomes (pi/4, -pi/4).

use std::f64::consts::FRAC_PI_4;

use equations::{NormSource, ParameterShape, ParameterSource};

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "dy-atan",
    title: "Dynamic inverse tangent",
    family: Family::Pointwise,
    site: Site::Activations,
    source: NormSource {
        equation: "gamma * atan(alpha * x) + beta",
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
    verified: "The paper's list of functions, by torch.atan.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[("alpha", &[1.0])],
        constants: &[],
        x: &[1.0, -1.0],
        y: &[FRAC_PI_4, -FRAC_PI_4],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
