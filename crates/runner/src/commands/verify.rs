//! `normlab verify`: the numbers of a card, made again.

use std::path::PathBuf;
use std::process::ExitCode;

use card::{Card, Page, differences};
use clap::Args;

use crate::failure::Failure;
use crate::progress::Stages;
use crate::terminal::say;

/// Arguments of `normlab verify`.
#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// The page, as `normlab card` wrote it
    pub file: PathBuf,
}

/// How many differences are shown.
const SHOWN: usize = 10;

/// Whether the page is what its numbers make, and its numbers are what is measured.
///
/// # Errors
/// A file that cannot be read or is no card; standard output takes no text.
pub fn verify(arguments: &VerifyArguments) -> Result<ExitCode, Failure> {
    let path = arguments.file.display();
    let bad = |error: &dyn std::fmt::Display| Failure::BadInput(format!("{path}: {error}"));
    let html = std::fs::read_to_string(&arguments.file).map_err(|error| bad(&error))?;
    let page = Page::read(&html).map_err(|error| bad(&error))?;
    if page.html().map_err(|error| bad(&error))? != html {
        say(&format!(
            "{path}: FAIL, the page is not what its numbers make: it was changed, or another version wrote it"
        ))?;
        return Ok(ExitCode::FAILURE);
    }
    let choice = page.card.subject.choice().map_err(|error| bad(&error))?;
    let stages = Stages::new(choice.name());
    let measured =
        Card::measure(&choice, &page.card.subject.arguments, &|stage| stages.next(stage));
    let found = differences(&page.card, &measured);
    if found.is_empty() {
        say(&format!("{path}: PASS, every number was measured again; hash {}", page.hash()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let shown: String = found.iter().take(SHOWN).map(|line| format!("\n  {line}")).collect();
    say(&format!("{path}: FAIL, {} numbers differ{shown}", found.len()))?;
    Ok(ExitCode::FAILURE)
}
