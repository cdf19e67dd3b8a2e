//! A norm as an experiment chooses it: an entry, its groups, its constants.

use dfdx::tensor::Cpu;
use dfdx::tensor_ops::Device;
use equations::{EquationError, Extents, NormEquation, SizeError};
use ops::Element;

use crate::catalogue::{Entry, Kernel};
use crate::fused::{BatchNorm, LayerNorm};
use crate::norm::Norm;
use crate::through_dfdx::ThroughDfdx;

/// A checked choice of a norm.
#[derive(Debug, Clone)]
pub struct NormChoice {
    entry: &'static Entry,
    groups: usize,
    constants: Vec<(String, f64)>,
    equation: NormEquation,
}

/// Two choices are equal if they would compute the same thing.
impl PartialEq for NormChoice {
    fn eq(&self, other: &Self) -> bool {
        (self.entry.name, self.groups, &self.constants)
            == (other.entry.name, other.groups, &other.constants)
    }
}

/// Which operation computes a norm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evaluator {
    /// The fused kernel of the entry, or dfdx where it has none.
    Fastest,
    /// dfdx's autodiff of the equation: the witness.
    Dfdx,
}

impl NormChoice {
    /// Chooses `entry` with constants of its equation, such as `eps`, set to other values.
    ///
    /// # Errors
    /// If the equation has no such constant; the message names the nearest.
    pub fn new(
        entry: &'static Entry,
        groups: usize,
        constants: Vec<(String, f64)>,
    ) -> Result<Self, EquationError> {
        let equation = NormEquation::with_constants(&entry.source, &constants)?;
        Ok(NormChoice { entry, groups, constants, equation })
    }

    /// `entry` as it stands in the catalogue, in one group.
    ///
    /// # Panics
    /// If the entry's own equation is wrong, which the catalogue's tests exclude.
    pub fn plain(entry: &'static Entry) -> Self {
        Self::new(entry, 1, Vec::new()).unwrap_or_else(|error| panic!("{}: {error}", entry.name))
    }

    /// The entry of the catalogue.
    pub fn entry(&self) -> &'static Entry {
        self.entry
    }

    /// The number of groups; 1 for norms that know none.
    pub fn groups(&self) -> usize {
        self.groups
    }

    /// The constants that differ from the entry's.
    pub fn constants(&self) -> &[(String, f64)] {
        &self.constants
    }

    /// The equation with these constants.
    pub fn equation(&self) -> &NormEquation {
        &self.equation
    }

    /// Whether the groups divide a width.
    ///
    /// # Errors
    /// If they do not; the message shows both numbers.
    pub fn check_width(&self, width: usize) -> Result<(), SizeError> {
        Extents::new(1, 1, width, self.groups).map(|_| ())
    }

    /// The operation that computes this norm.
    pub fn build<E: Element>(&self, evaluator: Evaluator) -> Box<dyn Norm<E>>
    where
        Cpu: Device<E>,
    {
        let equation = self.equation.clone();
        match (evaluator, self.entry.kernel) {
            (Evaluator::Fastest, Kernel::Layer) => Box::new(LayerNorm::new(equation)),
            (Evaluator::Fastest, Kernel::Batch) => Box::new(BatchNorm::new(equation)),
            (Evaluator::Fastest, Kernel::Dfdx) | (Evaluator::Dfdx, _) => {
                Box::new(ThroughDfdx::new(equation, self.groups))
            }
        }
    }
}
