//! What a kernel claims the gradient to be.

use crate::error::CheckError;
use crate::line::{Cotangents, Line};
use crate::problem::{Argument, Differentiate, Gradients, Point, validate_gradients};

/// The gradients that a backward pass gives, at the base point and close by.
pub(crate) struct Claimed {
    /// Indexed by cotangent, then argument.
    pub gradients: Vec<Gradients>,
    /// The same one unit in the last place away, at the random cotangents: indexed by move first.
    moved: Vec<Vec<Gradients>>,
}

impl Claimed {
    pub fn gather(
        arguments: &[Argument],
        backward: &Differentiate,
        cotangents: &Cotangents,
        outputs: usize,
        moved_points: &[Point],
    ) -> Result<Claimed, CheckError> {
        let at = |values: &[&[f64]], number: usize| {
            let gradients = backward(values, &cotangents.dense(number, outputs))?;
            validate_gradients(arguments, &gradients)?;
            Ok(gradients)
        };
        let base: Vec<&[f64]> = arguments.iter().map(|argument| argument.values).collect();
        let gradients: Result<Vec<Gradients>, CheckError> =
            (0..cotangents.count()).map(|number| at(&base, number)).collect();
        let mut moved = Vec::new();
        for point in moved_points {
            let values: Vec<&[f64]> = point.iter().map(Vec::as_slice).collect();
            let here: Result<Vec<Gradients>, CheckError> =
                (0..cotangents.random.len()).map(|number| at(&values, number)).collect();
            moved.push(here?);
        }
        Ok(Claimed { gradients: gradients?, moved })
    }

    /// The same with every number changed, given its entry; `None` stays.
    pub fn changed(&self, change: &dyn Fn(usize, f64) -> f64) -> Claimed {
        let one = |gradients: &Gradients| -> Gradients {
            let of = |g: &Vec<f64>| g.iter().enumerate().map(|(e, a)| change(e, *a)).collect();
            gradients.iter().map(|gradient| gradient.as_ref().map(of)).collect()
        };
        Claimed { gradients: self.gradients.iter().map(one).collect(), moved: Vec::new() }
    }

    /// The gradient of one argument at a cotangent, if there is one.
    pub fn gradient(&self, cotangent: usize, argument: usize) -> Option<&[f64]> {
        self.gradients[cotangent][argument].as_deref()
    }

    /// The largest change along a line when all inputs move by rounding alone.
    pub fn spread(&self, line: &Line) -> f64 {
        let along = |gradients: &Gradients| {
            gradients[line.argument].as_ref().map_or(0.0, |gradient| line.along(gradient))
        };
        let changes = self.moved.iter().flat_map(|moved| {
            moved
                .iter()
                .zip(&self.gradients)
                .map(|(moved, base)| (along(moved) - along(base)).abs())
        });
        changes.fold(0.0, f64::max)
    }
}
