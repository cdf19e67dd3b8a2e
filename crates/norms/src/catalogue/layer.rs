//! Layer normalization.
//!
//! `gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta` over the features of each row: sample-wise,
//! and the same in training and inference. With eps = 0, gamma = 1 and beta = 0 the row (1, 9)
//! becomes (-1, 1).

use equations::NormSource;

use super::{Citation, Entry, Kernel};
use crate::Claim;

pub(super) const ENTRY: Entry = Entry {
    name: "layer",
    title: "Layer normalization",
    source: NormSource {
        equation: "gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta",
        over: "features",
        parameters: &[],
        constants: &[],
    },
    claims: &[Claim::Shift, Claim::Scale, Claim::SampleIndependence, Claim::SameInEvaluation],
    citation: Citation { authors: "Ba, Kiros, Hinton", year: 2016, arxiv: "1607.06450" },
    kernel: Kernel::Layer,
};
