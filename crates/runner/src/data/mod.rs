//! Data sets: a list of what there is, and how each comes from a folder into memory.

mod digits;
mod split;
mod standardize;

use std::path::{Path, PathBuf};

use training::Dataset;

/// A data set that a study can name.
pub struct Source {
    /// The name in `[data] name`.
    pub name: &'static str,
    /// What it is, in a line, with its sizes.
    pub title: &'static str,
    /// The file below the data folder.
    pub file: &'static str,
    /// Who made it, and under which licence.
    pub citation: &'static str,
    parse: fn(&Path, &[u8]) -> Result<Dataset, DataError>,
}

/// Every data set, in the order in which they are listed.
pub static SOURCES: &[&Source] = &[&digits::SOURCE];

/// A data set in memory, with the identity of the file that it came from.
pub struct Loaded {
    /// The three parts, standardized.
    pub dataset: Dataset,
    /// BLAKE3 of the file, in 64 hexadecimal digits.
    pub checksum: String,
}

impl Source {
    /// Reads the data set from the data folder.
    ///
    /// # Errors
    /// A file that is missing, unreadable or damaged; the message names the file, and the line and
    /// the column of the damage.
    pub fn load(&self, folder: &Path) -> Result<Loaded, DataError> {
        let path = folder.join(self.file);
        let bytes = std::fs::read(&path)
            .map_err(|error| DataError::Unreadable { path: path.clone(), error })?;
        let dataset = (self.parse)(&path, &bytes)?;
        Ok(Loaded { dataset, checksum: blake3::hash(&bytes).to_hex().to_string() })
    }
}

/// Why a data set could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The file is not there, or cannot be opened.
    #[error(
        "cannot read the data file {path}: {error}\n  \
         the folder of the data sets is `data` in the current folder; \
         --data DIR names another",
        path = path.display()
    )]
    Unreadable {
        /// The path that was tried.
        path: PathBuf,
        /// What the operating system said.
        error: std::io::Error,
    },
    /// A line of the file is not what it must be.
    #[error("{path}:{line}:{column}: {message}", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// The column of the table, counted from 1.
        column: usize,
        /// What is wrong and what is allowed.
        message: String,
    },
    /// The file as a whole is not what it must be.
    #[error("{path}: {message}", path = path.display())]
    Unfit {
        /// The file.
        path: PathBuf,
        /// What is wrong and what is allowed.
        message: String,
    },
}
