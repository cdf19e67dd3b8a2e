//! Root mean square normalization with a zero-centred gain.
//!
//! The gain is `1 + w` and w starts at 0: the same function as root mean square normalization, but weight decay pulls
//! the gain to 1 and not to 0. With eps = 0 and w = (1, -0.5) the row (1, 7), whose root mean square is 5, becomes
//! (0.4, 0.7).

use equations::{NormSource, ParameterShape, ParameterSource};

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "rms-zero-centred",
    title: "Root mean square normalization with zero-centred gain",
    family: Family::Features,
    site: Site::Activations,
    source: NormSource {
        equation: "(1 + w) * x / sqrt(mean(x^2) + eps)",
        over: "features",
        parameters: &[ParameterSource { name: "w", shape: ParameterShape::Feature, start: 0.0 }],
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
    citation: Citation { authors: "Gemma Team", year: 2024, place: Place::Arxiv("2403.08295") },
    verified: "torch.nn.functional.rms_norm with the weight 1 + w; the source code of Gemma.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[("w", &[1.0, -0.5])],
        constants: &[("eps", 0.0)],
        x: &[1.0, 7.0],
        y: &[0.4, 0.7],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
