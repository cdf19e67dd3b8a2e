//! `[norms.NAME]`: norms that an experiment defines for itself.
//!
//! ```toml
//! [norms.mine]
//! equation = "gamma * x / (alpha * mean(abs(x)) + k)"
//! over = "features"                                        # or "none", without statistics
//! parameters.alpha = { shape = "scalar", start = 0.5 }     # gamma and beta are known
//! constants.k = 0.1                                        # eps and momentum are known
//! ```

mod declarations;

use std::sync::Arc;

use equations::{Axes, EquationError, NormEquation};
use norms::Definition;

use self::declarations::{as_declaration, constants, parameters};
use super::mistakes::Mistakes;
use super::sections::keys_of;
use super::value::{Table, Value, text};
use crate::parameter_shape::shape_name;

/// The norms that a file defines, in its order.
#[derive(Clone, Debug, Default)]
pub struct OwnNorms {
    norms: Vec<OwnNorm>,
}

/// A norm that a file names; without definition if that is wrong, so that its uses are not called
/// mistakes too.
#[derive(Clone, Debug)]
struct OwnNorm {
    name: String,
    definition: Option<Arc<Definition>>,
}

impl OwnNorms {
    /// Whether the file defines none.
    pub fn is_empty(&self) -> bool {
        self.norms.is_empty()
    }

    /// The definitions, in the order of the file.
    pub fn definitions(&self) -> impl Iterator<Item = &Arc<Definition>> {
        self.norms.iter().filter_map(|norm| norm.definition.as_ref())
    }

    /// The names, with what they mean where that could be read.
    pub fn named(&self) -> impl Iterator<Item = (&str, Option<&Arc<Definition>>)> {
        self.norms.iter().map(|norm| (norm.name.as_str(), norm.definition.as_ref()))
    }

    /// What is allowed but rarely meant, a line for each norm.
    pub fn notes(&self) -> Vec<String> {
        let note = |definition: &Arc<Definition>| {
            let warning = definition.parse(&[]).ok()?.warning()?;
            Some(format!("note: norm {:?}: {warning}", definition.name))
        };
        self.definitions().filter_map(note).collect()
    }

    /// The sections that define these norms: nothing left to defaults that a norm declares.
    pub fn toml(&self) -> String {
        self.definitions().map(|definition| section(definition)).collect()
    }
}

/// Reads `[norms]`; nothing without it.
pub fn own_norms(file: &Table<'_, '_>, mistakes: &mut Mistakes<'_>) -> OwnNorms {
    let Some(value) = file.get("norms") else { return OwnNorms::default() };
    let Some(table) = Table::any("[norms]", value, mistakes) else { return OwnNorms::default() };
    let norms = table.entries.iter().map(|(name, value)| OwnNorm {
        name: name.to_string(),
        definition: is_free(name, value, mistakes)
            .then(|| definition(name, value, mistakes))
            .flatten()
            .map(Arc::new),
    });
    OwnNorms { norms: norms.collect() }
}

/// Names stand in tables, file names and on command lines, and mean one thing.
fn is_free(name: &str, value: &Value<'_>, mistakes: &mut Mistakes<'_>) -> bool {
    match custom_name(name) {
        Ok(()) => true,
        Err((message, help)) => {
            mistakes.add(value.span(), message, help);
            false
        }
    }
}

/// Whether a custom norm may have a name.
///
/// # Errors
/// What is wrong with it, and what is allowed.
pub fn custom_name(name: &str) -> Result<(), (String, &'static str)> {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    if name.is_empty() || name.len() > 100 || !name.chars().all(allowed) {
        let help = "1 to 100 letters, digits, hyphens, underscores and points";
        return Err((format!("a norm is called {name:?}"), help));
    }
    if norms::names().any(|known| known == name) {
        return Err((format!("{name:?} is a norm of the catalogue"), "give it another name"));
    }
    Ok(())
}

