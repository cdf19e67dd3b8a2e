//! Text for people. A reader who has gone away (`normlab list | head -1`) is no reason to panic,
//! as `println!` would.

use std::io::Write;

/// The width of running text, in characters.
const LINE: usize = 100;

/// Writes a text and a line end to standard output.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Writes a text and a line end to standard error.
pub fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// A text with line ends between words, so that no line is longer than people like to read.
pub fn wrapped(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= LINE => {
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
    fn lines_are_as_long_as_they_may_be_and_not_longer() {
        // 33 words of two letters and the spaces between them are 98 characters.
        let text = "± ".repeat(34).replace('±', "±x");
        let lines = wrapped(&text);
        let lengths: Vec<usize> = lines.lines().map(|line| line.chars().count()).collect();
        assert_eq!(lengths, [98, 2]);
        assert_eq!(lines.replace('\n', " "), text.trim_end());
        assert_eq!(wrapped(&"x".repeat(120)).len(), 120);
    }
}
