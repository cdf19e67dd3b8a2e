//! Batch normalization with plain averages.
//!
//! PyTorch's batch normalization with `momentum=None`: the averages are plain means over all batches, each of which
//! weighs `1 / batches`, so that the starts are forgotten with the first. The variance in the average is the unbiased
//! one. With eps = 0 the batch (1, 9) becomes (-1, 1), and after it, as the first, the averages are 5 and 32.

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "batch-cumulative",
    title: "Batch normalization with plain averages",
    family: Family::Batches,
    site: Site::Activations,
    source: NormSource {
        equation: "m = running(mean(x), 0, mean(x), 1 / batches); \
                   n = size; \
                   v = running(var(x), 1, var(x) * n / (n - 1), 1 / batches); \
                   gamma * (x - m) / sqrt(v + eps) + beta",
        over: "samples+positions",
        parameters: &[],
        constants: &[],
    },
    claims: &[
        Claim::Shift,
        Claim::Scale,
        Claim::FeaturePermutation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation {
        authors: "Paszke et al.",
        year: 2019,
        place: Place::Elsewhere("in PyTorch"),
    },
    verified: "torch.nn.functional.batch_norm as torch.nn.BatchNorm1d calls it with \
               momentum=None, at the second batch.",
    example: Example {
        samples: 2,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[("eps", 0.0)],
        x: &[1.0, 9.0],
        y: &[-1.0, 1.0],
        averages: &[&[5.0], &[32.0], &[1.0]],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
