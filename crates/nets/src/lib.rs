//! Deep residual networks: initializations, placements, blocks, probes.
//!
//! A [`NetworkSpec`] says what to build, a [`Seed`] with which weights; [`Network::forward`] runs
//! it in a pass. Where the norm stands in a block is an equation, see [`Placement`].
//!
//! ```
//! use nets::{ARCHITECTURES, INITIALIZATIONS, Network, NetworkSpec, PLACEMENTS, Seed};
//! use norms::{NormChoice, find};
//! use ops::{Mode, Pass, Value};
//!
//! let spec = NetworkSpec {
//!     architecture: ARCHITECTURES[0],
//!     inputs: 3,
//!     outputs: 2,
//!     depth: 4,
//!     width: 8,
//!     norm: NormChoice::plain(find("layer").unwrap()),
//!     placement: PLACEMENTS[0],
//!     init: INITIALIZATIONS[0],
//! };
//! let mut network = Network::<f32>::new(&spec, Seed(1))?;
//! let x = Value::new(5, 3, &[0.5; 15]);
//! let logits = network.forward(&x, &mut Pass::computing(Mode::Eval));
//! assert_eq!((logits.rows(), logits.columns()), (5, 2));
//! // Stem 3 x 8 + 8; four blocks of two times 8 x 8 + 8 and a norm of 2 x 8; final norm; head.
//! assert_eq!(network.parameter_count(), 32 + 4 * (2 * 72 + 16) + 16 + 18);
//! # Ok::<(), nets::NetworkError>(())
//! ```

mod architectures;
mod initializations;
mod network;
mod parameters;
mod placements;
mod probe;
mod program;
mod randomness;

pub use architectures::{ARCHITECTURES, Architecture};
pub use initializations::{INITIALIZATIONS, Initialization};
pub use network::{Network, NetworkError, NetworkSpec};
pub use parameters::{Parameter, Role};
pub use placements::{PLACEMENTS, Placement};
pub use probe::{LayerStatistics, probe};
pub use randomness::{Seed, stream};
