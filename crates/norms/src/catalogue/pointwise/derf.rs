//! Dynamic error function.
//!
//! `gamma * erf(alpha * x + s) + beta`: dynamic tanh with the error function and a learned shift. As erf(1) =
//! 0.842700792949715 (tables), with gamma = 2 the row (2, -2) becomes (1.68540158589943, -1.68540158589943).

use equations::{NormSource, ParameterShape, ParameterSource};

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "derf",
    title: "Dynamic error function",
    family: Family::Pointwise,
    site: Site::Activations,
    source: NormSource {
        equation: "gamma * erf(alpha * x + s) + beta",
        over: "none",
        parameters: &[
            ParameterSource { name: "alpha", shape: ParameterShape::Scalar, start: 0.5 },
            ParameterSource { name: "s", shape: ParameterShape::Scalar, start: 0.0 },
        ],
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
    verified: "The paper's equation, by torch.erf.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[("gamma", &[2.0, 2.0])],
        constants: &[],
        x: &[2.0, -2.0],
        y: &[1.685_401_585_899_429_7, -1.685_401_585_899_429_7],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
