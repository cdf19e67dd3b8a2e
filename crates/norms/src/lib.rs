//! The catalogue of normalization layers, and the operations that compute them.
//!
//! An [`Entry`] is data around an equation. From it come the interpreter (in `equations`: the
//! definition), dfdx's autodiff of the same expression ([`Evaluator::Dfdx`]), the compiled equation
//! with the derived gradient ([`Evaluator::Compiled`]) and, where it is faster still, a fused kernel
//! ([`Evaluator::Fastest`]). [`certify`] compares them with each other and with finite differences.
//!
//! ```
//! use norms::{Evaluator, NormChoice, find};
//! use ops::{Layout, Mode, Pass, Value};
//!
//! let layer = NormChoice::new(find("layer").unwrap(), 1, vec![("eps".into(), 0.0)])?;
//! let norm = layer.build::<f64>(Evaluator::Fastest);
//! let parameters: Vec<Value<f64>> = norm
//!     .parameters(2, 1)
//!     .iter()
//!     .map(|parameter| Value::new(1, parameter.len, &vec![parameter.start; parameter.len]))
//!     .collect();
//!
//! // Mean 5, standard deviation 4.
//! let x = Value::new(1, 2, &[1.0, 9.0]);
//! let mut state = norm.state(2, 1);
//! let mut pass = Pass::computing(Mode::Train);
//! let y = norm.apply(&x, Layout::samples(1), &parameters, &mut state, &mut pass);
//! assert_eq!(y.as_slice(), [-1.0, 1.0]);
//! # Ok::<(), equations::EquationError>(())
//! ```

#[cfg(test)]
mod agreement;
mod applied;
mod catalogue;
mod certify;
mod check_dfdx;
mod choice;
mod claims;
mod compiled;
mod cost;
mod fused;
mod hard_input;
mod norm;
mod point;
mod sensitivity;
mod through_dfdx;

pub use applied::{Application, Applied};
pub use catalogue::{
    Alias, CATALOGUE, Citation, Entry, Example, Exception, Family, Kernel, Place, Site, find, names,
};
pub use certify::{certify, certify_all, standing_control};
pub use check_dfdx::{Traced, check_dfdx};
pub use choice::{Definition, Evaluator, NormChoice};
pub use claims::{Claim, measure};
pub use cost::Cost;
pub use hard_input::{
    BOUND_IN_DOUBLE, BOUND_IN_SINGLE, HardInput, HardOutcome, NumberType, Reach, hard_input,
    hard_outcome,
};
pub use norm::{Norm, ParameterSpec, State};
pub use sensitivity::{Sensitivity, sensitivity};
