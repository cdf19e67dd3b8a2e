//! Instance normalization without parameters.
//!
//! Each channel of each sample standardized over its positions, which takes the contrast of an image away. With eps = 0
//! the positions (1, 2) and (9, 4) become (-1, -1) and (1, 1).

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "instance",
    title: "Instance normalization",
    family: Family::Positions,
    site: Site::Activations,
    source: NormSource {
        equation: "(x - mean(x)) / sqrt(var(x) + eps)",
        over: "positions",
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
    citation: Citation {
        authors: "Ulyanov, Vedaldi, Lempitsky",
        year: 2016,
        place: Place::Arxiv("1607.08022"),
    },
    verified: "torch.nn.functional.instance_norm.",
    example: Example {
        samples: 1,
        positions: 2,
        groups: 1,
        parameters: &[],
        constants: &[("eps", 0.0)],
        x: &[1.0, 2.0, 9.0, 4.0],
        y: &[-1.0, -1.0, 1.0, 1.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
