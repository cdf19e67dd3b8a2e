//! Scale normalization.
//!
//! `g * sqrt(d) * x / max(norm2(x), eps)`: one learned length for all vectors. The paper's scalar is g * sqrt(d) and
//! starts at sqrt(d). With g = 3 the row (2, 4, 4, 0), whose size is 6, becomes itself.

use equations::{NormSource, ParameterShape, ParameterSource};

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "scale-norm",
    title: "Scale normalization",
    family: Family::Features,
    site: Site::Activations,
    source: NormSource {
        equation: "g * sqrt(size) * x / max(norm2(x), eps)",
        over: "features",
        parameters: &[ParameterSource { name: "g", shape: ParameterShape::Scalar, start: 1.0 }],
        constants: &[("eps", 1e-12)],
    },
    claims: &[
        Claim::Scale,
        Claim::SampleIndependence,
        Claim::PositionIndependence,
        Claim::FeaturePermutation,
        Claim::SameInEvaluation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation {
        authors: "Nguyen, Salazar",
        year: 2019,
        place: Place::Arxiv("1910.05895"),
    },
    verified: "torch.nn.functional.normalize; the paper's equation, and its scalar as \
               x-transformers divides it.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[("g", &[3.0])],
        constants: &[],
        x: &[2.0, 4.0, 4.0, 0.0],
        y: &[2.0, 4.0, 4.0, 0.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
