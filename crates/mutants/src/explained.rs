//! What is known and explained: mutants that survive, and cases that reject the unchanged program.

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
            && self.from.as_ref().is_none_or(|from| *from == mutant.replaced())
            && self.to.contains(&mutant.replacement())
    }
}

/// Cases that reject the unchanged program, all for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FalseAlarm {
    /// Each with its layer, as `layer/plain`.
    pub cases: Vec<String>,
    /// Why they do.
    pub reason: String,
}

/// What is explained: the file `explained.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lists {
    /// Mutants that nothing catches.
    #[serde(default)]
    pub survivor: Vec<Explained>,
    /// Cases that catch the unchanged program.
    #[serde(default)]
    pub false_alarm: Vec<FalseAlarm>,
}

/// Reads the lists.
///
/// # Errors
/// If the text is not such a file, or an entry has no reason.
pub fn parse(text: &str) -> Result<Lists, String> {
    let lists: Lists = toml::from_str(text).map_err(|error| format!("explained.toml: {error}"))?;
    let reasons = lists.survivor.iter().map(|entry| &entry.reason);
    let mut reasons = reasons.chain(lists.false_alarm.iter().map(|alarm| &alarm.reason));
    match reasons.any(|reason| reason.trim().is_empty()) {
        true => Err("explained.toml: an entry has no reason".to_owned()),
        false => Ok(lists),
    }
}
