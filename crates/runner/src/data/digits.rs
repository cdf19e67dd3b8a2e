//! The handwritten digits of the UCI repository: 8 x 8 pixels, ten classes, one CSV file.
//!
//! `data/digits/README.md` tells where the file comes from and how it is split; this file reads it
//! and believes nothing: the header, the number of columns and every cell are checked.

use std::path::Path;

use csv::ByteRecord;

use super::split::stratified;
use super::{DataError, Scale, Source, Table};

pub static SOURCE: Source = Source {
    name: "digits",
    title: "handwritten digits, 1,797 images of 8 x 8 pixels, 10 classes; \
            1,078 training, 359 validation, 360 test",
    file: "digits/digits.csv",
    citation: "Alpaydin and Kaynak 1998, UCI, doi:10.24432/C50P49, CC BY 4.0",
    scale: Scale::Global,
    parse,
};

const PIXELS: usize = 64;
const CLASSES: usize = 10;
const BRIGHTEST: usize = 16;
/// Written into the hash that decides the split; another text would be another split.
const SPLIT: &str = "normlab digits split v1";

/// One image per row: 64 pixels from 0 to 16, and the digit.
struct Images {
    pixels: Vec<f32>,
    labels: Vec<usize>,
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Table, DataError> {
    let Images { pixels, labels } = read(path, bytes)?;
    let split =
        stratified(&labels, CLASSES, SPLIT).map_err(|error| unfit(path, error.to_string()))?;
    Ok(Table { features: pixels, width: PIXELS, labels, classes: CLASSES, split })
}

fn read(path: &Path, bytes: &[u8]) -> Result<Images, DataError> {
    // Flexible, so that a wrong number of columns is reported in our own words.
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut images = Images { pixels: Vec::new(), labels: Vec::new() };
    let mut record = ByteRecord::new();
    let mut first = true;
    while reader.read_byte_record(&mut record).map_err(|error| unfit(path, error.to_string()))? {
        check_columns(path, &record)?;
        if first {
            check_header(path, &record)?;
        } else {
            for column in 0..PIXELS {
                images.pixels.push(whole_number(path, &record, column, BRIGHTEST)? as f32);
            }
            images.labels.push(whole_number(path, &record, PIXELS, CLASSES - 1)?);
        }
        first = false;
    }
    if first {
        return Err(unfit(
            path,
            "the file is empty; a header and rows of images belong here".into(),
        ));
    }
    Ok(images)
}

fn column_name(column: usize) -> String {
    match column {
        PIXELS => "label".to_string(),
        pixel => format!("p{}{}", pixel / 8, pixel % 8),
    }
}

fn check_columns(path: &Path, record: &ByteRecord) -> Result<(), DataError> {
    if record.len() == PIXELS + 1 {
        return Ok(());
    }
    let message = format!(
        "{} columns, but a row has {}: {PIXELS} pixels and a label",
        record.len(),
        PIXELS + 1
    );
    Err(damaged(path, record, record.len().min(PIXELS), message))
}

fn check_header(path: &Path, record: &ByteRecord) -> Result<(), DataError> {
    match (0..=PIXELS).find(|&column| record[column] != *column_name(column).as_bytes()) {
        None => Ok(()),
        Some(column) => {
            let message = format!(
                "the header says {:?}, but this column is {:?}",
                String::from_utf8_lossy(&record[column]),
                column_name(column)
            );
            Err(damaged(path, record, column, message))
        }
    }
}

fn whole_number(
    path: &Path,
    record: &ByteRecord,
    column: usize,
    largest: usize,
) -> Result<usize, DataError> {
    let cell = String::from_utf8_lossy(&record[column]);
    match cell.parse::<usize>() {
        Ok(value) if value <= largest => Ok(value),
        _ => {
            let message = format!(
                "{cell:?} in column {} is not a whole number from 0 to {largest}",
                column_name(column)
            );
            Err(damaged(path, record, column, message))
        }
    }
}

fn damaged(path: &Path, record: &ByteRecord, column: usize, message: String) -> DataError {
    let line = record.position().map_or(0, csv::Position::line);
    DataError::Damaged { path: path.to_path_buf(), line, column: column + 1, message }
}

fn unfit(path: &Path, message: String) -> DataError {
    DataError::Unfit { path: path.to_path_buf(), message }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The committed file.
    fn committed() -> (std::path::PathBuf, Vec<u8>) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/digits/digits.csv");
        let bytes = std::fs::read(&path).expect("the data set is part of the repository");
        (path, bytes)
    }

