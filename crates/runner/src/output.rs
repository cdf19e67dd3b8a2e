//! The folder of a study's results: the one place that writes to the disk.
//!
//! A file is written beside its place and then renamed, so that whoever looks finds it whole or
//! not at all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::recorder::RunFiles;

const STUDY: &str = "study.toml";
const RUNS: &str = "runs.csv";
const SUMMARY: &str = "summary.txt";
const RUN_FOLDERS: &str = "runs";
const FIGURES: &str = "figures";

/// What may happen to results that are already there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Those of the same study are made again; others are not touched.
    Keep,
    /// They are replaced.
    Replace,
}

/// A folder that is there, can be written, and holds this study and no results yet.
pub struct Folder {
    root: PathBuf,
}

/// Why results cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// Another study's results are there.
    #[error(
        "{path} holds {found}\n  \
         --out DIR puts the results elsewhere, another name in [study] too; \
         --overwrite replaces what is there",
        path = path.display()
    )]
    Occupied {
        /// The folder.
        path: PathBuf,
        /// What is in it.
        found: &'static str,
    },
    /// The operating system refused.
    #[error("cannot write to {path}: {error}", path = path.display())]
    Unwritable {
        /// The file or folder.
        path: PathBuf,
        /// What it said.
        error: io::Error,
    },
}

/// Whether a study may have its results in a folder. Reads only.
///
/// # Errors
/// The folder holds another study, or files that are no study's, and they are to be kept.
pub fn check(root: &Path, study: &str, existing: Existing) -> Result<(), OutputError> {
    let occupied = |found| Err(OutputError::Occupied { path: root.to_path_buf(), found });
    match fs::read_to_string(root.join(STUDY)) {
        _ if existing == Existing::Replace => Ok(()),
        Ok(text) if text == study => Ok(()),
        Ok(_) => {
            occupied("the results of another study, or of another version: its study.toml differs")
        }
        Err(_) if is_empty(root) => Ok(()),
        Err(_) => occupied("files, but no study.toml"),
    }
}

/// What a study writes anew or removes in its folder. Its own `study.toml`, which it would only write
/// again, may be what it is read from.
pub fn replaced(root: &Path, study: &str) -> Vec<PathBuf> {
    let is_the_same = fs::read_to_string(root.join(STUDY)).is_ok_and(|text| text == study);
    let resolved = (!is_the_same).then_some(STUDY);
    let names = [RUNS, SUMMARY, RUN_FOLDERS, FIGURES].into_iter().chain(resolved);
    names.map(|name| root.join(name)).collect()
}

impl Folder {
    /// Makes the folder ready for a study: earlier results of it are removed, and nothing else.
    ///
    /// # Errors
    /// As [`check`], and when the folder cannot be written.
    pub fn open(root: PathBuf, study: &str, existing: Existing) -> Result<Folder, OutputError> {
        check(&root, study, existing)?;
        let folder = Folder { root };
        folder.prepare(study)?;
        Ok(folder)
    }

    /// Where the results are.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// The table of all runs.
    pub fn runs_csv(&self) -> PathBuf {
        self.root.join(RUNS)
    }

    /// Replaces the table of all runs.
    pub fn write_runs(&self, table: &[u8]) -> Result<(), OutputError> {
        write(&self.root, RUNS, table)
    }

    /// Writes the files of a run.
    pub fn write_run(&self, id: &str, files: &RunFiles) -> Result<(), OutputError> {
        let folder = self.root.join(RUN_FOLDERS).join(id);
        create(&folder)?;
        write(&folder, "metrics.csv", &files.metrics)?;
        write(&folder, "layers.csv", &files.layers)?;
        write(&folder, "timing.csv", &files.timing)
    }

    /// Writes a figure.
    pub fn write_figure(&self, file_name: &str, svg: &str) -> Result<(), OutputError> {
        write(&self.root.join(FIGURES), file_name, svg.as_bytes())
    }

    /// Writes what the terminal shows in the end.
    pub fn write_summary(&self, text: &str) -> Result<(), OutputError> {
        write(&self.root, SUMMARY, text.as_bytes())
    }

    fn prepare(&self, study: &str) -> Result<(), OutputError> {
        // A folder that takes no new file must not lose its old ones.
        open_folder(&self.root)?;
        for file in [RUNS, SUMMARY] {
            gone(&self.root.join(file), fs::remove_file(self.root.join(file)))?;
        }
        for folder in [RUN_FOLDERS, FIGURES] {
            gone(&self.root.join(folder), fs::remove_dir_all(self.root.join(folder)))?;
        }
        write(&self.root, STUDY, study.as_bytes())?;
        create(&self.root.join(RUN_FOLDERS))?;
        create(&self.root.join(FIGURES))
    }
}

