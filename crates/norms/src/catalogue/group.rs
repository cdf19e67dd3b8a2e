//! Group normalization.
//!
//! Layer normalization's formula over the positions and the channels of each group, with a gain and
//! a bias per channel. With eps = 0, gamma = 1, beta = 0 and two groups of two channels the row
//! (1, 9, 2, 4) becomes (-1, 1, -1, 1). One group at one position is layer normalization.

use equations::NormSource;

use super::{Citation, Entry, Kernel};
use crate::Claim;

pub(super) const ENTRY: Entry = Entry {
    name: "group",
    title: "Group normalization",
    source: NormSource {
        equation: "gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta",
        over: "positions+group",
        parameters: &[],
        constants: &[],
    },
    claims: &[Claim::Shift, Claim::Scale, Claim::SampleIndependence, Claim::SameInEvaluation],
    citation: Citation { authors: "Wu, He", year: 2018, arxiv: "1803.08494" },
    kernel: Kernel::Compiled,
};
