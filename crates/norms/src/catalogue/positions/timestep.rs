//! Timestep normalization.
//!
//! Group normalization along time: a position sees the channels of its group there and at all positions before. Mean
//! and variance are those of all these numbers. The variance is summed up as Welford's algorithm does it for groups of
//! equal size, the squares within each position, and of each new mean m what it adds at a distance from the mean a so
//! far, `(m - a)^2 * t / (t - 1)`. No large square is subtracted from another, as in the one-pass `mean(x^2) -
//! mean(x)^2`.
//!
//! With eps = 0 the positions (1, 9) and (7, 7) become (-1, 1) and, as 1, 9, 7, 7 have mean 6 and variance 9, (1/3,
//! 1/3).
//!
//! A group of one channel is refused: its first position would have the variance of one value.

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "timestep",
    title: "Timestep normalization",
    family: Family::Positions,
    site: Site::Activations,
    source: NormSource {
        equation: "m = mean(x); \
                   t = index[positions] + 1; \
                   a = cumsum[positions](m) / t; \
                   within = cumsum[positions](var(x)); \
                   between = cumsum[positions]((m - a)^2 * t / max(t - 1, 1)); \
                   gamma * (x - a) / sqrt((within + between) / t + eps) + beta",
        over: "group",
        parameters: &[],
        constants: &[],
    },
    claims: &[
        Claim::Shift,
        Claim::Scale,
        Claim::SampleIndependence,
        Claim::SameInEvaluation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation { authors: "Ma et al.", year: 2024, place: Place::Arxiv("2404.08801") },
    verified: "The mean and the variance of the definition in torch, each prefix of \
               positions sliced out.",
    example: Example {
        samples: 1,
        positions: 2,
        groups: 1,
        parameters: &[],
        constants: &[("eps", 0.0)],
        x: &[1.0, 9.0, 7.0, 7.0],
        y: &[-1.0, 1.0, 1.0 / 3.0, 1.0 / 3.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
