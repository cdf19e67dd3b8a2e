//! A CSV file in memory that can say, for every cell, in which line and column it stands.

use crate::error::AnalysisError;
use csv::StringRecord;
use std::io;
use std::path::{Path, PathBuf};

/// The rows of a file and where they come from.
pub(crate) struct CsvFile {
    path: PathBuf,
    header: StringRecord,
    rows: Vec<(u64, StringRecord)>,
}

/// A column that is known to exist.
#[derive(Clone, Copy)]
pub(crate) struct Column(usize);

/// One row of a file.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    file: &'a CsvFile,
    line: u64,
    cells: &'a StringRecord,
}

impl CsvFile {
    pub(crate) fn read(path: &Path) -> Result<Self, AnalysisError> {
        let read = |source| AnalysisError::Read { path: path.to_path_buf(), source };
        Self::parse(path, &std::fs::read(path).map_err(read)?)
    }

    pub(crate) fn parse(path: &Path, bytes: &[u8]) -> Result<Self, AnalysisError> {
        let failed = |error: csv::Error| read_error(path, error);
        let mut reader = csv::Reader::from_reader(bytes);
        let header = reader.headers().map_err(failed)?.clone();
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(failed)?;
            let line = record.position().map_or(0, csv::Position::line);
            rows.push((line, record));
        }
        Ok(Self { path: path.to_path_buf(), header, rows })
    }

    pub(crate) fn column(&self, name: &str) -> Result<Column, AnalysisError> {
        self.header.iter().position(|cell| cell == name).map(Column).ok_or_else(|| {
            AnalysisError::MissingColumn {
                path: self.path.clone(),
                column: name.to_string(),
                found: self.header.iter().map(str::to_string).collect(),
            }
        })
    }

    /// The columns between two others.
    pub(crate) fn between(&self, first: Column, last: Column) -> Vec<Column> {
        (first.0 + 1..last.0).map(Column).collect()
    }

    pub(crate) fn name(&self, column: Column) -> &str {
        self.header.get(column.0).unwrap_or("")
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, cells)| Row { file: self, line: *line, cells })
    }
}

impl<'a> Row<'a> {
    pub(crate) fn text(self, column: Column) -> &'a str {
        self.cells.get(column.0).unwrap_or("").trim()
    }

    /// A number that may be infinite or NaN; `None` if the cell is empty.
    pub(crate) fn measured(self, column: Column) -> Result<Option<f64>, AnalysisError> {
        match self.text(column) {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| self.refuse(column, "a number")),
        }
    }

    /// A number within the range that `expected` describes.
    pub(crate) fn number(
        self,
        column: Column,
        allowed: impl Fn(f64) -> bool,
        expected: &'static str,
    ) -> Result<f64, AnalysisError> {
        match self.text(column).parse::<f64>() {
            Ok(value) if value.is_finite() && allowed(value) => Ok(value),
            _ => Err(self.refuse(column, expected)),
        }
    }

    pub(crate) fn count(self, column: Column) -> Result<u64, AnalysisError> {
        self.text(column).parse().map_err(|_| self.refuse(column, "a whole number from 0"))
    }

    pub(crate) fn refuse(self, column: Column, expected: &'static str) -> AnalysisError {
        AnalysisError::Cell {
            path: self.file.path.clone(),
            line: self.line,
            column: self.file.name(column).to_string(),
            value: self.text(column).to_string(),
            expected,
        }
    }
}

fn read_error(path: &Path, error: csv::Error) -> AnalysisError {
    let path = path.to_path_buf();
    let line = error.position().map_or(1, csv::Position::line);
    match error.into_kind() {
        csv::ErrorKind::Io(source) => AnalysisError::Read { path, source },
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            let message = format!("{len} cells where the header has {expected_len}");
            AnalysisError::Malformed { path, line, message }
        }
        csv::ErrorKind::Utf8 { .. } => {
            AnalysisError::Malformed { path, line, message: "not utf-8 text".to_string() }
        }
        _ => AnalysisError::Read { path, source: io::Error::other("not a csv file") },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Some editors write a byte-order mark, which is no part of the first name.
    #[test]
    fn a_byte_order_mark_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.csv");
        std::fs::write(&path, "\u{feff}arm,loss\nlayer,0.5\n").unwrap();
        let file = CsvFile::read(&path).unwrap();
        let arm = file.column("arm").unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(file.rows().next().unwrap().text(arm), "layer");
    }
}
