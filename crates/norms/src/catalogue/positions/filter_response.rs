//! Filter response normalization with a thresholded linear unit.
//!
//! Each channel of each sample divided by the root mean square over its positions, not centred, and cut off below at a
//! learned tau instead of at 0. With eps = 0 and tau = 0.5 the positions 1 and 7, whose root mean square is 5, become
//! 0.5 and 1.4.

use equations::{NormSource, ParameterShape, ParameterSource};
use gradcheck::Precision;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Exception, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "filter-response",
    title: "Filter response normalization",
    family: Family::Positions,
    site: Site::Activations,
    source: NormSource {
        equation: "max(gamma * x / sqrt(mean(x^2) + eps) + beta, tau)",
        over: "positions",
        parameters: &[ParameterSource { name: "tau", shape: ParameterShape::Feature, start: 0.0 }],
        constants: &[("eps", 1e-06)],
    },
    claims: &[
        Claim::Scale,
        Claim::SampleIndependence,
        Claim::FeaturePermutation,
        Claim::SameInEvaluation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation {
        authors: "Singh, Krishnan",
        year: 2019,
        place: Place::Arxiv("1911.09737"),
    },
    verified: "The paper's equations with eps fixed, in torch.",
    example: Example {
        samples: 1,
        positions: 2,
        groups: 1,
        parameters: &[("tau", &[0.5])],
        constants: &[("eps", 0.0)],
        x: &[1.0, 7.0],
        y: &[0.5, 1.4],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[Exception {
        case: "scale-1e-5",
        precisions: &[Precision::Double, Precision::Single],
        reason: "Beside eps nothing is left of x, and one channel of three has a beta above its \
         tau: half of a gradient is lost without a trace.",
    }],
    kernel: Kernel::Compiled,
};
