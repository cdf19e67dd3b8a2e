//! Text for people, on standard output and standard error.

use std::io::{self, Write};

use terminal_size::{Width, terminal_size_of};
use unicode_width::UnicodeWidthStr;

/// The width of text that is written where no terminal says how wide it is, in characters.
const USUAL: usize = 80;

/// Standard output takes no text.
#[derive(Debug, thiserror::Error)]
#[error("cannot write to standard output: {0}")]
pub struct StandardOutputError(io::Error);

/// Writes a text and a line end to standard output.
///
/// # Errors
/// Standard output takes no text, as when it is a file on a full disk. A reader that went away
/// (`normlab list | head -1`) has read what it wanted, so that is no error.
pub fn say(text: &str) -> Result<(), StandardOutputError> {
    let mut stdout = io::stdout().lock();
    written(writeln!(stdout, "{text}").and_then(|()| stdout.flush()))
}

/// What became of text on standard output.
///
/// # Errors
/// As [`say`].
pub fn written(result: io::Result<()>) -> Result<(), StandardOutputError> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(StandardOutputError),
    }
}

/// Writes a text and a line end to standard error. Where that fails there is no place left to report it.
pub fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// How many characters a line on standard output may have: as the terminal says, else as the variable
/// `COLUMNS` says.
pub fn width() -> usize {
    let terminal = terminal_size_of(io::stdout()).map(|(Width(width), _)| usize::from(width));
    let columns = || std::env::var("COLUMNS").ok()?.parse().ok();
    terminal.or_else(columns).filter(|width| *width > 0).unwrap_or(USUAL)
}

/// A text with line ends between words, so that no line is wider than that unless a word is.
pub fn wrapped(text: &str, width: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_went_away_is_no_error_and_a_full_disk_is_one() {
        assert!(written(Err(io::ErrorKind::BrokenPipe.into())).is_ok());
        let full = written(Err(io::ErrorKind::StorageFull.into())).unwrap_err();
        assert_eq!(full.to_string(), "cannot write to standard output: no storage space");
    }

    #[test]
    fn lines_are_as_long_as_they_may_be_and_not_longer() {
        // 33 words of two letters and the spaces between them are 98 characters.
        let text = "± ".repeat(34).replace('±', "±x");
        let lines = wrapped(&text, 100);
        let lengths: Vec<usize> = lines.lines().map(|line| line.chars().count()).collect();
        assert_eq!(lengths, [98, 2]);
        assert_eq!(lines.replace('\n', " "), text.trim_end());
        assert_eq!(wrapped(&"x".repeat(120), 100).len(), 120);
    }
}
