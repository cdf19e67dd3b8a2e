//! The files that a command reads, and the check that it does not write over them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// A file that a command reads.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// What names it on the command line, such as `--input`.
    pub option: &'a str,
    /// The path as it was given.
    pub path: &'a Path,
}

impl<'a> Input<'a> {
    /// The file of an option that may be left out.
    pub fn of(option: &'a str, path: Option<&'a PathBuf>) -> Option<Input<'a>> {
        path.map(|path| Input { option, path })
    }
}

/// Whether a command may write its outputs: files, or folders that it empties. `option` names them on the
/// command line. Paths are compared without links, so that `./a` and a link to `a` are `a`.
///
/// # Errors
/// An output is one of the inputs, or a folder that holds one.
pub fn replaces_none<'i>(
    option: &str,
    outputs: &[PathBuf],
    inputs: impl IntoIterator<Item = Input<'i>>,
) -> Result<(), Failure> {
    for input in inputs {
        // What cannot be found is reported where it is read, and nothing is there to replace.
        let Ok(read) = fs::canonicalize(input.path) else { continue };
        let is_read = |output: &&PathBuf| {
            fs::canonicalize(output).is_ok_and(|written| read.starts_with(written))
        };
        if let Some(output) = outputs.iter().find(is_read) {
            return Err(Failure::BadInput(format!(
                "{option} would replace {}, which is read as {}: give {option} another place",
                output.display(),
                input.option
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_is_found_under_every_path_that_leads_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("runs")).unwrap();
        for file in ["x.csv", "other.csv", "runs/study.toml"] {
            fs::write(at(file), "").unwrap();
        }
        let refused = |read: &str, written: &str| {
            let path = at(read);
            replaces_none("--out", &[at(written)], [Input { option: "--input", path: &path }])
                .err()
                .map(|error| error.to_string())
        };
        for (read, written) in [
            ("x.csv", "x.csv"),
            ("./runs/../x.csv", "x.csv"),
            ("x.csv", "./x.csv"),
            ("runs/study.toml", "runs"),
        ] {
            let message = refused(read, written).unwrap_or_else(|| panic!("{read}, {written}"));
            assert!(message.contains(&at(written).display().to_string()), "{message}");
            assert!(message.contains("--out") && message.contains("--input"), "{message}");
        }
        assert_eq!(refused("x.csv", "other.csv"), None);
        assert_eq!(refused("x.csv", "new.csv"), None);
        assert_eq!(refused("nowhere.csv", "nowhere.csv"), None, "reported where it is read");
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(at("x.csv"), at("link.csv")).unwrap();
            assert!(
                refused("link.csv", "x.csv").is_some() && refused("x.csv", "link.csv").is_some()
            );
        }
    }
}
