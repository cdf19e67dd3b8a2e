//! Where norms stand in a residual block, one file each.

mod none;
mod none_scaled;
mod post;
mod pre;

/// Every placement, in the order in which they are listed.
pub static PLACEMENTS: &[&Placement] =
    &[&pre::PLACEMENT, &post::PLACEMENT, &none::PLACEMENT, &none_scaled::PLACEMENT];

/// A placement as equations of the language: `x` is the residual stream, `f` the branch, `norm` a
/// norm with parameters of its own wherever it is written; constants are `branches`, the number of
/// residual branches in the network, `blocks`, and `block`, the index of the block from 0.
#[derive(Debug)]
pub struct Placement {
    /// The name in configs.
    pub name: &'static str,
    /// The name in prose.
    pub title: &'static str,
    /// The stream after a block.
    pub block: &'static str,
    /// The stream that the head sees.
    pub finish: &'static str,
    /// Where it was published.
    pub citation: &'static str,
}

impl Placement {
    /// Whether a network with this placement has norms at all.
    pub fn uses_norm(&self) -> bool {
        self.block.contains("norm(") || self.finish.contains("norm(")
    }
}
