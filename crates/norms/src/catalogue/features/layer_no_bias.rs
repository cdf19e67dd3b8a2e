//! Layer normalization without bias.
//!
//! Layer normalization with a gain alone, as large language models use it. With eps = 0 and gamma = (2, 3) the row (1,
//! 9) becomes (-2, 3).

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "layer-no-bias",
    title: "Layer normalization without bias",
    family: Family::Features,
    site: Site::Activations,
    source: NormSource {
        equation: "gamma * (x - mean(x)) / sqrt(var(x) + eps)",
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
    citation: Citation {
        authors: "Chowdhery et al.",
        year: 2022,
        place: Place::Arxiv("2204.02311"),
    },
    verified: "torch.nn.functional.layer_norm with bias = None.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[("gamma", &[2.0, 3.0])],
        constants: &[("eps", 0.0)],
        x: &[1.0, 9.0],
        y: &[-2.0, 3.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
