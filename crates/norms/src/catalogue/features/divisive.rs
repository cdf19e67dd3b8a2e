//! Divisive normalization.
//!
//! Each channel less the mean of its neighbours, divided by the size of what its neighbours have left after that: the
//! mean is that of x in a window, the second moment that of the centred v, each of which has the mean of its own
//! window. The paper writes sigma, which smooths where little is left, where others write eps, but at the scale of x.
//! It is a constant here, 1; make it a parameter to learn it. In the paper's convolutional networks the windows go
//! over places as well.
//!
//! With a reach of 1 and sigma = 4 the row (1, 7) has mean 4 in both windows and v = (-3, 3), which the root of 16 + 9
//! divides: (-0.6, 0.6).

use equations::NormSource;

use crate::Claim;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel, Place, Site};

pub(crate) const ENTRY: Entry = Entry {
    name: "divisive",
    title: "Divisive normalization",
    family: Family::Features,
    site: Site::Activations,
    source: NormSource {
        equation: "n = window(1, reach, reach); \
                   v = x - window(x, reach, reach) / n; \
                   gamma * v / sqrt(sigma^2 + window(v^2, reach, reach) / n) + beta",
        over: "features",
        parameters: &[],
        constants: &[("reach", 2.0), ("sigma", 1.0)],
    },
    claims: &[
        Claim::Shift,
        Claim::SampleIndependence,
        Claim::PositionIndependence,
        Claim::SameInEvaluation,
        Claim::IndependenceInEvaluation,
    ],
    citation: Citation {
        authors: "Ren, Liao, Urtasun, Sinz, Zemel",
        year: 2016,
        place: Place::Arxiv("1611.04520"),
    },
    verified: "The paper's equations with windows of channels, in torch, each window \
               sliced out.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[("reach", 1.0), ("sigma", 4.0)],
        x: &[1.0, 7.0],
        y: &[-0.6, 0.6],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Kernel::Compiled,
};
