//! Adaptive normalization.
//!
//! `C * stop(1 - k * y) * y` of the standardized row y: a gain that the input determines, through which no gradient
//! flows. With eps = 0 and C = 2 the row (1, 9) becomes (2 * 1.1 * -1, 2 * 0.9 * 1) = (-2.2, 1.8). The released code
//! divides by the unbiased deviation; the paper and this entry do not.

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "ada-norm",
    title: "Adaptive normalization",
    family: Family::Features,
    site: Site::Activations,
    source: NormSource {
        equation: "y = (x - mean(x)) / sqrt(var(x) + eps); \
                   C * stop(1 - k * y) * y",
        over: "features",
        parameters: &[],
        constants: &[("C", 1.0), ("k", 0.1)],
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
    citation: Citation { authors: "Xu et al.", year: 2019, place: Place::Arxiv("1911.07013") },
    verified: "The paper's equation with its k = 1/10, in torch with detach(); C = 1 is the \
               default of the released code.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[("eps", 0.0), ("C", 2.0)],
        x: &[1.0, 9.0],
        y: &[-2.2, 1.8],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
