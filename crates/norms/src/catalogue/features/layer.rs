//! Layer normalization.
//!
//! `gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta` over the features of each row: sample-wise, and the same in
//! training and inference. With eps = 0, gamma = 1 and beta = 0 the row (1, 9) becomes (-1, 1).

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "layer",
    title: "Layer normalization",
    family: Family::Features,
    site: Site::Activations,
    source: NormSource {
        equation: "gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta",
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
        authors: "Ba, Kiros, Hinton",
        year: 2016,
        place: Place::Arxiv("1607.06450"),
    },
    verified: "torch.nn.functional.layer_norm.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[("eps", 0.0)],
        x: &[1.0, 9.0],
        y: &[-1.0, 1.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Layer,
};
