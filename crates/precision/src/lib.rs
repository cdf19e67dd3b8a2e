//! Norms in emulated low precision: what an equation and its derived gradient give when every
//! operation is rounded to bf16, f16 or f32.
//!
//! Frameworks compute the same norm with different casts: statistics in f32 and the rest in bf16,
//! everything in f32, nothing. A [`Policy`] says where numbers are rounded, and [`emulate`] computes
//! value and gradients that way on any machine, since a result in double precision that is rounded
//! once is the result of the narrower operation.
//!
//! ```
//! use equations::{Extents, Mode, NormEquation, NormSource, Place};
//! use precision::{Format, Policy, emulate};
//!
//! let rms = NormEquation::parse(&NormSource {
//!     equation: "x / sqrt(mean(x^2))",
//!     over: "features",
//!     parameters: &[],
//!     constants: &[],
//! })?;
//! let extents = Extents::new(1, 1, 2, 1).unwrap();
//! let at = Place { extents: &extents, x: &[3.0, 1.0], parameters: &[], state: &[], cotangent: &[1.0, 0.0] };
//! // The root of the mean square is sqrt(5) = 2.236; bf16 has 2.234375 next to it, and
//! // 3 / 2.234375 = 1.3427 lies between 1.34375 and 1.3359375.
//! let rounded = emulate(&rms, Mode::Train, &at, &Policy::none(Format::Bf16));
//! assert_eq!(rounded.y, [1.34375, 0.447265625]);
//! # Ok::<(), equations::EquationError>(())
//! ```
//!
//! This crate knows no tensors and no files.

mod cast_points;
mod emulate;
mod format;
mod policy;
mod rounded;
mod sweep;
mod variance;

pub use cast_points::CastPoint;
pub use emulate::emulate;
pub use format::Format;
pub use policy::Policy;
pub use sweep::{Deviation, Input, Quantity, Study, deviations};
pub use variance::VarianceAlgorithm;
