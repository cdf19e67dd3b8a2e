//! `normlab show`: all that is known of a norm.

use std::process::ExitCode;

use crate::cli::ShowArguments;
use crate::failure::Failure;
use crate::terminal::say;

/// Prints it.
///
/// # Errors
/// A norm that is not known or whose equation is wrong.
pub fn show(arguments: &ShowArguments) -> Result<ExitCode, Failure> {
    let choice = arguments.norm.choice(arguments.name.as_deref())?;
    say(choice.name());
    Ok(ExitCode::SUCCESS)
}
