//! What a caller may choose. There is no tolerance among it.

/// How a check is run. The required resolution and the budget are the only knobs; all else says what
/// the function under test is.
///
/// ```
/// use gradcheck::{ExpectGradient, Precision, Settings};
///
/// let settings = Settings { seed: 7, ..Settings::default() };
/// assert_eq!(settings.precision, Precision::Double);
/// assert_eq!(settings.expect_gradient, ExpectGradient::Everywhere);
/// assert_eq!(settings.required_resolution, None);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Seed of the cotangents, directions and moves by one unit in the last place; 0 by default.
    pub seed: u64,
    /// Precision of the backward pass under test; double by default.
    pub precision: Precision,
    /// Precision in which the forward pass computes; double by default. In single precision the
    /// differences are coarse and the verdict is weak: a last resort, where there is no twin in f64.
    pub forward_precision: Precision,
    /// Which arguments must have a gradient; all by default.
    pub expect_gradient: ExpectGradient,
    /// The largest relative error that may go unseen in a pass. By default 1e-6 for a kernel in double
    /// precision, 1e-3 in single precision and 5e-2 if the forward pass is in single precision too.
    pub required_resolution: Option<f64>,
    /// How many numbers the forward pass may compute in all its calls, about; 2e9 by default. It
    /// decides the [`Level`](crate::Level).
    pub budget: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            seed: 0,
            precision: Precision::Double,
            forward_precision: Precision::Double,
            expect_gradient: ExpectGradient::Everywhere,
            required_resolution: None,
            budget: 2_000_000_000,
        }
    }
}

impl Settings {
    /// The largest resolution that may pass.
    pub(crate) fn resolution(&self) -> f64 {
        let default = match (self.precision, self.forward_precision) {
            (_, Precision::Single) => 5e-2,
            (Precision::Double, Precision::Double) => 1e-6,
            (Precision::Single, Precision::Double) => 1e-3,
        };
        self.required_resolution.unwrap_or(default)
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

    /// The nearest number of this precision.
    pub(crate) fn round(self, value: f64) -> f64 {
        match self {
            Precision::Double => value,
            Precision::Single => f64::from(value as f32),
        }
    }

    /// The name in reports, `double` or `single`.
    pub fn name(self) -> &'static str {
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
