//! Spectral normalization.
//!
//! A weight matrix W divided by its largest singular value, estimated as u W v by power iterations, with u and v taken
//! for constants in the derivative, as in the paper: once they have converged that is the derivative of the singular
//! value. The estimate is never above it.
//!
//! Every training pass makes one iteration, from where the one before has ended, so that v follows a matrix that changes
//! slowly: v is the average of a momentum of 1. The paper keeps u, from which v = W' u begins the iteration; here v is
//! kept, u = W v begins it, and evaluation computes u from v again, which is the same while the matrix is the same. The
//! start is e, e^(1/2), e^(1/3), ..., which are linearly independent over the rational numbers, so that no rational
//! matrix but 0 takes it to 0; `left` is 1 before the first pass and 0 after it. The matrix (3, 4), (0, 0) has rank one
//! and the norm 5, and becomes (0.6, 0.8), (0, 0) at once. What is kept of it is (3, 4) / 4 times the length of W
//! applied to the start over 4, which with the start p = (e, sqrt(e)) is (3 e + 4 sqrt(e)) / (4 |p|).
//!
//! The rows of W are its samples, and where they have positions all of these. The iterations are those of W over its largest entry, whose squares stay in the range of the numbers. Nothing is
//! added where norms are divided by, as PyTorch adds 1e-12: a matrix of zeros has no directions and gives NaN.

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

/// `(3 e + 4 sqrt(e)) / (4 sqrt(e^2 + e))`
const KEPT: f64 = 1.159_860_351_433_278_6;

pub(crate) const ENTRY: Entry = Entry {
    name: "spectral",
    title: "Spectral normalization",
    family: Family::Weights,
    site: Site::Weights,
    source: NormSource {
        equation: "w = stop(x / max[samples+positions+features](abs(x))); \
                   left = running(0, 1); \
                   p = exp(1 / (1 + index)); \
                   v = running(sum[samples+positions](w * sum(w * (past(v) + past(left) * p))) \
                               / norm2(past(v) + past(left) * p), 0); \
                   e = (v + left * p) / norm2(v + left * p); \
                   a = sum(w * e); \
                   u = a / norm2[samples+positions](a); \
                   x / sum[samples+positions](u * sum(x * e))",
        over: "features",
        parameters: &[],
        constants: &[("momentum", 1.0)],
    },
    claims: &[Claim::Scale, Claim::FeaturePermutation],
    citation: Citation {
        authors: "Miyato, Kataoka, Koyama, Yoshida",
        year: 2018,
        place: Place::Arxiv("1802.05957"),
    },
    verified: "The paper's algorithm 1 in torch, which keeps v in place of u.",
    example: Example {
        samples: 2,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[],
        x: &[3.0, 4.0, 0.0, 0.0],
        y: &[0.6, 0.8, 0.0, 0.0],
        averages: &[&[0.0], &[0.75 * KEPT, KEPT]],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
