//! Tables for people: columns two spaces apart, a rule below the header, no boxes, and no line longer than
//! the width that is given.

mod columns;
mod records;

use comfy_table::{
    ColumnConstraint, ContentArrangement, LineStyle, Table as Grid, TableStyle, Width,
};

use self::columns::{GAP, fit, least_widths};
use self::records::records;
use crate::terminal::wrapped;

/// A table as data, to be rendered at any width.
#[derive(Clone, Debug)]
pub struct Table {
    title: Option<String>,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    kept: Vec<String>,
    whole: Vec<String>,
    folding: Vec<String>,
    below: Option<usize>,
    /// Rows that a line stands above, and the line.
    sections: Vec<(usize, String)>,
}

impl Table {
    /// A header with rows of as many cells.
    pub fn new<R>(header: &[&str], rows: impl IntoIterator<Item = R>) -> Table
    where
        R: IntoIterator<Item: Into<String>>,
    {
        let texts = |row: R| row.into_iter().map(Into::into).collect();
        Table {
            title: None,
            header: header.iter().map(|name| (*name).to_string()).collect(),
            rows: rows.into_iter().map(texts).collect(),
            kept: Vec::new(),
            whole: Vec::new(),
            folding: Vec::new(),
            below: None,
            sections: Vec::new(),
        }
    }

    /// The same with a line above it.
    pub fn titled(self, title: impl Into<String>) -> Table {
        Table { title: Some(title.into()), ..self }
    }

    /// The same with columns that stay where they are though every row repeats one value.
    pub fn keeping(mut self, columns: &[&str]) -> Table {
        self.kept.extend(columns.iter().map(|name| (*name).to_string()));
        self
    }

    /// The same with columns whose cells never fold, besides those that are seen to hold numbers and names.
    pub fn whole(mut self, columns: &[&str]) -> Table {
        self.whole.extend(columns.iter().map(|name| (*name).to_string()));
        self
    }

    /// The same with columns whose cells fold at every space, though they hold numbers and names.
    pub fn folding(mut self, columns: &[&str]) -> Table {
        self.folding.extend(columns.iter().map(|name| (*name).to_string()));
        self
    }

    /// The same with the cells of a column on lines of their own, each below its row.
    pub fn with_below(mut self, column: &str) -> Table {
        self.below = self.header.iter().position(|name| name == column);
        self
    }

    /// The same with further rows, below a line that names them unless that is empty.
    pub fn with_section(mut self, name: &str, rows: Vec<Vec<String>>) -> Table {
        if !name.is_empty() {
            self.sections.push((self.rows.len(), name.to_string()));
        }
        self.rows.extend(rows);
        self
    }

    /// The table as text, without spaces at the ends of lines and without a last line end. A column that
    /// repeats one value in every row is a line above the table; text folds within its column, numbers do
    /// not; where even that is too wide, each row is a paragraph of lines `column: value`.
    pub fn render(&self, width: usize) -> String {
        let repeated = self.repeated();
        let lifted = repeated.iter().map(|&column| {
            wrapped(&format!("{}: {}", self.header[column], self.rows[0][column]), width)
        });
        let shown: Vec<usize> = (0..self.header.len())
            .filter(|column| !repeated.contains(column) && self.below != Some(*column))
            .collect();
        let body = if fit(&least_widths(self, &shown), width) {
            self.grid(&shown, width)
        } else {
            records(self, &shown, width)
        };
        let title = self.title.iter().map(|title| wrapped(title, width));
        let lifted = Some(lifted.collect::<Vec<_>>().join("\n")).filter(|lines| !lines.is_empty());
        title.chain(lifted).chain([body]).collect::<Vec<_>>().join("\n\n")
    }

    /// The columns that say the same in every row: none of a table of one row, which would be empty.
    fn repeated(&self) -> Vec<usize> {
        let Some((first, others)) =
            self.rows.split_first().filter(|(_, others)| !others.is_empty())
        else {
            return Vec::new();
        };
        let repeats = |column: &usize| {
            let is_kept = self.kept.contains(&self.header[*column]) || self.below == Some(*column);
            !is_kept && others.iter().all(|row| row[*column] == first[*column])
        };
        let repeated: Vec<usize> = (0..self.header.len()).filter(repeats).collect();
        // Rows that are all the same keep their first cells.
        let all = repeated.len() == self.header.len();
        repeated.into_iter().skip(usize::from(all)).collect()
    }

    fn grid(&self, shown: &[usize], width: usize) -> String {
        let cells = |row: &[String]| shown.iter().map(|&column| row[column].clone()).collect();
        let mut grid = Grid::new();
        grid.load_style(STYLE);
        grid.set_content_arrangement(ContentArrangement::Dynamic);
        // The gap after the last column is cut off.
        grid.set_width(u16::try_from(width.saturating_add(GAP)).unwrap_or(u16::MAX));
        grid.set_header::<Vec<String>>(cells(&self.header));
        for row in &self.rows {
            grid.add_row::<Vec<String>>(cells(row));
        }
        for (column, least) in grid.column_iter_mut().zip(least_widths(self, shown)) {
            column.set_padding((0, GAP as u16));
            let least = u16::try_from(least + GAP).unwrap_or(u16::MAX);
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
        }
        let mut lines = Vec::new();
        let mut row = 0;
        for line in grid.lines() {
            match line.chars().next() {
                Some(BELOW_HEADER) => {
                    lines.push("-".repeat(line.chars().count() - GAP));
                    lines.extend(self.line_above(row));
                }
                Some(BELOW_ROW) => {
                    lines.extend(self.line_below(&self.rows[row], width));
                    row += 1;
                    lines.extend(self.line_above(row));
                }
                _ => lines.push(line.trim_end().to_string()),
            }
        }
        lines.extend(self.rows.get(row).and_then(|last| self.line_below(last, width)));
        lines.join("\n")
    }

