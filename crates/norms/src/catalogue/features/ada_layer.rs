//! Adaptive layer normalization.
//!
//! Layer normalization whose gain and bias are side inputs: another network computes them for each sample from what
//! the sample is conditioned on, such as a time and a class, and gets their gradients. All positions of a sample share
//! them. They start at 0, where this is layer normalization without parameters; the paper's third output, a gate on
//! the branch, belongs to the placement. With eps = 0, scale = (1, 0) and shift = (0, 1) the row (1, 9) becomes (-2,
//! 2).

use equations::{NormSource, ParameterShape, ParameterSource};

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "ada-layer",
    title: "Adaptive layer normalization",
    family: Family::Features,
    site: Site::Activations,
    source: NormSource {
        equation: "(x - mean(x)) / sqrt(var(x) + eps) * (1 + scale) + shift",
        over: "features",
        parameters: &[
            ParameterSource { name: "scale", shape: ParameterShape::Side, start: 0.0 },
            ParameterSource { name: "shift", shape: ParameterShape::Side, start: 0.0 },
        ],
        constants: &[("eps", 1e-6)],
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
    citation: Citation { authors: "Peebles, Xie", year: 2022, place: Place::Arxiv("2212.09748") },
    verified: "torch.nn.functional.layer_norm, modulated as in the authors' code.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[("scale", &[1.0, 0.0]), ("shift", &[0.0, 1.0])],
        constants: &[("eps", 0.0)],
        x: &[1.0, 9.0],
        y: &[-2.0, 2.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
