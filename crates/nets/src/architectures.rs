//! What a residual branch computes.

mod resmlp;

pub(crate) use resmlp::Branch;

/// Every architecture, in the order in which they are listed.
pub static ARCHITECTURES: &[&Architecture] = &[&resmlp::ARCHITECTURE];

/// A family of residual networks.
#[derive(Debug)]
pub struct Architecture {
    /// The name in configs.
    pub name: &'static str,
    /// The name in prose.
    pub title: &'static str,
    /// What the branch `f` of a block computes.
    pub branch: &'static str,
}
