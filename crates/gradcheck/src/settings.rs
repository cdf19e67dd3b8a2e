//! What a caller may choose. There is no tolerance among it.

/// How a check is run.
///
/// ```
/// use gradcheck::{ExpectGradient, Precision, Settings};
///
/// let settings = Settings { seed: 7, ..Settings::default() };
/// assert_eq!(settings.cotangents, 2);
/// assert_eq!(settings.precision, Precision::Double);
/// assert_eq!(settings.expect_gradient, ExpectGradient::Everywhere);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Seed of the cotangents and of the moves by one unit in the last place; 0 by default.
    pub seed: u64,
    /// Precision of the backward pass under test; double by default.
    pub precision: Precision,
    /// Number of random cotangents, at least 1; 2 by default. More of them cost little, for the
    /// forward calls are shared.
    pub cotangents: usize,
    /// Which arguments must have a gradient; all by default.
    pub expect_gradient: ExpectGradient,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            seed: 0,
            precision: Precision::Double,
            cotangents: 2,
            expect_gradient: ExpectGradient::Everywhere,
        }
    }
}

/// Precision of the kernel whose gradient is under test. The forward pass that is differenced
/// computes in f64 in either case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// f64: unit roundoff 2^-53.
    Double,
    /// f32: unit roundoff 2^-24. Every argument must hold f32 numbers, so that the forward pass, a
    /// twin in f64, sees what the kernel sees; cotangents are rounded to f32 too.
    Single,
}

impl Precision {
    /// Largest relative error of one rounding.
    pub(crate) fn unit_roundoff(self) -> f64 {
        match self {
            Precision::Double => f64::EPSILON / 2.0,
            Precision::Single => f64::from(f32::EPSILON) / 2.0,
        }
    }

    /// Largest resolution that a pass may have.
    pub(crate) fn required_resolution(self) -> f64 {
        match self {
            Precision::Double => 1e-6,
            Precision::Single => 1e-3,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Precision::Double => "double",
            Precision::Single => "single",
        }
    }
}

/// Which arguments must have a gradient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectGradient {
    /// Every argument on which the output depends. A backward pass may answer `None` only where the
    /// finite differences vanish.
    Everywhere,
    /// Every argument but those named, which are constants of the derivative (running statistics in
    /// evaluation, say). For these the backward pass must answer `None` or zeros, and nothing is
    /// differenced.
    ExceptFor(Vec<String>),
}

impl ExpectGradient {
    pub(crate) fn is_constant(&self, name: &str) -> bool {
        match self {
            ExpectGradient::Everywhere => false,
            ExpectGradient::ExceptFor(constants) => constants.iter().any(|c| c == name),
        }
    }
}
