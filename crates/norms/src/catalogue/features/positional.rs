//! Positional normalization.
//!
//! The features of each position standardized by their unbiased variance; layer normalization divides by n where this
//! divides by n - 1. With eps = 4 the row (1, 9), whose unbiased variance is 32, becomes (-2/3, 2/3).

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "positional",
    title: "Positional normalization",
    family: Family::Features,
    site: Site::Activations,
    source: NormSource {
        equation: "n = size; \
                   (x - mean(x)) / sqrt(var(x) * n / (n - 1) + eps)",
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
        authors: "Li, Wu, Weinberger, Belongie",
        year: 2019,
        place: Place::Arxiv("1907.04312"),
    },
    verified: "The paper and its code, which calls torch.var and so divides by n - 1.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[("eps", 4.0)],
        x: &[1.0, 9.0],
        y: &[-2.0 / 3.0, 2.0 / 3.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
