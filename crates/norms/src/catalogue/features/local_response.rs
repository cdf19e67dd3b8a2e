//! Local response normalization.
//!
//! Each channel divided by a power of the squares of its neighbours, in PyTorch's terms: alpha is divided by the n
//! channels of a whole window, at the ends too, where fewer are there, and an even n reaches one further down than up:
//! n = 4 is before = 2 and after = 1. The constants are PyTorch's. The paper's are k = 2, n = 5, beta = 0.75 and an
//! alpha of 1e-4 that is not divided, which is alpha = 5e-4 here. As there is no scale in it that follows x, it is no
//! norm in the sense of the others: small numbers pass unchanged.
//!
//! With n = 3, k = 1, alpha = 3 and beta = 1/2 the row (2, 2, 0), whose windows have the sums 8, 8 and 4, becomes
//! (2/3, 2/3, 0).

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "local-response",
    title: "Local response normalization",
    family: Family::Features,
    site: Site::Activations,
    source: NormSource {
        equation: "n = before + after + 1; \
                   x / (k + alpha / n * window(x^2, before, after))^beta",
        over: "features",
        parameters: &[],
        constants: &[("before", 2.0), ("after", 2.0), ("k", 1.0), ("alpha", 1e-4), ("beta", 0.75)],
    },
    claims: &[
        Claim::SampleIndependence,
        Claim::PositionIndependence,
        Claim::SameInEvaluation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation {
        authors: "Krizhevsky, Sutskever, Hinton",
        year: 2012,
        place: Place::Elsewhere("Advances in Neural Information Processing Systems 25"),
    },
    verified: "torch.nn.functional.local_response_norm.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[("before", 1.0), ("after", 1.0), ("alpha", 3.0), ("beta", 0.5)],
        x: &[2.0, 2.0, 0.0],
        y: &[2.0 / 3.0, 2.0 / 3.0, 0.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
