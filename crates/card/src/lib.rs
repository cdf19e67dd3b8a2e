//! A norm on one page: its formula and derived gradient, its certificate, what it is invariant to, its
//! nearest relatives, its behaviour at tiny variance and in bf16, how signals pass through 64 blocks
//! of it, and its cost.
//!
//! [`Card::measure`] makes the numbers, [`Page::html`] writes them down, and [`Page::read`] takes them
//! from a page again, so that they can be measured once more and compared: see [`differences`].
//!
//! This crate knows no files.

mod certificate;
mod cost;
mod curves;
mod data;
mod index;
mod low_precision;
mod nearest;
mod page;
mod picture;
mod propagation;
mod properties;
mod small_variance;
mod subject;
mod verify;

pub use cost::{Spread, Timing};
pub use curves::Curve;
pub use data::Card;
pub use index::index;
pub use page::{Page, PageError};
pub use subject::{Declared, Subject, SubjectError};
pub use verify::differences;
