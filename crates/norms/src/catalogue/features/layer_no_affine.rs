//! Layer normalization without parameters.
//!
//! The standardized row and nothing else. With eps = 9 the row (1, 9), whose variance is 16, becomes (-0.8, 0.8).

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "layer-no-affine",
    title: "Layer normalization without parameters",
    family: Family::Features,
    site: Site::Activations,
    source: NormSource {
        equation: "(x - mean(x)) / sqrt(var(x) + eps)",
        over: "features",
        parameters: &[],
        constants: &[],
    },
    claims: &[
        Claim::Shift,
        Claim::Scale,
        Claim::SampleIndependence,
        Claim::PositionIndependence,
        Claim::FeaturePermutation,
        Claim::SameInEvaluation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation { authors: "Xu et al.", year: 2019, place: Place::Arxiv("1911.07013") },
    verified: "torch.nn.functional.layer_norm without weight and bias.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[("eps", 9.0)],
        x: &[1.0, 9.0],
        y: &[-0.8, 0.8],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
