//! Self-rescaled dynamic normalization.
//!
//! Root mean square normalization with the gain `gamma + alpha * tanh(x . beta)`, which depends on the length that the
//! norm takes away. As tanh(ln(3) / 2) = 1/2, with eps = 0, beta = (ln(3) / 2, 0) and alpha = (2, -1) the row (1, 7),
//! whose root mean square is 5, becomes (2 * 0.2, 0.5 * 1.4).

use equations::{NormSource, ParameterShape, ParameterSource};

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "seed-norm",
    title: "Self-rescaled dynamic normalization",
    family: Family::Features,
    site: Site::Activations,
    source: NormSource {
        equation: "(gamma + alpha * tanh(sum(x * beta))) * x / sqrt(mean(x^2) + eps)",
        over: "features",
        parameters: &[ParameterSource {
            name: "alpha",
            shape: ParameterShape::Feature,
            start: 1.0,
        }],
        constants: &[],
    },
    claims: &[
        Claim::SampleIndependence,
        Claim::PositionIndependence,
        Claim::FeaturePermutation,
        Claim::SameInEvaluation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation { authors: "Cai et al.", year: 2025, place: Place::Arxiv("2510.22777") },
    verified: "The paper's equation, in torch; its limit at beta = 0 is root mean square \
               normalization.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[("alpha", &[2.0, -1.0]), ("beta", &[0.549_306_144_334_054_9, 0.0])],
        constants: &[("eps", 0.0)],
        x: &[1.0, 7.0],
        y: &[0.4, 0.7],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
