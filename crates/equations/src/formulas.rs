use std::collections::HashMap;

use crate::axes::Axes;
use crate::term::{Term, TermId};

/// Terms in evaluation order, operands before the terms that use them; equal terms are one.
#[derive(Clone, Debug, Default)]
pub struct Formulas {
    terms: Vec<Term>,
    varies: Vec<Axes>,
    known: HashMap<String, TermId>,
}

impl Formulas {
    /// The terms in evaluation order.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The axes along which the value of a term may change.
    #[must_use]
    pub fn varies(&self, term: TermId) -> Axes {
        self.varies[term]
    }
}
