//! Which derivatives are mutated, and which layers must notice.

/// A file with hand-written derivatives.
#[derive(Debug)]
pub struct Target {
    /// Path below the root of the workspace.
    pub file: &'static str,
    /// The functions, and how much of each is derivative.
    pub functions: &'static [(&'static str, Part)],
    /// The layers of the driver whose examination must fail, in the order in which they are tried.
    pub layers: &'static [&'static str],
}

/// How much of a function is mutated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// The closures that it puts on the tape with `record`.
    Recorded,
    /// The assignments of this text: what forward keeps for backward.
    Kept(&'static str),
}

use Part::{Kept, Recorded, Whole};

/// Every hand-written derivative of the project.
pub const TARGETS: [Target; 9] = [
    Target {
        file: "crates/norms/src/fused/layer.rs",
        functions: &[("apply", Recorded), ("forward", Kept("*kept")), ("backward", Whole)],
        layers: &["layer"],
    },
    Target {
        file: "crates/norms/src/fused/batch.rs",
        functions: &[("apply", Recorded), ("backward", Whole)],
        layers: &["batch"],
    },
    Target {
        file: "crates/ops/src/linear.rs",
        functions: &[("linear", Recorded), ("add_column_sums", Whole), ("product", Whole)],
        layers: &["linear"],
    },
    Target {
        file: "crates/ops/src/matmul.rs",
        functions: &[("transposed", Whole)],
        layers: &["linear"],
    },
    Target {
        file: "crates/ops/src/pointwise.rs",
        functions: &[
            ("relu", Recorded),
            ("relu_backward", Whole),
            ("scale", Recorded),
            ("multiply", Whole),
            ("add", Recorded),
        ],
        layers: &["relu", "scale", "add"],
    },
    Target {
        file: "crates/ops/src/cross_entropy.rs",
        functions: &[("cross_entropy", Recorded), ("softmax_in_place", Whole)],
        layers: &["cross-entropy"],
    },
    Target {
        file: "crates/ops/src/gradients.rs",
        functions: &[("of", Whole), ("add", Whole), ("slot", Whole), ("add_to", Whole)],
        layers: &["linear", "add", "layer"],
    },
    Target {
        file: "crates/ops/src/through_dfdx.rs",
        functions: &[("through_dfdx", Recorded), ("run_backward", Whole)],
        layers: &["rms"],
    },
    Target {
        file: "crates/ops/src/reduce.rs",
        functions: &[
            ("sum", Whole),
            ("sum_of", Whole),
            ("tree", Whole),
            ("column_sums", Whole),
            ("column_sums_of", Whole),
        ],
        layers: &["linear", "layer", "batch"],
    },
];
