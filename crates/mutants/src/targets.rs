//! Which derivatives are mutated, and which layers must notice.

/// A file with hand-written derivatives.
#[derive(Debug)]
pub struct Target {
    /// Path below the root of the workspace.
    pub file: &'static str,
    /// Its functions.
    pub functions: &'static [Derivative],
}

/// A function that is a derivative, or has one in it.
#[derive(Debug)]
pub struct Derivative {
    /// Its name.
    pub function: &'static str,
    /// How much of it is mutated.
    pub part: Part,
    /// The layers of the driver whose examination must fail.
    pub layers: &'static [&'static str],
}

/// How much of a function is mutated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// The closures that it puts on the tape with `record`.
    Recorded,
    /// The assignments to this: what forward keeps for backward.
    Kept(&'static str),
}

use Part::{Kept, Recorded, Whole};

/// Every layer of the driver: the operations, the norms with a kernel, and one that dfdx differentiates.
pub const LAYERS: [&str; 8] =
    ["linear", "relu", "scale", "add", "cross-entropy", "layer", "batch", "rms"];

const fn derivative(
    function: &'static str,
    part: Part,
    layers: &'static [&'static str],
) -> Derivative {
    Derivative { function, part, layers }
}

/// Every hand-written derivative of the project.
pub const TARGETS: [Target; 9] = [
    Target {
        file: "crates/norms/src/fused/layer.rs",
        functions: &[
            derivative("apply", Recorded, &["layer"]),
            derivative("forward", Kept("*kept"), &["layer"]),
            derivative("backward", Whole, &["layer"]),
        ],
    },
    Target {
        file: "crates/norms/src/fused/batch.rs",
        functions: &[
            derivative("apply", Recorded, &["batch"]),
            derivative("backward", Whole, &["batch"]),
        ],
    },
    Target {
        file: "crates/ops/src/linear.rs",
        functions: &[
            derivative("linear", Recorded, &["linear"]),
            derivative("add_column_sums", Whole, &["linear"]),
            derivative("product", Whole, &["linear"]),
        ],
    },
    Target {
        file: "crates/ops/src/matmul.rs",
        functions: &[derivative("transposed", Whole, &["linear"])],
    },
    Target {
        file: "crates/ops/src/pointwise.rs",
        functions: &[
            derivative("relu", Recorded, &["relu"]),
            derivative("relu_backward", Whole, &["relu"]),
            derivative("scale", Recorded, &["scale"]),
            derivative("multiply", Whole, &["scale"]),
            derivative("add", Recorded, &["add"]),
        ],
    },
    Target {
        file: "crates/ops/src/cross_entropy.rs",
        functions: &[
            derivative("cross_entropy", Recorded, &["cross-entropy"]),
            derivative("softmax_in_place", Whole, &["cross-entropy"]),
        ],
    },
    Target {
        file: "crates/ops/src/gradients.rs",
        functions: &[
            derivative("of", Whole, &["linear", "add"]),
            derivative("add", Whole, &["add", "layer"]),
            derivative("slot", Whole, &["linear"]),
            derivative("add_to", Whole, &["add"]),
        ],
    },
    Target {
        file: "crates/ops/src/through_dfdx.rs",
        functions: &[
            derivative("through_dfdx", Recorded, &["rms"]),
            derivative("run_backward", Whole, &["rms"]),
        ],
    },
    Target {
        file: "crates/ops/src/reduce.rs",
        functions: &[
            derivative("sum", Whole, &["layer"]),
            derivative("sum_of", Whole, &["layer"]),
            derivative("tree", Whole, &["layer"]),
            derivative("column_sums", Whole, &["linear", "batch"]),
            derivative("column_sums_of", Whole, &["linear", "batch"]),
        ],
    },
];

impl Target {
    /// The layers that must notice a mutant of this function.
    pub fn layers(&self, function: &str) -> &'static [&'static str] {
        let found = self.functions.iter().find(|derivative| derivative.function == function);
        found.map_or(&[], |derivative| derivative.layers)
    }
}
