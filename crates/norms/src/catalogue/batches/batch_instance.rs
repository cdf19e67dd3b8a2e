//! Batch-instance normalization.
//!
//! A mixture of batch and instance normalization, by a share rho per channel that is kept between 0 and 1. With eps = 0
//! and rho = 1/2, samples with the positions (-7, -1) and (1, 7) have means -4 and 4 and deviations 3; the batch has
//! mean 0 and deviation 5. They become (-1.2, 0.4) and (-0.4, 1.2).

use equations::{NormSource, ParameterShape, ParameterSource};

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "batch-instance",
    title: "Batch-instance normalization",
    family: Family::Batches,
    site: Site::Activations,
    source: NormSource {
        equation: "m = running(mean(x), 0); \
                   n = size; \
                   v = running(var(x), 1, var(x) * n / (n - 1)); \
                   r = clamp(rho, 0, 1); \
                   b = (x - m) / sqrt(v + eps); \
                   i = (x - mean[positions](x)) / sqrt(var[positions](x) + eps); \
                   gamma * (r * b + (1 - r) * i) + beta",
        over: "samples+positions",
        parameters: &[ParameterSource { name: "rho", shape: ParameterShape::Feature, start: 1.0 }],
        constants: &[],
    },
    claims: &[
        Claim::Shift,
        Claim::Scale,
        Claim::FeaturePermutation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation { authors: "Nam, Kim", year: 2018, place: Place::Arxiv("1805.07925") },
    verified: "The paper's equations, by torch's batch_norm and instance_norm; its limits rho \
               = 0 and rho = 1 are those.",
    example: Example {
        samples: 2,
        positions: 2,
        groups: 1,
        parameters: &[("rho", &[0.5])],
        constants: &[("eps", 0.0)],
        x: &[-7.0, -1.0, 1.0, 7.0],
        y: &[-1.2, 0.4, -0.4, 1.2],
        averages: &[&[0.0], &[0.9 + 10.0 / 3.0]],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
