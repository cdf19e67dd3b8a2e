//! Instance normalization with gain and bias.
//!
//! Instance normalization, then a gain and a bias per channel. With eps = 0, gamma = (2, 3) and beta = (0, 1) the
//! positions (1, 2) and (9, 4) become (-2, -2) and (2, 4).

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "instance-affine",
    title: "Instance normalization with gain and bias",
    family: Family::Positions,
    site: Site::Activations,
    source: NormSource {
        equation: "gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta",
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
    verified: "torch.nn.functional.instance_norm with weight and bias.",
    example: Example {
        samples: 1,
        positions: 2,
        groups: 1,
        parameters: &[("gamma", &[2.0, 3.0]), ("beta", &[0.0, 1.0])],
        constants: &[("eps", 0.0)],
        x: &[1.0, 2.0, 9.0, 4.0],
        y: &[-2.0, -2.0, 2.0, 4.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
