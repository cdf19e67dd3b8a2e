//! Compressed root mean square normalization.
//!
//! The stored d - 1 features of a vector of d that add up to 0, divided by the root mean square of all d; the last one
//! is -sum(x). On such vectors layer normalization does the same, so a pre-norm transformer can drop a feature. With
//! eps = 0 the row (1, 7, -1), which stands for (1, 7, -1, -7), becomes (0.2, 1.4, -0.2).

use equations::NormSource;
use gradcheck::Precision;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Exception, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "crms",
    title: "Compressed root mean square normalization",
    family: Family::Features,
    site: Site::Activations,
    source: NormSource {
        equation: "x / sqrt((sum(x^2) + sum(x)^2) / (size + 1) + eps)",
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
        authors: "Jiang, Gu, Zhu, Pan",
        year: 2023,
        place: Place::Arxiv("2305.14858"),
    },
    verified: "The derivation: it equals layer normalization of the vector with -sum(x) \
               appended.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[("eps", 0.0)],
        x: &[1.0, 7.0, -1.0],
        y: &[0.2, 1.4, -0.2],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[Exception {
        case: "width-1025",
        precisions: &[Precision::Single],
        reason: "The square of a sum of a thousand numbers leaves a resolution of 1.1e-3 in \
         f32.",
    }],
    kernel: Kernel::Compiled,
};
