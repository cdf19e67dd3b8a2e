//! `[norms.NAME]`: norms that an experiment defines for itself.
//!
//! ```toml
//! [norms.mine]
//! equation = "gamma * x / (alpha * mean(abs(x)) + k)"
//! over = "features"                                        # or "none", without statistics
//! parameters.alpha = { shape = "scalar", start = 0.5 }     # gamma and beta are known
//! constants.k = 0.1                                        # eps and momentum are known
//! ```

use std::sync::Arc;

use equations::{Axes, EquationError, NormEquation, NormSource, ParameterShape, ParameterSource};
use norms::Definition;

use super::mistakes::Mistakes;
use super::value::{Numbers, Table, Value, allowed_names, number, text};
use crate::parameter_shape::{SHAPES, parameter_shape, shape_name};

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
    let keys = ["equation", "over", "parameters", "constants"];
    let table = Table::open(&title, value, &keys, mistakes)?;
    let equation = table.require("equation", "\"gamma * x / rms(x)\"", mistakes);
    let over = table.require("over", "\"features\", or \"none\"", mistakes);
    let parameters = parameters(&table, mistakes);
    let constants = constants(&table, mistakes);
    let (equation_at, over_at) = (equation?, over?);
    let definition = Definition {
        name: name.to_string(),
        equation: text(equation_at, "equation", mistakes)?.to_string(),
        over: text(over_at, "over", mistakes)?.to_string(),
        parameters: parameters?,
        constants: constants?,
    };
    // What is wrong is looked for in the order of what depends on what.
    if let Err(error) = Axes::parse(&definition.over) {
        point(over_at, &definition.over, error, mistakes);
    } else if let Err(error) = with_equation(&definition, "x") {
        mistakes.add(table.span, error.message, error.help.unwrap_or_default());
    } else if let Err(error) = definition.parse(&[]) {
        point(equation_at, &definition.equation, error, mistakes);
    } else {
        return Some(definition);
    }
    None
}

/// Notes a mistake inside a string of the language.
fn point(value: &Value<'_>, text: &str, error: EquationError, mistakes: &mut Mistakes<'_>) {
    let span = mistakes.part(value.span(), text, &error.span);
    let help = error.help.unwrap_or_else(|| "see `normlab list norms` for equations".to_string());
    mistakes.add(span, error.message, help);
}

/// The declarations of a definition with another equation.
fn with_equation(definition: &Definition, equation: &str) -> Result<NormEquation, EquationError> {
    let other = Definition { equation: equation.to_string(), ..definition.clone() };
    other.parse(&[])
}

fn parameters(
    table: &Table<'_, '_>,
    mistakes: &mut Mistakes<'_>,
) -> Option<Vec<(String, ParameterShape, f64)>> {
    let Some(value) = table.get("parameters") else { return Some(Vec::new()) };
    let declared = Table::any("parameters", value, mistakes)?;
    let mut parameters = Vec::new();
    for (name, value) in &declared.entries {
        let (shape, start) = parameter(name, value, mistakes)?;
        let source = [ParameterSource { name, shape, start }];
        is_name(value, &source, &[], mistakes)?;
        parameters.push((name.to_string(), shape, start));
    }
    Some(parameters)
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
            mistakes.add(shape_at?.span(), message, allowed_names(shape, &SHAPES));
            None
        }
    }
}

fn constants(table: &Table<'_, '_>, mistakes: &mut Mistakes<'_>) -> Option<Vec<(String, f64)>> {
    let Some(value) = table.get("constants") else { return Some(Vec::new()) };
    let declared = Table::any("constants", value, mistakes)?;
    let mut constants = Vec::new();
    for (name, value) in &declared.entries {
        let constant = number(value, name, Numbers::Finite, mistakes)?;
        is_name(value, &[], &[(name, constant)], mistakes)?;
        constants.push((name.to_string(), constant));
    }
    Some(constants)
}

/// Whether a declaration has a name that the language lets it have.
fn is_name(
    value: &Value<'_>,
    parameters: &[ParameterSource<'_>],
    constants: &[(&str, f64)],
    mistakes: &mut Mistakes<'_>,
) -> Option<()> {
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
