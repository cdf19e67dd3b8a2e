//! `normlab shim`: the program on the other side of the pipe.

use std::process::ExitCode;

use crate::cli::{Language, ShimArguments};
use crate::terminal::say;

/// Prints the shim, which explains itself.
pub fn shim(arguments: &ShimArguments) -> ExitCode {
    let Language::Python = arguments.language;
    say(foreign::SHIM);
    ExitCode::SUCCESS
}
