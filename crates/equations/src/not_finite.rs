//! Where an equation stops being finite: which part of it, and at which kind of input.

use std::fmt;
use std::ops::Range;

use crate::error::EquationError;
use crate::extents::Extents;
use crate::interpreter::{self, Inputs};
use crate::norm::{Mode, NormEquation};
use crate::operation::Operation;
use crate::print;

/// The first part of an equation whose value is NaN or infinite although its operands are finite.
///
/// ```
/// use equations::{Extents, Mode, NormEquation, NormSource};
/// let equation = "gamma * log(x - 1)";
/// let source = NormSource { equation, over: "features", parameters: &[], constants: &[] };
/// let norm = NormEquation::parse(&source).unwrap();
/// let row = Extents::new(1, 1, 2, 1).unwrap();
/// let found = norm.first_not_finite(&row, &[3.0, 0.5], &[&[1.0, 1.0]], &[], Mode::Train);
/// assert_eq!(
///     found.unwrap().to_string(),
///     "`log(x - 1)` is NaN\n  gamma * log(x - 1)\n          ^^^^^^^^^^"
/// );
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct NotFinite {
    /// The part as canonical text.
    pub text: String,
    /// The bytes of the equation that it is.
    pub span: Range<usize>,
    /// What it is: NaN or infinite.
    pub value: f64,
    equation: String,
}

impl fmt::Display for NotFinite {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = format!("`{}` is {}", self.text, spelled(self.value));
        EquationError::new(&self.equation, self.span.clone(), message).fmt(formatter)
    }
}

fn spelled(value: f64) -> &'static str {
    if value.is_nan() {
        "NaN"
    } else if value > 0.0 {
        "infinite"
    } else {
        "minus infinity"
    }
}

impl NormEquation {
    /// The first part, in the order of evaluation and so the innermost, that is NaN or infinite at
    /// `x` while everything it is made of is finite. `None` if all parts are finite, if the batch is
    /// empty, or if what is given is not finite itself.
    ///
    /// The arguments are those of [`NormEquation::evaluate`], with the state left alone.
    ///
    /// # Panics
    /// When a slice does not have the length that the extents say.
    #[must_use]
    pub fn first_not_finite(
        &self,
        extents: &Extents,
        x: &[f64],
        parameters: &[&[f64]],
        state: &[Vec<f64>],
        mode: Mode,
    ) -> Option<NotFinite> {
        let extents = &self.divided(extents, mode);
        let inputs = Inputs { extents, x, parameters, mode, stops: None };
        let values = interpreter::values(self, &inputs, &mut state.to_vec());
        let expression = self.expression();
        let broken = |id: usize| values[id].iter().copied().find(|value| !value.is_finite());
        let given = |operation| {
            let average = matches!(operation, Operation::Running { .. }) && mode == Mode::Eval;
            average
                || matches!(
                    operation,
                    Operation::Name(_)
                        | Operation::Past(_)
                        | Operation::OwnPast { .. }
                        | Operation::Batches
                )
        };
        let (id, value) = (0..values.len()).find_map(|id| {
            let operation = expression.nodes()[id].operation;
            let whole = operation.operands().all(|operand| broken(operand).is_none());
            let value = broken(id).filter(|_| whole && !given(operation))?;
            Some((id, value))
        })?;
        Some(NotFinite {
            text: print::part(expression, id),
            span: expression.nodes()[id].span.clone(),
            value,
            equation: expression.text().to_owned(),
        })
    }
}

/// A kind of input that a norm ordinarily meets.
#[derive(Clone, PartialEq, Debug)]
pub struct OrdinaryInput {
    /// What it is, to say after "at" or "for": `standard normal input`.
    pub name: &'static str,
    /// The elements, in the order of [`Extents`].
    pub x: Vec<f64>,
}

/// Inputs of several kinds, the same numbers every time: standard normal, positive, negative, with an
/// offset of 1000, of size 1e-3, and with equal rows.
///
/// ```
/// use equations::{Extents, ordinary_inputs};
/// let inputs = ordinary_inputs(&Extents::new(4, 1, 8, 1).unwrap());
/// assert_eq!((inputs.len(), inputs[0].name), (6, "standard normal input"));
/// assert!(inputs[1].x.iter().all(|x| *x > 0.0));
/// ```
#[must_use]
pub fn ordinary_inputs(extents: &Extents) -> Vec<OrdinaryInput> {
    let normal = normal(extents.len());
    let each =
        |name, f: fn(f64) -> f64| OrdinaryInput { name, x: normal.iter().map(|x| f(*x)).collect() };
    let first_row = &normal[..extents.features().min(normal.len())];
    vec![
        each("standard normal input", |x| x),
        each("positive input", f64::abs),
        each("negative input", |x| -x.abs()),
        each("input with an offset of 1000", |x| 1000.0 + x),
        each("small input of size 1e-3", |x| 1e-3 * x),
        OrdinaryInput { name: "input with equal rows", x: first_row.repeat(extents.rows()) },
    ]
}

/// Nearly standard normal numbers, none of them 0: sums of twelve uniform ones from a generator with
/// the constants of Knuth's MMIX.
fn normal(len: usize) -> Vec<f64> {
    let mut bits = 1_u64;
    let mut uniform = || {
        bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (bits >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..len).map(|_| (0..12).map(|_| uniform()).sum::<f64>() - 6.0).collect()
}
