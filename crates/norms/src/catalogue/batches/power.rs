//! Power normalization.
//!
//! Divided by the root of a running mean of squares, in training as well: by the average before the batch, which the
//! batch then moves. In one pass it is so an affine function of each element.
//!
//! The derivative here is that of this function: the average is a number that x does not move, and dx is gamma * dy /
//! sqrt(average + eps). The paper's backward pass is another one. It adds a running estimate of what batch statistics
//! would contribute, which depends on the gradients of earlier batches and is the derivative of no forward pass. The
//! group scaling that the authors' code puts in front and its warm-up with batch statistics are left out.
//!
//! With eps = 0 the first batch (1, 7) is divided by the start, 1, and moves the average to 0.9 + 0.1 * 25 = 3.4.

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "power",
    title: "Power normalization",
    family: Family::Batches,
    site: Site::Activations,
    source: NormSource {
        equation: "q = running(mean(x^2), 1); \
                   gamma * x / sqrt(past(q) + eps) + beta",
        over: "samples+positions",
        parameters: &[],
        constants: &[],
    },
    claims: &[
        Claim::SampleIndependence,
        Claim::PositionIndependence,
        Claim::FeaturePermutation,
        Claim::SameInEvaluation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation {
        authors: "Shen, Yao, Gholami, Mahoney, Keutzer",
        year: 2020,
        place: Place::Arxiv("2003.07845"),
    },
    verified: "The paper's forward pass, in torch, with the running average as a buffer.",
    example: Example {
        samples: 2,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[("eps", 0.0)],
        x: &[1.0, 7.0],
        y: &[1.0, 7.0],
        averages: &[&[3.4]],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
