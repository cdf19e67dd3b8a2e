//! What is wrong with a configuration, shown where it is wrong.

use std::fmt;
use std::ops::Range;
use std::path::Path;

use crate::data::DataError;

/// A configuration file: its path, as the user gave it, and its text.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path, as it stands in messages.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl Source {
    /// Reads a file.
    ///
    /// # Errors
    /// What the operating system said, with the path.
    pub fn read(path: &Path) -> Result<Source, ConfigError> {
        let shown = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Source { path: shown, text: without_mark(text) }),
            Err(error) => Err(ConfigError(format!("cannot read {shown}: {error}"))),
        }
    }
}

/// A text without the byte-order mark that some editors write in front of it.
pub fn without_mark(text: String) -> String {
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_string(),
        None => text,
    }
}

/// Every mistake found in a file. Checking goes on after a mistake, so that all are found at once.
#[derive(Debug)]
pub struct Mistakes<'s> {
    source: &'s Source,
    found: Vec<Mistake>,
}

/// More would push the first ones off the screen.
const MOST_SHOWN: usize = 20;

#[derive(Debug, PartialEq)]
struct Mistake {
    span: Range<usize>,
    message: String,
    help: String,
}

/// The report of all that is wrong with a file and what it names, ready to print.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

impl ConfigError {
    /// What is wrong with the data that a file without mistakes names.
    pub fn of_data(error: &DataError) -> ConfigError {
        ConfigError(error.to_string())
    }

    /// The mistakes of a file, and then what is wrong with the data that it names.
    pub fn and_of_data(self, error: &DataError) -> ConfigError {
        ConfigError(format!("{self}\n\n{error}"))
    }
}

impl<'s> Mistakes<'s> {
    /// None so far.
    pub fn new(source: &'s Source) -> Mistakes<'s> {
        Mistakes { source, found: Vec::new() }
    }

    /// Notes a mistake at the given bytes of the file: what is wrong, and what is allowed.
    pub fn add(&mut self, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        let mistake = Mistake { span, message: message.into(), help: help.into() };
        // Several arms can share one wrong value.
        if !self.found.contains(&mistake) {
            self.found.push(mistake);
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The text at the given bytes, on one line and not longer than a line should be.
    pub fn quote(&self, span: Range<usize>) -> String {
        const LONGEST: usize = 40;
        let text = self.source.text.get(span).unwrap_or("");
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.chars().count() <= LONGEST {
            return line;
        }
        line.chars().take(LONGEST - 3).chain("...".chars()).collect()
    }

    /// The bytes of the file of a part of a string: `part` of the `text` that was read at `span`. The
    /// whole of it where the file spells the text differently, with escapes.
    pub fn part(&self, span: Range<usize>, text: &str, part: &Range<usize>) -> Range<usize> {
        let written = self.source.text.get(span.clone()).unwrap_or("");
        match written.find(text) {
            Some(offset) if !text.is_empty() => {
                let start = span.start + offset;
                start + part.start..start + part.end
            }
            _ => span,
        }
    }

    /// `value` if nothing was wrong.
    ///
    /// # Errors
    /// Otherwise all mistakes in the order of the file.
    pub fn into_result<T>(mut self, value: Option<T>) -> Result<T, ConfigError> {
        self.found.sort_by_key(|mistake| (mistake.span.start, mistake.span.end));
        match value {
            Some(value) if self.found.is_empty() => Ok(value),
            _ => Err(ConfigError(self.to_string())),
        }
    }
}

impl fmt::Display for Mistakes<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for mistake in self.found.iter().take(MOST_SHOWN) {
            write_mistake(formatter, self.source, mistake)?;
        }
        if self.found.len() > MOST_SHOWN {
            writeln!(formatter, "... and {} more\n", self.found.len() - MOST_SHOWN)?;
        }
        match self.found.len() {
            1 => write!(formatter, "1 mistake in {}", self.source.path),
            many => write!(formatter, "{many} mistakes in {}", self.source.path),
        }
    }
}

/// Path, line and column; the message; the line with a caret below the place; the help.
fn write_mistake(
    formatter: &mut fmt::Formatter<'_>,
    source: &Source,
    mistake: &Mistake,
) -> fmt::Result {
    let place = Place::of(&source.text, &mistake.span);
    let Place { line, column, content, width } = &place;
    let gutter = " ".repeat(line.to_string().len());
    writeln!(formatter, "{}:{line}:{column}: {}", source.path, mistake.message)?;
    writeln!(formatter, "{gutter} |")?;
    writeln!(formatter, "{line} | {content}")?;
    writeln!(formatter, "{gutter} | {}{}", " ".repeat(column - 1), "^".repeat(*width))?;
    writeln!(formatter, "{gutter} = {}", mistake.help)?;
    writeln!(formatter)
}

/// Where a span begins, in lines and characters counted from 1, and how far it goes on that line.
struct Place<'t> {
    line: usize,
    column: usize,
    content: &'t str,
    width: usize,
}

impl Place<'_> {
    fn of<'t>(text: &'t str, span: &Range<usize>) -> Place<'t> {
        let start = boundary(text, span.start);
        let end = boundary(text, span.end.max(span.start));
        let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |length| start + length);
        let content = text[line_start..line_end].trim_end_matches('\r');
        Place {
            line: text[..start].matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            content,
            width: text[start..end.clamp(start, line_end)].chars().count().max(1),
        }
    }
}

/// The nearest character boundary at or before a byte, inside the text.
fn boundary(text: &str, byte: usize) -> usize {
    (0..=byte.min(text.len())).rev().find(|&byte| text.is_char_boundary(byte)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(text: &str, spans: &[(usize, usize)]) -> String {
        let source = Source { path: "a.toml".into(), text: text.into() };
        let mut mistakes = Mistakes::new(&source);
        for &(start, end) in spans {
            mistakes.add(start..end, "it is wrong", "say it right");
        }
        mistakes.into_result(Some(())).unwrap_err().to_string()
    }

    #[test]
    fn the_caret_stands_below_the_value_also_after_letters_of_two_bytes() {
        let text = "a = 1\nb = \"γ\" # 12\n";
        let expected = "a.toml:2:5: it is wrong\n  |\n2 | b = \"γ\" # 12\n  |     ^^^\n  = say it right\n\n\
                        1 mistake in a.toml";
        assert_eq!(report(text, &[(10, 14)]), expected);
    }

    #[test]
    fn mistakes_come_in_the_order_of_the_file_and_once() {
        let report = report("ab\ncd", &[(3, 4), (0, 1), (3, 4)]);
        let places: Vec<&str> = report.lines().filter(|line| line.contains(": it is")).collect();
        assert_eq!(places, ["a.toml:1:1: it is wrong", "a.toml:2:1: it is wrong"]);
        assert!(report.ends_with("2 mistakes in a.toml"), "{report}");
    }

    #[test]
    fn a_flood_of_mistakes_is_counted_and_not_shown() {
        let spans: Vec<(usize, usize)> = (0..25).map(|byte| (byte, byte + 1)).collect();
        let report = report(&"x".repeat(25), &spans);
        assert_eq!(report.matches("it is wrong").count(), 20);
        assert!(report.ends_with("... and 5 more\n\n25 mistakes in a.toml"), "{report}");
    }

    #[test]
    fn spans_outside_of_the_text_do_no_harm() {
        assert!(report("", &[(0, 0)]).starts_with("a.toml:1:1:"));
        assert!(report("γ", &[(1, 9)]).starts_with("a.toml:1:1:"));
    }
}
