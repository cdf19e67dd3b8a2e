//! Scaled weight standardization.
//!
//! Weight standardization divided by the root of the number of inputs, with a gain per output and a constant of the
//! activation that follows, 1 for none and sqrt(2 / (1 - 1 / pi)) for ReLU: outputs keep the variance of the inputs.
//! With eps = 0 and gain = 2 the row (1, 1, 9, 9) becomes (-1, -1, 1, 1).

use equations::{NormSource, ParameterShape, ParameterSource};

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "scaled-weight-standardization",
    title: "Scaled weight standardization",
    family: Family::Weights,
    site: Site::Weights,
    source: NormSource {
        equation: "gain * c * (x - mean(x)) / sqrt(size * (var(x) + eps))",
        over: "features",
        parameters: &[ParameterSource { name: "gain", shape: ParameterShape::Output, start: 1.0 }],
        constants: &[("c", 1.0), ("eps", 1e-06)],
    },
    claims: &[
        Claim::Shift,
        Claim::Scale,
        Claim::SampleIndependence,
        Claim::PositionIndependence,
        Claim::FeaturePermutation,
        Claim::SameInEvaluation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation {
        authors: "Brock, De, Smith",
        year: 2021,
        place: Place::Arxiv("2101.08692"),
    },
    verified: "The paper's equation and the source code of timm, by \
               torch.nn.functional.batch_norm of the transposed matrix.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[("gain", &[2.0])],
        constants: &[("eps", 0.0)],
        x: &[1.0, 1.0, 9.0, 9.0],
        y: &[-1.0, -1.0, 1.0, 1.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
