//! No normalization.
//!
//! The input as it is: the control of every comparison of norms. The row (1, -2) stays (1, -2).

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "identity",
    title: "No normalization",
    family: Family::Pointwise,
    site: Site::Activations,
    source: NormSource { equation: "x", over: "none", parameters: &[], constants: &[] },
    claims: &[
        Claim::SampleIndependence,
        Claim::PositionIndependence,
        Claim::FeaturePermutation,
        Claim::SameInEvaluation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation {
        authors: "He, Zhang, Ren, Sun",
        year: 2015,
        place: Place::Arxiv("1512.03385"),
    },
    verified: "The definition; torch.nn.Identity.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[],
        x: &[1.0, -2.0],
        y: &[1.0, -2.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
