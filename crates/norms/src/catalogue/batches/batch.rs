//! Batch normalization, in PyTorch's dialect.
//!
//! Statistics of each feature over the batch in training; running averages of them in evaluation, where `momentum` is
//! the weight of the new value and the running variance is the unbiased one. With eps = 0, gamma = 1 and beta = 0 a
//! feature with the batch (1, 9) becomes (-1, 1), and after that batch its averages are 0.1 * 5 = 0.5 and 0.9 + 0.1 *
//! 32 = 4.1.
//!
//! The unbiased variance of one value is 0 / 0. PyTorch refuses such a batch, as is done here; candle and dfdx let NaN
//! into the running variance.

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Alias, Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "batch",
    title: "Batch normalization",
    family: Family::Batches,
    site: Site::Activations,
    source: NormSource {
        equation: "m = running(mean(x), 0); \
                   n = size; \
                   v = running(var(x), 1, var(x) * n / (n - 1)); \
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
    citation: Citation { authors: "Ioffe, Szegedy", year: 2015, place: Place::Arxiv("1502.03167") },
    verified: "torch.nn.functional.batch_norm in training and evaluation.",
    example: Example {
        samples: 2,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[("eps", 0.0)],
        x: &[1.0, 9.0],
        y: &[-1.0, 1.0],
        averages: &[&[0.5], &[4.1]],
    },
    aliases: &[
        Alias {
            name: "batch-candle",
            difference: "a batch of one value per channel leaves NaN in the running variance",
            constants: &[],
        },
        Alias {
            name: "batch-dfdx",
            difference: "a batch of one value per channel leaves NaN in the running variance",
            constants: &[],
        },
    ],
    exceptions: &[],
    kernel: Kernel::Batch,
};
