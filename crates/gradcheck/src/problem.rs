//! The function under test and its guarded evaluation.

use crate::error::{CheckError, Closure};
use crate::settings::{ExpectGradient, Precision, Settings};
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

/// The values of all arguments, one vector each.
pub(crate) type Point = Vec<Vec<f64>>;

/// A function at its base point: arguments and output are known to be sound, and every call is
/// guarded against panics and wrong lengths.
pub(crate) struct Problem<'a> {
    pub arguments: &'a [Argument<'a>],
    /// The output at the base point.
    pub output: Vec<f64>,
    function: &'a Function<'a>,
    forward_calls: Cell<usize>,
}

impl<'a> Problem<'a> {
    pub fn new(
        arguments: &'a [Argument<'a>],
        function: &'a Function<'a>,
        settings: &Settings,
    ) -> Result<Self, CheckError> {
        validate_settings(arguments, settings)?;
        for argument in arguments {
            validate_argument(argument, settings.precision)?;
        }
        let mut problem =
            Problem { arguments, output: Vec::new(), function, forward_calls: Cell::new(0) };
        problem.output = problem.call_forward(&problem.base())?;
        if problem.output.is_empty() {
            return Err(CheckError::EmptyOutput);
        }
        match problem.output.iter().position(|y| !y.is_finite()) {
            Some(entry) => {
                Err(CheckError::NonFiniteForward { entry, value: problem.output[entry] })
            }
            None => Ok(problem),
        }
    }

    pub fn base(&self) -> Point {
        self.arguments.iter().map(|argument| argument.values.to_vec()).collect()
    }

    pub fn forward_calls(&self) -> usize {
        self.forward_calls.get()
    }

    /// The output at a point near the base; it may hold values that are not finite.
    pub fn forward(&self, point: &Point) -> Result<Vec<f64>, CheckError> {
        let output = self.call_forward(point)?;
        let (expected, found) = (self.output.len(), output.len());
        if found == expected {
            Ok(output)
        } else {
            Err(CheckError::OutputLength { expected, found })
        }
    }

    /// The hand-written gradients at the base point, one per argument.
    pub fn backward(&self, cotangent: &[f64]) -> Result<Gradients, CheckError> {
        let values: Vec<&[f64]> = self.arguments.iter().map(|a| a.values).collect();
        let gradients =
            guarded(Closure::Backward, || (self.function.backward)(&values, cotangent))?;
        let (expected, found) = (self.arguments.len(), gradients.len());
        if found != expected {
            return Err(CheckError::GradientCount { expected, found });
        }
        for (argument, gradient) in self.arguments.iter().zip(&gradients) {
            if let Some(gradient) = gradient {
                validate_gradient(argument, gradient)?;
            }
        }
        Ok(gradients)
    }

    fn call_forward(&self, point: &Point) -> Result<Vec<f64>, CheckError> {
        self.forward_calls.set(self.forward_calls.get() + 1);
        let values: Vec<&[f64]> = point.iter().map(Vec::as_slice).collect();
        guarded(Closure::Forward, || (self.function.forward)(&values))
    }
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

fn validate_settings(arguments: &[Argument], settings: &Settings) -> Result<(), CheckError> {
    if arguments.is_empty() {
        return Err(CheckError::NoArguments);
    }
    if settings.cotangents == 0 {
        return Err(CheckError::NoCotangents);
    }
    let ExpectGradient::ExceptFor(constants) = &settings.expect_gradient else { return Ok(()) };
    match constants.iter().find(|name| arguments.iter().all(|a| a.name != name.as_str())) {
        None => Ok(()),
        Some(name) => {
            let known: Vec<&str> = arguments.iter().map(|argument| argument.name).collect();
            Err(CheckError::UnknownArgument { name: name.clone(), known: known.join(", ") })
        }
    }
}

fn validate_argument(argument: &Argument, precision: Precision) -> Result<(), CheckError> {
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
fn guarded<T>(closure: Closure, call: impl FnOnce() -> T) -> Result<T, CheckError> {
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
