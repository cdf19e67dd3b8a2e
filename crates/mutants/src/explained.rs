//! The list of survivors that have an explanation.

use serde::Deserialize;

use crate::site::Mutant;

/// Why a mutant survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It gives the right gradient for every input, so that there is nothing to notice.
    Equivalent,
    /// It gives a wrong gradient somewhere, and no case is there.
    Live,
}

/// An entry of the list: all mutants of this text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explained {
    /// The file, below the root of the workspace.
    pub file: String,
    /// The function.
    pub function: String,
    /// The line that the mutant's place begins in, without indentation.
    pub line: String,
    /// What is replaced; all that is replaced in the line if this is left out.
    pub from: Option<String>,
    /// By what; each of the texts if there are several.
    pub to: Vec<String>,
    /// Whether there is anything to notice.
    pub kind: Kind,
    /// Why it survives.
    pub reason: String,
}

impl Explained {
    /// Whether this entry is about a mutant.
    pub fn is_about(&self, mutant: &Mutant) -> bool {
        self.file == mutant.file
            && self.function == mutant.function
            && self.line == mutant.line
            && self.from.as_ref().is_none_or(|from| *from == mutant.from_text())
            && self.to.contains(&mutant.to_text())
    }
}

/// The list, `explained.toml`.
///
/// # Errors
/// If the text is not such a list.
pub fn parse(text: &str) -> Result<Vec<Explained>, String> {
    #[derive(Deserialize)]
    struct List {
        #[serde(default)]
        survivor: Vec<Explained>,
    }
    let list: List =
        toml::from_str(text).map_err(|error| format!("the list of survivors: {error}"))?;
    Ok(list.survivor)
}
