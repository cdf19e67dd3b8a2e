//! Group normalization with one group.
//!
//! The statistics of a whole sample, with a gain per channel: layer normalization of an image, where layer
//! normalization proper takes each position for itself. With eps = 0, gamma = (2, 3) and beta = (0, 1) the positions
//! (1, 1) and (9, 9) become (-2, -2) and (2, 4).

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "one-group",
    title: "Group normalization with one group",
    family: Family::Positions,
    site: Site::Activations,
    source: NormSource {
        equation: "gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta",
        over: "positions+features",
        parameters: &[],
        constants: &[],
    },
    claims: &[
        Claim::Shift,
        Claim::Scale,
        Claim::SampleIndependence,
        Claim::FeaturePermutation,
        Claim::SameInEvaluation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation { authors: "Wu, He", year: 2018, place: Place::Arxiv("1803.08494") },
    verified: "torch.nn.functional.group_norm with one group.",
    example: Example {
        samples: 1,
        positions: 2,
        groups: 1,
        parameters: &[("gamma", &[2.0, 3.0]), ("beta", &[0.0, 1.0])],
        constants: &[("eps", 0.0)],
        x: &[1.0, 1.0, 9.0, 9.0],
        y: &[-2.0, -2.0, 2.0, 4.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
