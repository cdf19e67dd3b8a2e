//! What can go wrong with a layer in another process.

use std::path::PathBuf;

/// Why a Python layer could not be run. What the layer printed or where it raised is part of the message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForeignError {
    /// The layer is not named as it should be.
    #[error("{spec:?} names no layer: it should be FILE.py:NAME")]
    Spec {
        /// What was given.
        spec: String,
    },
    /// There is no such file.
    #[error("there is no file {}{}", file.display(), suggestion(nearest.as_deref()))]
    NoFile {
        /// The file.
        file: PathBuf,
        /// The Python file beside it whose name is most alike.
        nearest: Option<String>,
    },
    /// The interpreter could not be started.
    #[error(
        "cannot start the Python interpreter {}: {reason}; name another, or activate a virtual environment", python.display()
    )]
    NoInterpreter {
        /// The interpreter.
        python: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A file of our own could not be written.
    #[error("cannot write the Python program that runs the layer: {reason}")]
    NoShim {
        /// What the system says.
        reason: String,
    },
    /// The layer raised an exception, or returned something that it should not.
    #[error("{doing}: {message}{}", block(traceback))]
    Refused {
        /// What was asked for.
        doing: String,
        /// The exception.
        message: String,
        /// The last lines of its traceback; none if the message says it all.
        traceback: Vec<String>,
    },
    /// The process has ended although nobody told it to.
    #[error("{doing}: the Python process has ended ({status}){}", block(printed))]
    Ended {
        /// What was asked for.
        doing: String,
        /// How it ended.
        status: String,
        /// The last lines that it wrote.
        printed: Vec<String>,
    },
    /// The layer took too long, and its process was killed.
    #[error(
        "{doing}: no answer within {seconds} s, so the Python process was killed{}",
        block(printed)
    )]
    Timeout {
        /// What was asked for.
        doing: String,
        /// The time that it had.
        seconds: String,
        /// The last lines that it wrote.
        printed: Vec<String>,
    },
    /// What came back is not of the protocol.
    #[error("{doing}: the answer makes no sense: {reason}{}", block(printed))]
    Answer {
        /// What was asked for.
        doing: String,
        /// What is wrong with it.
        reason: String,
        /// The last lines that the process wrote to standard error.
        printed: Vec<String>,
    },
}

impl ForeignError {
    /// Whether nothing more can be asked of the process.
    pub(crate) fn is_final(&self) -> bool {
        !matches!(self, ForeignError::Refused { .. })
    }
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or(String::new(), |nearest| format!("; did you mean {nearest}?"))
}

/// Lines under a message.
fn block(lines: &[String]) -> String {
    lines.iter().map(|line| format!("\n  | {line}")).collect()
}
