//! Spectral normalization.
//!
//! A weight matrix W divided by its largest singular value, estimated as u W v by power iterations, with u and v taken
//! for constants in the derivative, as in the paper: once they have converged that is the derivative of the singular
//! value. The estimate is never above it.
//!
//! The paper keeps u from step to step and makes one iteration in each, so that u follows a matrix that changes
//! slowly. Here every pass makes three from the same start, and the result depends on the matrix alone: there is
//! nothing to keep, training and evaluation are the same, and the norm can be differenced. The start is e, e^(1/2),
//! e^(1/3), ..., which are linearly independent over the rational numbers, so that no rational matrix but 0 takes it to
//! 0. The matrix (3, 4), (0, 0) has rank one and the norm 5, and becomes (0.6, 0.8), (0, 0).
//!
//! The iterations are those of W over its largest entry, whose squares stay in the range of the numbers. Nothing is
//! added where norms are divided by, as PyTorch adds 1e-12: a matrix of zeros has no directions and gives NaN.

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "spectral",
    title: "Spectral normalization",
    family: Family::Weights,
    site: Site::Weights,
    source: NormSource {
        equation: "w = stop(x / max[samples+features](abs(x))); \
                   u = exp(1 / (1 + index[samples])); \
                   b1 = sum[samples](u * w); \
                   v1 = b1 / norm2(b1); \
                   a1 = sum(v1 * w); \
                   u1 = a1 / norm2[samples](a1); \
                   b2 = sum[samples](u1 * w); \
                   v2 = b2 / norm2(b2); \
                   a2 = sum(v2 * w); \
                   u2 = a2 / norm2[samples](a2); \
                   b3 = sum[samples](u2 * w); \
                   v3 = b3 / norm2(b3); \
                   a3 = sum(v3 * w); \
                   u3 = a3 / norm2[samples](a3); \
                   x / sum[samples](u3 * sum(x * v3))",
        over: "features",
        parameters: &[],
        constants: &[],
    },
    claims: &[
        Claim::Scale,
        Claim::PositionIndependence,
        Claim::FeaturePermutation,
        Claim::SameInEvaluation,
    ],
    citation: Citation {
        authors: "Miyato, Kataoka, Koyama, Yoshida",
        year: 2018,
        place: Place::Arxiv("1802.05957"),
    },
    verified: "The paper's algorithm 1 in torch, with three iterations from the same \
               start.",
    example: Example {
        samples: 2,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[],
        x: &[3.0, 4.0, 0.0, 0.0],
        y: &[0.6, 0.8, 0.0, 0.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
