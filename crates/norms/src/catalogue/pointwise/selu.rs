//! Scaled exponential linear unit.
//!
//! `lambda * x` above 0 and `lambda * alpha * (exp(x) - 1)` below: an activation whose constants make mean 0 and
//! variance 1 a fixed point, so that deep nets normalize themselves. `exp(x) - 1` is written as `2 t / (1 - t)` of `t =
//! tanh(x / 2)`, which does not lose its digits near 0. The row (1, -ln 2) becomes (lambda, -lambda * alpha / 2).

use std::f64::consts::LN_2;

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "selu",
    title: "Scaled exponential linear unit",
    family: Family::Pointwise,
    site: Site::Activations,
    source: NormSource {
        equation: "t = tanh(min(x, 0) / 2); \
                   lambda * (max(x, 0) + alpha * 2 * t / (1 - t))",
        over: "none",
        parameters: &[],
        constants: &[("lambda", 1.050_700_987_355_480_5), ("alpha", 1.673_263_242_354_377_2)],
    },
    claims: &[
        Claim::SampleIndependence,
        Claim::PositionIndependence,
        Claim::FeaturePermutation,
        Claim::SameInEvaluation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation {
        authors: "Klambauer, Unterthiner, Mayr, Hochreiter",
        year: 2017,
        place: Place::Arxiv("1706.02515"),
    },
    verified: "torch.nn.functional.selu; the fixed point, by numerical integration.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[],
        x: &[1.0, -LN_2],
        y: &[1.050_700_987_355_480_5, -1.050_700_987_355_480_5 * 1.673_263_242_354_377_2 / 2.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
