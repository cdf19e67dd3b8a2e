//! How a Python layer is run.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// Which Python runs a layer, and how long it may take.
///
/// ```
/// use foreign::PythonOptions;
///
/// let options = PythonOptions { python: "/usr/bin/python3.12".into(), ..PythonOptions::default() };
/// assert_eq!(options.timeout.as_secs(), 60);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PythonOptions {
    /// The interpreter: a path, or a name that is looked up in `PATH`. `python3` by default.
    pub python: PathBuf,
    /// The longest that one request may take, the import of the user's file included; 60 s by default. Then
    /// the process is killed.
    pub timeout: Duration,
}

impl Default for PythonOptions {
    fn default() -> Self {
        PythonOptions { python: PathBuf::from("python3"), timeout: Duration::from_secs(60) }
    }
}

impl PythonOptions {
    /// The interpreter of the virtual environment that is active, if `VIRTUAL_ENV` names one.
    pub fn from_environment() -> PythonOptions {
        let environment = std::env::var_os("VIRTUAL_ENV").filter(|path| !path.is_empty());
        let python = environment.map(|path| in_environment(Path::new(&path)));
        PythonOptions { python: python.unwrap_or_else(|| "python3".into()), ..Self::default() }
    }
}

fn in_environment(environment: &Path) -> PathBuf {
    if cfg!(windows) {
        environment.join("Scripts").join("python.exe")
    } else {
        environment.join("bin").join("python")
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_virtual_environment_has_its_python_in_bin() {
        // The layout is that of PEP 405.
        assert_eq!(in_environment(Path::new("/venv")), PathBuf::from("/venv/bin/python"));
    }
}
