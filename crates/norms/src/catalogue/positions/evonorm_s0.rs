//! Evolved normalization S0.
//!
//! A swish divided by the deviation of its group: activation and norm in one, found by search. With p = 0, where the
//! sigmoid is 1/2, and eps = 9 the row (1, 9), whose variance is 16, becomes (0.1, 0.9).

use equations::{NormSource, ParameterShape, ParameterSource};
use gradcheck::Precision;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Exception, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "evonorm-s0",
    title: "Evolved normalization S0",
    family: Family::Positions,
    site: Site::Activations,
    source: NormSource {
        equation: "gamma * x * sigmoid(p * x) / sqrt(var(x) + eps) + beta",
        over: "positions+group",
        parameters: &[ParameterSource { name: "p", shape: ParameterShape::Feature, start: 1.0 }],
        constants: &[],
    },
    claims: &[Claim::SampleIndependence, Claim::SameInEvaluation, Claim::IndependenceInEvaluation],
    citation: Citation {
        authors: "Liu, Brock, Simonyan, Le",
        year: 2020,
        place: Place::Arxiv("2004.02967"),
    },
    verified: "The paper's table of layers, in torch.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[("p", &[0.0, 0.0])],
        constants: &[("eps", 9.0)],
        x: &[1.0, 9.0],
        y: &[0.1, 0.9],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[
        Exception {
            case: "large-gamma",
            precisions: &[Precision::Single],
            reason: "The sigmoid of 1000 x is 0 or 1 and flat.",
        },
        Exception {
            case: "scale-1e-5",
            precisions: &[Precision::Single],
            reason: "p moves y by x^2 beside x, which is less than the rounding of f32.",
        },
        Exception {
            case: "offset-1e3",
            precisions: &[Precision::Single],
            reason: "The sigmoid of 1000 p is 0 or 1 and flat.",
        },
    ],
    kernel: Kernel::Compiled,
};
