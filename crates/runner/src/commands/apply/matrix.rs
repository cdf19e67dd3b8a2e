//! Files of numbers: CSV without a header.

use std::path::Path;

use equations::{NumberError, parse_number};

use crate::config::without_mark;
use crate::failure::Failure;

/// Rows of as many numbers each.
pub(super) struct Matrix {
    pub rows: usize,
    pub columns: usize,
    /// Row by row.
    pub values: Vec<f64>,
}

impl Matrix {
    /// Reads a file.
    ///
    /// # Errors
    /// The place of the first thing that is not as expected, and what is.
    pub(super) fn read(path: &Path) -> Result<Matrix, Failure> {
        let shown = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::BadInput(format!("cannot read {shown}: {error}")))?;
        Matrix::parse(&without_mark(text))
            .map_err(|problem| Failure::BadInput(format!("{shown}:{problem}")))
    }

    fn parse(text: &str) -> Result<Matrix, String> {
        let mut matrix = Matrix { rows: 0, columns: 0, values: Vec::new() };
        for (number, line) in text.lines().enumerate() {
            let line_number = number + 1;
            if line.trim().is_empty() {
                continue;
            }
            let before = matrix.values.len();
            for (column, field) in line.split(',').enumerate() {
                let field = field.trim();
                let value = parse_number(field).map_err(|error| {
                    let place = format!("{line_number}:{}", column + 1);
                    match error {
                        NumberError::NoNumber => format!(
                            "{place}: {field:?} is not a number such as 0.5, 1e-3 or nan; \
                             a line is a row of numbers with commas between them, without a header"
                        ),
                        error => format!("{place}: {field} is {error}"),
                    }
                })?;
                matrix.values.push(value);
            }
            let count = matrix.values.len() - before;
            if matrix.rows == 0 {
                matrix.columns = count;
            } else if count != matrix.columns {
                let columns = matrix.columns;
                return Err(format!(
                    "{line_number}: the row has {count} numbers, but the first row has {columns}"
                ));
            }
            matrix.rows += 1;
        }
        if matrix.rows == 0 {
            return Err("1: the file has no rows; a line is a row of numbers".to_string());
        }
        Ok(matrix)
    }

    /// Numbers as rows of so many.
    pub(super) fn csv(values: &[f64], columns: usize) -> String {
        let row = |row: &[f64]| row.iter().map(|v| exact(*v)).collect::<Vec<_>>().join(",") + "\n";
        values.chunks(columns.max(1)).map(row).collect()
    }
}

/// Numbers, one per line.
pub(super) fn column(values: &[f64]) -> String {
    Matrix::csv(values, 1)
}

/// 17 significant digits, which read back as the same number anywhere.
pub(super) fn exact(value: f64) -> String {
    if value.is_nan() {
        "nan".to_string()
    } else if value.is_infinite() {
        if value > 0.0 { "inf" } else { "-inf" }.to_string()
    } else {
        format!("{value:.16e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_numbers_are_read() {
        let matrix = Matrix::parse("1, 2.5\r\n-3e-2,nan\n\n").unwrap();
        assert_eq!((matrix.rows, matrix.columns), (2, 2));
        assert_eq!(matrix.values[..3], [1.0, 2.5, -0.03]);
        assert!(matrix.values[3].is_nan());
        let infinite = Matrix::parse("inf,-inf,0e-400").unwrap();
        assert_eq!(infinite.values, [f64::INFINITY, -f64::INFINITY, 0.0]);
    }

    #[test]
    fn anything_else_is_refused_with_its_place() {
        let problem = |text| Matrix::parse(text).err().unwrap();
        assert!(problem("a,b\n1,2").starts_with("1:1: \"a\" is not a number"));
        assert!(problem("1,2\n3,x\n").starts_with("2:2: \"x\" is not a number"));
        assert!(problem("1,2\n3,\n").starts_with("2:2: \"\" is not a number"));
        assert!(problem("1,2\n1e400,1").starts_with("2:1: 1e400 is too large for a number"));
        assert!(problem("1,1e-400").starts_with("1:2: 1e-400 is too small for a number"));
        assert_eq!(problem("1,2\n\n3\n"), "3: the row has 1 numbers, but the first row has 2");
        assert!(problem("\n").starts_with("1: the file has no rows"));
    }

    #[test]
    fn seventeen_digits_read_back() {
        for value in [0.1, 1.0 / 3.0, -2.5e-310, f64::MAX, 0.0] {
            let text = exact(value);
            assert_eq!(text.parse::<f64>().unwrap(), value, "{text}");
        }
        assert_eq!(exact(0.1), "1.0000000000000001e-1");
        assert_eq!([exact(f64::NAN), exact(-f64::INFINITY)], ["nan", "-inf"]);
    }
}
