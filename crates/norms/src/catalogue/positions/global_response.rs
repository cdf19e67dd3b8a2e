//! Global response normalization.
//!
//! Each channel is enhanced by its size over the positions relative to the mean size of all channels, on top of itself;
//! gamma and beta start at 0, so that it starts as the identity. With eps = 0, gamma = (2, 1) and beta = (0, 1) the
//! positions (3, 9) and (4, 12), whose channels have the sizes 5 and 15, become (6, 23.5) and (8, 31).

use equations::{NormSource, ParameterShape, ParameterSource};
use gradcheck::Precision;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Exception, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "global-response",
    title: "Global response normalization",
    family: Family::Positions,
    site: Site::Activations,
    source: NormSource {
        equation: "g = norm2(x); \
                   x + gamma * x * g / (mean[features](g) + eps) + beta",
        over: "positions",
        parameters: &[ParameterSource {
            name: "gamma",
            shape: ParameterShape::Feature,
            start: 0.0,
        }],
        constants: &[("eps", 1e-06)],
    },
    claims: &[
        Claim::SampleIndependence,
        Claim::FeaturePermutation,
        Claim::SameInEvaluation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation { authors: "Woo et al.", year: 2023, place: Place::Arxiv("2301.00808") },
    verified: "The paper's pseudocode, in torch.",
    example: Example {
        samples: 1,
        positions: 2,
        groups: 1,
        parameters: &[("gamma", &[2.0, 1.0]), ("beta", &[0.0, 1.0])],
        constants: &[("eps", 0.0)],
        x: &[3.0, 9.0, 4.0, 12.0],
        y: &[6.0, 23.5, 8.0, 31.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[
        Exception {
            case: "huge",
            precisions: &[Precision::Double, Precision::Single],
            reason: "Beta is added to numbers of 1e11 and moves nothing but their last digits.",
        },
        Exception {
            case: "signed-zeros",
            precisions: &[Precision::Single],
            reason: "One of three channels is 0 throughout, which is a kink; one rounding away its \
         inverse is beyond f32.",
        },
        Exception {
            case: "width-1023",
            precisions: &[Precision::Single],
            reason: "The gain of the one channel that is looked at has a sum of thousands of terms \
         of both signs for its gradient, in which f32 cannot tell 1.001 from 1.",
        },
        Exception {
            case: "width-1025",
            precisions: &[Precision::Single],
            reason: "The gain of the one channel that is looked at has a sum of thousands of terms \
         of both signs for its gradient, in which f32 cannot tell 1.001 from 1.",
        },
        Exception {
            case: "large",
            precisions: &[Precision::Single],
            reason: "The gain of the one channel that is looked at has a sum of thousands of terms \
         of both signs for its gradient, in which f32 cannot tell 1.001 from 1.",
        },
    ],
    kernel: Kernel::Compiled,
};
