//! Evolved normalization B0.
//!
//! Divided by the deviation over the batch or by `p * x` plus that over the sample's own positions, whichever is
//! larger, which makes it an activation as well. With eps = 9 the positions 1 and 9 of one sample have the deviations
//! sqrt(16 + 9) = 5, and become 1 / 6 and 9 / 14.

use equations::{NormSource, ParameterShape, ParameterSource};

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "evonorm-b0",
    title: "Evolved normalization B0",
    family: Family::Batches,
    site: Site::Activations,
    source: NormSource {
        equation: "n = size; \
                   v = running(var(x), 1, var(x) * n / (n - 1)); \
                   gamma * x / max(sqrt(v + eps), p * x + sqrt(var[positions](x) + eps)) + beta",
        over: "samples+positions",
        parameters: &[ParameterSource { name: "p", shape: ParameterShape::Feature, start: 1.0 }],
        constants: &[("eps", 0.001)],
    },
    claims: &[Claim::Scale, Claim::FeaturePermutation, Claim::IndependenceInEvaluation],
    citation: Citation {
        authors: "Liu, Brock, Simonyan, Le",
        year: 2020,
        place: Place::Arxiv("2004.02967"),
    },
    verified: "The paper's table of layers and the source code of timm, in torch.",
    example: Example {
        samples: 1,
        positions: 2,
        groups: 1,
        parameters: &[],
        constants: &[("eps", 9.0)],
        x: &[1.0, 9.0],
        y: &[1.0 / 6.0, 9.0 / 14.0],
        averages: &[&[4.1]],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
