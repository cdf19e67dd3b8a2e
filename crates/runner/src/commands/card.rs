//! `normlab card`: a norm on one page.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use card::{Card, Page, PageError, Timing};
use clap::Args;
use norms::NormChoice;

use crate::config::value::allowed_names;
use crate::failure::Failure;
use crate::inputs::replaces_none;
use crate::norm_arguments::EquationArguments;
use crate::ordinary::check_finite;
use crate::output::{check_file, open_folder, write_files};
use crate::progress::Stages;
use crate::terminal::{complain, say};

/// Arguments of `normlab card`.
#[derive(Debug, Args)]
pub struct CardArguments {
    /// The name of a norm in the catalogue or in --config
    pub name: Option<String>,
    /// Which norm.
    #[command(flatten)]
    pub norm: EquationArguments,
    /// The page that is written, and with it a picture of the same name that ends in .svg; needed without
    /// --json and --all
    #[arg(long, value_name = "FILE.html", required_unless_present_any = ["json", "all"])]
    pub out: Option<PathBuf>,
    /// Print a section of the numbers as JSON: certificate, properties, nearest, small_variance,
    /// low_precision, propagation, cost, or card for all
    #[arg(long, value_name = "SECTION")]
    pub json: Option<String>,
    /// The folder for the cards of the whole catalogue, or of --config, and an index of them
    #[arg(long, value_name = "DIR", conflicts_with_all = ["name", "equation", "constants", "options", "out", "json"])]
    pub all: Option<PathBuf>,
}

/// Measures a norm and writes its page, or those of the whole catalogue.
///
/// # Errors
/// A norm that is not known or not usable, a section that does not exist, a file or a
/// standard output that cannot be written.
pub fn card(arguments: &CardArguments) -> Result<ExitCode, Failure> {
    if let Some(folder) = &arguments.all {
        return catalogue(folder, &arguments.norm);
    }
    let choice = arguments.norm.choice(arguments.name.as_deref())?;
    check_finite(&choice)?;
    if let Some(path) = &arguments.out {
        let picture = path.with_extension("svg");
        if *path == picture {
            let message = format!(
                "--out {} is where the picture goes: end the page in .html",
                path.display()
            );
            return Err(Failure::BadInput(message));
        }
        replaces_none("--out", &[path.clone(), picture], arguments.norm.input())?;
        check_file(path).map_err(|error| Failure::BadInput(error.to_string()))?;
    }
    let words = arguments.norm.again(choice.name());
    let card = measured(&choice, &words);
    let section = arguments.json.as_ref().map(|section| section_of(&card, section)).transpose()?;
    if let Some(path) = &arguments.out {
        let page = Page { card, timing: Timing::measure(&choice) };
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("card");
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let file = path.file_name().and_then(|name| name.to_str()).unwrap_or("card.html");
        write_files(folder, &files(&page, file, name)?)?;
        if section.is_none() {
            say(&format!("{} and {name}.svg; normlab verify {0} checks it", path.display()))?;
        }
    }
    // Numbers for programs have standard output to themselves.
    section.map(|numbers| say(&numbers)).transpose()?;
    Ok(ExitCode::SUCCESS)
}

fn measured(choice: &NormChoice, words: &str) -> Card {
    let stages = Stages::new(choice.name());
    Card::measure(choice, words, &|stage| stages.next(stage))
}

/// The page and its picture.
fn files(page: &Page, html: &str, name: &str) -> Result<Vec<(String, String)>, Failure> {
    let failed = |error: PageError| Failure::Crashed(error.to_string());
    Ok(vec![
        (html.to_string(), page.html().map_err(failed)?),
        (format!("{name}.svg"), page.svg().map_err(failed)?),
    ])
}

/// Numbers of a card as JSON.
fn section_of(card: &Card, section: &str) -> Result<String, Failure> {
    let all = serde_json::to_value(card).expect("a card is plain data");
    let shown = match section {
        "card" => Some(&all),
        section => all.get(section),
    };
    let names: Vec<&str> =
        all.as_object().map(|keys| keys.keys().map(String::as_str).collect()).unwrap_or_default();
    let shown = shown.ok_or_else(|| {
        let names = [&names[..], &["card"]].concat();
        Failure::BadInput(format!(
            "unknown section {section:?}; {}",
            allowed_names(section, &names)
        ))
    })?;
    Ok(serde_json::to_string_pretty(shown).expect("it is plain data"))
}

/// A card for each entry, and a page that leads to them.
fn catalogue(folder: &Path, norm: &EquationArguments) -> Result<ExitCode, Failure> {
    // A folder that takes no files is better known before the work than after it.
    open_folder(folder).map_err(|error| Failure::BadInput(error.to_string()))?;
    let choices = norm.choices(&[])?;
    let names = choices.iter().map(NormChoice::name);
    let outputs = names.flat_map(|name| [format!("{name}.html"), format!("{name}.svg")]);
    let outputs = outputs.chain(["index.html".to_string()]).map(|name| folder.join(name));
    replaces_none("--all", &outputs.collect::<Vec<_>>(), norm.input())?;
    let mut pages = Vec::new();
    for choice in choices {
        let page =
            Page { card: measured(&choice, choice.name()), timing: Timing::measure(&choice) };
        write_files(folder, &files(&page, &format!("{}.html", choice.name()), choice.name())?)?;
        complain(&format!("{}: {}", choice.name(), page.verdict()));
        pages.push(page);
    }
    write_files(folder, &[("index.html".to_string(), card::index(&pages))])?;
    say(&format!("{} cards and index.html in {}", pages.len(), folder.display()))?;
    Ok(ExitCode::SUCCESS)
}
