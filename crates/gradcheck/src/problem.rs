//! The function under test and its guarded evaluation.

use crate::error::{CheckError, Closure};
use crate::random::moved_by_spacings;
use crate::settings::Precision;
use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// One argument of the function: its name, its shape and its values in row-major order.
///
/// ```
/// let gamma = gradcheck::Argument { name: "gamma", shape: &[2], values: &[1.0, 0.5] };
/// assert_eq!(gamma.values.len(), gamma.shape.iter().product());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Argument<'a> {
    /// Name in messages.
    pub name: &'a str,
    /// Shape in which entries are named; `[]` is a scalar.
    pub shape: &'a [usize],
    /// The base point: as many numbers as the shape holds, at least one, all finite.
    pub values: &'a [f64],
}

/// What a backward pass gives: for each argument its gradient, or `None` for "no gradient".
pub type Gradients = Vec<Option<Vec<f64>>>;

/// A forward pass: the output at the arguments' values, in f64.
pub type Forward<'a> = dyn Fn(&[&[f64]]) -> Vec<f64> + 'a;

/// A backward pass: the gradients at the arguments' values and a cotangent of the output's length.
pub type Backward<'a> = dyn Fn(&[&[f64]], &[f64]) -> Gradients + 'a;

/// A function of slices with its hand-written gradient.
#[derive(Clone, Copy)]
pub struct Function<'a> {
    /// The function itself.
    pub forward: &'a Forward<'a>,
    /// Its gradient.
    pub backward: &'a Backward<'a>,
}

impl fmt::Debug for Function<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Function").finish_non_exhaustive()
    }
}

/// Moves that show the noise of the outputs, in units in the last place of the inputs. A function that
/// loses digits is a staircase whose treads are many such units wide.
const NOISE_MOVES: [f64; 3] = [2.0, 16.0, 128.0];

/// The values of all arguments, one vector each.
pub(crate) type Point = Vec<Vec<f64>>;

/// A forward pass whose panics have become errors.
pub(crate) trait Evaluate {
    /// The outputs at some points.
    fn at(&self, points: &[Vec<&[f64]>]) -> Result<Vec<Vec<f64>>, CheckError>;
}

impl<F: Fn(&[&[f64]]) -> Result<Vec<f64>, CheckError>> Evaluate for F {
    fn at(&self, points: &[Vec<&[f64]>]) -> Result<Vec<Vec<f64>>, CheckError> {
        points.iter().map(|values| self(values)).collect()
    }
}

/// A backward pass whose panics have become errors.
pub(crate) type Differentiate<'a> = dyn Fn(&[&[f64]], &[f64]) -> Result<Gradients, CheckError> + 'a;

/// A function at its base point: arguments and output are known to be sound.
pub(crate) struct Problem<'a> {
    pub arguments: &'a [Argument<'a>],
    /// The output at the base point.
    pub output: Vec<f64>,
    /// How far rounding may move each output: half a unit in its last place, or how far it is from a
    /// straight line over moves of a few units in the last place of the inputs.
    pub noise: Vec<f64>,
    /// Precision in which the forward pass computes.
    pub precision: Precision,
    forward: &'a dyn Evaluate,
    forward_calls: Cell<usize>,
}

impl<'a> Problem<'a> {
    pub fn new(
        arguments: &'a [Argument<'a>],
        forward: &'a dyn Evaluate,
        precision: Precision,
        seed: u64,
    ) -> Result<Self, CheckError> {
        if arguments.is_empty() {
            return Err(CheckError::NoArguments);
        }
        for argument in arguments {
            validate_argument(argument, precision)?;
        }
        let forward_calls = Cell::new(0);
        let mut problem = Problem {
            arguments,
            output: Vec::new(),
            noise: Vec::new(),
            precision,
            forward,
            forward_calls,
        };
        problem.output = problem.call_forward(&[problem.base_slices()])?.remove(0);
        if problem.output.is_empty() {
            return Err(CheckError::EmptyOutput);
        }
        if let Some(entry) = problem.output.iter().position(|y| !y.is_finite()) {
            return Err(CheckError::NonFiniteForward { entry, value: problem.output[entry] });
        }
        problem.noise = problem.measured_noise(seed)?;
        Ok(problem)
    }

    fn measured_noise(&self, seed: u64) -> Result<Vec<f64>, CheckError> {
        let unit_roundoff = self.precision.unit_roundoff();
        let mut noise: Vec<f64> = self.output.iter().map(|y| unit_roundoff * y.abs()).collect();
        let base = self.base();
        let moved = |(number, spacings): (usize, f64)| {
            moved_by_spacings(seed, number, &base, self.precision, spacings)
        };
        let points: Vec<Point> = NOISE_MOVES.into_iter().enumerate().flat_map(moved).collect();
        for sides in self.forward_all(&points)?.chunks_exact(2) {
            let [above, below] = sides else { unreachable!("moves come in pairs") };
            for (output, noise) in noise.iter_mut().enumerate() {
                let here = self.output[output];
                let bend = (above[output] - here) + (below[output] - here);
                *noise = noise.max(bend.abs() / 2.0);
            }
        }
        Ok(noise)
    }

    /// The base point, as [`Evaluate`] takes it.
    pub fn base_slices(&self) -> Vec<&'a [f64]> {
        self.arguments.iter().map(|argument| argument.values).collect()
    }

    pub fn base(&self) -> Point {
        self.arguments.iter().map(|argument| argument.values.to_vec()).collect()
    }

    pub fn forward_calls(&self) -> usize {
        self.forward_calls.get()
    }

    /// The output at a point near the base; it may hold values that are not finite.
    pub fn forward(&self, point: &Point) -> Result<Vec<f64>, CheckError> {
        Ok(self.forward_at(&[slices(point)])?.remove(0))
    }

    /// The outputs at many.
    pub fn forward_all(&self, points: &[Point]) -> Result<Vec<Vec<f64>>, CheckError> {
        self.forward_at(&points.iter().map(slices).collect::<Vec<_>>())
    }

    /// The outputs at many, given by slices.
    pub fn forward_at(&self, points: &[Vec<&[f64]>]) -> Result<Vec<Vec<f64>>, CheckError> {
        let outputs = self.call_forward(points)?;
        let expected = self.output.len();
        match outputs.iter().find(|output| output.len() != expected) {
            None => Ok(outputs),
            Some(output) => Err(CheckError::OutputLength { expected, found: output.len() }),
        }
    }

    fn call_forward(&self, points: &[Vec<&[f64]>]) -> Result<Vec<Vec<f64>>, CheckError> {
        self.forward_calls.set(self.forward_calls.get() + points.len());
        self.forward.at(points)
    }
}