    fn lines() -> Vec<String> {
        String::from_utf8(committed().1).unwrap().lines().map(str::to_string).collect()
    }

    fn message(lines: &[String]) -> String {
        let text = lines.join("\n");
        let read = parse(Path::new("digits.csv"), text.as_bytes());
        read.err().expect("damage is found").to_string()
    }

    /// Counts, split and checksum as the README of the data set states them; made with Python's
    /// csv and blake3 modules: see "The split" there for the rule.
    #[test]
    fn the_committed_file_is_the_one_its_readme_describes() {
        let (path, bytes) = committed();
        let digits = parse(&path, &bytes).unwrap().scaled("digits", &SOURCE.scaling());
        let sizes = [digits.train.len(), digits.validation.len(), digits.test.len()];
        assert_eq!(sizes, [1078, 359, 360]);
        let readme = std::fs::read_to_string(path.with_file_name("README.md")).unwrap();
        let checksum = blake3::hash(&bytes).to_hex().to_string();
        assert!(readme.contains(&checksum), "README.md does not state the checksum {checksum}");
        let per_class: Vec<usize> = (0..CLASSES)
            .map(|class| digits.test.labels().iter().filter(|&&label| label == class).count())
            .collect();
        assert_eq!(per_class, [35, 37, 36, 36, 36, 37, 36, 36, 35, 36]);
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        let (path, bytes) = committed();
        let marked = [&b"\xef\xbb\xbf"[..], &bytes].concat();
        assert_eq!(parse(&path, &marked).unwrap().labels.len(), 1797);
    }

    #[test]
    fn damage_is_reported_with_line_column_value_and_what_is_allowed() {
        let good = lines();
        let with = |line: usize, text: &str| {
            let mut lines = good.clone();
            lines[line - 1] = text.to_string();
            message(&lines)
        };
        let row = &good[1];
        assert_eq!(
            with(3, row.strip_suffix(",0").unwrap()),
            "digits.csv:3:65: 64 columns, but a row has 65: 64 pixels and a label"
        );
        assert_eq!(
            with(3, &format!("{row},7")),
            "digits.csv:3:65: 66 columns, but a row has 65: 64 pixels and a label"
        );
        assert_eq!(
            with(4, &row.replacen("0,0,5,13", "0,0,five,13", 1)),
            "digits.csv:4:3: \"five\" in column p02 is not a whole number from 0 to 16"
        );
        assert_eq!(
            with(4, &row.replacen("0,0,5,13", "0,0,5,17", 1)),
            "digits.csv:4:4: \"17\" in column p03 is not a whole number from 0 to 16"
        );
        assert_eq!(
            with(1798, &format!("{},10", row.strip_suffix(",0").unwrap())),
            "digits.csv:1798:65: \"10\" in column label is not a whole number from 0 to 9"
        );
        assert_eq!(
            with(1, &good[0].replace("p13", "p31")),
            "digits.csv:1:12: the header says \"p31\", but this column is \"p13\""
        );
    }

    #[test]
    fn an_empty_file_and_one_with_too_few_rows_are_reported() {
        assert_eq!(
            message(&[]),
            "digits.csv: the file is empty; a header and rows of images belong here"
        );
        assert_eq!(
            message(&lines()[..40]),
            "digits.csv: class 1 has 3 rows, but a split into training, validation and test \
             needs at least 4"
        );
    }
}
