//! Partial root mean square normalization.
//!
//! The root mean square of the first ceil(p * n) features stands for that of all n; the paper's p is 6.25%. With p =
//! 1/4 and eps = 0 the size of the row (2, 4, -6, 8) is that of its first feature, and the row becomes (1, 2, -3, 4).
//! The authors' code rounds p * n down, which leaves nothing of fewer than 16 features.

use equations::NormSource;
use gradcheck::Precision;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Exception, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "partial-rms",
    title: "Partial root mean square normalization",
    family: Family::Features,
    site: Site::Activations,
    source: NormSource {
        equation: "first = max(sign(p * size - index), 0); \
                   gamma * x / sqrt(sum(first * x^2) / sum(first) + eps)",
        over: "features",
        parameters: &[],
        constants: &[("p", 0.0625)],
    },
    claims: &[
        Claim::Scale,
        Claim::SampleIndependence,
        Claim::PositionIndependence,
        Claim::SameInEvaluation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation {
        authors: "Zhang, Sennrich",
        year: 2019,
        place: Place::Arxiv("1910.07467"),
    },
    verified: "The paper's equation in torch, with its ceil(p * n) features.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[("eps", 0.0), ("p", 0.25)],
        x: &[2.0, 4.0, -6.0, 8.0],
        y: &[1.0, 2.0, -3.0, 4.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[Exception {
        case: "rows-257",
        precisions: &[Precision::Single],
        reason: "The one feature whose size is taken is near 0 in one of 257 rows, and that row \
         is as large as its inverse.",
    }],
    kernel: Kernel::Compiled,
};
