//! Simple root mean square normalization.
//!
//! `x * sqrt(d) / max(norm2(x), eps)` with d features: no parameters, and a bound on the size in place of a sum. The
//! row (2, 4, 4, 0), whose size is 6, becomes (2, 4, 4, 0) / 3.

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "simple-rms",
    title: "Simple root mean square normalization",
    family: Family::Features,
    site: Site::Activations,
    source: NormSource {
        equation: "x * sqrt(size) / max(norm2(x), eps)",
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
    citation: Citation { authors: "Qin et al.", year: 2023, place: Place::Arxiv("2307.14995") },
    verified: "torch.nn.functional.normalize times sqrt(d); the source code of \
               x-transformers.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[],
        x: &[2.0, 4.0, 4.0, 0.0],
        y: &[2.0 / 3.0, 4.0 / 3.0, 4.0 / 3.0, 0.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
