//! Data sets: a list of what there is, and how each comes from a folder into memory.

mod digits;
mod scaling;
mod split;

use std::path::{Path, PathBuf};

use training::{Dataset, Examples};

use scaling::Transform;
use split::{Part, Split};

pub use scaling::{SCALES, Scale, Scaling};

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
    /// How it is scaled where a study does not say.
    pub scale: Scale,
    parse: fn(&Path, &[u8]) -> Result<Table, DataError>,
}

/// What a data file holds: a row of features and a class for each example, as they stand there.
struct Table {
    /// Row-major, `width` numbers for each example.
    features: Vec<f32>,
    width: usize,
    labels: Vec<usize>,
    classes: usize,
    split: Split,
}

/// Every data set, in the order in which they are listed.
pub static SOURCES: &[&Source] = &[&digits::SOURCE];

/// A data set in memory, with the identity of the file that it came from.
pub struct Loaded {
    /// The three parts, scaled.
    pub dataset: Dataset,
    /// BLAKE3 of the file, in 64 hexadecimal digits.
    pub checksum: String,
}

impl Source {
    /// Reads the data set from the data folder, and scales it.
    ///
    /// # Errors
    /// A file that is missing, unreadable or damaged; the message names the file, and the line and
    /// the column of the damage.
    pub fn load(&self, folder: &Path, scaling: &Scaling) -> Result<Loaded, DataError> {
        let path = folder.join(self.file);
        let bytes = std::fs::read(&path)
            .map_err(|error| DataError::Unreadable { path: path.clone(), error })?;
        let dataset = (self.parse)(&path, &bytes)?.scaled(self.name, scaling);
        Ok(Loaded { dataset, checksum: blake3::hash(&bytes).to_hex().to_string() })
    }

    /// The scaling of a study that does not say.
    pub fn scaling(&self) -> Scaling {
        Scaling { scale: self.scale, clip: None }
    }
}

impl Table {
    fn scaled(&self, name: &str, scaling: &Scaling) -> Dataset {
        let training = self.split.rows(Part::Training);
        let transform = Transform::of_rows(scaling, &self.features, self.width, &training);
        let examples = |part| {
            let rows = self.split.rows(part);
            let labels = rows.iter().map(|&row| self.labels[row]).collect();
            Examples::new(transform.apply(&self.features, &rows), self.width, labels)
        };
        Dataset {
            name: name.to_string(),
            inputs: self.width,
            classes: self.classes,
            train: examples(Part::Training),
            validation: examples(Part::Validation),
            test: examples(Part::Test),
        }
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
