//! `normlab shim`: the program on the other side of the pipe.

use std::process::ExitCode;

use crate::cli::{Language, ShimArguments};
use crate::failure::Failure;
use crate::terminal::say;

/// Prints the shim, which explains itself.
///
/// # Errors
/// Standard output takes no text.
pub fn shim(arguments: &ShimArguments) -> Result<ExitCode, Failure> {
    let Language::Python = arguments.language;
    say(foreign::SHIM)?;
    Ok(ExitCode::SUCCESS)
}
