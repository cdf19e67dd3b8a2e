//! A source file, and the text of the parts of its syntax tree.

use std::ops::Range;

use syn::spanned::Spanned;

/// The text of a file.
#[derive(Debug)]
pub struct Source {
    /// Path below the root of the workspace.
    pub file: String,
    /// All of it.
    pub text: String,
}

impl Source {
    /// The bytes of a piece of syntax.
    pub fn range(&self, piece: &impl Spanned) -> Range<usize> {
        piece.span().byte_range()
    }

    /// The text of a piece of syntax.
    pub fn text(&self, piece: &impl Spanned) -> &str {
        &self.text[self.range(piece)]
    }

    /// The line that a byte stands in, without its indentation.
    pub fn line(&self, byte: usize) -> &str {
        let begin = self.text[..byte].rfind('\n').map_or(0, |end| end + 1);
        let rest = &self.text[begin..];
        rest[..rest.find('\n').unwrap_or(rest.len())].trim()
    }

    /// The number of that line, from 1.
    pub fn line_number(&self, byte: usize) -> usize {
        1 + self.text[..byte].matches('\n').count()
    }
}