/// Makes a folder if it is not there, and tries whether it takes files.
///
/// # Errors
/// It cannot be made, or takes none.
pub fn open_folder(folder: &Path) -> Result<(), OutputError> {
    create(folder)?;
    tempfile::tempfile_in(folder).map(drop).map_err(|error| refused(folder, error))
}

/// Writes files into a folder that is made if it is not there.
///
/// # Errors
/// The folder cannot be made, or takes no files.
pub fn write_files(folder: &Path, files: &[(String, String)]) -> Result<(), OutputError> {
    create(folder)?;
    files.iter().try_for_each(|(name, text)| write(folder, name, text.as_bytes()))
}

/// Whether a file can be written at a path, without doing so.
///
/// # Errors
/// Its folder is not there, or takes no files.
pub fn check_file(path: &Path) -> Result<(), OutputError> {
    let (folder, _) = parts(path)?;
    tempfile::tempfile_in(folder).map(drop).map_err(|error| refused(path, error))
}

/// Writes a file that belongs to no study.
pub fn write_file(path: &Path, text: &str) -> Result<(), OutputError> {
    let (folder, name) = parts(path)?;
    write(folder, name, text.as_bytes())
}

fn parts(path: &Path) -> Result<(&Path, &str), OutputError> {
    let no_name = || io::Error::new(io::ErrorKind::InvalidInput, "it is not the name of a file");
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| refused(path, no_name()))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    Ok((folder.unwrap_or(Path::new(".")), name))
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none())
}

fn create(folder: &Path) -> Result<(), OutputError> {
    fs::create_dir_all(folder).map_err(|error| refused(folder, error))
}

/// What was not there need not be removed.
fn gone(path: &Path, removed: io::Result<()>) -> Result<(), OutputError> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(refused(path, error)),
        _ => Ok(()),
    }
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), OutputError> {
    let path = folder.join(name);
    let written = temporary(folder).and_then(|mut file| {
        file.write_all(bytes)?;
        file.persist(&path).map_err(|error| error.error)
    });
    written.map(drop).map_err(|error| refused(&path, error))
}

/// A file that removes itself unless it gets its name. It is for everybody to read, as far as the
/// user's mask allows, like any other file; the default of the crate is for its owner only.
fn temporary(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.prefix(".part-").tempfile_in(folder)
}

fn refused(path: &Path, error: io::Error) -> OutputError {
    OutputError::Unwritable { path: path.to_path_buf(), error }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(root: &Path, study: &str, existing: Existing) -> Result<Folder, OutputError> {
        Folder::open(root.to_path_buf(), study, existing)
    }

    #[test]
    fn the_same_study_starts_afresh_and_another_is_refused() {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path().join("study");
        let folder = open(&root, "one", Existing::Keep).unwrap();
        folder.write_runs(b"run_id\n").unwrap();
        fs::write(root.join("notes.md"), "mine").unwrap();

        assert!(matches!(open(&root, "two", Existing::Keep), Err(OutputError::Occupied { .. })));
        assert_eq!(fs::read(folder.runs_csv()).unwrap(), b"run_id\n");

        open(&root, "one", Existing::Keep).unwrap();
        assert!(!folder.runs_csv().exists());
        open(&root, "two", Existing::Replace).unwrap();
        assert_eq!(fs::read_to_string(root.join(STUDY)).unwrap(), "two");
        assert_eq!(fs::read_to_string(root.join("notes.md")).unwrap(), "mine");
    }

    #[test]
    fn a_folder_of_other_things_is_refused() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("thesis.tex"), "").unwrap();
        let message = open(root.path(), "one", Existing::Keep).err().unwrap().to_string();
        assert!(message.contains("holds files, but no study.toml"), "{message}");
    }

    #[test]
    fn a_path_that_is_no_folder_is_reported() {
        let temporary = tempfile::tempdir().unwrap();
        let file = temporary.path().join("file");
        fs::write(&file, "").unwrap();
        let message = open(&file.join("study"), "one", Existing::Keep).err().unwrap().to_string();
        assert!(message.starts_with("cannot write to"), "{message}");
    }

    #[test]
    fn nothing_but_the_file_is_left_behind() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "a.txt", b"1").unwrap();
        write(root.path(), "a.txt", b"22").unwrap();
        let names: Vec<_> =
            fs::read_dir(root.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["a.txt"]);
        assert_eq!(fs::read(root.path().join("a.txt")).unwrap(), b"22");
    }
}
