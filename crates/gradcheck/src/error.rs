//! What keeps a check from being carried out at all.

use std::fmt;

/// Why no verdict could be reached. Indices are those of the argument's shape.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CheckError {
    /// There is nothing to differentiate with respect to.
    #[error("no arguments given, at least one is needed")]
    NoArguments,
    /// An argument has no entries.
    #[error("argument \"{name}\" is empty, at least one entry is needed")]
    EmptyArgument {
        /// Name of the argument.
        name: String,
    },
    /// An argument's values do not fill its shape.
    #[error("argument \"{name}\" has {found} values, its shape {shape:?} needs {expected}")]
    ShapeMismatch {
        /// Name of the argument.
        name: String,
        /// The shape as given.
        shape: Vec<usize>,
        /// Product of the shape.
        expected: usize,
        /// Number of values.
        found: usize,
    },
    /// An argument holds an infinite value or one that is not a number.
    #[error("argument \"{name}\" is {value} at {index:?}, every value must be finite")]
    NonFiniteArgument {
        /// Name of the argument.
        name: String,
        /// Where.
        index: Vec<usize>,
        /// The value found.
        value: f64,
    },
    /// A kernel in single precision would see another number than its twin in double precision.
    #[error(
        "argument \"{name}\" is {value:?} at {index:?}, which no f32 is; round to {nearest:?} before \
         a check in single precision"
    )]
    NotSingle {
        /// Name of the argument.
        name: String,
        /// Where.
        index: Vec<usize>,
        /// The value found.
        value: f64,
        /// The nearest single-precision number.
        nearest: f64,
    },
    /// The settings name an argument that does not exist.
    #[error("no argument is called \"{name}\", there are: {known}")]
    UnknownArgument {
        /// The name in the settings.
        name: String,
        /// The names there are, with commas between.
        known: String,
    },
    /// The forward pass gives nothing.
    #[error("the forward pass gives an empty output, at least one entry is needed")]
    EmptyOutput,
    /// The forward pass is not finite at the base point.
    #[error("the forward pass gives {value} at output entry {entry}, it must be finite")]
    NonFiniteForward {
        /// Position in the output.
        entry: usize,
        /// The value found.
        value: f64,
    },
    /// The forward pass changed the length of its output between two calls.
    #[error(
        "the forward pass gives {found} entries at a moved point, {expected} at the base point"
    )]
    OutputLength {
        /// Length at the base point.
        expected: usize,
        /// Length at another point.
        found: usize,
    },
    /// The backward pass does not answer for every argument.
    #[error("the backward pass gives {found} gradients for {expected} arguments")]
    GradientCount {
        /// Number of arguments.
        expected: usize,
        /// Number of gradients.
        found: usize,
    },
    /// A gradient has not as many entries as its argument.
    #[error("the gradient of \"{name}\" has {found} entries, the argument has {expected}")]
    GradientLength {
        /// Name of the argument.
        name: String,
        /// Number of entries of the argument.
        expected: usize,
        /// Number of entries of the gradient.
        found: usize,
    },
    /// A gradient is infinite or not a number.
    #[error("the gradient of \"{name}\" is {value} at {index:?}, it must be finite")]
    NonFiniteGradient {
        /// Name of the argument.
        name: String,
        /// Where.
        index: Vec<usize>,
        /// The value found.
        value: f64,
    },
    /// A definition or a kernel reported an error of its own.
    #[error("the {closure} pass failed: {message}")]
    Failed {
        /// Which of the two passes.
        closure: Closure,
        /// The message.
        message: String,
    },
    /// A list of cases could not be read.
    #[error("line {line} of the list of cases: {message}")]
    CaseList {
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        message: String,
    },
    /// There is no case of this name.
    #[error("no case is called \"{name}\"; the nearest is \"{nearest}\"")]
    UnknownCase {
        /// The name asked for.
        name: String,
        /// The name of a case that differs least.
        nearest: String,
    },
    /// A layer offers nothing to test.
    #[error("layer \"{name}\" has no kernels, at least one is needed")]
    NoKernels {
        /// Name of the layer.
        name: String,
    },
    /// One of the two closures panicked.
    #[error("the {closure} pass panicked: {message}")]
    Panicked {
        /// Which of the two.
        closure: Closure,
        /// The panic's own message.
        message: String,
    },
}

/// One of the two closures of a [`Function`](crate::Function).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closure {
    /// The function itself.
    Forward,
    /// Its gradient.
    Backward,
}

impl fmt::Display for Closure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Closure::Forward => "forward",
            Closure::Backward => "backward",
        })
    }
}
