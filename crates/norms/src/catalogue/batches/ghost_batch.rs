//! Ghost batch normalization.
//!
//! Batch normalization of every one of `parts` parts of the batch by itself, so that a large batch keeps the noise of
//! the statistics of a small one. The averages go through the parts one after the other, each with the weight
//! `momentum`, so that the last one counts most; q is what is left of a part behind those after it. Training a layer
//! of batch normalization on the parts in turn does the same. (The paper's sum has one power of 1 - momentum more for
//! every part, with which constant statistics would not be their own average.)
//!
//! Two parts, (1, 9) and (4, 8), both become (-1, 1). The average of the means 5 and 6 is 0.9 (0.1 * 5) + 0.1 * 6 =
//! 1.05 after both, and that of the unbiased variances 32 and 8 is 0.9 (0.9 + 3.2) + 0.8 = 4.49.

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "ghost-batch",
    title: "Ghost batch normalization",
    family: Family::Batches,
    site: Site::Activations,
    source: NormSource {
        equation: "n = size; \
                   number = min[part](index[samples]) / size[part]; \
                   q = exp((parts - 1 - number) * log(max(1 - momentum, 1e-30))); \
                   a = 1 - (1 - momentum)^parts; \
                   m = running(mean(x), 0, sum[samples](q * mean(x)) / sum[samples](q), a); \
                   u = var(x) * n / (n - 1); \
                   v = running(var(x), 1, sum[samples](q * u) / sum[samples](q), a); \
                   gamma * (x - m) / sqrt(v + eps) + beta",
        over: "part+positions",
        parameters: &[],
        constants: &[("parts", 2.0)],
    },
    claims: &[
        Claim::Shift,
        Claim::Scale,
        Claim::FeaturePermutation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation {
        authors: "Hoffer, Hubara, Soudry",
        year: 2017,
        place: Place::Arxiv("1705.08741"),
    },
    verified: "torch.nn.functional.batch_norm on the parts, one after the other.",
    example: Example {
        samples: 4,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[("eps", 0.0)],
        x: &[1.0, 9.0, 4.0, 8.0],
        y: &[-1.0, 1.0, -1.0, 1.0],
        averages: &[&[1.05], &[4.49]],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
