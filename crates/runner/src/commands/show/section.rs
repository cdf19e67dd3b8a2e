//! A heading with lines below it, folded to the width of the terminal.

use unicode_width::UnicodeWidthStr;

use crate::terminal::wrapped;

/// What stands before every line of a section, and before what goes on of a long text.
const INDENT: usize = 4;

/// A line of a section.
pub(super) enum Line {
    Text(String),
    /// Text beside a label; the texts of a section begin in one column.
    Labelled(String, String),
}

impl Line {
    pub(super) fn text(text: impl Into<String>) -> Line {
        Line::Text(text.into())
    }

    pub(super) fn labelled(label: impl Into<String>, text: impl Into<String>) -> Line {
        Line::Labelled(label.into(), text.into())
    }
}

/// The heading, and below it the lines.
pub(super) fn rendered(heading: &str, lines: &[Line], width: usize) -> String {
    let label_width = |line: &Line| match line {
        Line::Text(_) => 0,
        Line::Labelled(label, _) => label.width() + 2,
    };
    let labels = lines.iter().map(label_width).max().unwrap_or(0);
    let line = |line: &Line| match line {
        Line::Text(text) => hanging("", text, 2 * INDENT, width),
        Line::Labelled(label, text) => {
            hanging(&format!("{label:labels$}"), text, INDENT + labels, width)
        }
    };
    let lines: String = lines.iter().map(|one| format!("\n{}", line(one))).collect();
    format!("{heading}{lines}")
}

/// A text after what begins its first line, with its other lines indented.
fn hanging(start: &str, text: &str, indent: usize, width: usize) -> String {
    let folded = wrapped(text, width.saturating_sub(indent));
    let folded = folded.replace('\n', &format!("\n{:indent$}", ""));
    format!("{:INDENT$}{start}{folded}", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_beside_labels_stay_in_their_column() {
        let lines = [
            Line::labelled("one sample of one position", "refused in training"),
            Line::labelled("one row", "as defined, within 7e-8"),
            Line::text("a text without a label goes on below it"),
        ];
        let expected = "hard input
    one sample of one position  refused in
                                training
    one row                     as defined,
                                within 7e-8
    a text without a label goes on below
        it";
        assert_eq!(rendered("hard input", &lines, 44), expected);
    }
}
