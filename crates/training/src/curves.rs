//! How a learning rate goes from its peak to the end, one file each.

mod constant;
mod cosine;
mod linear;

/// Every curve, in the order in which they are listed.
pub static CURVES: &[&Curve] = &[&constant::CURVE, &cosine::CURVE, &linear::CURVE];

/// The factor on the peak rate, as an equation of the progress `t` from 0 to 1.
#[derive(Debug)]
pub struct Curve {
    /// The name in configs.
    pub name: &'static str,
    /// The name in prose.
    pub title: &'static str,
    /// The equation; it knows `t`, `pi` and `cos`.
    pub equation: &'static str,
    /// Where it was published.
    pub citation: &'static str,
}
