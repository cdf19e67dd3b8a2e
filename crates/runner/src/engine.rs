//! The version of the arithmetic.

/// Raised whenever the same settings, data and seed give other numbers on purpose: by a change of an
/// operation, of an initialization, of a default. It is part of a run's identity and stands in its
/// row, so that numbers of different engines never pass for each other. The test `golden` fails if
/// numbers change and this does not.
pub const ENGINE: u32 = 2;