fn slices(point: &Point) -> Vec<&[f64]> {
    point.iter().map(Vec::as_slice).collect()
}

/// The position of a flat entry in a row-major shape.
pub(crate) fn index_in(shape: &[usize], mut entry: usize) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for (position, &size) in index.iter_mut().zip(shape).rev() {
        *position = entry % size;
        entry /= size;
    }
    index
}

pub(crate) fn validate_argument(
    argument: &Argument,
    precision: Precision,
) -> Result<(), CheckError> {
    let name = || argument.name.to_string();
    let expected = argument.shape.iter().fold(1, |n: usize, &size| n.saturating_mul(size));
    if argument.values.len() != expected {
        let (shape, found) = (argument.shape.to_vec(), argument.values.len());
        return Err(CheckError::ShapeMismatch { name: name(), shape, expected, found });
    }
    if argument.values.is_empty() {
        return Err(CheckError::EmptyArgument { name: name() });
    }
    for (entry, &value) in argument.values.iter().enumerate() {
        let index = || index_in(argument.shape, entry);
        if !value.is_finite() {
            return Err(CheckError::NonFiniteArgument { name: name(), index: index(), value });
        }
        let nearest = f64::from(value as f32);
        if precision == Precision::Single && nearest != value {
            return Err(CheckError::NotSingle { name: name(), index: index(), value, nearest });
        }
    }
    Ok(())
}

/// Asserts that a backward pass has answered for every argument, with finite numbers.
pub(crate) fn validate_gradients(
    arguments: &[Argument],
    gradients: &Gradients,
) -> Result<(), CheckError> {
    let (expected, found) = (arguments.len(), gradients.len());
    if found != expected {
        return Err(CheckError::GradientCount { expected, found });
    }
    for (argument, gradient) in arguments.iter().zip(gradients) {
        if let Some(gradient) = gradient {
            validate_gradient(argument, gradient)?;
        }
    }
    Ok(())
}

fn validate_gradient(argument: &Argument, gradient: &[f64]) -> Result<(), CheckError> {
    let name = argument.name.to_string();
    let (expected, found) = (argument.values.len(), gradient.len());
    if found != expected {
        return Err(CheckError::GradientLength { name, expected, found });
    }
    match gradient.iter().position(|a| !a.is_finite()) {
        None => Ok(()),
        Some(entry) => {
            let (index, value) = (index_in(argument.shape, entry), gradient[entry]);
            Err(CheckError::NonFiniteGradient { name, index, value })
        }
    }
}

/// Runs a closure of the caller's. Nothing of ours is changed by it, so unwinding through it leaves
/// no broken state behind.
pub(crate) fn guarded<T>(closure: Closure, call: impl FnOnce() -> T) -> Result<T, CheckError> {
    catch_unwind(AssertUnwindSafe(call))
        .map_err(|panic| CheckError::Panicked { closure, message: panic_message(panic.as_ref()) })
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    if let Some(message) = panic.downcast_ref::<&str>() {
        (*message).to_string()
    } else if let Some(message) = panic.downcast_ref::<String>() {
        message.clone()
    } else {
        "without a message".to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_named_in_row_major_order() {
        // numpy.unravel_index(17, (2, 3, 4)) is (1, 1, 1); a scalar has the empty index.
        assert_eq!(index_in(&[2, 3, 4], 17), [1, 1, 1]);
        assert_eq!(index_in(&[5], 3), [3]);
        assert!(index_in(&[], 0).is_empty());
    }
}
