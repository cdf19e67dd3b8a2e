//! Tables for people: columns two spaces apart, a rule below the header, no boxes.

use comfy_table::{ContentArrangement, Table, presets};

/// A table as text, without spaces at the ends of lines and without a last line end.
pub fn table<R: AsRef<[String]>>(header: &[&str], rows: &[R]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header);
    table.add_rows(rows.iter().map(AsRef::as_ref));
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let mut lines: Vec<String> = table.lines().map(|line| line.trim_end().to_string()).collect();
    let width = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    lines.insert(1, "-".repeat(width));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = [["pre", "0.1"], ["none-scaled", "0.25"]].map(|row| row.map(str::to_string));
        let expected = "arm          loss\n-----------------\npre          0.1\nnone-scaled  0.25";
        assert_eq!(table(&["arm", "loss"], &rows), expected);
    }
}
