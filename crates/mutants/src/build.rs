//! Builds the driver with all mutants in it, without those that have no meaning to the compiler.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::site::{Placed, Site, weave};
use crate::source::Source;
use crate::workspace::Workspace;

/// Errors come in layers, of types, then of borrows, and crate by crate.
const MOST_ROUNDS: usize = 12;

/// A file and the places in it that have mutants.
#[derive(Debug)]
pub struct Mutated {
    /// The file.
    pub source: Source,
    /// The places.
    pub sites: Vec<Site>,
}

/// Builds the driver, and takes the mutants that do not compile out of `files`. Returns the program
/// and the number of these mutants.
///
/// # Errors
/// If the compiler complains of something that is not a mutant.
pub fn build(workspace: &Workspace, files: &mut [Mutated]) -> Result<(PathBuf, usize), String> {
    let mut stillborn = 0;
    for _ in 0..MOST_ROUNDS {
        let mut placed = Vec::new();
        for file in &*files {
            let (text, places) = weave(&file.source, &file.sites);
            workspace.write(&file.source.file, &in_one_version(text))?;
            placed.push((file.source.file.clone(), places));
        }
        let messages = compile(workspace)?;
        if messages.is_empty() {
            return Ok((workspace.target.join("release/mutants-driver"), stillborn));
        }
        let bad = to_blame(&messages, &placed)?;
        stillborn += bad.len();
        for file in &mut *files {
            for site in &mut file.sites {
                site.mutants.retain(|mutant| !bad.contains(&mutant.number));
            }
            file.sites.retain(|site| !site.mutants.is_empty());
        }
    }
    Err(format!("mutants still do not compile after {MOST_ROUNDS} rounds"))
}

/// The same source with its loops compiled for one processor, not for each: the versions give the same
/// bits, and their mutants would take the compiler minutes. No byte moves.
fn in_one_version(text: String) -> String {
    let attributes = [
        r#"#[multiversion(targets = "simd")]"#,
        r#"#[multiversion::multiversion(targets = "simd")]"#,
    ];
    let blank =
        |text: String, attribute: &&str| text.replace(*attribute, &" ".repeat(attribute.len()));
    attributes.iter().fold(text, blank)
}

/// A line that cargo prints.
#[derive(Deserialize)]
struct Line {
    message: Option<Message>,
}

/// An error of the compiler.
#[derive(Debug, Deserialize)]
struct Message {
    level: String,
    rendered: Option<String>,
    spans: Vec<Span>,
}

#[derive(Debug, Deserialize)]
struct Span {
    file_name: String,
    byte_start: usize,
    byte_end: usize,
    is_primary: bool,
}

/// The errors of a build; none if it succeeds.
fn compile(workspace: &Workspace) -> Result<Vec<Message>, String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["build", "--release", "--package", "mutants-driver", "--message-format=json"])
        .args(["--keep-going", "--quiet", "--color=never"])
        .arg("--target-dir")
        .arg(&workspace.target)
        .current_dir(&workspace.root)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cargo cannot be run: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let messages = text.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok());
    let errors = messages.filter_map(|line| line.message);
    let errors: Vec<Message> =
        errors.filter(|message| message.level == "error" && !message.spans.is_empty()).collect();
    if !output.status.success() && errors.is_empty() {
        return Err(format!("the build failed:\n{}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(errors)
}

/// The mutants that errors are about: those whose text an error points into.
fn to_blame(
    messages: &[Message],
    placed: &[(String, Vec<Placed>)],
) -> Result<BTreeSet<usize>, String> {
    let mut bad = BTreeSet::new();
    let mut unexplained = None;
    for message in messages {
        // The innermost place is wanted; a mutant holds no other, so any that encloses will do.
        let of = |span: &Span| {
            let file = placed.iter().find(|(file, _)| span.file_name.ends_with(file.as_str()));
            let mut places = file.into_iter().flat_map(|(_, places)| places);
            let inside = |place: &&Placed| {
                place.range.start <= span.byte_start && span.byte_end <= place.range.end
            };
            places.find(inside).map(|place| place.number)
        };
        let (first, others): (Vec<&Span>, Vec<&Span>) =
            message.spans.iter().partition(|span| span.is_primary);
        let found = first.into_iter().chain(others).find_map(of);
        match found {
            Some(number) => {
                bad.insert(number);
            }
            None => unexplained = Some(message),
        }
    }
    match unexplained {
        Some(message) if bad.is_empty() => Err(format!(
            "an error that is no mutant's:\n{}",
            message.rendered.as_deref().unwrap_or_default()
        )),
        _ => Ok(bad),
    }
}
