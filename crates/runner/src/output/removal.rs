//! Removes the results of a study, and nothing else.

use std::fs;
use std::path::Path;

use super::layout::{
    FIGURES, RUN_FOLDERS, RUNS, STUDY, SUMMARY, figure_names, is_empty, run_folder, run_ids,
};
use super::lock::Lock;
use super::{OutputError, gone};

/// Removes the results of whatever study is in a folder; says what was removed. Files that normlab did
/// not make stay where they are.
///
/// # Errors
/// Another process works in the folder; something cannot be removed.
pub fn remove(root: &Path) -> Result<Option<String>, OutputError> {
    if is_empty(root) {
        return Ok(None);
    }
    let _lock = Lock::take(root)?;
    let found = listed(root);
    for id in run_ids(root) {
        let folder = run_folder(root, &id);
        gone(&folder, fs::remove_dir_all(&folder))?;
    }
    for figure in figure_names(root) {
        let path = root.join(FIGURES).join(figure);
        gone(&path, fs::remove_file(&path))?;
    }
    for file in [STUDY, RUNS, SUMMARY] {
        let path = root.join(file);
        gone(&path, fs::remove_file(&path))?;
    }
    // Folders with other things in them stay.
    for folder in [RUN_FOLDERS, FIGURES] {
        let _ = fs::remove_dir(root.join(folder));
    }
    let text = format!("removed from {}: {}", root.display(), found.join(", "));
    Ok((!found.is_empty()).then_some(text))
}

/// What [`remove`] would remove: `12 runs`, `7 figures`, `study.toml`.
pub fn listed(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for (count, noun) in [(run_ids(root).len(), "run"), (figure_names(root).len(), "figure")] {
        match count {
            0 => {}
            1 => found.push(format!("1 {noun}")),
            _ => found.push(format!("{count} {noun}s")),
        }
    }
    let files = [STUDY, RUNS, SUMMARY].into_iter();
    found.extend(files.filter(|file| root.join(file).exists()).map(String::from));
    found
}