    /// The line that names the section that begins with a row.
    fn line_above(&self, row: usize) -> Option<String> {
        let section = self.sections.iter().find(|(first, _)| *first == row);
        section.map(|(_, name)| name.clone())
    }

    /// The cell of a row that stands below it.
    fn line_below(&self, row: &[String], width: usize) -> Option<String> {
        let text = self.below.map(|column| wrapped(&row[column], width.saturating_sub(INDENT)))?;
        Some(
            text.lines().map(|line| format!("{:INDENT$}{line}", "")).collect::<Vec<_>>().join("\n"),
        )
    }
}

/// The spaces before a line below its row, and before the second line of a value in a paragraph.
const INDENT: usize = 4;

/// What no cell begins with fills the lines below the header and below each row but the last, so that
/// they are known.
const BELOW_HEADER: char = '\u{1d}';
const BELOW_ROW: char = '\u{1e}';
const STYLE: TableStyle = TableStyle::new()
    .header_separator(LineStyle::none().fill(BELOW_HEADER))
    .row_separator(LineStyle::none().fill(BELOW_ROW));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = [["pre", "0.1"], ["none-scaled", "0.25"]];
        let expected = "arm          loss\n-----------------\npre          0.1\nnone-scaled  0.25";
        assert_eq!(Table::new(&["arm", "loss"], rows).render(80), expected);
    }

    /// Six columns with a text, numbers with spaces in them, and an optimizer that is always the same.
    fn study() -> Table {
        let header =
            ["arm", "optimizer", "what it is", "test loss", "Δ accuracy, points", "equation"];
        let row =
            |arm, text, loss, accuracy, equation| [arm, "adamw", text, loss, accuracy, equation];
        let rows = [
            row(
                "pre depth 8",
                "the norm is inside of the branch",
                "0.126 ±0.030",
                "baseline",
                "x + f(norm(x))",
            ),
            row(
                "none-scaled depth 64",
                "there is no norm, and branches are scaled by their number",
                "1.674 ±0.305 (4 of 6)",
                "-59.8 ±14.6",
                "x + f(x) / sqrt(branches), which is small where there are many of them, as in deep networks",
            ),
        ];
        Table::new(&header, rows).titled("A study of placements").with_below("equation")
    }

    #[test]
    fn sections_have_a_line_above_their_rows_at_every_width() {
        let rows = |depth: &str| vec![vec!["pre".to_string(), format!("0.1 at {depth}")]];
        let table = Table::new(&["arm", "loss"], Vec::<Vec<String>>::new())
            .with_section("depth 8", rows("8"))
            .with_section("depth 64", rows("64"))
            .keeping(&["arm"]);
        let expected =
            "arm  loss\n--------------\ndepth 8\npre  0.1 at 8\ndepth 64\npre  0.1 at 64";
        assert_eq!(table.render(80), expected);
        let expected = "depth 8\narm:\n    pre\nloss:\n    0.1 at\n    8\n\n\
                        depth 64\narm:\n    pre\nloss:\n    0.1 at\n    64";
        assert_eq!(table.render(10), expected);
        let expected = "arm  loss\n---------\ndepth 8\npre  0.1\n     at 8\ndepth 64\npre  0.1\n     at\n     64";
        assert_eq!(table.folding(&["loss"]).render(10), expected);
    }

    #[test]
    fn a_wide_table_stands_as_it_is() {
        insta::assert_snapshot!(study().render(140));
    }

    #[test]
    fn at_80_columns_text_folds_and_numbers_do_not() {
        insta::assert_snapshot!(study().render(80));
    }

    #[test]
    fn at_60_columns_rows_are_paragraphs() {
        insta::assert_snapshot!(study().render(60));
    }

    #[test]
    fn no_line_is_wider_than_it_may_be() {
        for width in 30..200 {
            let text = study().render(width);
            let longest = text.lines().map(|line| line.chars().count()).max();
            assert!(longest <= Some(width), "{width}:\n{text}");
            assert!(text.contains("1.674 ±0.305 (4 of 6)") || width < 60, "{width}:\n{text}");
        }
    }

    #[test]
    fn what_repeats_is_said_once_unless_it_is_to_stay() {
        let rows = || [["rms", "PASS", "f32"], ["layer", "PASS", "f32"]];
        let header = ["norm", "verdict", "type"];
        let text = Table::new(&header, rows()).keeping(&["verdict"]).render(80);
        assert_eq!(text, "type: f32\n\nnorm   verdict\n--------------\nrms    PASS\nlayer  PASS");
        // Neither a single row nor rows that are all the same leave an empty table.
        let one = Table::new(&header, [rows()[0]]).render(80);
        assert_eq!(one, "norm  verdict  type\n-------------------\nrms   PASS     f32");
        let same = Table::new(&header, [rows()[0], rows()[0]]).render(80);
        assert_eq!(same, "verdict: PASS\ntype: f32\n\nnorm\n----\nrms\nrms");
        assert_eq!(
            Table::new(&header, Vec::<[&str; 3]>::new()).render(80),
            "norm  verdict  type\n-------------------"
        );
    }
}
