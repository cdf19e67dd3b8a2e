//! The checker on normalization layers: right ones never fail, wrong ones always do.

mod battery;
mod errors;
mod examinations;
mod kernels;
mod layers;
mod literature;
mod mutants;
#[path = "../power/number.rs"]
mod number;
mod single;
mod verdicts;
