//! Pre-norm: the stream stays a sum, and each branch sees a normalized copy of it.

use super::Placement;

pub(super) static PLACEMENT: Placement = Placement {
    name: "pre",
    title: "Pre-norm",
    block: "x + f(norm(x))",
    finish: "norm(x)",
    citation: "Wang et al. 2019, arXiv:1906.01787; Xiong et al. 2020, arXiv:2002.04745",
};
