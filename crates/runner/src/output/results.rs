//! The folder of a study's results.
//!
//! ```text
//! study.toml            the study, every default written out
//! runs.csv              a row per run, made from runs/*/run.toml
//! runs/<id>/            a finished run: run.toml, metrics.csv, layers.csv, timing.csv
//! summary.txt figures/  made from the CSV files
//! .lock                 locked while a process is at work
//! ```
//!
//! A run is written into a temporary folder and gets its name by one rename, so that every `runs/<id>`
//! is complete. It is not made again, and only `--overwrite` removes it.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use training::Outcome;

use super::lock::{self, Lock};
use super::{Existing, OutputError, create, gone, refused, temporary_folder, write};
use crate::engine::ENGINE;
use crate::finished;
use crate::plan::Run;
use crate::recorder::RunFiles;

const STUDY: &str = "study.toml";
const RUNS: &str = "runs.csv";
const SUMMARY: &str = "summary.txt";
const RUN_FOLDERS: &str = "runs";
const RUN: &str = "run.toml";
const FIGURES: &str = "figures";
/// How the names begin under which files and folders are written before they are complete.
pub(super) const UNFINISHED: &str = ".part-";

/// A folder that is locked, can be written, and may hold finished runs.
pub struct Folder {
    root: PathBuf,
    _lock: Lock,
}

/// What a folder of results holds before a study runs in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// The finished runs of this engine, by their ids.
    pub runs: Vec<String>,
    /// The number of runs of other engines, whose numbers are not to be mixed with this one's.
    pub stale: usize,
    /// The number of runs without a readable `run.toml`.
    pub unreadable: usize,
}

/// Looks at the folder of a study, which need not be there. Reads only.
///
/// # Errors
/// The folder cannot be read, or holds files that are no study's.
pub fn survey(root: &Path) -> Result<Survey, OutputError> {
    let mut survey = Survey::default();
    if !root.join(STUDY).exists() && !is_empty(root) {
        let found = "files, but no study.toml".to_string();
        return Err(OutputError::Occupied { path: root.to_path_buf(), found });
    }
    for id in run_ids(root) {
        let text = fs::read_to_string(root.join(RUN_FOLDERS).join(&id).join(RUN));
        match text.ok().and_then(|text| finished::engine_of(&text)) {
            Some(ENGINE) => survey.runs.push(id),
            Some(_) => survey.stale += 1,
            None => survey.unreadable += 1,
        }
    }
    Ok(survey)
}

impl Survey {
    /// Whether a study with these runs may have its results here: it shares some with what is there,
    /// or nothing is there that it would hide.
    ///
    /// # Errors
    /// The folder holds another study's results, or those of a version without `run.toml`.
    pub fn admits(&self, root: &Path, runs: &[Run]) -> Result<(), OutputError> {
        let occupied = |found| Err(OutputError::Occupied { path: root.to_path_buf(), found });
        let belongs = |run: &Run| self.runs.contains(&run.id);
        if !self.runs.is_empty() && !runs.iter().any(belongs) {
            let runs = self.runs.len();
            return occupied(format!(
                "the results of another study: none of its {runs} runs belongs to this one"
            ));
        }
        if self.unreadable > 0 && self.runs.is_empty() && self.stale == 0 {
            let runs = self.unreadable;
            return occupied(format!(
                "{runs} runs without {RUN}, which an earlier version of normlab made"
            ));
        }
        Ok(())
    }
}

/// What a study writes anew in its folder, or removes. Its own `study.toml`, which it would only write
/// again, may be what it is read from.
pub fn replaced(root: &Path, study: &str, existing: Existing) -> Vec<PathBuf> {
    let is_the_same = fs::read_to_string(root.join(STUDY)).is_ok_and(|text| text == study);
    let resolved = (!is_the_same).then_some(STUDY);
    let removed = (existing == Existing::Replace).then_some(RUN_FOLDERS);
    let names = [RUNS, SUMMARY, FIGURES].into_iter().chain(resolved).chain(removed);
    names.map(|name| root.join(name)).collect()
}

impl Folder {
    /// Locks the folder and writes the study into it. Finished runs stay where they are.
    ///
    /// # Errors
    /// Another process works in the folder; it cannot be written.
    pub fn open(root: PathBuf, study: &str) -> Result<Folder, OutputError> {
        super::open_folder(&root)?;
        let folder = Folder { _lock: Lock::take(&root)?, root };
        create(&folder.root.join(RUN_FOLDERS))?;
        create(&folder.root.join(FIGURES))?;
        folder.sweep()?;
        write(&folder.root, STUDY, study.as_bytes())?;
        Ok(folder)
    }

