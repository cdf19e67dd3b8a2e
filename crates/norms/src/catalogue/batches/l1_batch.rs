//! L1 batch normalization.
//!
//! The mean absolute deviation in place of the standard one, times sqrt(pi / 2), which makes them equal for normal
//! data: no squares and no roots. With c = 1 and eps = 1 the batch (1, 9), whose mean absolute deviation is 4, becomes
//! (-0.8, 0.8), and its averages are 0.5 and 0.9 + 0.1 * 4 = 1.3.

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};
use equations::NormSource;

pub(crate) const ENTRY: Entry = Entry {
    name: "l1-batch",
    title: "L1 batch normalization",
    family: Family::Batches,
    site: Site::Activations,
    source: NormSource {
        equation: "m = running(mean(x), 0); \
                   s = running(c * mean(abs(x - mean(x))), 1); \
                   gamma * (x - m) / (s + eps) + beta",
        over: "samples+positions",
        parameters: &[],
        constants: &[("c", 1.253_314_137_315_500_3)],
    },
    claims: &[
        Claim::Shift,
        Claim::Scale,
        Claim::FeaturePermutation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation { authors: "Wu et al.", year: 2018, place: Place::Arxiv("1802.09769") },
    verified: "The paper's equations, in torch; on normal data it tends to batch \
               normalization.",
    example: Example {
        samples: 2,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[("eps", 1.0), ("c", 1.0)],
        x: &[1.0, 9.0],
        y: &[-0.8, 0.8],
        averages: &[&[0.5], &[1.3]],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
