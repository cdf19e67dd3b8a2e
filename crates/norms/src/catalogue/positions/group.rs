//! Group normalization.
//!
//! Layer normalization's formula over the positions and the channels of each group, with a gain and a bias per channel.
//! With eps = 0, gamma = 1, beta = 0 and two groups of two channels the row (1, 9, 2, 4) becomes (-1, 1, -1, 1). One
//! group at one position is layer normalization.

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "group",
    title: "Group normalization",
    family: Family::Positions,
    site: Site::Activations,
    source: NormSource {
        equation: "gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta",
        over: "positions+group",
        parameters: &[],
        constants: &[],
    },
    claims: &[
        Claim::Shift,
        Claim::Scale,
        Claim::SampleIndependence,
        Claim::SameInEvaluation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation { authors: "Wu, He", year: 2018, place: Place::Arxiv("1803.08494") },
    verified: "torch.nn.functional.group_norm.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 2,
        parameters: &[],
        constants: &[("eps", 0.0)],
        x: &[1.0, 9.0, 2.0, 4.0],
        y: &[-1.0, 1.0, -1.0, 1.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
