//! The verbs of the program, a file for each.

pub mod apply;
pub mod card;
pub mod export;
pub mod gradcheck;
pub mod list;
pub mod new;
pub mod precision;
pub mod report;
pub mod run;
pub mod shim;
pub mod show;
pub mod verify;
