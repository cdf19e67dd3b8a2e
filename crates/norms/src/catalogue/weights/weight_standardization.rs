//! Weight standardization.
//!
//! The weights of each output centred and divided by their deviation. The formula is that of layer normalization
//! without parameters; what it is applied to is not. With eps = 0 the rows (1, 9) and (4, 2) become (-1, 1) and (1,
//! -1).

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "weight-standardization",
    title: "Weight standardization",
    family: Family::Weights,
    site: Site::Weights,
    source: NormSource {
        equation: "(x - mean(x)) / sqrt(var(x) + eps)",
        over: "features",
        parameters: &[],
        constants: &[("eps", 1e-06)],
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
        authors: "Qiao, Wang, Liu, Shen, Yuille",
        year: 2019,
        place: Place::Arxiv("1903.10520"),
    },
    verified: "The source code of timm, by torch.nn.functional.batch_norm of the transposed \
               matrix.",
    example: Example {
        samples: 2,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[("eps", 0.0)],
        x: &[1.0, 9.0, 4.0, 2.0],
        y: &[-1.0, 1.0, 1.0, -1.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
