//! How wide texts are, and the lines they are folded into.

/// The size and the weight of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Font {
    pub(super) size: f64,
    pub(super) is_bold: bool,
}

impl Font {
    pub(super) const fn plain(size: f64) -> Font {
        Font { size, is_bold: false }
    }

    pub(super) const fn bold(size: f64) -> Font {
        Font { size, is_bold: true }
    }

    /// How far apart the lines of a folded text are.
    pub(super) fn line_height(&self) -> f64 {
        1.25 * self.size
    }

    /// About how wide a text is; fonts differ, so this errs on the wide side.
    pub(super) fn width(&self, content: &str) -> f64 {
        let weight = if self.is_bold { 1.15 } else { 1.0 };
        weight * text_width(content, self.size)
    }

    /// The widest of some texts.
    pub(super) fn widest<'t>(&self, texts: impl Iterator<Item = &'t str>) -> f64 {
        texts.map(|text| self.width(text)).fold(0.0, f64::max)
    }

    /// The lines of a text none of which is wider than `width`: broken between words, and within a word that is
    /// wider by itself. No text has no line.
    pub(super) fn folded(&self, content: &str, width: f64) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in content.split_whitespace() {
            let mut joint = " ";
            for piece in self.pieces(word, width) {
                let joined = lines.last().map(|line| format!("{line}{joint}{piece}"));
                match (joined.filter(|joined| self.width(joined) <= width), lines.last_mut()) {
                    (Some(joined), Some(line)) => *line = joined,
                    _ => lines.push(piece),
                }
                joint = "";
            }
        }
        lines
    }

    /// The same, with lines of about one width, so that none has a single word left over.
    pub(super) fn balanced(&self, content: &str, width: f64) -> Vec<String> {
        let lines = self.folded(content, width);
        let widest_word = self.widest(content.split_whitespace());
        let narrower = (1..10).map(|tenth| width * f64::from(tenth) / 10.0);
        let narrow = narrower.filter(|width| *width >= widest_word);
        let mut narrow = narrow.map(|width| self.folded(content, width));
        narrow.find(|narrow| narrow.len() <= lines.len()).unwrap_or(lines)
    }

    /// The word itself, or the parts that it is broken into: behind a sign such as `-` where there is one in the
    /// second half of a line.
    fn pieces(&self, word: &str, width: f64) -> Vec<String> {
        let mut pieces = vec![String::new()];
        for letter in word.chars() {
            let Some(piece) = pieces.last_mut() else { break };
            if !piece.is_empty() && self.width(&format!("{piece}{letter}")) > width {
                let sign = piece.rfind(|sign: char| !sign.is_alphanumeric() && sign != '(');
                let end = sign.map(|at| at + piece[at..].chars().next().map_or(0, char::len_utf8));
                let cut = end.filter(|end| *end > piece.len() / 2).unwrap_or(piece.len());
                let rest = piece.split_off(cut);
                pieces.push(rest);
            }
            pieces.last_mut().into_iter().for_each(|piece| piece.push(letter));
        }
        pieces
    }
}

/// About how wide a text of regular weight is.
pub(super) fn text_width(content: &str, size: f64) -> f64 {
    let width = |letter: char| match letter {
        'i' | 'j' | 'l' | 'f' | 't' | '.' | ',' | ':' | ';' | '(' | ')' | '/' | ' ' | '\''
        | '|' => 0.34,
        'm' | 'M' | 'W' | '%' => 1.0,
        'w' => 0.82,
        // Ideographs and pictures are squares.
        letter if u32::from(letter) >= 0x1100 => 1.05,
        letter if letter.is_uppercase() => 0.72,
        letter if letter.is_ascii_digit() => 0.64,
        _ => 0.6,
    };
    size * content.chars().map(width).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_folded_between_words() {
        let font = Font::plain(10.0);
        assert_eq!(font.folded("layer norm at depth 64", 1e9), ["layer norm at depth 64"]);
        assert_eq!(font.folded("layer norm at depth 64", 75.0), ["layer norm at", "depth 64"]);
        assert_eq!(font.folded("", 75.0), Vec::<String>::new());
    }

    #[test]
    fn balanced_lines_are_about_as_wide_as_each_other() {
        let title = "quickstart: test error by depth, best rate, 12 seeds";
        let (font, width) = (Font::plain(10.0), 250.0);
        assert_eq!(font.folded(title, width)[1], "seeds");
        let balanced = ["quickstart: test error by", "depth, best rate, 12 seeds"];
        assert_eq!(font.balanced(title, width), balanced);
        assert_eq!(font.balanced("one line", width), ["one line"]);
    }

    #[test]
    fn a_word_that_is_too_wide_is_broken_behind_a_sign_or_anywhere() {
        let font = Font::plain(10.0);
        assert_eq!(font.folded("my group-norm-of-mine", 60.0), ["my group-", "norm-of-", "mine"]);
        assert_eq!(font.folded("aaaaaaaaaaaa", 40.0), ["aaaaaa", "aaaaaa"]);
        assert_eq!(font.folded("aaa", 1.0), ["a", "a", "a"]);
    }

    #[test]
    fn no_line_is_wider_than_asked_for() {
        let text = "ナノ正規化 of-a-long-name(eps=0.0001 kappa=0.5) and others-that-are-longer_than_a_line";
        for font in [Font::plain(12.0), Font::bold(16.0)] {
            for width in [40.0, 90.0, 300.0] {
                let lines = font.folded(text, width);
                assert!(lines.iter().all(|line| font.width(line) <= width), "{width}: {lines:?}");
                let letters = |text: &str| text.replace(' ', "");
                assert_eq!(letters(&lines.concat()), letters(text));
            }
        }
    }
}
