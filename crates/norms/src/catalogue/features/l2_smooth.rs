//! Smooth Euclidean normalization.
//!
//! `x / sqrt(sum(x^2) + eps)`: Euclidean normalization with eps added below the root, so that there is no kink. With
//! eps = 11 the row (3, 4) becomes (3, 4) / 6.

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "l2-smooth",
    title: "Smooth Euclidean normalization",
    family: Family::Features,
    site: Site::Activations,
    source: NormSource {
        equation: "x / sqrt(sum(x^2) + eps)",
        over: "features",
        parameters: &[],
        constants: &[("eps", 1e-12)],
    },
    claims: &[
        Claim::Scale,
        Claim::SampleIndependence,
        Claim::PositionIndependence,
        Claim::FeaturePermutation,
        Claim::SameInEvaluation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation { authors: "Heek et al.", year: 2020, place: Place::Elsewhere("in flax") },
    verified: "The source code of flax, in torch; its limit for long vectors is Euclidean \
               normalization.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[("eps", 11.0)],
        x: &[3.0, 4.0],
        y: &[0.5, 2.0 / 3.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
