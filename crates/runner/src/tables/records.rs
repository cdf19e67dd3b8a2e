//! A table that fits no page, row by row.

use super::{INDENT, Table};
use crate::terminal::wrapped;

/// A paragraph for each row with a line `column: value` for each cell; what is too long goes on below it.
pub fn records(table: &Table, shown: &[usize], width: usize) -> String {
    let columns = || shown.iter().copied().chain(table.below);
    let cell = |row: &[String], column: usize| {
        let text = wrapped(
            &format!("{}: {}", table.header[column], row[column]),
            width - INDENT.min(width),
        );
        text.replace('\n', &format!("\n{:INDENT$}", ""))
    };
    let record = |(number, row): (usize, &Vec<String>)| {
        let cells = columns().map(|column| cell(row, column));
        table.line_above(number).into_iter().chain(cells).collect::<Vec<_>>().join("\n")
    };
    table.rows.iter().enumerate().map(record).collect::<Vec<_>>().join("\n\n")
}
