//! Weight normalization.
//!
//! `g * w / norm2(w)` for each output: length and direction of a weight vector are learned apart. With g = (10, 5) the
//! rows (3, 4) and (0, 2) become (6, 8) and (0, 5).

use equations::{NormSource, ParameterShape, ParameterSource};

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "weight-norm",
    title: "Weight normalization",
    family: Family::Weights,
    site: Site::Weights,
    source: NormSource {
        equation: "g * x / norm2(x)",
        over: "features",
        parameters: &[ParameterSource { name: "g", shape: ParameterShape::Output, start: 1.0 }],
        constants: &[],
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
        authors: "Salimans, Kingma",
        year: 2016,
        place: Place::Arxiv("1602.07868"),
    },
    verified: "torch._weight_norm.",
    example: Example {
        samples: 2,
        positions: 1,
        groups: 1,
        parameters: &[("g", &[10.0, 5.0])],
        constants: &[],
        x: &[3.0, 4.0, 0.0, 2.0],
        y: &[6.0, 8.0, 0.0, 5.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
