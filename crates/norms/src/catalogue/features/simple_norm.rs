//! Simple normalization.
//!
//! `gamma * x / sqrt(var(x) + eps)` with the unbiased variance: divided by a deviation from a mean that is not
//! subtracted. With eps = 4 the row (1, 9), whose unbiased variance is 32, becomes (1/6, 1.5).

use equations::NormSource;
use gradcheck::Precision;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Exception, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "simple-norm",
    title: "Simple normalization of timm",
    family: Family::Features,
    site: Site::Activations,
    source: NormSource {
        equation: "n = size; \
                   gamma * x / sqrt(var(x) * n / (n - 1) + eps)",
        over: "features",
        parameters: &[],
        constants: &[("eps", 1e-06)],
    },
    claims: &[
        Claim::Scale,
        Claim::SampleIndependence,
        Claim::PositionIndependence,
        Claim::FeaturePermutation,
        Claim::SameInEvaluation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation { authors: "Wightman", year: 2024, place: Place::Elsewhere("in timm") },
    verified: "The source code of timm, by torch.var.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[("eps", 4.0)],
        x: &[1.0, 9.0],
        y: &[1.0 / 6.0, 1.5],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[Exception {
        case: "one-column",
        precisions: &[Precision::Single],
        reason: "Two columns are the fewest, and are a case of their own.",
    }],
    kernel: Kernel::Compiled,
};
