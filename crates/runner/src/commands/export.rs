//! `normlab export`: a norm for other frameworks.

use std::process::ExitCode;
use std::slice;

use export::{Subject, Target};

use crate::cli::{ExportArguments, Framework};
use crate::failure::Failure;
use crate::inputs::replaces_none;
use crate::output::{check_file, write_file};
use crate::terminal::say;

/// Writes the module to a file or to standard output.
///
/// # Errors
/// A norm that is not known, whose equation is wrong or that has no module; a file that cannot be
/// written, or that is read.
pub fn export(arguments: &ExportArguments) -> Result<ExitCode, Failure> {
    let choice = arguments.norm.choice(arguments.name.as_deref())?;
    let bad = |message: String| Failure::BadInput(message);
    if let Some(path) = &arguments.out {
        replaces_none("--out", slice::from_ref(path), arguments.norm.input())?;
        check_file(path).map_err(|error| bad(error.to_string()))?;
    }
    let citation = choice.entry().map_or(String::new(), |entry| entry.citation.to_string());
    let title = choice.title();
    let subject = Subject {
        name: choice.name(),
        title: &title,
        citation: &citation,
        equation: choice.equation(),
        groups: choice.groups(),
    };
    let target = match arguments.to {
        Framework::Torch => Target::Torch,
        Framework::Jax => Target::Jax,
        Framework::Latex => Target::Latex,
    };
    let text = export::export(&subject, target).map_err(|error| bad(error.to_string()))?;
    match &arguments.out {
        Some(path) => write_file(path, &text)?,
        None => say(text.trim_end())?,
    }
    Ok(ExitCode::SUCCESS)
}
