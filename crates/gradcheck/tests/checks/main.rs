//! The checker on normalization layers: right ones never fail, wrong ones always do.

mod battery;
mod errors;
mod kernels;
mod literature;
mod mutants;
mod single;
