//! No norm, with every branch scaled by 1 / sqrt(branches), so that the variance that all of them
//! add stays bounded at any depth.

use super::Placement;

pub(super) static PLACEMENT: Placement = Placement {
    name: "none-scaled",
    title: "No norm, scaled branches",
    block: "x + f(x) / sqrt(branches)",
    finish: "x",
    citation: "Hayou et al. 2020, arXiv:2010.12859",
};
