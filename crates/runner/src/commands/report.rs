//! `normlab report`: tables, answer and figures of a study, from its CSV files.

use std::path::Path;
use std::process::ExitCode;

use analysis::{Study, Summary, TextTable, figures, summarize};

use crate::cli::ReportArguments;
use crate::failure::Failure;
use crate::output;
use crate::tables::Table;
use crate::terminal::{say, width, wrapped};

/// The width of the text that is kept in a file.
const FILE: usize = 80;

/// Makes the report of a folder of results again.
///
/// # Errors
/// A folder without `runs.csv`, or with damaged files; a disk that takes no more.
pub fn report(arguments: &ReportArguments) -> Result<ExitCode, Failure> {
    let root = &arguments.folder;
    let runs = output::runs_csv(root);
    if !runs.is_file() {
        let message = format!(
            "{} is not there; FOLDER is the folder of a study, such as results/quickstart",
            runs.display()
        );
        return Err(Failure::BadInput(message));
    }
    let (name, question) = name_and_question(root);
    let study = Study::read(&runs, &name, &question);
    let study = study.map_err(|error| Failure::BadInput(error.to_string()))?;
    let written = write(root, &study);
    say(&text(&study))?;
    say(&written?)?;
    Ok(ExitCode::SUCCESS)
}

/// The tables and the answer of a study, for the terminal.
pub fn text(study: &Study) -> String {
    format!("\n{}", laid_out(&summarize(study), width()))
}

/// Writes summary and figures into a folder of results, all that can be written, and says which.
///
/// # Errors
/// Damaged CSV files of runs; a disk that takes no more.
pub fn write(root: &Path, study: &Study) -> Result<String, Failure> {
    let mut problems = Vec::new();
    let summary = laid_out(&summarize(study), FILE);
    problems.extend(output::write_summary(root, &summary).err().map(|error| error.to_string()));
    let drawn = figures(study, root);
    let mut written = Vec::new();
    for figure in &drawn.figures {
        match output::write_figure(root, &figure.file_name, &figure.svg) {
            Ok(()) => written.push(figure.file_name.as_str()),
            Err(error) => problems.push(error.to_string()),
        }
    }
    problems.extend(drawn.problems.iter().map(ToString::to_string));
    if problems.is_empty() {
        problems.extend(output::keep_figures(root, &written).err().map(|error| error.to_string()));
    }
    if !problems.is_empty() {
        problems.dedup();
        return Err(Failure::Crashed(problems.join("\n")));
    }
    let path = root.display();
    let files = format!("results in {path}: study.toml, runs.csv, runs/, summary.txt, figures/");
    let names = written.iter().map(|name| format!("  {path}/figures/{name}"));
    Ok(std::iter::once(wrapped(&files, width())).chain(names).collect::<Vec<_>>().join("\n"))
}

/// The tables with their legends, and the answer.
fn laid_out(summary: &Summary, width: usize) -> String {
    if summary.arms.is_empty() {
        return "There are no runs.\n".to_string();
    }
    let mut parts: Vec<String> = summary.tables().iter().map(|table| shown(table, width)).collect();
    for paragraph in summary.answer() {
        let mut lines = vec![wrapped(&paragraph.heading, width)];
        lines.extend(paragraph.items.iter().map(|item| hanging(item, width)));
        parts.push(lines.join("\n"));
    }
    parts.join("\n\n") + "\n"
}

fn shown(table: &TextTable, width: usize) -> String {
    let mut rendered = Table::new(&table.header, Vec::<Vec<String>>::new())
        .keeping(&["arm"])
        .folding(&["arm", "note", "Δ loss, nat", "Δ accuracy, points"]);
    for (panel, rows) in &table.panels {
        rendered = rendered.with_section(panel, rows.clone());
    }
    format!("{}\n\n{}", rendered.render(width), wrapped(&table.legend, width))
}

/// An item below a heading: indented, its further lines once more.
fn hanging(item: &str, width: usize) -> String {
    let mut lines =
        wrapped(item, width.saturating_sub(4)).lines().map(String::from).collect::<Vec<_>>();
    for (number, line) in lines.iter_mut().enumerate() {
        *line = format!("{}{line}", if number == 0 { "  " } else { "    " });
    }
    lines.join("\n")
}

/// What `study.toml` calls the study; where that is not there the folder's name.
fn name_and_question(root: &Path) -> (String, String) {
    let text = std::fs::read_to_string(output::study_toml(root)).unwrap_or_default();
    let table: toml::Table = text.parse().unwrap_or_default();
    let said = |key: &str| table.get("study")?.get(key)?.as_str().map(str::to_string);
    let folder = std::fs::canonicalize(root).unwrap_or_else(|_| root.to_path_buf());
    let folder = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    (
        said("name").or(folder).unwrap_or_else(|| "study".to_string()),
        said("question").unwrap_or_default(),
    )
}
