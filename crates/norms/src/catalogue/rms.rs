//! Root mean square normalization.
//!
//! `gamma * x / sqrt(mean(x^2) + eps)` over the features of each row: layer normalization without
//! the mean, so it keeps scale invariance and gives up shift invariance. With eps = 0 and gamma = 1
//! the row (3, 4), whose root mean square is 5 / sqrt(2), becomes (0.6 sqrt(2), 0.8 sqrt(2)).

use equations::NormSource;

use super::{Citation, Entry, Kernel};
use crate::Claim;

pub(super) const ENTRY: Entry = Entry {
    name: "rms",
    title: "Root mean square normalization",
    source: NormSource {
        equation: "gamma * x / sqrt(mean(x^2) + eps)",
        over: "features",
        parameters: &[],
        constants: &[],
    },
    claims: &[Claim::Scale, Claim::SampleIndependence, Claim::SameInEvaluation],
    citation: Citation { authors: "Zhang, Sennrich", year: 2019, arxiv: "1910.07467" },
    kernel: Kernel::Compiled,
};
