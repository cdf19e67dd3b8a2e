//! Reading single values of a TOML tree, with every refusal noted where it happened.

use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::DeValue;

use super::mistakes::Mistakes;
pub use super::numbers::{Numbers, any_number, number};

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
    /// The keys that are not allowed, each of which is a mistake.
    pub unknown: Vec<(&'v str, &'v Value<'t>)>,
}

/// A key that is not allowed where it stands.
pub struct Unknown<'k, 'v, 't> {
    /// The key.
    pub name: &'k str,
    /// Its value.
    pub value: &'v Value<'t>,
    /// The table in which it stands.
    pub table: &'v Value<'t>,
    /// How messages name that table.
    pub title: &'k str,
}

impl<'v, 't> Table<'v, 't> {
    /// Opens a table; a key that is not allowed is a mistake.
    pub fn open(
        title: &str,
        value: &'v Value<'t>,
        allowed: &[&str],
        mistakes: &mut Mistakes<'_>,
    ) -> Option<Table<'v, 't>> {
        Table::open_or(title, value, allowed, |_, _| None, mistakes)
    }

    /// Opens a table; a key that is not allowed is a mistake, and `home` may know where it belongs.
    pub fn open_or(
        title: &str,
        value: &'v Value<'t>,
        allowed: &[&str],
        home: impl Fn(&Unknown<'_, 'v, 't>, &Mistakes<'_>) -> Option<String>,
        mistakes: &mut Mistakes<'_>,
    ) -> Option<Table<'v, 't>> {
        let Some(table) = value.get_ref().as_table() else {
            refuse(value, title, "a table", mistakes);
            return None;
        };
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let mut opened = Table {
            title: title.to_string(),
            span: value.span(),
            entries: vec![],
            unknown: vec![],
        };
        for (key, given) in entries {
            let name: &str = key.get_ref();
            if allowed.contains(&name) {
                opened.entries.push((name, given));
                continue;
            }
            opened.unknown.push((name, given));
            let unknown = Unknown { name, value: given, table: value, title };
            let (what, help) = match home(&unknown, mistakes) {
                Some(home) => ("misplaced", home),
                None => ("unknown", allowed_names(name, allowed)),
            };
            mistakes.add(key.span(), format!("{what} key {name:?} in {title}"), help);
        }
        Some(opened)
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

    /// Whether one of the unknown keys is a misspelling of this one, which is then not missing.
    pub fn may_have(&self, key: &str) -> bool {
        self.unknown.iter().any(|(name, _)| nearest(name, &[key]).is_some())
    }

    /// The value of a key that has to be there.
    pub fn require(
        &self,
        key: &str,
        example: &str,
        mistakes: &mut Mistakes<'_>,
    ) -> Option<&'v Value<'t>> {
        let value = self.get(key);
        if value.is_none() && !self.may_have(key) {
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

/// The values of a list that could be read, with their places.
pub struct Items<T> {
    /// The values in the order of the list.
    pub values: Vec<(T, Range<usize>)>,
    /// Whether that is all of them.
    pub is_complete: bool,
}

/// A non-empty list of values, none of which is there twice. `read` turns each value into what it
/// means and into a text that is the same for the same meaning.
pub fn list<T>(
    value: &Value<'_>,
    key: &str,
    mistakes: &mut Mistakes<'_>,
    mut read: impl FnMut(&Value<'_>, &mut Mistakes<'_>) -> Option<(T, String)>,
) -> Items<T> {
    let mut items = Items { values: Vec::new(), is_complete: false };
    let Some(array) = value.get_ref().as_array() else {
        refuse(value, key, "a list such as [1, 2]", mistakes);
        return items;
    };
    if array.is_empty() {
        mistakes.add(value.span(), format!("{key} is an empty list"), "give it at least one value");
        return items;
    }
    let mut seen: Vec<String> = Vec::new();
    items.is_complete = true;
    for item in array {
        match read(item, mistakes) {
            Some((_, meaning)) if seen.contains(&meaning) => {
                let message = format!("{} is twice in {key}", mistakes.quote(item.span()));
                mistakes.add(item.span(), message, "every value once");
                items.is_complete = false;
            }
            Some((meant, meaning)) => {
                seen.push(meaning);
                items.values.push((meant, item.span()));
            }
            None => items.is_complete = false,
        }
    }
    items
}

impl<T> Items<T> {
    /// The values, if the whole list could be read.
    pub fn complete(self) -> Option<Vec<(T, Range<usize>)>> {
        self.is_complete.then_some(self.values)
    }
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
