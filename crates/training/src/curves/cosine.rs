//! Half a cosine from the peak to 0.

use super::Curve;

pub(super) static CURVE: Curve = Curve {
    name: "cosine",
    title: "Cosine",
    equation: "(1 + cos(pi * t)) / 2",
    citation: "Loshchilov, Hutter 2016, arXiv:1608.03983",
};
