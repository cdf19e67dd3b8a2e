//! Batch renormalization.
//!
//! Batch normalization corrected by r and d to what the running averages would give, as far as their limits allow;
//! gradients take r and d for constants. Within the limits the value in training is that in evaluation, and a sample
//! depends on the others through the gradient and the averages alone. The paper lets the limits grow from 1 and 0;
//! these are its final ones, and its weight of a new batch. The running deviation is an average of deviations, with
//! eps inside, not the root of a running variance.
//!
//! With eps = 0 the batch (1, 9) has mean 5 and deviation 4. The averages before it are 0 and 1, r is cut off at 3 and
//! d just reaches its limit 5, so that it becomes (-3 + 5, 3 + 5).

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "batch-renorm",
    title: "Batch renormalization",
    family: Family::Batches,
    site: Site::Activations,
    source: NormSource {
        equation: "m = running(mean(x), 0); \
                   s = running(sqrt(var(x) + eps), 1); \
                   r = stop(clamp(s / past(s), 1 / r_max, r_max)); \
                   d = stop(clamp((m - past(m)) / past(s), -d_max, d_max)); \
                   gamma * ((x - m) / s * r + d) + beta",
        over: "samples+positions",
        parameters: &[],
        constants: &[("r_max", 3.0), ("d_max", 5.0), ("momentum", 0.01)],
    },
    claims: &[Claim::FeaturePermutation, Claim::IndependenceInEvaluation],
    citation: Citation { authors: "Ioffe", year: 2017, place: Place::Arxiv("1702.03275") },
    verified: "The paper's algorithm 1, in torch with r and d detached.",
    example: Example {
        samples: 2,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[("eps", 0.0)],
        x: &[1.0, 9.0],
        y: &[2.0, 8.0],
        averages: &[&[0.05], &[1.03]],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
