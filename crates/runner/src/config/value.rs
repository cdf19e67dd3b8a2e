//! Reading single values of a TOML tree, with every refusal noted where it happened.

use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::DeValue;

use super::mistakes::Mistakes;

/// A value and the bytes of the file it came from.
pub type Value<'t> = Spanned<DeValue<'t>>;

/// A table whose keys were checked against the ones that are allowed in it.
pub struct Table<'v, 't> {
    /// How messages name it, such as "[network]".
    pub title: String,
    /// The bytes of the file that it, or its header, takes.
    pub span: Range<usize>,
    /// Known keys only, in the order of the file.
    pub entries: Vec<(&'v str, &'v Value<'t>)>,
}

impl<'v, 't> Table<'v, 't> {
    /// Opens a table; a key that is not allowed is a mistake.
    pub fn open(
        title: &str,
        value: &'v Value<'t>,
        allowed: &[&str],
        mistakes: &mut Mistakes<'_>,
    ) -> Option<Table<'v, 't>> {
        let Some(table) = value.get_ref().as_table() else {
            refuse(value, title, "a table", mistakes);
            return None;
        };
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let mut known = Vec::new();
        for (key, value) in entries {
            let name: &str = key.get_ref();
            if allowed.contains(&name) {
                known.push((name, value));
            } else {
                let message = format!("unknown key {name:?} in {title}");
                mistakes.add(key.span(), message, allowed_names(name, allowed));
            }
        }
        Some(Table { title: title.to_string(), span: value.span(), entries: known })
    }

    /// Opens a table whose keys are names that its author chose.
    pub fn any(
        title: &str,
        value: &'v Value<'t>,
        mistakes: &mut Mistakes<'_>,
    ) -> Option<Table<'v, 't>> {
        let names: Vec<&str> = value.get_ref().as_table().map_or(Vec::new(), |table| {
            table.keys().map(|key| -> &str { key.get_ref() }).collect()
        });
        Table::open(title, value, &names, mistakes)
    }

    /// The value of a key, if it is there.
    pub fn get(&self, key: &str) -> Option<&'v Value<'t>> {
        self.entries.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    /// The value of a key that has to be there.
    pub fn require(
        &self,
        key: &str,
        example: &str,
        mistakes: &mut Mistakes<'_>,
    ) -> Option<&'v Value<'t>> {
        let value = self.get(key);
        if value.is_none() {
            let message = format!("{key} is missing in {}", self.title);
            mistakes.add(
                self.span.clone(),
                message,
                format!("write for example {key} = {example}"),
            );
        }
        value
    }
}

/// A string.
pub fn text<'v>(value: &'v Value<'_>, key: &str, mistakes: &mut Mistakes<'_>) -> Option<&'v str> {
    let text = value.get_ref().as_str();
    if text.is_none() {
        refuse(value, key, "a string in quotation marks", mistakes);
    }
    text
}

/// `true` or `false`.
pub fn truth(value: &Value<'_>, key: &str, mistakes: &mut Mistakes<'_>) -> Option<bool> {
    let truth = value.get_ref().as_bool();
    if truth.is_none() {
        refuse(value, key, "true or false", mistakes);
    }
    truth
}

/// A whole number within limits.
pub fn count(
    value: &Value<'_>,
    key: &str,
    limits: RangeInclusive<usize>,
    mistakes: &mut Mistakes<'_>,
) -> Option<usize> {
    let count = value
        .get_ref()
        .as_integer()
        .and_then(|integer| usize::from_str_radix(integer.as_str(), integer.radix()).ok())
        .filter(|count| limits.contains(count));
    if count.is_none() {
        let allowed = format!("a whole number from {} to {}", limits.start(), limits.end());
        refuse(value, key, &allowed, mistakes);
    }
    count
}

/// The numbers that a key can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// Any.
    Finite,
    /// Above 0.
    Positive,
    /// Above 0, where the caller has already looked for the word "none".
    PositiveOrNone,
    /// 0 or above.
    NotNegative,
    /// From 0 up to, but not including, 1.
    Fraction,
}

/// Any number, also `nan` and `inf`.
pub fn any_number(value: &Value<'_>, key: &str, mistakes: &mut Mistakes<'_>) -> Option<f64> {
    let number = as_number(value);
    if number.is_none() {
        refuse(value, key, "a number", mistakes);
    }
    number
}

fn as_number(value: &Value<'_>) -> Option<f64> {
    match value.get_ref() {
        DeValue::Float(float) => float.as_str().parse::<f64>().ok(),
        DeValue::Integer(integer) => {
            i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(|whole| whole as f64)
        }
        _ => None,
    }
}

