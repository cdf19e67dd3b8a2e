//! The files of a folder of results: their names, and which of them normlab made.
//!
//! ```text
//! study.toml            the study, every default written out
//! runs.csv              a row per run, made from runs/*/run.toml
//! runs/<id>/            a finished run: run.toml, metrics.csv, layers.csv, timing.csv
//! summary.txt figures/  made from the CSV files
//! .lock                 locked while a process is at work
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use analysis::is_figure;

use super::lock;

pub const STUDY: &str = "study.toml";
pub const RUNS: &str = "runs.csv";
pub const SUMMARY: &str = "summary.txt";
pub const RUN_FOLDERS: &str = "runs";
pub const FIGURES: &str = "figures";
/// How the names begin under which files and folders are written before they are complete.
pub const UNFINISHED: &str = ".part-";

/// The table of all runs of a folder of results.
pub fn runs_csv(root: &Path) -> PathBuf {
    root.join(RUNS)
}

/// The study of a folder of results, with every default written out.
pub fn study_toml(root: &Path) -> PathBuf {
    root.join(STUDY)
}

/// The folder of a run.
pub fn run_folder(root: &Path, id: &str) -> PathBuf {
    root.join(RUN_FOLDERS).join(id)
}

/// The ids of the runs that have a folder, in order.
pub fn run_ids(root: &Path) -> Vec<String> {
    let mut ids = names(&root.join(RUN_FOLDERS));
    ids.retain(|name| is_run_id(name));
    ids.sort();
    ids
}

/// The figures of a folder of results, by their file names.
pub fn figure_names(root: &Path) -> Vec<String> {
    let mut figures = names(&root.join(FIGURES));
    figures.retain(|name| is_figure(name));
    figures
}

/// What a folder holds that normlab did not make, hidden files apart.
pub fn foreign(root: &Path) -> Vec<String> {
    let mut foreign = names(root);
    foreign.retain(|name| match name.as_str() {
        STUDY | RUNS | SUMMARY => false,
        RUN_FOLDERS => {
            names(&root.join(name)).iter().any(|name| !is_hidden(name) && !is_run_id(name))
        }
        FIGURES => names(&root.join(name)).iter().any(|name| !is_hidden(name) && !is_figure(name)),
        _ => !is_hidden(name),
    });
    foreign.sort();
    foreign
}

/// Whether a folder holds nothing, or nothing but a lock; also if it is not there.
pub fn is_empty(folder: &Path) -> bool {
    names(folder).iter().all(|name| name == lock::NAME)
}

/// The names in a folder; none if it is not there.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

fn is_run_id(name: &str) -> bool {
    name.len() == 12 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}
