//! `normlab report`: tables, answer and figures of a study, from its CSV files.

use std::path::Path;
use std::process::ExitCode;

use analysis::{Drawn, Study, Summary, TextTable, figures, summarize};

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
    say(&made(root, &study)?)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes summary and figures into a folder of results, and returns the text for the terminal.
///
/// # Errors
/// Damaged CSV files of runs; a disk that takes no more.
pub fn made(root: &Path, study: &Study) -> Result<String, Failure> {
    let summary = summarize(study);
    output::write_summary(root, &text(&summary, FILE))?;
    let Drawn { figures, problems } = figures(study, root);
    if let Some(problem) = problems.into_iter().next() {
        return Err(problem.into());
    }
    for figure in &figures {
        output::write_figure(root, &figure.file_name, &figure.svg)?;
    }
    let path = root.display();
    let mut files = format!("results in {path}: study.toml, runs.csv, runs/, summary.txt");
    for figure in &figures {
        files += &format!("\n  {path}/figures/{}", figure.file_name);
    }
    Ok(format!("\n{}\n{files}", text(&summary, width())))
}

/// The tables with their legends, and the answer.
fn text(summary: &Summary, width: usize) -> String {
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
