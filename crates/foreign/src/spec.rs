//! `FILE.py:NAME`.

use crate::error::ForeignError;
use std::path::{Path, PathBuf};

/// A layer's file and its name in there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spec {
    pub file: PathBuf,
    pub name: String,
}

impl Spec {
    pub fn parse(spec: &str) -> Result<Spec, ForeignError> {
        let malformed = || ForeignError::Spec { spec: spec.to_string() };
        let (file, name) = spec.rsplit_once(':').ok_or_else(malformed)?;
        let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if file.is_empty() || name.is_empty() || !is_name {
            return Err(malformed());
        }
        let file = PathBuf::from(file);
        if !file.is_file() {
            return Err(ForeignError::NoFile { nearest: nearest_file(&file), file });
        }
        Ok(Spec { file, name: name.to_string() })
    }
}

/// The Python file beside a missing one whose name is most alike, if any is.
fn nearest_file(missing: &Path) -> Option<String> {
    let folder = missing.parent().filter(|parent| !parent.as_os_str().is_empty());
    let wanted = missing.file_name()?.to_str()?.to_lowercase();
    let beside = std::fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?;
    let names = beside.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let python = names.filter(|name| name.ends_with(".py"));
    python
        .map(|name| (strsim::normalized_damerau_levenshtein(&name.to_lowercase(), &wanted), name))
        .filter(|(likeness, _)| *likeness > 0.6)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_is_a_file_and_a_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("my_norm.py");
        std::fs::write(&file, "").expect("written");
        let spec = Spec::parse(&format!("{}:MyNorm", file.display()));
        assert_eq!(spec, Ok(Spec { file: file.clone(), name: "MyNorm".to_string() }));

        for malformed in ["", "my_norm.py", ":MyNorm", "my_norm.py:", "my_norm.py:My Norm"] {
            let error = Spec::parse(malformed).expect_err("no spec");
            assert_eq!(error, ForeignError::Spec { spec: malformed.to_string() });
        }
    }

    #[test]
    fn a_missing_file_has_a_neighbour() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("my_norm.py"), "").expect("written");
        let near = Spec::parse(&format!("{}:N", folder.path().join("my_nrom.py").display()));
        let message = near.expect_err("no such file").to_string();
        assert!(message.ends_with("my_nrom.py; did you mean my_norm.py?"), "{message}");
        let far = Spec::parse(&format!("{}:N", folder.path().join("attention.py").display()));
        let message = far.expect_err("no such file").to_string();
        assert!(message.ends_with("attention.py"), "{message}");
    }
}
