use std::fmt;
use std::ops::Range;

/// What is wrong with a text of the equation language, and where.
///
/// It is shown with the line of the text and carets under the place:
///
/// ```
/// let over = equations::Axes::parse("feature").unwrap_err();
/// assert_eq!(
///     over.to_string(),
///     "unknown axis `feature`\n  feature\n  ^^^^^^^ did you mean `features`?"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EquationError {
    /// The bytes of the text that are wrong.
    pub span: Range<usize>,
    /// What is wrong: lower case, without a final stop.
    pub message: String,
    /// What to do about it, shown behind the carets.
    pub help: Option<String>,
    /// The name that nothing in the text or its declarations defines, if that is what is wrong.
    pub undeclared: Option<String>,
    text: String,
}

impl EquationError {
    pub(crate) fn new(text: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        EquationError {
            span,
            message: message.into(),
            help: None,
            undeclared: None,
            text: text.to_owned(),
        }
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn with_undeclared(mut self, name: &str) -> Self {
        self.undeclared = Some(name.to_owned());
        self
    }
}

impl std::error::Error for EquationError {}

impl fmt::Display for EquationError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)?;
        let start = self.text[..self.span.start].rfind('\n').map_or(0, |newline| newline + 1);
        let end = self.text[self.span.start..]
            .find('\n')
            .map_or(self.text.len(), |newline| self.span.start + newline);
        let help = self.help.as_deref().unwrap_or("");
        if start == end {
            // There is no line to point into.
            return if help.is_empty() { Ok(()) } else { write!(formatter, "\n  {help}") };
        }
        // A tab would move the line but not the carets below it.
        let line = self.text[start..end].replace(|character: char| character.is_control(), " ");
        let before = self.text[start..self.span.start].chars().count();
        let under = self.text[self.span.start..self.span.end.min(end)].chars().count().max(1);
        let pointer = format!("{}{} {help}", " ".repeat(before), "^".repeat(under));
        write!(formatter, "\n  {line}\n  {}", pointer.trim_end())
    }
}

/// The help after an unknown word: the nearest candidate, or all of them where none is near.
pub(crate) fn suggestion<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> String {
    // Below this similarity a suggestion misleads more often than it helps.
    const NEAR: f64 = 0.75;
    let candidates: Vec<&str> = candidates.collect();
    let nearest = candidates
        .iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .max_by(|left, right| left.0.total_cmp(&right.0));
    match nearest {
        Some((similarity, candidate)) if similarity >= NEAR => {
            format!("did you mean `{candidate}`?")
        }
        Some(_) => format!("known here: {}", candidates.join(", ")),
        None => "none are known here".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_count_characters_and_stay_on_their_line() {
        let text = "a = ε;\n\tγ ? x";
        let error = EquationError::new(text, 12..13, "odd").with_help("remove it");
        assert_eq!(&text[12..13], "?");
        assert_eq!(error.to_string(), "odd\n   γ ? x\n     ^ remove it");
    }

    #[test]
    fn a_span_at_the_end_gets_one_caret() {
        let error = EquationError::new("x +", 3..3, "short");
        assert_eq!(error.to_string(), "short\n  x +\n     ^");
    }

    #[test]
    fn distant_words_are_answered_with_the_whole_list() {
        assert_eq!(suggestion("gama", ["x", "gamma"].into_iter()), "did you mean `gamma`?");
        assert_eq!(suggestion("epsilon", ["x", "eps"].into_iter()), "did you mean `eps`?");
        assert_eq!(suggestion("q", ["x", "gamma"].into_iter()), "known here: x, gamma");
        assert_eq!(suggestion("q", [].into_iter()), "none are known here");
    }
}
