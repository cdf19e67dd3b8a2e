//! Batch normalization, in PyTorch's dialect.
//!
//! Statistics of each feature over the batch in training; running averages of them in evaluation,
//! where `momentum` is the weight of the new value and the running variance is the unbiased one.
//! With eps = 0, gamma = 1 and beta = 0 a feature with the batch (1, 9) becomes (-1, 1), and after
//! that batch its averages are 0.1 * 5 = 0.5 and 0.9 + 0.1 * 32 = 4.1.

use equations::NormSource;

use super::{Citation, Entry, Kernel};
use crate::Claim;

pub(super) const ENTRY: Entry = Entry {
    name: "batch",
    title: "Batch normalization",
    source: NormSource {
        equation: "m = running(mean(x), 0); \
                   n = size; \
                   v = running(var(x), 1, var(x) * n / (n - 1)); \
                   gamma * (x - m) / sqrt(v + eps) + beta",
        over: "samples+positions",
        parameters: &[],
        constants: &[],
    },
    claims: &[Claim::Shift, Claim::Scale],
    citation: Citation { authors: "Ioffe, Szegedy", year: 2015, arxiv: "1502.03167" },
    kernel: Kernel::Batch,
};
