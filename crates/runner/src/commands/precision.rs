//! `normlab precision`: what the casts of an implementation cost, by offset and scale of the input.

mod arguments;
mod picture;
mod table;

use std::path::Path;
use std::process::ExitCode;

use equations::Extents;
use norms::NormChoice;
use precision::{Deviation, Input, Study, deviations};

pub use self::arguments::PrecisionArguments;
use self::arguments::Variant;
use crate::failure::Failure;
use crate::inputs::replaces_none;
use crate::output::{open_folder, write_files};
use crate::progress::Stages;
use crate::terminal::{say, width};

/// The offsets of the study, in standard deviations.
const OFFSETS: [f64; 8] = [0.0, 1.0, 10.0, 1e2, 1e3, 1e4, 1e5, 1e6];

/// The standard deviations of the study.
const SCALES: [f64; 13] =
    [1e-20, 1e-12, 1e-8, 1e-6, 1e-4, 1e-2, 1.0, 1e2, 1e4, 1e6, 1e8, 1e12, 1e20];

/// The file with all numbers.
const CSV: &str = "precision.csv";

/// A norm under a policy at an input.
struct Row {
    norm: String,
    variant: Variant,
    input: Input,
    deviations: Vec<Deviation>,
}

/// Computes every norm under every policy at every input, prints a table, and writes
/// `precision.csv` and two figures for each norm.
///
/// # Errors
/// A norm, a policy or a size that is not usable; a folder that cannot be written; a standard
/// output that takes no text.
pub fn precision(arguments: &PrecisionArguments) -> Result<ExitCode, Failure> {
    let choices = arguments.norm.choices(&arguments.names)?;
    let variants = arguments.variants()?;
    if let Some(folder) = &arguments.out {
        let files = choices.iter().flat_map(|choice| picture::file_names(choice.name()));
        let files = files.chain([CSV.to_string()]).map(|name| folder.join(name));
        replaces_none("--out", &files.collect::<Vec<_>>(), arguments.norm.input())?;
        // A folder that takes no files is better known before the work than after it.
        open_folder(folder).map_err(|error| Failure::BadInput(error.to_string()))?;
    }
    let stages = Stages::new("emulating");
    let mut rows = Vec::new();
    for choice in &choices {
        stages.next(choice.name());
        let extents = extents(arguments, choice)?;
        let study = Study { equation: choice.equation(), extents, seed: arguments.seed };
        for variant in &variants {
            rows.extend(inputs().map(|input| Row {
                norm: choice.name().to_string(),
                variant: variant.clone(),
                input,
                deviations: deviations(&study, &variant.policy, input),
            }));
        }
    }
    drop(stages);
    let mut report = table::table(&rows, arguments.storage(), width());
    // The files are first, so that they are there even where standard output takes no text.
    if let Some(folder) = &arguments.out {
        report += &format!("\n\n{}", write(folder, &rows, arguments)?);
    }
    say(&report)?;
    Ok(ExitCode::SUCCESS)
}

/// Offsets at scale 1, then scales without offset.
fn inputs() -> impl Iterator<Item = Input> {
    let offsets = OFFSETS.into_iter().map(|offset| Input { offset, scale: 1.0 });
    let scales = SCALES.into_iter().filter(|scale| *scale != 1.0);
    offsets.chain(scales.map(|scale| Input { offset: 0.0, scale }))
}

fn extents(arguments: &PrecisionArguments, choice: &NormChoice) -> Result<Extents, Failure> {
    let bad = |error: equations::SizeError| Failure::BadInput(error.to_string());
    let PrecisionArguments { samples, positions, features, .. } = *arguments;
    let extents = Extents::new(samples, positions, features, choice.groups()).map_err(bad)?;
    choice.equation().check(&extents, equations::Mode::Train).map_err(bad)?;
    Ok(extents)
}

/// Writes the table and the figures, and returns a line that names them.
fn write(folder: &Path, rows: &[Row], arguments: &PrecisionArguments) -> Result<String, Failure> {
    let mut files = vec![(CSV.to_string(), table::csv(rows, arguments.storage()))];
    files.extend(picture::figures(rows, arguments.storage()));
    write_files(folder, &files)?;
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    Ok(format!("{} in {}", names.join(", "), folder.display()))
}