/// A finite number, written as a whole number or with a point or an exponent.
pub fn number(
    value: &Value<'_>,
    key: &str,
    allowed: Numbers,
    mistakes: &mut Mistakes<'_>,
) -> Option<f64> {
    let fits = |number: &f64| {
        number.is_finite()
            && match allowed {
                Numbers::Finite => true,
                Numbers::Positive | Numbers::PositiveOrNone => *number > 0.0,
                Numbers::NotNegative => *number >= 0.0,
                Numbers::Fraction => (0.0..1.0).contains(number),
            }
    };
    let number = as_number(value).filter(fits);
    if number.is_none() {
        let allowed = match allowed {
            Numbers::Finite => "a finite number",
            Numbers::Positive => "a finite number above 0",
            Numbers::PositiveOrNone => "a finite number above 0, or \"none\"",
            Numbers::NotNegative => "a finite number of 0 or above",
            Numbers::Fraction => "a number from 0 up to, but not including, 1",
        };
        refuse(value, key, allowed, mistakes);
    }
    number
}

/// A non-empty list of values, none of which is there twice. `read` turns each value into what it
/// means and into a text that is the same for the same meaning.
pub fn list<T>(
    value: &Value<'_>,
    key: &str,
    mistakes: &mut Mistakes<'_>,
    mut read: impl FnMut(&Value<'_>, &mut Mistakes<'_>) -> Option<(T, String)>,
) -> Option<Vec<(T, Range<usize>)>> {
    let Some(array) = value.get_ref().as_array() else {
        refuse(value, key, "a list such as [1, 2]", mistakes);
        return None;
    };
    if array.is_empty() {
        mistakes.add(value.span(), format!("{key} is an empty list"), "give it at least one value");
        return None;
    }
    let mut values = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    let mut complete = true;
    for item in array {
        match read(item, mistakes) {
            Some((_, meaning)) if seen.contains(&meaning) => {
                let message = format!("{} is twice in {key}", mistakes.quote(item.span()));
                mistakes.add(item.span(), message, "every value once");
                complete = false;
            }
            Some((meant, meaning)) => {
                seen.push(meaning);
                values.push((meant, item.span()));
            }
            None => complete = false,
        }
    }
    complete.then_some(values)
}

/// One name out of a family.
pub fn choice<'f, T>(
    value: &Value<'_>,
    key: &str,
    family: impl IntoIterator<Item = (&'f str, T)>,
    mistakes: &mut Mistakes<'_>,
) -> Option<T> {
    let given = text(value, key, mistakes)?;
    let mut names = Vec::new();
    for (name, member) in family {
        if name == given {
            return Some(member);
        }
        names.push(name);
    }
    mistakes.add(value.span(), format!("unknown {key} {given:?}"), allowed_names(given, &names));
    None
}

/// More names than this hide the one that was meant.
const READABLE: usize = 15;

/// "allowed: a, b, c; did you mean b?", or where the names are many, how to see them.
pub fn allowed_names(given: &str, names: &[&str]) -> String {
    let allowed = match names.len() {
        few if few <= READABLE => format!("allowed: {}", names.join(", ")),
        many => format!("{many} names are allowed, `normlab list` shows them"),
    };
    match nearest(given, names) {
        Some(nearest) => format!("{allowed}; did you mean {nearest:?}?"),
        None => allowed,
    }
}

/// The name most like the given one, if any is like it at all.
pub fn nearest<'n>(given: &str, names: &[&'n str]) -> Option<&'n str> {
    // Below this the suggestions in the tests stop being the words that were meant.
    const LEAST_SIMILARITY: f64 = 0.7;
    names
        .iter()
        .map(|&name| (strsim::jaro_winkler(given, name), name))
        .filter(|(similarity, _)| *similarity >= LEAST_SIMILARITY)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// Notes that a value is not what its key takes.
pub fn refuse(value: &Value<'_>, key: &str, allowed: &str, mistakes: &mut Mistakes<'_>) {
    let found = match value.get_ref() {
        DeValue::Table(_) => "a table".to_string(),
        DeValue::Array(_) => "a list".to_string(),
        _ => mistakes.quote(value.span()),
    };
    mistakes.add(value.span(), format!("{key} is {found}"), format!("it must be {allowed}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_the_one_that_was_meant() {
        let norms = ["layer", "rms", "batch", "group"];
        assert_eq!(nearest("layr", &norms), Some("layer"));
        assert_eq!(nearest("LayerNorm", &norms), Some("layer"));
        assert_eq!(nearest("batchnorm", &norms), Some("batch"));
        let keys = ["learning_rate", "batch_size", "epochs"];
        assert_eq!(nearest("lr", &keys), Some("learning_rate"));
        assert_eq!(nearest("epoch", &keys), Some("epochs"));
        assert_eq!(nearest("xyz", &keys), None);
    }
}
