//! The program as its users run it: every test runs the built `normlab` in a folder of its own.

mod world;

/// A small study from file to figures: what is printed, what is on the disk, the same bytes again.
mod study;

/// A study that goes on: after its end, after a kill, with more seeds, beside another process.
mod resume;

/// Numbers that no change may move without a new engine.
mod golden;

/// What is refused: exit code, message, nothing written.
mod refusals;

/// Listing and help.
mod verbs;

/// Standard output that takes no text.
#[cfg(target_os = "linux")]
mod full_output;

/// Gradient checking.
mod gradients;

/// Norms that their users write.
mod own_norms;

/// Norms under their other names.
mod aliases;

/// A norm at the numbers of a file.
mod apply;

/// What is known of a norm, and modules of other frameworks.
mod take_along;

/// Norms in emulated low precision.
mod precision;

/// A norm on one page.
mod card;

/// Another entry of the catalogue.
mod new_norm;
