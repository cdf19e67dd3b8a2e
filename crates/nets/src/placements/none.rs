//! No norm anywhere: the stream's variance grows by the branch's at every block.

use super::Placement;

pub(super) static PLACEMENT: Placement = Placement {
    name: "none",
    title: "No norm",
    block: "x + f(x)",
    finish: "x",
    citation: "He, Zhang, Ren, Sun 2015, arXiv:1512.03385",
};
