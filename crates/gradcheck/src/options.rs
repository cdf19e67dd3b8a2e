//! What a caller of an examination may choose.

use crate::case::CaseList;
use crate::settings::Precision;

/// How a layer is examined. The required resolution and the budget are the only knobs.
///
/// ```
/// use gradcheck::Options;
///
/// let options = Options { seed: 3, ..Options::default() };
/// assert_eq!(options.required_resolution, None);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Seed of everything random; 0 by default.
    pub seed: u64,
    /// As in [`Settings`](crate::Settings::required_resolution).
    pub required_resolution: Option<f64>,
    /// How many numbers the definition may compute in one case, about; 12e6 by default. It decides the
    /// [`Level`](crate::Level).
    pub budget: usize,
    /// The cases; by default those for normalization layers.
    pub cases: CaseList,
    /// The name of the only case to run, for a replay.
    pub only: Option<String>,
    /// The precision of the only kernels to examine.
    pub precision: Option<Precision>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            seed: 0,
            required_resolution: None,
            budget: 12_000_000,
            cases: CaseList::norms(),
            only: None,
            precision: None,
        }
    }
}
