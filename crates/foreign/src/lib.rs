//! Layers that live in a Python process.
//!
//! [`PythonLayer`] is a [`gradcheck::Layer`] whose forward and backward pass run in the user's own Python: a torch
//! module, autograd function or function, a JAX function, or a NumPy pair of forward and backward. The process is
//! [`SHIM`], a file that needs nothing but NumPy and explains itself; a request and an answer are a JSON header and raw
//! numbers over its pipes. [`HELP`] is what a person needs to know to write such a layer.
//!
//! The forward pass in float64 is the definition, which is differenced. The kernels under test are the gradients in
//! float64 and in float32. An exception, a crash, a hang and a wrong shape are values of [`ForeignError`], or messages
//! of the checker's.
//!
//! ```no_run
//! use foreign::{PythonLayer, PythonOptions};
//! use gradcheck::{Options, Outcome, examine};
//!
//! let layer = PythonLayer::start("my_norm.py:MyNorm", &PythonOptions::from_environment())?;
//! for examination in examine(&layer, &Options::default())? {
//!     println!("{examination}");
//!     assert_eq!(examination.verdict.outcome(), Outcome::Passed);
//! }
//! for note in layer.notes() {
//!     println!("{note}");
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! This crate knows no norms: what a layer computes is between its author and the checker.

mod error;
mod frame;
mod kernel;
mod layer;
mod message;
mod options;
mod process;
mod shim;
mod spec;
mod watch;

pub use error::ForeignError;
pub use layer::PythonLayer;
pub use options::PythonOptions;
pub use shim::{HELP, SHIM};
