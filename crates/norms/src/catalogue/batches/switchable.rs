//! Switchable normalization.
//!
//! Mean and variance are mixtures of those of instance, layer and batch, with learned weights, exp of a parameter over
//! the sum of all three. With one feature instance and layer are the same. Samples with the positions (-7, -1) and (1,
//! 7) have means -4 and 4 and variances 9, the batch 0 and 25; with equal weights of the means, a third, and weights
//! 9/32, 9/32 and 14/32 of the variances, which make 16, they become (-13/12, 5/12) and (-5/12, 13/12).
//!
//! The variances are biased, as in the paper; the released code takes the unbiased one over the positions. Subtracting
//! the largest parameter changes no weight and keeps exp in range.

use equations::{NormSource, ParameterShape, ParameterSource};
use gradcheck::Precision;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Exception, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "switchable",
    title: "Switchable normalization",
    family: Family::Batches,
    site: Site::Activations,
    source: NormSource {
        equation: "a = stop(max(max(mi, ml), mb)); \
                   m1 = exp(mi - a); m2 = exp(ml - a); m3 = exp(mb - a); \
                   m = (m1 * mean[positions](x) + m2 * mean[positions+features](x) + m3 * running(mean(x), 0)) / (m1 + m2 + m3); \
                   c = stop(max(max(vi, vl), vb)); \
                   v1 = exp(vi - c); v2 = exp(vl - c); v3 = exp(vb - c); \
                   v = (v1 * var[positions](x) + v2 * var[positions+features](x) + v3 * running(var(x), 0)) / (v1 + v2 + v3); \
                   gamma * (x - m) / sqrt(v + eps) + beta",
        over: "samples+positions",
        parameters: &[
            ParameterSource { name: "mi", shape: ParameterShape::Scalar, start: 1.0 },
            ParameterSource { name: "ml", shape: ParameterShape::Scalar, start: 1.0 },
            ParameterSource { name: "mb", shape: ParameterShape::Scalar, start: 1.0 },
            ParameterSource { name: "vi", shape: ParameterShape::Scalar, start: 1.0 },
            ParameterSource { name: "vl", shape: ParameterShape::Scalar, start: 1.0 },
            ParameterSource { name: "vb", shape: ParameterShape::Scalar, start: 1.0 },
        ],
        constants: &[],
    },
    claims: &[
        Claim::Shift,
        Claim::Scale,
        Claim::FeaturePermutation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation { authors: "Luo et al.", year: 2018, place: Place::Arxiv("1806.10779") },
    verified: "The paper's equations, in torch; its limits are instance, layer and batch \
               statistics.",
    example: Example {
        samples: 2,
        positions: 2,
        groups: 1,
        parameters: &[
            ("vi", &[2.197_224_577_336_219_6]),
            ("vl", &[2.197_224_577_336_219_6]),
            ("vb", &[2.639_057_329_615_258_4]),
        ],
        constants: &[("eps", 0.0)],
        x: &[-7.0, -1.0, 1.0, 7.0],
        y: &[-13.0 / 12.0, 5.0 / 12.0, -5.0 / 12.0, 13.0 / 12.0],
        averages: &[&[0.0], &[2.5]],
    },
    aliases: &[],
    exceptions: &[
        Exception {
            case: "large-gamma",
            precisions: &[Precision::Double, Precision::Single],
            reason: "A softmax of numbers of size 1000 is one of three and flat.",
        },
        Exception {
            case: "scale-1e-5",
            precisions: &[Precision::Double, Precision::Single],
            reason: "Variances of 1e-10 are nothing beside eps, and their weights move nothing.",
        },
        Exception {
            case: "width-31",
            precisions: &[Precision::Single],
            reason: "The gradients of six scalars are sums of terms of both signs over all \
         elements, in which f32 cannot tell 1.001 from 1.",
        },
        Exception {
            case: "width-65",
            precisions: &[Precision::Single],
            reason: "The gradients of six scalars are sums of terms of both signs over all \
         elements, in which f32 cannot tell 1.001 from 1.",
        },
        Exception {
            case: "width-127",
            precisions: &[Precision::Single],
            reason: "The gradients of six scalars are sums of terms of both signs over all \
         elements, in which f32 cannot tell 1.001 from 1.",
        },
        Exception {
            case: "width-129",
            precisions: &[Precision::Single],
            reason: "The gradients of six scalars are sums of terms of both signs over all \
         elements, in which f32 cannot tell 1.001 from 1.",
        },
        Exception {
            case: "width-1023",
            precisions: &[Precision::Single],
            reason: "The gradients of six scalars are sums of terms of both signs over all \
         elements, in which f32 cannot tell 1.001 from 1.",
        },
        Exception {
            case: "width-1025",
            precisions: &[Precision::Single],
            reason: "The gradients of six scalars are sums of terms of both signs over all \
         elements, in which f32 cannot tell 1.001 from 1.",
        },
        Exception {
            case: "rows-257",
            precisions: &[Precision::Single],
            reason: "The gradients of six scalars are sums of terms of both signs over all \
         elements, in which f32 cannot tell 1.001 from 1.",
        },
        Exception {
            case: "large",
            precisions: &[Precision::Single],
            reason: "The gradients of six scalars are sums of terms of both signs over all \
         elements, in which f32 cannot tell 1.001 from 1.",
        },
        Exception {
            case: "offset-30",
            precisions: &[Precision::Single],
            reason: "At an offset the three means are the same but for their last digits, and f32 \
         cannot tell their weights.",
        },
        Exception {
            case: "offset-100",
            precisions: &[Precision::Single],
            reason: "At an offset the three means are the same but for their last digits, and f32 \
         cannot tell their weights.",
        },
        Exception {
            case: "offset-1e3",
            precisions: &[Precision::Single],
            reason: "At an offset the three means are the same but for their last digits, and f32 \
         cannot tell their weights.",
        },
    ],
    kernel: Kernel::Compiled,
};
