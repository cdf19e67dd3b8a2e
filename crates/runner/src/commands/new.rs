//! `normlab new norm`: another entry of the catalogue.

mod catalogue;
mod entry;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::{Args, Subcommand};
use norms::{CATALOGUE, NormChoice};

use self::entry::Citation;
use crate::cli::examples;
use crate::failure::Failure;
use crate::norm_arguments::EquationArguments;
use crate::ordinary::check_finite;
use crate::output::{check_file, write_file};
use crate::terminal::say;

/// Arguments of `normlab new`.
#[derive(Debug, Args)]
pub struct NewArguments {
    /// What to begin.
    #[command(subcommand)]
    pub what: What,
}

/// What can be begun.
#[derive(Debug, Subcommand)]
pub enum What {
    /// Write the file of a norm, its line in the list, and a study that compares it with layer and RMS norm
    #[command(after_help = examples::NEW)]
    Norm(NewNormArguments),
}

/// Arguments of `normlab new norm`. Its name is the argument, and it is no norm of a file.
#[derive(Debug, Args)]
#[command(mut_arg("called", |arg| arg.hide(true)), mut_arg("config", |arg| arg.hide(true)))]
pub struct NewNormArguments {
    /// The name in experiment files and on the command line, such as mean-absolute
    #[arg(value_parser = name)]
    pub name: String,
    /// Which norm.
    #[command(flatten)]
    pub norm: EquationArguments,
    /// The name in text, such as "Layer normalization" [default: NAME]
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// The family names of the authors, such as "Ba, Kiros, Hinton"
    #[arg(long, value_name = "NAMES", default_value = "Unpublished")]
    pub authors: String,
    /// The year of publication
    #[arg(long, value_name = "YEAR", default_value_t = 2026)]
    pub year: u16,
    /// The arXiv number of the paper, such as 1607.06450 [default: none]
    #[arg(long, value_name = "NUMBER")]
    pub arxiv: Option<String>,
    /// The folder of the sources of normlab
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub root: PathBuf,
}

/// Begins it.
///
/// # Errors
/// A norm that is not usable or is there already; a folder without normlab's sources.
pub fn new(arguments: &NewArguments) -> Result<ExitCode, Failure> {
    let What::Norm(arguments) = &arguments.what;
    norm(arguments)
}

fn norm(arguments: &NewNormArguments) -> Result<ExitCode, Failure> {
    if arguments.norm.equation.is_none() {
        return Err(bad("a new norm needs --equation \"...\", and --over for its statistics"));
    }
    let named = EquationArguments { called: arguments.name.clone(), ..arguments.norm.clone() };
    let choice = named.choice(None)?;
    if let Some((name, _)) = choice.values().first() {
        return Err(bad(&format!(
            "--option {name} would not be part of the entry: declare it with --constant or --parameter"
        )));
    }
    check_finite(&choice)?;
    is_new(arguments, &choice)?;
    let list = arguments.root.join("crates/norms/src/catalogue.rs");
    let text = std::fs::read_to_string(&list).map_err(|error| {
        bad(&format!(
            "{}: {error}; --root DIR names the folder of normlab's sources",
            list.display()
        ))
    })?;
    let family = entry::family(choice.equation());
    let module = arguments.name.replace('-', "_");
    let listed = catalogue::with_line(&text, family.folder(), &module)
        .map_err(|message| bad(&format!("{}: {message}", list.display())))?;
    let file = list.with_extension("").join(family.folder()).join(format!("{module}.rs"));
    let study = arguments.root.join("experiments").join(format!("{}.toml", arguments.name));
    for path in [&file, &study] {
        is_free(path)?;
    }
    let citation = Citation {
        authors: &arguments.authors,
        year: arguments.year,
        arxiv: arguments.arxiv.as_deref(),
    };
    let title = arguments.title.as_deref().unwrap_or(&arguments.name);
    write_file(&file, &entry::file(&arguments.name, title, &citation, &choice, family))?;
    write_file(&study, &entry::study(&arguments.name, title))?;
    write_file(&list, &listed)?;
    format(&file);
    say(&format!(
        "{}\n{}\n{}\n\n{}",
        file.display(),
        list.display(),
        study.display(),
        next(&arguments.name, &study)
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// What is left to do, in an order in which every step can be taken.
fn next(name: &str, study: &Path) -> String {
    let study = study.display();
    format!(
        "it can be tried as it is:\n\
         \x20 cargo run --release -- gradcheck {name} && cargo run --release -- run {study}\n\
         and before it lands:\n\
         \x20 say in its file what distinguishes it, and put numbers into the example that can be followed by hand\n\
         \x20 write it once more in scripts/expected_norms.py, say in `verified` what that is, and\n\
         \x20   python scripts/expected_norms.py > crates/norms/tests/expected.txt\n\
         \x20 put what `cargo run --release -- list norms | cat` prints, which is 80 columns wide, into docs/catalogue.md\n\
         \x20 cargo test --workspace"
    )
}

/// Lines as long as the project has them; without rustfmt they stay as they are, which is no harm.
fn format(file: &Path) {
    let _ = Command::new("rustfmt").args(["--edition", "2024"]).arg(file).status();
}

/// No entry or alias has the name, and no entry has the equation.
fn is_new(arguments: &NewNormArguments, choice: &NormChoice) -> Result<(), Failure> {
    let taken = |name: &str| bad(&format!("the catalogue has this norm already: {name}"));
    if norms::names().any(|name| name == arguments.name) {
        return Err(taken(&arguments.name));
    }
    for entry in CATALOGUE {
        let known = NormChoice::plain(entry);
        let (one, other) = (known.equation(), choice.equation());
        let same = one.expression().to_string() == other.expression().to_string()
            && (one.over(), one.parameters(), one.constants())
                == (other.over(), other.parameters(), other.constants());
        if same {
            return Err(taken(entry.name));
        }
    }
    Ok(())
}

fn is_free(path: &Path) -> Result<(), Failure> {
    if path.exists() {
        return Err(bad(&format!("{} is there already", path.display())));
    }
    check_file(path).map_err(|error| bad(&error.to_string()))
}

/// Lower case and hyphens: it becomes the name of a file, of a module and of a value in configs.
fn name(text: &str) -> Result<String, String> {
    let is_letter = |c: char| c.is_ascii_lowercase();
    let all = text.chars().all(|c| is_letter(c) || c.is_ascii_digit() || c == '-');
    if !all || !text.starts_with(is_letter) || text.ends_with('-') || text.contains("--") {
        return Err("it must be lower-case words with hyphens between them, such as mean-absolute"
            .to_string());
    }
    Ok(text.to_string())
}

fn bad(message: &str) -> Failure {
    Failure::BadInput(message.to_string())
}
