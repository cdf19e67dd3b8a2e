//! How far rounded arithmetic is from exact arithmetic, as inputs move away from standard normal.

use equations::{Extents, Gradients, Mode, NormEquation, Place};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use crate::emulate::emulate;
use crate::format::Format;
use crate::policy::Policy;

/// A norm at a size, with the seed of its inputs.
#[derive(Debug, Clone, Copy)]
pub struct Study<'a> {
    /// The norm.
    pub equation: &'a NormEquation,
    /// The sizes of the axes.
    pub extents: Extents,
    /// The seed of activation, parameters and incoming gradient.
    pub seed: u64,
}

/// Standard normal numbers, moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Input {
    /// What is added, in units of the scale: mean / standard deviation.
    pub offset: f64,
    /// The standard deviation.
    pub scale: f64,
}

/// What is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quantity {
    /// The value.
    Value,
    /// The gradient of the activation.
    InputGradient,
    /// The gradient of a parameter, by its name.
    ParameterGradient(String),
}

impl Quantity {
    /// The name in a table: `y`, `dx`, `dgamma`.
    pub fn name(&self) -> String {
        match self {
            Quantity::Value => "y".to_owned(),
            Quantity::InputGradient => "dx".to_owned(),
            Quantity::ParameterGradient(parameter) => format!("d{parameter}"),
        }
    }
}

/// How far a quantity is from the exact one.
#[derive(Debug, Clone, PartialEq)]
pub struct Deviation {
    /// What is compared.
    pub quantity: Quantity,
    /// The largest error of an entry, relative to the largest exact entry; infinite where an entry is
    /// not finite and should be, NaN where the exact one is not finite itself.
    pub error: f64,
}

/// The deviations of a policy from double precision, both at the same numbers: those of the storage
/// format. What rounding the input costs is therefore not in it.
///
/// ```
/// use equations::{Extents, NormEquation, NormSource};
/// use precision::{Format, Input, Policy, Study, VarianceAlgorithm, deviations};
///
/// let equation = NormEquation::parse(&NormSource {
///     equation: "(x - mean(x)) / sqrt(var(x) + eps)",
///     over: "features",
///     parameters: &[],
///     constants: &[],
/// })?;
/// let study = Study { equation: &equation, extents: Extents::new(8, 1, 64, 1).unwrap(), seed: 0 };
/// let far = Input { offset: 1e3, scale: 1.0 };
/// let value = |variance| {
///     let policy = Policy { variance, ..Policy::none(Format::F32) };
///     deviations(&study, &policy, far)[0].error
/// };
/// // In single precision the square of 10^3 has a spacing of 0.06 beside a variance of 1.
/// assert!(value(VarianceAlgorithm::TwoPass) < 1e-3);
/// assert!(value(VarianceAlgorithm::OnePass) > 1e-2);
/// # Ok::<(), equations::EquationError>(())
/// ```
pub fn deviations(study: &Study<'_>, policy: &Policy, input: Input) -> Vec<Deviation> {
    let equation = study.equation;
    let mut stream = ChaCha8Rng::seed_from_u64(study.seed);
    let mut normals = |len: usize, center: f64, spread: f64| -> Vec<f64> {
        let mut draw = || -> f64 { stream.sample(StandardNormal) };
        (0..len).map(|_| policy.storage.round(center + spread * draw())).collect()
    };
    let x = normals(study.extents.len(), input.offset * input.scale, input.scale);
    let cotangent = normals(study.extents.len(), 0.0, 1.0);
    let parameters: Vec<Vec<f64>> = equation
        .parameters()
        .iter()
        .map(|parameter| normals(parameter.len(&study.extents), parameter.start, 0.1))
        .collect();
    let at = Place {
        extents: &study.extents,
        x: &x,
        parameters: &parameters.iter().map(Vec::as_slice).collect::<Vec<_>>(),
        state: &equation.start_state(&study.extents),
        cotangent: &cotangent,
    };
    let exact = emulate(equation, Mode::Train, &at, &Policy::none(Format::F64));
    let rounded = emulate(equation, Mode::Train, &at, policy);
    compared(equation, &exact, &rounded)
}

fn compared(equation: &NormEquation, exact: &Gradients, rounded: &Gradients) -> Vec<Deviation> {
    let names = equation.parameters().iter().map(|p| Quantity::ParameterGradient(p.name.clone()));
    let parameters = names.zip(exact.dparameters.iter().zip(&rounded.dparameters));
    let first = [
        (Quantity::Value, (&exact.y, &rounded.y)),
        (Quantity::InputGradient, (&exact.dx, &rounded.dx)),
    ];
    let all = first.into_iter().chain(parameters);
    all.map(|(quantity, (exact, rounded))| Deviation { quantity, error: error(exact, rounded) })
        .collect()
}

fn error(exact: &[f64], rounded: &[f64]) -> f64 {
    if exact.iter().any(|value| !value.is_finite()) {
        return f64::NAN;
    }
    if rounded.iter().any(|value| !value.is_finite()) {
        return f64::INFINITY;
    }
    let largest = exact.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let furthest = exact.iter().zip(rounded).fold(0.0_f64, |most, (a, b)| most.max((a - b).abs()));
    if furthest == 0.0 { 0.0 } else { furthest / largest }
}
