use crate::formulas::Formulas;
use crate::norm::{Mode, NormEquation};
use crate::term::TermId;

/// A norm with its derivative, as formulas.
#[derive(Clone, Debug)]
pub struct Derivation {
    /// The terms of everything below.
    pub formulas: Formulas,
    /// The value.
    pub y: TermId,
    /// In training, for every running slot, what its average follows.
    pub tracked: Vec<TermId>,
    /// The gradient of x, given the cotangent.
    pub dx: TermId,
    /// The gradients of the parameters, in their order.
    pub dparameters: Vec<TermId>,
    /// Terms that the printed formulas name, with their names, in evaluation order: what the author
    /// of the equation named, and what people name in derivatives, such as `xhat`.
    pub names: Vec<(String, TermId)>,
}

impl NormEquation {
    /// The derivative of the norm in a mode, derived by reverse mode.
    #[must_use]
    pub fn derivation(&self, mode: Mode) -> Derivation {
        let _ = mode;
        unimplemented!("derivations")
    }
}
