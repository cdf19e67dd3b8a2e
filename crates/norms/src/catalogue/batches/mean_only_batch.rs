//! Mean-only batch normalization.
//!
//! The mean of the batch is subtracted and nothing is divided; weight normalization is meant to do the rest. With beta
//! = 1 the batch (1, 9) becomes (-3, 5), and the average of its mean is 0.5.

use equations::NormSource;
use gradcheck::Precision;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Exception, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "mean-only-batch",
    title: "Mean-only batch normalization",
    family: Family::Batches,
    site: Site::Activations,
    source: NormSource {
        equation: "x - running(mean(x), 0) + beta",
        over: "samples+positions",
        parameters: &[],
        constants: &[],
    },
    claims: &[Claim::Shift, Claim::FeaturePermutation, Claim::IndependenceInEvaluation],
    citation: Citation {
        authors: "Salimans, Kingma",
        year: 2016,
        place: Place::Arxiv("1602.07868"),
    },
    verified: "The paper's section 3, in torch.",
    example: Example {
        samples: 2,
        positions: 1,
        groups: 1,
        parameters: &[("beta", &[1.0])],
        constants: &[],
        x: &[1.0, 9.0],
        y: &[-3.0, 5.0],
        averages: &[&[0.5]],
    },
    aliases: &[],
    exceptions: &[Exception {
        case: "huge",
        precisions: &[Precision::Double, Precision::Single],
        reason: "Beta is added to numbers of 1e11 and moves nothing but their last digits.",
    }],
    kernel: Kernel::Compiled,
};
