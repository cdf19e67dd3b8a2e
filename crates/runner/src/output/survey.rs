//! What a folder of results holds before a study runs in it, and whether the study may run there.

use std::fs;
use std::path::{Path, PathBuf};

use super::layout::{
    FIGURES, RUN_FOLDERS, RUNS, STUDY, SUMMARY, figure_names, foreign, run_folder, run_ids,
    study_toml,
};
use super::{Existing, OutputError};
use crate::engine::ENGINE;
use crate::finished::{self, Kept, RUN};
use crate::plan::Run;

/// What a folder of results holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// The finished runs of this engine, by their ids.
    pub runs: Vec<String>,
    /// The engines of the other runs, one entry per run; their numbers are not to be mixed with those
    /// of this engine.
    pub other_engines: Vec<u32>,
    /// The number of runs that are damaged: files are missing or cut short.
    pub damaged: usize,
    /// The number of figures.
    pub figures: usize,
}

/// Looks at the folder of a study, which need not be there. Reads only.
///
/// # Errors
/// The path is a file; the folder holds what normlab did not make, and no study.
pub fn survey(root: &Path) -> Result<Survey, OutputError> {
    if root.is_file() {
        return Err(OutputError::IsAFile { path: root.to_path_buf() });
    }
    let mut survey = Survey { figures: figure_names(root).len(), ..Survey::default() };
    for id in run_ids(root) {
        match finished::kept(&run_folder(root, &id)) {
            Kept::Whole(ENGINE) => survey.runs.push(id),
            Kept::Whole(engine) => survey.other_engines.push(engine),
            Kept::Damaged => survey.damaged += 1,
        }
    }
    let is_a_study =
        study_toml(root).is_file() || !survey.runs.is_empty() || !survey.other_engines.is_empty();
    match foreign(root).first() {
        Some(name) if !is_a_study => {
            Err(occupied(root, format!("`{name}` and no results of a study")))
        }
        _ => Ok(survey),
    }
}

impl Survey {
    /// Whether a study with these runs may have its results here: it shares some with what is there,
    /// or nothing is there that it would hide.
    ///
    /// # Errors
    /// The folder holds the results of another study or of another engine only.
    pub fn admits(&self, root: &Path, runs: &[Run]) -> Result<(), OutputError> {
        let belongs = |run: &Run| self.runs.contains(&run.id);
        if !self.runs.is_empty() {
            return match runs.iter().any(belongs) {
                true => Ok(()),
                false => Err(occupied(
                    root,
                    format!(
                        "the results of another study: {} finished, none of which belongs to this one",
                        counted(self.runs.len(), "run")
                    ),
                )),
            };
        }
        if let Some(engine) = self.other_engines.iter().max() {
            let runs = counted(self.other_engines.len(), "run");
            let found = format!(
                "{runs} of engine {engine}; this is engine {ENGINE}, whose numbers are others"
            );
            return Err(occupied(root, found));
        }
        if self.damaged > 0 {
            let runs = counted(self.damaged, "run");
            return Err(occupied(root, format!("{runs} without a complete {RUN}")));
        }
        Ok(())
    }
}

/// What a study writes anew in its folder, or removes. Its own `study.toml`, which it would only write
/// again, may be what it is read from.
pub fn replaced(root: &Path, study: &str, existing: Existing) -> Vec<PathBuf> {
    let is_the_same = fs::read_to_string(study_toml(root)).is_ok_and(|text| text == study);
    let resolved = (!is_the_same).then_some(STUDY);
    let removed = (existing == Existing::Replace).then_some(RUN_FOLDERS);
    let names = [RUNS, SUMMARY, FIGURES].into_iter().chain(resolved).chain(removed);
    names.map(|name| root.join(name)).collect()
}

fn occupied(root: &Path, found: String) -> OutputError {
    OutputError::Occupied { path: root.to_path_buf(), found }
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
