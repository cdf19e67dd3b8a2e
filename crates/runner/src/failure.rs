//! Why the program ends without having done what it was asked for.

use std::process::ExitCode;

use analysis::AnalysisError;
use equations::EquationError;
use gradcheck::CheckError;

use crate::config::ConfigError;
use crate::data::DataError;
use crate::output::OutputError;
use crate::terminal::StandardOutputError;

/// The two kinds of failure, by what they leave behind.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// What was given is not usable. Nothing was written.
    #[error("{0}\nnothing was written")]
    BadInput(String),
    /// Something went wrong on the way. What had finished before is on the disk.
    #[error("{0}")]
    Crashed(String),
}

impl Failure {
    /// 2 and 1, as the page of help says.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Failure::BadInput(_) => ExitCode::from(2),
            Failure::Crashed(_) => ExitCode::from(1),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Failure {
        Failure::BadInput(error.to_string())
    }
}

impl From<EquationError> for Failure {
    fn from(error: EquationError) -> Failure {
        Failure::BadInput(error.to_string())
    }
}

impl From<CheckError> for Failure {
    fn from(error: CheckError) -> Failure {
        Failure::BadInput(error.to_string())
    }
}

impl From<DataError> for Failure {
    fn from(error: DataError) -> Failure {
        Failure::BadInput(error.to_string())
    }
}

/// A disk that refuses once the folder of the results is open. (One that cannot be opened is a bad
/// input, and reported as such where that is tried.)
impl From<OutputError> for Failure {
    fn from(error: OutputError) -> Failure {
        Failure::Crashed(error.to_string())
    }
}

impl From<StandardOutputError> for Failure {
    fn from(error: StandardOutputError) -> Failure {
        Failure::Crashed(error.to_string())
    }
}

/// The files that analysis reads were written a moment before.
impl From<AnalysisError> for Failure {
    fn from(error: AnalysisError) -> Failure {
        Failure::Crashed(error.to_string())
    }
}
