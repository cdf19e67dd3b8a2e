//! Root mean square normalization.
//!
//! `gamma * x / sqrt(mean(x^2) + eps)` over the features of each row: layer normalization without the mean, so it keeps
//! scale invariance and gives up shift invariance. With eps = 0 and gamma = 1 the row (3, 4), whose root mean square is
//! 5 / sqrt(2), becomes (0.6 sqrt(2), 0.8 sqrt(2)).

use std::f64::consts::SQRT_2;

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "rms",
    title: "Root mean square normalization",
    family: Family::Features,
    site: Site::Activations,
    source: NormSource {
        equation: "gamma * x / sqrt(mean(x^2) + eps)",
        over: "features",
        parameters: &[],
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
        authors: "Zhang, Sennrich",
        year: 2019,
        place: Place::Arxiv("1910.07467"),
    },
    verified: "torch.nn.functional.rms_norm.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[("eps", 0.0)],
        x: &[3.0, 4.0],
        y: &[0.6 * SQRT_2, 0.8 * SQRT_2],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
