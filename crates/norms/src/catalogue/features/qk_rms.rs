//! Query-key root mean square normalization.
//!
//! Queries and keys of each head, which is a group, divided by their root mean square, with a gain per channel of a
//! head that the heads share. The paper, which found that attention logits grow without bounds where nothing holds
//! them, normalizes queries and keys by layer normalization without bias; language models took that up with the root
//! mean square and this gain. With two heads, gamma = (1, 2) and eps = 0 the row (1, 7, 5, 5) becomes (0.2, 2.8, 1,
//! 2).

use equations::{NormSource, ParameterShape, ParameterSource};

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "qk-rms",
    title: "Query-key root mean square normalization",
    family: Family::Features,
    site: Site::Activations,
    source: NormSource {
        equation: "gamma * x / sqrt(mean(x^2) + eps)",
        over: "group",
        parameters: &[ParameterSource {
            name: "gamma",
            shape: ParameterShape::Channel,
            start: 1.0,
        }],
        constants: &[("eps", 1e-6)],
    },
    claims: &[
        Claim::Scale,
        Claim::SampleIndependence,
        Claim::PositionIndependence,
        Claim::SameInEvaluation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation {
        authors: "Dehghani et al.",
        year: 2023,
        place: Place::Arxiv("2302.05442"),
    },
    verified: "torch.nn.functional.rms_norm of each head.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 2,
        parameters: &[("gamma", &[1.0, 2.0])],
        constants: &[("eps", 0.0)],
        x: &[1.0, 7.0, 5.0, 5.0],
        y: &[0.2, 2.8, 1.0, 2.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
