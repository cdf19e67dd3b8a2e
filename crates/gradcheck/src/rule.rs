//! The rules of conduct for kernels.

use crate::strided::Layout;
use std::fmt;

/// A rule that a kernel must keep whatever its numbers are. None needs finite differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Equal calls give equal results, up to the order of sums.
    Determinism,
    /// Gradients are linear in the cotangent: exactly for a factor of 2 and for zero, up to rounding
    /// for a sum.
    Linearity,
    /// Arguments and cotangents are not written to.
    Mutation,
    /// What is returned shares no storage with arguments, cotangents or other results.
    Aliasing,
    /// `backward_into` adds to what the buffers hold, also when a layer is used twice.
    Accumulation,
    /// A forward pass of other numbers, or of another shape, between a forward pass and its backward
    /// pass changes nothing.
    ForeignForward,
    /// The first call of a new kernel gives what later ones give.
    FirstCall,
    /// Input and cotangent may come in the layout that the kernel offers.
    Layout(Layout),
    /// An empty batch gives an empty gradient of the input and zeros for the parameters.
    EmptyBatch,
    /// NaN in one slice stays in that slice.
    Containment,
    /// The kernel's forward value is that of the definition.
    Value,
    /// Running averages change as the definition says: in training forward passes alone.
    State,
    /// More rows than 2^16, the same few again and again, get the gradients of the few.
    ManyRows,
    /// So do more features than 2^13.
    ManyColumns,
    /// The kernel answers at all: it neither fails nor panics, and its results have the right sizes and
    /// are finite.
    Answer,
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::Determinism => formatter.write_str("determinism"),
            Rule::Linearity => formatter.write_str("linearity"),
            Rule::Mutation => formatter.write_str("mutation"),
            Rule::Aliasing => formatter.write_str("aliasing"),
            Rule::Accumulation => formatter.write_str("accumulation"),
            Rule::ForeignForward => formatter.write_str("foreign forward"),
            Rule::FirstCall => formatter.write_str("first call"),
            Rule::Layout(layout) => write!(formatter, "{} layout", layout.name()),
            Rule::EmptyBatch => formatter.write_str("empty batch"),
            Rule::Containment => formatter.write_str("containment"),
            Rule::Value => formatter.write_str("value"),
            Rule::State => formatter.write_str("state"),
            Rule::ManyRows => formatter.write_str("many rows"),
            Rule::ManyColumns => formatter.write_str("many columns"),
            Rule::Answer => formatter.write_str("answer"),
        }
    }
}
