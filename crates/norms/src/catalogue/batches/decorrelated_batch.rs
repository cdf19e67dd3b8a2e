//! Decorrelated batch normalization by Newton's iterations, also called IterNorm.
//!
//! The channels of a group are multiplied with the inverse square root of their covariance over the batch, so that
//! they are uncorrelated and of variance 1. Huang, Yang, Lang, Deng (2018, arXiv:1804.08450) take it from eigenvectors,
//! whose derivative is infinite where two eigenvalues are equal; five iterations p <- (3 p - p^3 c / t) / 2 from the
//! identity come close to it without them, where t, the trace, brings the eigenvalues below 1. The smallest of them
//! are not quite at 1 then. The averages are those of the mean and of the matrix, which starts as the identity: it is
//! what has been averaged and what is left of the start, a number that is 0 in training. (An average of the difference
//! from the identity would be the same on paper, but where x is 1e20 nothing of 1e-20 is left beside 1.)
//!
//! The covariance of (2, 0), (-2, 0), (0, 2), (0, -2) is twice the identity, and with t = 4 and p = s times the identity
//! an iteration is s <- (3 s - s^3 / 2) / 2, which leads from 1 over 5/4 and 355/256 towards sqrt(2), of which it has
//! the first 12 digits after five. So x is divided by sqrt(2), in as many digits.

use equations::NormSource;
use gradcheck::Precision;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Exception, Family, Kernel, Place, Site};

/// What five iterations lead to.
const ROOT: f64 = 1.414_213_562_372_614_4;

pub(crate) const ENTRY: Entry = Entry {
    name: "decorrelated-batch",
    title: "Decorrelated batch normalization",
    family: Family::Batches,
    site: Site::Activations,
    source: NormSource {
        equation: "m = running(mean(x), 0); \
                   d = x - m; \
                   one = 1 - min(1, abs(index[group] - transpose(index[group]))); \
                   c = mean(d * transpose(d)) + eps * one; \
                   t = sum[group+columns](one * c); \
                   p1 = (3 * one - c / t) / 2; \
                   p2 = (3 * p1 - matmul(matmul(p1, matmul(p1, p1)), c / t)) / 2; \
                   p3 = (3 * p2 - matmul(matmul(p2, matmul(p2, p2)), c / t)) / 2; \
                   p4 = (3 * p3 - matmul(matmul(p3, matmul(p3, p3)), c / t)) / 2; \
                   p5 = (3 * p4 - matmul(matmul(p4, matmul(p4, p4)), c / t)) / 2; \
                   w = running(p5 / sqrt(t), 0); \
                   left = running(0, 1); \
                   gamma * matmul(w + left * one, d) + beta",
        over: "samples+positions",
        parameters: &[],
        constants: &[],
    },
    claims: &[Claim::Shift, Claim::Scale, Claim::IndependenceInEvaluation],
    citation: Citation {
        authors: "Huang, Zhou, Zhu, Liu, Shao",
        year: 2019,
        place: Place::Arxiv("1904.03441"),
    },
    verified: "The paper's algorithm 1 in torch, differentiated by its autodiff.",
    example: Example {
        samples: 4,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[("eps", 0.0)],
        x: &[2.0, 0.0, -2.0, 0.0, 0.0, 2.0, 0.0, -2.0],
        y: &[ROOT, 0.0, -ROOT, 0.0, 0.0, ROOT, 0.0, -ROOT],
        averages: &[&[0.0, 0.0], &[0.05 * ROOT, 0.0, 0.0, 0.05 * ROOT], &[0.9]],
    },
    aliases: &[],
    exceptions: &[Exception {
        case: "huge",
        precisions: &[Precision::Double, Precision::Single],
        reason: "After one pass nine tenths of the matrix are the identity, so that in evaluation \
                 the result is as large as x, and beta is lost beside it.",
    }],
    kernel: Kernel::Compiled,
};
