//! An open folder of results, in which a study keeps its runs.
//!
//! A run is written into a temporary folder and gets its name by one rename, so that every `runs/<id>`
//! is complete. It is not made again, and only `--overwrite` removes it.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use training::Outcome;

use super::layout::{
    FIGURES, RUN_FOLDERS, RUNS, STUDY, SUMMARY, UNFINISHED, figure_names, names, run_folder,
    runs_csv,
};
use super::lock::Lock;
use super::{OutputError, create, gone, refused, temporary_folder, write};
use crate::finished::{self, RUN};
use crate::plan::Run;
use crate::recorder::RunFiles;

/// A folder that is locked, can be written, and may hold finished runs.
pub struct Folder {
    root: PathBuf,
    _lock: Lock,
}

impl Folder {
    /// Locks the folder and writes the study into it, before anything else. Finished runs stay where
    /// they are.
    ///
    /// # Errors
    /// Another process works in the folder; it cannot be written.
    pub fn open(root: PathBuf, study: &str) -> Result<Folder, OutputError> {
        super::open_folder(&root)?;
        let folder = Folder { _lock: Lock::take(&root)?, root };
        write(&folder.root, STUDY, study.as_bytes())?;
        create(&folder.root.join(RUN_FOLDERS))?;
        create(&folder.root.join(FIGURES))?;
        folder.sweep()?;
        Ok(folder)
    }

    /// Where the results are.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// The outcome of a run that finished here before, under this engine.
    pub fn finished(&self, run: &Run) -> Option<Outcome> {
        finished::read(&run_folder(&self.root, &run.id), run)
    }

    /// Keeps a finished run.
    ///
    /// # Errors
    /// The disk takes no more.
    pub fn keep(&self, run: &Run, outcome: &Outcome, files: &RunFiles) -> Result<(), OutputError> {
        let unfinished = temporary_folder(&self.root.join(RUN_FOLDERS))?;
        let record = finished::written(run, outcome, files);
        for (name, bytes) in files.named().into_iter().chain([(RUN, record.as_bytes())]) {
            let path = unfinished.path().join(name);
            fs::write(&path, bytes).map_err(|error| refused(&path, error))?;
        }
        let place = run_folder(&self.root, &run.id);
        // What is there is damaged, or it would not have been made again.
        gone(&place, fs::remove_dir_all(&place))?;
        fs::rename(unfinished.path(), &place).map_err(|error| refused(&place, error))?;
        let _ = unfinished.keep();
        Ok(())
    }

    /// The table of all runs.
    pub fn runs_csv(&self) -> PathBuf {
        runs_csv(&self.root)
    }

    /// Replaces the table of all runs.
    pub fn write_runs(&self, table: &[u8]) -> Result<(), OutputError> {
        write(&self.root, RUNS, table)
    }

    /// Adds a row to the table of all runs.
    pub fn add_row(&self, row: &[u8]) -> Result<(), OutputError> {
        let path = self.runs_csv();
        let file = OpenOptions::new().append(true).open(&path);
        let added = file.and_then(|mut file| file.write_all(row));
        added.map_err(|error| refused(&path, error))
    }

    /// Removes what processes left unfinished that were killed.
    fn sweep(&self) -> Result<(), OutputError> {
        for folder in [&self.root, &self.root.join(RUN_FOLDERS), &self.root.join(FIGURES)] {
            for name in names(folder).into_iter().filter(|name| name.starts_with(UNFINISHED)) {
                let path = folder.join(name);
                let removed =
                    if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
                gone(&path, removed)?;
            }
        }
        Ok(())
    }
}

/// Writes a figure of a study.
pub fn write_figure(root: &Path, file_name: &str, svg: &str) -> Result<(), OutputError> {
    create(&root.join(FIGURES))?;
    write(&root.join(FIGURES), file_name, svg.as_bytes())
}

/// Removes the figures of a study but those with these file names: an earlier version of it had them.
pub fn keep_figures(root: &Path, file_names: &[&str]) -> Result<(), OutputError> {
    let others = figure_names(root).into_iter().filter(|name| !file_names.contains(&name.as_str()));
    others
        .map(|name| root.join(FIGURES).join(name))
        .try_for_each(|path| gone(&path, fs::remove_file(&path)))
}

/// Writes the tables and the answer of a study.
pub fn write_summary(root: &Path, text: &str) -> Result<(), OutputError> {
    write(root, SUMMARY, text.as_bytes())
}
