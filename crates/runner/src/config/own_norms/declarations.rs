//! What a norm declares: parameters and constants.

use equations::{NormEquation, NormSource, ParameterShape, ParameterSource};
use toml::de::DeValue;

use crate::config::mistakes::Mistakes;
use crate::config::value::{Numbers, Table, Unknown, Value, number, text};
use crate::parameter_shape::{SHAPES, parameter_shape};

/// What could be read of a list of declarations.
pub struct Declared<T> {
    /// The declarations, in the order of the file.
    pub values: Vec<T>,
    /// Whether that is all of them.
    pub is_complete: bool,
}

impl<T> Declared<T> {
    /// What `read` makes of every declaration in a table; nothing where there is no table.
    fn read(
        table: &Table<'_, '_>,
        key: &str,
        mistakes: &mut Mistakes<'_>,
        mut read: impl FnMut(&str, &Value<'_>, &mut Mistakes<'_>) -> Option<T>,
    ) -> Declared<T> {
        let mut declared = Declared { values: Vec::new(), is_complete: true };
        let Some(value) = table.get(key) else { return declared };
        let Some(all) = Table::any(key, value, mistakes) else {
            return Declared { is_complete: false, ..declared };
        };
        for (name, value) in &all.entries {
            match read(name, value, mistakes) {
                Some(one) => declared.values.push(one),
                None => declared.is_complete = false,
            }
        }
        declared
    }
}

/// `parameters.alpha = { shape = "scalar", start = 0.5 }`, any number of them.
pub fn parameters(
    table: &Table<'_, '_>,
    mistakes: &mut Mistakes<'_>,
) -> Declared<(String, ParameterShape, f64)> {
    Declared::read(table, "parameters", mistakes, |name, value, mistakes| {
        let (shape, start) = parameter(name, value, mistakes)?;
        let source = [ParameterSource { name, shape, start }];
        is_name(value, &source, &[], mistakes)?;
        Some((name.to_string(), shape, start))
    })
}

/// `{ shape = "scalar", start = 0.5 }`
fn parameter(
    name: &str,
    value: &Value<'_>,
    mistakes: &mut Mistakes<'_>,
) -> Option<(ParameterShape, f64)> {
    let title = format!("the parameter {name}");
    let table = Table::open(&title, value, &["shape", "start"], mistakes)?;
    let shape_at = table.require("shape", "\"scalar\"", mistakes);
    let start = table.require("start", "1.0", mistakes);
    let shape = text(shape_at?, "shape", mistakes)?;
    let start = number(start?, "start", Numbers::Finite, mistakes);
    match parameter_shape(shape) {
        Ok(shape) => start.map(|start| (shape, start)),
        Err(message) => {
            mistakes.add(shape_at?.span(), message, format!("allowed: {}", SHAPES.join(", ")));
            None
        }
    }
}

/// `constants.k = 0.1`, any number of them.
pub fn constants(table: &Table<'_, '_>, mistakes: &mut Mistakes<'_>) -> Declared<(String, f64)> {
    Declared::read(table, "constants", mistakes, |name, value, mistakes| {
        let constant = number(value, name, Numbers::Finite, mistakes)?;
        is_name(value, &[], &[(name, constant)], mistakes)?;
        Some((name.to_string(), constant))
    })
}

/// Whether a declaration has a name that the language lets it have.
fn is_name(
    value: &Value<'_>,
    parameters: &[ParameterSource<'_>],
    constants: &[(&str, f64)],
    mistakes: &mut Mistakes<'_>,
) -> Option<()> {
    let mut names =
        parameters.iter().map(|p| p.name).chain(constants.iter().map(|(name, _)| *name));
    if names.any(|name| name == "name") {
        let message = "`name` is the key by which a norm is chosen";
        mistakes.add(value.span(), message, "give it another name");
        return None;
    }
    let declared = NormSource { equation: "x", over: "none", parameters, constants };
    match NormEquation::parse(&declared) {
        Ok(_) => Some(()),
        Err(error) => {
            let help = error.help.unwrap_or_else(|| "give it another name".to_string());
            mistakes.add(value.span(), error.message, help);
            None
        }
    }
}

/// A number is meant as a constant, and a table as a parameter.
pub fn as_declaration(unknown: &Unknown<'_, '_, '_>, mistakes: &Mistakes<'_>) -> Option<String> {
    let written = mistakes.quote(unknown.value.span());
    let name = unknown.name;
    match unknown.value.get_ref() {
        DeValue::Integer(_) | DeValue::Float(_) => {
            Some(format!("declare it: constants.{name} = {written}"))
        }
        DeValue::Table(_) => Some(format!("declare it: parameters.{name} = {written}")),
        _ => None,
    }
}
