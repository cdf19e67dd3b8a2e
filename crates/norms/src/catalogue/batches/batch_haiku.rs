//! Batch normalization, in haiku's dialect.
//!
//! The averages start at 0 and are divided by the weight that they have gathered, `1 - p^t` with p = 1 - momentum after
//! t batches, so that the first evaluations are not drawn to the start. Its decay rate is that p, the weight of the old
//! value. With eps = 0 the batch (1, 9) becomes (-1, 1); the averages are 0.5 and 1.6 and their weight 0.1, so that
//! evaluation takes the mean for 5 and the variance for 16.

use equations::NormSource;
use gradcheck::Precision;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Exception, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "batch-haiku",
    title: "Batch normalization in haiku's dialect",
    family: Family::Batches,
    site: Site::Activations,
    source: NormSource {
        equation: "w = max(running(1, 0), 1e-30); \
                   m = running(mean(x), 0) / w; \
                   v = running(var(x), 0) / w; \
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
        authors: "Hennigan, Cai, Norman, Babuschkin",
        year: 2020,
        place: Place::Elsewhere("in haiku"),
    },
    verified: "The source code of haiku's ExponentialMovingAverage with zero_debias; after \
               one batch evaluation equals training.",
    example: Example {
        samples: 2,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[("eps", 0.0)],
        x: &[1.0, 9.0],
        y: &[-1.0, 1.0],
        averages: &[&[0.1], &[0.5], &[1.6]],
    },
    aliases: &[],
    exceptions: &[Exception {
        case: "one-row",
        precisions: &[Precision::Double, Precision::Single],
        reason: "The variance of one value is 0, where its average starts, and a tenth to \
         either side of that is no variance.",
    }],
    kernel: Kernel::Compiled,
};
