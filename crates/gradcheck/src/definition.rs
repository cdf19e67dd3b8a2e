//! The definition of a layer at one place, as the function that is differenced.

use crate::error::{CheckError, Closure};
use crate::layer::{Evaluation, Layer};
use crate::problem::{Evaluate, guarded};
use crate::values::Place;

/// A layer's definition as a function of its arguments.
pub(crate) struct Definition<'a> {
    pub layer: &'a dyn Layer,
    pub place: &'a Place,
    /// Where stops are frozen; `None` for wherever the function is evaluated, which is without stops.
    pub base: Option<&'a [&'a [f64]]>,
}

impl Evaluate for Definition<'_> {
    fn at(&self, points: &[Vec<&[f64]>]) -> Result<Vec<Vec<f64>>, CheckError> {
        let Place { shape, mode, state, .. } = self.place;
        let mut at = Vec::with_capacity(points.len());
        for arguments in points {
            let base = self.base.unwrap_or(arguments);
            at.push(Evaluation { shape, arguments, base, mode: *mode, state });
        }
        let outputs = guarded(Closure::Forward, || self.layer.outputs(&at))?;
        let failed = |message| CheckError::Failed { closure: Closure::Forward, message };
        outputs.into_iter().map(|output| output.map_err(failed)).collect()
    }
}
