//! How narrow the columns of a table can be.

use unicode_width::UnicodeWidthStr;

use super::Table;

/// The spaces between two columns.
pub const GAP: usize = 2;

/// A column of text is not folded into less, unless its text is shorter.
const READABLE: usize = 16;

/// The least width of each shown column: of one with text, or one that folds, the longest word, of one with
/// numbers and names the longest cell, and of its header the longest word.
pub fn least_widths(table: &Table, shown: &[usize]) -> Vec<usize> {
    let least = |&column: &usize| {
        let cells = || table.rows.iter().map(|row| row[column].as_str());
        let longest = cells().map(UnicodeWidthStr::width).max().unwrap_or(0);
        let words = longest_word(cells());
        let is_whole = table.whole.contains(&table.header[column]);
        let of_cells = if table.folding.contains(&table.header[column]) {
            words
        } else if cells().any(is_text) && !is_whole {
            words.max(longest.min(READABLE))
        } else {
            longest
        };
        of_cells.max(longest_word([table.header[column].as_str()]))
    };
    shown.iter().map(least).collect()
}

/// Whether columns fit beside each other.
pub fn fit(widths: &[usize], width: usize) -> bool {
    let gaps = GAP * widths.len().saturating_sub(1);
    widths.iter().sum::<usize>() + gaps <= width
}

fn longest_word<'c>(texts: impl IntoIterator<Item = &'c str>) -> usize {
    texts.into_iter().flat_map(str::split_whitespace).map(UnicodeWidthStr::width).max().unwrap_or(0)
}

/// Whether a cell is text that may be folded between its words, and not a number such as
/// `1.540 ±0.280 (4 of 6)`, a range such as `1e-3 to 1e2`, or a name.
fn is_text(cell: &str) -> bool {
    let is_word = |word: &&str| word.chars().filter(|letter| letter.is_alphabetic()).count() >= 2;
    cell.split_whitespace().filter(is_word).count() >= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_no_text() {
        for cell in [
            "0.126 ±0.030",
            "1.540 ±0.280 (4 of 6)",
            "1e-20 to 1e12",
            "none two-pass",
            "-",
            "not finite",
        ] {
            assert!(!is_text(cell), "{cell}");
        }
        for cell in [
            "1797 images of digits",
            "gamma * x / sqrt(mean(x^2) + eps)",
            "{ name = \"adamw\", eps = 1e-8 }",
        ] {
            assert!(is_text(cell), "{cell}");
        }
    }

    #[test]
    fn text_needs_room_for_its_words_and_numbers_for_themselves() {
        let rows = [["rms", "a norm without the mean", "+0.051 ±0.067"]];
        let table = Table::new(&["norm", "what it is", "Δ accuracy, points"], rows);
        assert_eq!(least_widths(&table, &[0, 1, 2]), [4, READABLE, 13]);
        assert!(fit(&[4, 16, 13], 37) && !fit(&[4, 16, 13], 36));
        assert!(fit(&[], 0));
    }
}
