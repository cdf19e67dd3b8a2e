//! Batch normalization, in flax's dialect.
//!
//! The running variance is the biased one, as it normalizes with in training, and its momentum is the weight of the old
//! value, 0.99: here 0.01, the weight of the new one. With eps = 0 the batch (1, 9) becomes (-1, 1), and its averages
//! are 0.01 * 5 = 0.05 and 0.99 + 0.01 * 16 = 1.15. One value per channel has the variance 0 there, and is an error
//! here.

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Alias, Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "batch-flax",
    title: "Batch normalization in flax's dialect",
    family: Family::Batches,
    site: Site::Activations,
    source: NormSource {
        equation: "m = running(mean(x), 0); \
                   v = running(var(x), 1); \
                   gamma * (x - m) / sqrt(v + eps) + beta",
        over: "samples+positions",
        parameters: &[],
        constants: &[("momentum", 0.01)],
    },
    claims: &[
        Claim::Shift,
        Claim::Scale,
        Claim::FeaturePermutation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation { authors: "Heek et al.", year: 2020, place: Place::Elsewhere("in flax") },
    verified: "The source code of flax; torch.nn.functional.batch_norm for the value, and its \
               average times (n - 1) / n.",
    example: Example {
        samples: 2,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[("eps", 0.0)],
        x: &[1.0, 9.0],
        y: &[-1.0, 1.0],
        averages: &[&[0.05], &[1.15]],
    },
    aliases: &[Alias {
        name: "batch-burn",
        difference: "momentum = 0.1, the weight of the new value, in burn",
        constants: &[("momentum", 0.1)],
    }],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
