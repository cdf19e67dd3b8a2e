//! The equation language of normalization layers: parse, check, print, interpret.
//!
//! A norm is written as papers write it, and that text is the single source of truth:
//!
//! ```
//! use equations::{Extents, Mode, NormEquation, NormSource};
//!
//! let layer = NormEquation::parse(&NormSource {
//!     equation: "γ · (x − mean(x)) / √(var(x) + ε) + β",
//!     over: "features",
//!     parameters: &[],
//!     constants: &[("eps", 0.0)],
//! })
//! .unwrap();
//! assert_eq!(
//!     layer.expression().to_string(),
//!     "gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta"
//! );
//!
//! // Mean 5, variance 16, so (1 - 5) / 4 = -1 and (9 - 5) / 4 = 1.
//! let row = Extents::new(1, 1, 2, 1).unwrap();
//! let (gamma, beta) = ([1.0, 2.0], [0.0, 0.5]);
//! let y = layer.evaluate(&row, &[1.0, 9.0], &[&gamma, &beta], &mut [], Mode::Train).unwrap();
//! assert_eq!(y, [-1.0, 2.5]);
//! ```
//!
//! An expression is a number for every index (sample, position, group, channel within the
//! group), and everything broadcasts by axis name: [`Node::varies`] says along which axes a value
//! may change. Placements and schedules are expressions too, with a [`Vocabulary`] of their own.
//! The interpreter behind [`NormEquation::evaluate`] is the definition of a norm; every faster
//! way to compute it is compared with that one. This crate knows no tensors.

mod axes;
mod broadcast;
mod calls;
mod cursor;
mod demands;
mod derivation;
mod derivation_text;
mod error;
mod evaluation;
mod expression;
mod extents;
mod formulas;
mod greek;
mod interpreter;
mod known;
mod layout;
mod lexer;
mod lowered;
mod matrix;
mod norm;
mod not_finite;
mod notation;
mod number;
mod operation;
#[cfg(test)]
mod page;
mod parser;
mod presentation;
mod print;
mod running_names;
mod scalar;
mod single_values;
mod spelling;
mod term;
mod window;

pub use axes::Axes;
pub use derivation::Derivation;
pub use error::EquationError;
pub use evaluation::{Gradients, Place};
pub use expression::{Expression, Name, Vocabulary};
pub use extents::{Extents, SizeError};
pub use formulas::Formulas;
pub use interpreter::StopValues;
pub use known::{NormSource, Parameter, ParameterShape, ParameterSource};
pub use norm::{Kept, Mode, NormEquation, RunningSlot};
pub use not_finite::{NotFinite, OrdinaryInput, ordinary_inputs};
pub use number::{NumberError, parse as parse_number};
pub use operation::{Binary, Node, NodeId, Operation, Pointwise, Statistic};
pub use single_values::{SingleValue, SingleValues};
pub use term::{Input, Term, TermId};
pub use window::{Direction, Reach, Window};