fn definition(name: &str, value: &Value<'_>, mistakes: &mut Mistakes<'_>) -> Option<Definition> {
    let title = format!("[norms.{name}]");
    if !value.get_ref().is_table() && keys_of("norms").contains(&name) {
        let message = format!("misplaced key {name:?} in [norms]");
        mistakes.add(value.span(), message, "it belongs in [norms.NAME]");
        return None;
    }
    let table = Table::open_or(&title, value, &keys_of("norms"), as_declaration, mistakes)?;
    let equation_at = table.require("equation", "\"gamma * x / rms(x)\"", mistakes);
    let over_at = table.require("over", "\"features\", or \"none\"", mistakes);
    let parameters = parameters(&table, mistakes);
    let constants = constants(&table, mistakes);
    let equation = equation_at.and_then(|value| text(value, "equation", mistakes));
    let over = over_at.and_then(|value| text(value, "over", mistakes));
    let is_declared = parameters.is_complete && constants.is_complete && table.unknown.is_empty();
    let definition = Definition {
        name: name.to_string(),
        equation: equation?.to_string(),
        over: over.unwrap_or_default().to_string(),
        parameters: parameters.values,
        constants: constants.values,
    };
    let over = over_at.filter(|_| over.is_some());
    let is_right = check(&definition, equation_at?, over, is_declared, &table, mistakes);
    (is_right && is_declared && over.is_some()).then_some(definition)
}

/// Notes what is wrong with the texts of a definition. Where its axes or its declarations could not be read,
/// nothing is said that may be wrong because of that.
fn check(
    definition: &Definition,
    equation_at: &Value<'_>,
    over_at: Option<&Value<'_>>,
    is_declared: bool,
    table: &Table<'_, '_>,
    mistakes: &mut Mistakes<'_>,
) -> bool {
    let axes = Axes::parse(&definition.over);
    let error = match (&axes, over_at) {
        (Ok(_), Some(_)) => match with_equation(definition, "x") {
            Ok(_) => definition.parse(&[]).err(),
            Err(error) => {
                let help = error.help.unwrap_or_default();
                mistakes.add(table.span.clone(), error.message, help);
                return false;
            }
        },
        _ => whatever_the_axes(definition),
    };
    if let (Err(error), Some(over_at)) = (axes, over_at) {
        point(over_at, &definition.over, error, mistakes);
    }
    match error {
        Some(error) if is_declared || error.undeclared.is_none() => {
            point(equation_at, &definition.equation, error, mistakes);
            false
        }
        Some(_) => false,
        None => true,
    }
}

/// The mistake that an equation has over any axes.
fn whatever_the_axes(definition: &Definition) -> Option<EquationError> {
    let over = |axes: &str| Definition { over: axes.to_string(), ..definition.clone() };
    let mut errors = ["features", "samples", "positions"].map(|axes| over(axes).parse(&[]).err());
    let [first, others @ ..] = &mut errors;
    let is_same = others.iter().all(|other| other == first);
    first.take().filter(|_| is_same)
}

/// Notes a mistake inside a string of the language.
fn point(value: &Value<'_>, text: &str, error: EquationError, mistakes: &mut Mistakes<'_>) {
    let span = mistakes.part(value.span(), text, &error.span);
    let mut help =
        error.help.unwrap_or_else(|| "see `normlab list norms` for equations".to_string());
    if let Some(name) = error.undeclared {
        help += &format!(
            "; or declare it: constants.{name} = 0.1, or, if it is learned, \
             parameters.{name} = {{ shape = \"scalar\", start = 0.5 }}"
        );
    }
    mistakes.add(span, error.message, help);
}

/// The declarations of a definition with another equation.
fn with_equation(definition: &Definition, equation: &str) -> Result<NormEquation, EquationError> {
    let other = Definition { equation: equation.to_string(), ..definition.clone() };
    other.parse(&[])
}

fn section(definition: &Definition) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_string()).to_string();
    let Definition { name, equation, over, parameters, constants } = definition;
    let mut text = format!(
        "\n[norms.{}]\nequation = {}\nover = {}\n",
        quoted(name),
        quoted(equation),
        quoted(over)
    );
    for (name, shape, start) in parameters {
        let (name, shape) = (quoted(name), shape_name(*shape));
        text += &format!("parameters.{name} = {{ shape = \"{shape}\", start = {start:?} }}\n");
    }
    for (name, value) in constants {
        text += &format!("constants.{} = {value:?}\n", quoted(name));
    }
    text
}
