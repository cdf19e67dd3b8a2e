use std::io;
use std::path::PathBuf;

/// What can be wrong with the files of a study.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnalysisError {
    /// The file cannot be opened or read.
    #[error("cannot read {}: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is not a table: a row has another number of cells than the header, or its bytes
    /// are not text.
    #[error("{}, line {line}: {message}", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1 for the header.
        line: u64,
        /// What is wrong with the line.
        message: String,
    },
    /// The header lacks a column.
    #[error("{}, line 1: no column `{column}`; the columns are {}", .path.display(), .found.join(", "))]
    MissingColumn {
        /// The file.
        path: PathBuf,
        /// The column that was looked for.
        column: String,
        /// The columns that are there.
        found: Vec<String>,
    },
    /// A cell does not hold what its column demands.
    #[error("{}, line {line}, column `{column}`: {value:?} is not {expected}", .path.display())]
    Cell {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1 for the header.
        line: u64,
        /// The column.
        column: String,
        /// The text of the cell.
        value: String,
        /// What is allowed.
        expected: &'static str,
    },
}
