//! Euclidean normalization.
//!
//! `x / max(norm2(x), eps)`: on the unit sphere, unless x is shorter than eps, where it is `x / eps` with a kink
//! between. The row (3, 4) becomes (0.6, 0.8).

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "l2",
    title: "Euclidean normalization",
    family: Family::Features,
    site: Site::Activations,
    source: NormSource {
        equation: "x / max(norm2(x), eps)",
        over: "features",
        parameters: &[],
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
        authors: "Wang, Xiang, Cheng, Yuille",
        year: 2017,
        place: Place::Arxiv("1704.06369"),
    },
    verified: "torch.nn.functional.normalize.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[],
        x: &[3.0, 4.0],
        y: &[0.6, 0.8],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
