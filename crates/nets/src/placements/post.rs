//! Post-norm: the stream itself is normalized after every block, as in the first transformer.

use super::Placement;

pub(super) static PLACEMENT: Placement = Placement {
    name: "post",
    title: "Post-norm",
    block: "norm(x + f(x))",
    finish: "x",
    citation: "Vaswani et al. 2017, arXiv:1706.03762",
};
