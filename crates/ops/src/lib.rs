//! Values, tape and fused operations: what training is made of, below any norm or network.
//!
//! A [`Value`] is a matrix in a pooled buffer; a [`Pass`] records operations on dfdx's tape, and
//! [`Pass::backward`] runs it into dfdx's gradient map. An operation is a function that computes
//! its result and records one closure with its derivative:
//!
//! ```
//! use ops::{Mode, Pass, Value, add, relu};
//!
//! let x = Value::new(1, 3, &[-1.0_f32, 2.0, 3.0]);
//! let mut pass = Pass::recording(Mode::Train);
//! let y = add(&x, &relu(&x, &mut pass), &mut pass);
//! assert_eq!(y.as_slice(), [-1.0, 4.0, 6.0]);
//!
//! let mut gradients = pass.backward_from(&y, &[1.0, 1.0, 10.0]);
//! assert_eq!(gradients.of(&x), [1.0, 2.0, 20.0]);
//! ```

mod buffer;
mod compiled;
mod cross_entropy;
mod element;
pub mod functions;
mod gradients;
mod layout;
mod linear;
mod matmul;
mod pass;
mod pointwise;
mod reduce;
mod through_dfdx;
mod value;

pub use buffer::{Buffer, fresh_allocations};
pub use compiled::Compiled;
pub use cross_entropy::cross_entropy;
pub use element::Element;
pub use gradients::{Gradients, Slot};
pub use layout::Layout;
pub use linear::linear;
pub use pass::{Mode, Pass};
pub use pointwise::{add, relu, scale};
pub use reduce::{column_sums, column_sums_of, dot, sum, sum_of};
pub use through_dfdx::{DfdxTensor, through_dfdx};
pub use value::{Key, Value};
