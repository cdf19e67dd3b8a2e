//! An affine transformation of each feature.
//!
//! `gamma * x + beta`: what is left of a norm without its statistics. With gamma = (2, 3) and beta = (1, -1) the row
//! (3, 4) becomes (7, 11).

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "affine",
    title: "Affine transformation",
    family: Family::Pointwise,
    site: Site::Activations,
    source: NormSource {
        equation: "gamma * x + beta",
        over: "none",
        parameters: &[],
        constants: &[],
    },
    claims: &[
        Claim::SampleIndependence,
        Claim::PositionIndependence,
        Claim::FeaturePermutation,
        Claim::SameInEvaluation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation { authors: "Touvron et al.", year: 2021, place: Place::Arxiv("2105.03404") },
    verified: "Equation 1 of the paper; torch.addcmul.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[("gamma", &[2.0, 3.0]), ("beta", &[1.0, -1.0])],
        constants: &[],
        x: &[3.0, 4.0],
        y: &[7.0, 11.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
