//! The one place that writes to the disk.
//!
//! A file is written beside its place and then renamed, so that whoever looks finds it whole or
//! not at all.

#[cfg(test)]
mod folder_tests;
mod layout;
mod lock;
mod removal;
mod results;
mod survey;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub use layout::{runs_csv, study_toml};
pub use removal::remove;
pub use results::{Folder, keep_figures, write_figure, write_summary};
pub use survey::{Survey, replaced, survey};

/// What may happen to results that are already there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// They stay, and those of the same study are used.
    Keep,
    /// They are removed.
    Replace,
}

/// Why results cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// Another study's results are there.
    #[error(
        "{path} holds {found}\n  \
         --out DIR puts the results elsewhere, another name in [study] too; \
         --overwrite removes what is there",
        path = path.display()
    )]
    Occupied {
        /// The folder.
        path: PathBuf,
        /// What is in it.
        found: String,
    },
    /// A file is where the folder would be.
    #[error("{path} is a file, and no folder for results", path = path.display())]
    IsAFile {
        /// The file.
        path: PathBuf,
    },
    /// Another process is writing results there.
    #[error("{path} is in use by {owner}", path = path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
        /// The process.
        owner: String,
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
    builder(0o666).tempfile_in(folder)
}

/// A folder that removes itself unless it is kept, for everybody to read likewise.
fn temporary_folder(folder: &Path) -> Result<tempfile::TempDir, OutputError> {
    builder(0o777).tempdir_in(folder).map_err(|error| refused(folder, error))
}

#[cfg_attr(not(unix), expect(unused_variables, reason = "permissions are those of the folder"))]
fn builder(mode: u32) -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(mode));
    }
    builder.prefix(layout::UNFINISHED);
    builder
}

fn refused(path: &Path, error: io::Error) -> OutputError {
    OutputError::Unwritable { path: path.to_path_buf(), error }
}

#[cfg(test)]
mod tests {
    use super::*;

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
