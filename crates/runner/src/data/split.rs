//! A fixed stratified split, decided by a rule instead of a stored list.
//!
//! Rows are counted from 0. Within each class the rows are sorted by a keyed hash of their number;
//! the first 60 % train, the next 20 % validate, the rest test. The rule needs no random generator
//! whose stream could change, and a class has the same share in every part.

/// A part of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Networks are fitted to it.
    Training,
    /// Learning rates are chosen on it.
    Validation,
    /// Arms are compared on it.
    Test,
}

/// Which part each row belongs to.
#[derive(Debug)]
pub struct Split {
    parts: Vec<Part>,
}

/// A class with so few rows that one of its parts would be empty.
#[derive(Debug, thiserror::Error)]
#[error(
    "class {class} has {rows} rows, but a split into training, validation and test \
     needs at least {SMALLEST_CLASS}"
)]
pub struct SmallClass {
    class: usize,
    rows: usize,
}

/// With four rows the shares 0.6 and 0.2 round to two and one, which leaves one.
const SMALLEST_CLASS: usize = 4;

/// Splits rows with the given labels, each class on its own; `context` keys the hash.
///
/// # Errors
/// A class with fewer than four rows.
pub fn stratified(labels: &[usize], classes: usize, context: &str) -> Result<Split, SmallClass> {
    let mut parts = vec![Part::Test; labels.len()];
    for class in 0..classes {
        let mut rows: Vec<usize> = (0..labels.len()).filter(|&row| labels[row] == class).collect();
        if rows.len() < SMALLEST_CLASS {
            return Err(SmallClass { class, rows: rows.len() });
        }
        rows.sort_by_cached_key(|&row| keyed_hash(context, row));
        let training = rounded_share(rows.len(), 6);
        let validation = rounded_share(rows.len(), 2);
        for (rank, &row) in rows.iter().enumerate() {
            if rank < training {
                parts[row] = Part::Training;
            } else if rank < training + validation {
                parts[row] = Part::Validation;
            }
        }
    }
    Ok(Split { parts })
}

impl Split {
    /// The rows of a part, in the order of the file.
    pub fn rows(&self, part: Part) -> Vec<usize> {
        (0..self.parts.len()).filter(|&row| self.parts[row] == part).collect()
    }
}

/// `rows * tenths / 10`, rounded to the nearest; with an even number of tenths no half can occur.
fn rounded_share(rows: usize, tenths: usize) -> usize {
    (rows * tenths + 5) / 10
}

fn keyed_hash(context: &str, row: usize) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(context);
    hasher.update(&(row as u64).to_le_bytes());
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected from Python, for the labels of `digits.csv`:
    /// `key = lambda row: blake3(row.to_bytes(8, "little"), derive_key_context=context).digest()`,
    /// each class sorted by it and cut at `(6 * n + 5) // 10` and `(2 * n + 5) // 10` more.
    #[test]
    fn the_digits_are_split_as_their_readme_says() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/digits/digits.csv");
        let text = std::fs::read_to_string(path).unwrap();
        let labels: Vec<usize> = text
            .lines()
            .skip(1)
            .map(|line| line.rsplit(',').next().unwrap().parse().unwrap())
            .collect();
        let split = stratified(&labels, 10, "normlab digits split v1").unwrap();
        let [training, validation, test] =
            [Part::Training, Part::Validation, Part::Test].map(|part| split.rows(part));
        assert_eq!(training[..8], [0, 1, 5, 6, 7, 8, 9, 10]);
        assert_eq!(validation[..8], [3, 4, 18, 20, 22, 23, 26, 31]);
        assert_eq!(test[..8], [2, 11, 13, 15, 19, 21, 24, 28]);
        let sums = [training, validation, test].map(|rows| rows.iter().sum::<usize>());
        assert_eq!(sums, [967_393, 318_755, 327_558]);
    }

    #[test]
    fn shares_are_rounded_and_the_test_has_the_rest() {
        // 0.6 * 8 = 4.8, 0.2 * 8 = 1.6; 0.6 * 5 = 3, 0.2 * 5 = 1; 0.6 * 4 = 2.4, 0.2 * 4 = 0.8.
        assert_eq!([rounded_share(8, 6), rounded_share(8, 2)], [5, 2]);
        assert_eq!([rounded_share(5, 6), rounded_share(5, 2)], [3, 1]);
        assert_eq!([rounded_share(4, 6), rounded_share(4, 2)], [2, 1]);
        let split = stratified(&[0; 8], 1, "any").unwrap();
        let sizes =
            [Part::Training, Part::Validation, Part::Test].map(|part| split.rows(part).len());
        assert_eq!(sizes, [5, 2, 1]);
    }

    #[test]
    fn a_class_with_three_rows_is_refused() {
        let error = stratified(&[0, 0, 0, 0, 1, 1, 1], 2, "any").unwrap_err();
        assert_eq!((error.class, error.rows), (1, 3));
    }
}