    /// Where the results are.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// The outcome of a run that finished here before, under this engine.
    pub fn finished(&self, run: &Run) -> Option<Outcome> {
        let text = fs::read_to_string(self.run_folder(&run.id).join(RUN)).ok()?;
        finished::read(&text, run)
    }

    /// Keeps a finished run.
    ///
    /// # Errors
    /// The disk takes no more.
    pub fn keep(&self, run: &Run, outcome: &Outcome, files: &RunFiles) -> Result<(), OutputError> {
        let unfinished = temporary_folder(&self.root.join(RUN_FOLDERS))?;
        let record = finished::written(run, outcome);
        for (name, bytes) in [
            (RUN, record.as_bytes()),
            ("metrics.csv", &files.metrics),
            ("layers.csv", &files.layers),
            ("timing.csv", &files.timing),
        ] {
            let path = unfinished.path().join(name);
            fs::write(&path, bytes).map_err(|error| refused(&path, error))?;
        }
        let place = self.run_folder(&run.id);
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

    fn run_folder(&self, id: &str) -> PathBuf {
        self.root.join(RUN_FOLDERS).join(id)
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

/// Removes the results of whatever study is in a folder, and nothing else that lies there; says what
/// was removed.
///
/// # Errors
/// Another process works in the folder; something cannot be removed.
pub fn remove(root: &Path) -> Result<Option<String>, OutputError> {
    if is_empty(root) {
        return Ok(None);
    }
    let _lock = Lock::take(root)?;
    let runs = run_ids(root).len();
    let figures = names(&root.join(FIGURES)).len();
    let mut removed = Vec::new();
    for (count, noun) in [(runs, "run"), (figures, "figure")] {
        match count {
            0 => {}
            1 => removed.push(format!("1 {noun}")),
            _ => removed.push(format!("{count} {noun}s")),
        }
    }
    for folder in [RUN_FOLDERS, FIGURES] {
        gone(&root.join(folder), fs::remove_dir_all(root.join(folder)))?;
    }
    for file in [STUDY, RUNS, SUMMARY] {
        let path = root.join(file);
        if path.exists() {
            gone(&path, fs::remove_file(&path))?;
            removed.push(file.to_string());
        }
    }
    let text = format!("removed from {}: {}", root.display(), removed.join(", "));
    Ok((!removed.is_empty()).then_some(text))
}

/// The table of all runs of a folder of results.
pub fn runs_csv(root: &Path) -> PathBuf {
    root.join(RUNS)
}

/// The study of a folder of results, with every default written out.
pub fn study_toml(root: &Path) -> PathBuf {
    root.join(STUDY)
}

/// Writes a figure of a study.
pub fn write_figure(root: &Path, file_name: &str, svg: &str) -> Result<(), OutputError> {
    create(&root.join(FIGURES))?;
    write(&root.join(FIGURES), file_name, svg.as_bytes())
}

/// Writes the tables and the answer of a study.
pub fn write_summary(root: &Path, text: &str) -> Result<(), OutputError> {
    write(root, SUMMARY, text.as_bytes())
}

fn run_ids(root: &Path) -> Vec<String> {
    let mut ids = names(&root.join(RUN_FOLDERS));
    ids.retain(|name| !name.starts_with('.'));
    ids.sort();
    ids
}

/// Whether a folder holds nothing, or nothing but a lock; also if it is not there.
fn is_empty(folder: &Path) -> bool {
    names(folder).iter().all(|name| name == lock::NAME)
}

/// The names in a folder; none if it is not there.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use nets::Seed;
    use training::{Evaluation, Status};

    use super::*;
    use crate::plan::Phase;

    fn run(id: &str) -> Run {
        Run {
            id: id.to_string(),
            identity: format!("identity of {id}"),
            arm: 0,
            phase: Phase::Tune,
            learning_rate: 1e-3,
            seed: 0,
            root: Seed(0),
        }
    }

    fn outcome() -> Outcome {
        let evaluation = Evaluation { loss: 0.5, accuracy: 0.75 };
        Outcome {
            status: Status::Finished,
            steps: 9,
            train_loss: 0.5,
            fit: evaluation,
            validation: evaluation,
            test: evaluation,
            overconfident: false,
            parameters: 10,
            constant_loss: 2.3,
        }
    }

    fn files() -> RunFiles {
        RunFiles { metrics: b"step\n".into(), layers: b"layer\n".into(), timing: b"epoch\n".into() }
    }

    fn in_a_new_folder(check: impl FnOnce(&Path)) {
        let temporary = tempfile::tempdir().unwrap();
        check(&temporary.path().join("study"));
    }

    #[test]
    fn a_finished_run_is_there_when_the_folder_is_opened_again() {
        in_a_new_folder(|root| {
            let folder = Folder::open(root.to_path_buf(), "one").unwrap();
            folder.keep(&run("a"), &outcome(), &files()).unwrap();
            drop(folder);
            let folder = Folder::open(root.to_path_buf(), "two").unwrap();
            assert_eq!(folder.finished(&run("a")).unwrap().steps, 9);
            assert!(folder.finished(&run("b")).is_none());
            assert_eq!(fs::read_to_string(study_toml(root)).unwrap(), "two");
            assert_eq!(survey(root).unwrap().runs, ["a"]);
        });
    }

    #[test]
    fn what_was_left_unfinished_is_swept_and_a_damaged_run_is_replaced() {
        in_a_new_folder(|root| {
            drop(Folder::open(root.to_path_buf(), "one").unwrap());
            fs::create_dir_all(root.join("runs/.part-x")).unwrap();
            fs::write(root.join(".part-y"), "torn").unwrap();
            fs::create_dir_all(root.join("runs/a")).unwrap();
            fs::write(root.join("runs/a/run.toml"), "id = \"a\"\nengi").unwrap();
            let folder = Folder::open(root.to_path_buf(), "one").unwrap();
            assert!(!root.join("runs/.part-x").exists() && !root.join(".part-y").exists());
            assert!(folder.finished(&run("a")).is_none());
            folder.keep(&run("a"), &outcome(), &files()).unwrap();
            assert!(folder.finished(&run("a")).is_some());
        });
    }

    #[test]
    fn a_study_that_shares_no_run_is_refused_and_one_that_shares_some_is_not() {
        in_a_new_folder(|root| {
            let folder = Folder::open(root.to_path_buf(), "one").unwrap();
            folder.keep(&run("a"), &outcome(), &files()).unwrap();
            let survey = survey(root).unwrap();
            survey.admits(root, &[run("a"), run("b")]).unwrap();
            let message = survey.admits(root, &[run("b")]).unwrap_err().to_string();
            assert!(message.contains("holds the results of another study"), "{message}");
        });
    }

    #[test]
    fn runs_of_another_engine_are_stale_and_those_of_the_first_version_are_left_alone() {
        in_a_new_folder(|root| {
            let folder = Folder::open(root.to_path_buf(), "one").unwrap();
            folder.keep(&run("a"), &outcome(), &files()).unwrap();
            let path = root.join("runs/a/run.toml");
            let text = fs::read_to_string(&path).unwrap();
            let older = text.replacen(&format!("engine = {ENGINE}"), "engine = 1", 1);
            fs::write(&path, older).unwrap();
            let stale = survey(root).unwrap();
            assert_eq!((stale.runs.len(), stale.stale), (0, 1));
            stale.admits(root, &[run("b")]).unwrap();
            assert!(folder.finished(&run("a")).is_none());
            fs::remove_file(path).unwrap();
            let message = survey(root).unwrap().admits(root, &[run("b")]).unwrap_err().to_string();
            assert!(message.contains("an earlier version of normlab"), "{message}");
        });
    }

    #[test]
    fn removing_says_what_it_removes_and_leaves_the_rest() {
        in_a_new_folder(|root| {
            let folder = Folder::open(root.to_path_buf(), "one").unwrap();
            folder.keep(&run("a"), &outcome(), &files()).unwrap();
            folder.write_runs(b"run_id\n").unwrap();
            write_figure(root, "a.svg", "<svg/>").unwrap();
            fs::write(root.join("notes.md"), "mine").unwrap();
            assert!(matches!(remove(root), Err(OutputError::InUse { .. })));
            drop(folder);
            let said = remove(root).unwrap().unwrap();
            assert!(said.ends_with(": 1 run, 1 figure, study.toml, runs.csv"), "{said}");
            let mut left = names(root);
            left.sort();
            assert_eq!(left, [lock::NAME, "notes.md"]);
            assert_eq!(remove(&root.join("nowhere")).unwrap(), None);
        });
    }

    #[test]
    fn a_folder_of_other_things_is_refused() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("thesis.tex"), "").unwrap();
        let message = survey(root.path()).unwrap_err().to_string();
        assert!(message.contains("holds files, but no study.toml"), "{message}");
    }

    #[test]
    fn a_path_that_is_no_folder_is_reported() {
        let temporary = tempfile::tempdir().unwrap();
        let file = temporary.path().join("file");
        fs::write(&file, "").unwrap();
        let message = Folder::open(file.join("study"), "one").err().unwrap().to_string();
        assert!(message.starts_with("cannot write to"), "{message}");
    }
}
