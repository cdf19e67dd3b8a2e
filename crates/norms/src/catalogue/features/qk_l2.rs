//! Query-key normalization.
//!
//! Queries and keys of each head, which is a group, at length 1, so that their products are cosines, with a learned
//! scalar g in place of the division by the root of the head's size. The paper multiplies the products with g; on the
//! queries alone it is the same there, and keys are normalized with g = 1. Its start, which the paper takes from the
//! lengths of the sequences, is 1 here. With g = 2 and two heads the row (3, 4, 0, 2) becomes (1.2, 1.6, 0, 2).

use equations::{NormSource, ParameterShape, ParameterSource};

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "qk-l2",
    title: "Query-key normalization",
    family: Family::Features,
    site: Site::Activations,
    source: NormSource {
        equation: "g * x / max(norm2(x), eps)",
        over: "group",
        parameters: &[ParameterSource { name: "g", shape: ParameterShape::Scalar, start: 1.0 }],
        constants: &[("eps", 1e-12)],
    },
    claims: &[
        Claim::Scale,
        Claim::SampleIndependence,
        Claim::PositionIndependence,
        Claim::SameInEvaluation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation {
        authors: "Henry, Dachapally, Pawar, Chen",
        year: 2020,
        place: Place::Arxiv("2010.04245"),
    },
    verified: "torch.nn.functional.normalize of each head.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 2,
        parameters: &[("g", &[2.0])],
        constants: &[],
        x: &[3.0, 4.0, 0.0, 2.0],
        y: &[1.2, 1.6, 0.0, 2.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
