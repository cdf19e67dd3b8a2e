//! Files of named lists of numbers: `gamma = [1.0, 2.0]`.

use std::path::Path;

use super::matrix::exact;
use crate::config::value::{Table, Value, any_number};
use crate::config::{ConfigError, Mistakes, Source, tree};

/// A list that a file may have.
pub(super) struct Wanted {
    pub name: String,
    /// What there is a number for, in words.
    pub each: &'static str,
    /// The numbers where the file leaves it out.
    pub start: Vec<f64>,
}

/// The numbers of every list: those of the file, or else their starts.
///
/// # Errors
/// A file that is not TOML, an unknown name, a list of another length, each at its place.
pub(super) fn vectors(
    path: Option<&Path>,
    wanted: Vec<Wanted>,
) -> Result<Vec<Vec<f64>>, ConfigError> {
    let Some(path) = path else { return Ok(wanted.into_iter().map(|list| list.start).collect()) };
    let source = Source::read(path)?;
    let mut mistakes = Mistakes::new(&source);
    let read = read(&source, &wanted, &mut mistakes);
    mistakes.into_result(read)
}

/// A list as a line of such a file.
pub(super) fn line(name: &str, values: &[f64]) -> String {
    let values: Vec<String> = values.iter().map(|value| exact(*value)).collect();
    format!("{name} = [{}]\n", values.join(", "))
}

fn read(source: &Source, wanted: &[Wanted], mistakes: &mut Mistakes<'_>) -> Option<Vec<Vec<f64>>> {
    let whole = tree(source, mistakes)?;
    let names: Vec<&str> = wanted.iter().map(|list| list.name.as_str()).collect();
    let file = Table::open("the file", &whole, &names, mistakes)?;
    let lists = wanted.iter().map(|list| match file.get(&list.name) {
        None => Some(list.start.clone()),
        Some(value) => numbers(value, list, mistakes),
    });
    // All of them are read before any is missed.
    lists.collect::<Vec<_>>().into_iter().collect()
}

fn numbers(value: &Value<'_>, list: &Wanted, mistakes: &mut Mistakes<'_>) -> Option<Vec<f64>> {
    let Wanted { name, each, start } = list;
    let one = |value: &Value<'_>, mistakes: &mut Mistakes<'_>| any_number(value, name, mistakes);
    let numbers: Option<Vec<f64>> = match value.get_ref().as_array() {
        Some(array) => array.iter().map(|item| one(item, mistakes)).collect(),
        None => one(value, mistakes).map(|number| vec![number]),
    };
    let numbers = numbers?;
    if numbers.len() == start.len() {
        return Some(numbers);
    }
    let message = format!("{name} has {}", counted(numbers.len()));
    mistakes.add(value.span(), message, format!("it must have {}, {each}", counted(start.len())));
    None
}

fn counted(count: usize) -> String {
    if count == 1 { "1 number".to_string() } else { format!("{count} numbers") }
}
