//! Polynomial normalization.
//!
//! A weighted sum of the normalized cubes, squares and numbers, each by its own root mean square: an activation and a
//! norm at once. With eps = 0, weights (1/2, 1/4, 1/8) and b = 1 the row (1, -1) becomes (1.875, 0.625).

use equations::{NormSource, ParameterShape, ParameterSource};
use gradcheck::Precision;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Exception, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "poly-norm",
    title: "Polynomial normalization",
    family: Family::Features,
    site: Site::Activations,
    source: NormSource {
        equation: "c = x^3; \
                   s = x^2; \
                   w3 * c / sqrt(mean(c^2) + eps) + w2 * s / sqrt(mean(s^2) + eps) + w1 * x / sqrt(mean(x^2) + eps) + b",
        over: "features",
        parameters: &[
            ParameterSource { name: "w3", shape: ParameterShape::Scalar, start: 1.0 / 3.0 },
            ParameterSource { name: "w2", shape: ParameterShape::Scalar, start: 1.0 / 3.0 },
            ParameterSource { name: "w1", shape: ParameterShape::Scalar, start: 1.0 / 3.0 },
            ParameterSource { name: "b", shape: ParameterShape::Scalar, start: 0.0 },
        ],
        constants: &[("eps", 1e-06)],
    },
    claims: &[
        Claim::Scale,
        Claim::SampleIndependence,
        Claim::PositionIndependence,
        Claim::FeaturePermutation,
        Claim::SameInEvaluation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation { authors: "Zhuo et al.", year: 2024, place: Place::Arxiv("2411.03884") },
    verified: "The authors' code, in torch.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[("w3", &[0.5]), ("w2", &[0.25]), ("w1", &[0.125]), ("b", &[1.0])],
        constants: &[("eps", 0.0)],
        x: &[1.0, -1.0],
        y: &[1.875, 0.625],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[
        Exception {
            case: "scale-1e-5",
            precisions: &[Precision::Double, Precision::Single],
            reason: "Cubes of 1e-5 are 0 beside eps, and their weight moves nothing.",
        },
        Exception {
            case: "tiny-scale",
            precisions: &[Precision::Single],
            reason: "Cubes of 1e-5 are 0 beside eps, and their weight moves nothing.",
        },
        Exception {
            case: "width-1023",
            precisions: &[Precision::Single],
            reason: "A weight's gradient is a sum of thousands of terms of both signs, in which f32 \
         cannot tell 1.001 from 1.",
        },
        Exception {
            case: "width-1025",
            precisions: &[Precision::Single],
            reason: "A weight's gradient is a sum of thousands of terms of both signs, in which f32 \
         cannot tell 1.001 from 1.",
        },
        Exception {
            case: "large",
            precisions: &[Precision::Single],
            reason: "A weight's gradient is a sum of thousands of terms of both signs, in which f32 \
         cannot tell 1.001 from 1.",
        },
    ],
    kernel: Kernel::Compiled,
};
