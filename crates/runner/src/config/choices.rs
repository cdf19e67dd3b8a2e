//! Values that are a name, or a table of a name and options: norms, optimizers, schedules.

use std::mem::discriminant;
use std::sync::Arc;

use equations::Parameter;
use equations::ParameterShape::Side;
use norms::{Definition, NormChoice};
use training::{Curve, Optimizer, OptimizerEntry, Schedule};

use super::misplaced;
use super::mistakes::Mistakes;
use super::own_norms::OwnNorms;
use super::value::{Numbers, Value, allowed_names, choice, count, nearest, number};

/// `"layer"` or `{ name = "group", groups = 8, eps = 1e-3, gamma = 0.5 }`: a name, which may be one of the file's
/// own, with constants and starts of parameters.
pub fn norm(value: &Value<'_>, own: &OwnNorms, mistakes: &mut Mistakes<'_>) -> Option<NormChoice> {
    let listed = norms::names().map(|name| (name, NormChoice::named(name)));
    let defined = own.named().map(|(name, definition)| (name, definition.and_then(plain)));
    // A name whose definition is wrong is known, and the mistake is noted where it was made.
    let norm = named("norm", value, listed.chain(defined), mistakes)??;
    if is_of_weights(&norm) {
        let message = format!("{:?} is a norm of weight matrices", norm.name());
        mistakes.add(
            value.span(),
            message,
            "`norm` takes norms of activations, see `normlab list norms`",
        );
        return None;
    }
    if let Some(side) = side_input(&norm) {
        let message = format!(
            "{:?} has the side input {:?}, a value for each feature of each sample, which the \
             networks here have nothing to compute from",
            norm.name(),
            side.name
        );
        mistakes.add(value.span(), message, "`gradcheck`, `apply` and `export` take such norms");
        return None;
    }
    let options_of_norm = norm_options(&norm);
    let mut allowed = vec!["name"];
    allowed.extend(options_of_norm.iter().map(String::as_str));
    let options = options("norm", value, &allowed, own, mistakes)?;
    let groups = groups(&norm, value, &options, mistakes);
    let values = options.iter().filter(|(key, _)| !["name", "groups"].contains(key));
    let values: Vec<Option<(String, f64)>> = values
        .map(|(key, value)| {
            Some((key.to_string(), number(value, key, allowed_values(key), mistakes)?))
        })
        .collect();
    match norm.with(groups?, values.into_iter().collect::<Option<_>>()?) {
        Ok(choice) => Some(choice),
        Err(error) => {
            mistakes.add(value.span(), error.to_string(), "see `normlab list norms`");
            None
        }
    }
}

fn is_of_weights(norm: &NormChoice) -> bool {
    norm.entry().is_some_and(|entry| entry.site == norms::Site::Weights)
}

fn side_input(norm: &NormChoice) -> Option<&Parameter> {
    norm.equation().parameters().iter().find(|parameter| parameter.shape == Side)
}

/// The norms of the catalogue that a network here can train.
pub fn norm_names() -> impl Iterator<Item = &'static str> {
    let trains = |norm: NormChoice| !is_of_weights(&norm) && side_input(&norm).is_none();
    norms::names().filter(move |name| NormChoice::named(name).is_some_and(trains))
}

/// A norm of the file's own as it stands there, in one group.
pub fn plain(definition: &Arc<Definition>) -> Option<NormChoice> {
    NormChoice::defined(Arc::clone(definition), 1, Vec::new()).ok()
}

/// The constants that every norm knows have a meaning, and with it a range.
fn allowed_values(constant: &str) -> Numbers {
    if ["eps", "momentum"].contains(&constant) { Numbers::NotNegative } else { Numbers::Finite }
}

fn groups(
    norm: &NormChoice,
    value: &Value<'_>,
    options: &[(&str, &Value<'_>)],
    mistakes: &mut Mistakes<'_>,
) -> Option<usize> {
    if !norm.equation().knows_groups() {
        return Some(1);
    }
    match options.iter().find(|(key, _)| *key == "groups") {
        Some((_, groups)) => count(groups, "groups", 1..=65_536, mistakes),
        None => {
            let message = format!("norm {:?} needs a number of groups", norm.name());
            let help = format!("write for example {{ name = {:?}, groups = 8 }}", norm.name());
            mistakes.add(value.span(), message, help);
            None
        }
    }
}

/// The constants that decide what a norm computes, with their values: those of its equation, and
/// the momentum if it has running averages.
pub fn constants(norm: &NormChoice) -> Vec<(String, f64)> {
    let equation = norm.equation();
    let mut constants = equation.constants().to_vec();
    let named = constants.iter().any(|(name, _)| name == "momentum");
    if !equation.running().is_empty() && !named {
        constants.push(("momentum".to_string(), equation.momentum()));
    }
    let named = constants.iter().any(|(name, _)| name == "parts");
    if equation.knows_parts(equations::Mode::Train) && !named {
        constants.push(("parts".to_string(), equation.parts() as f64));
    }
    constants
}

/// The parameters of a norm with their starts.
pub fn starts(norm: &NormChoice) -> Vec<(String, f64)> {
    norm.equation().parameters().iter().map(|p| (p.name.clone(), p.start)).collect()
}

/// The constants of a norm, and its parameters with their starts.
pub fn values(norm: &NormChoice) -> Vec<(String, f64)> {
    let mut values = constants(norm);
    values.extend(starts(norm));
    values
}

/// What can be said of a norm beside its name: its groups if it knows any, its constants, the starts of its
/// parameters.
pub fn norm_options(norm: &NormChoice) -> Vec<String> {
    let groups = norm.equation().knows_groups().then(|| "groups".to_string());
    groups.into_iter().chain(values(norm).into_iter().map(|(name, _)| name)).collect()
}

/// `"adamw"` or `{ name = "sgd", momentum = 0.9, weight_decay = 0.0 }`.
pub fn optimizer(value: &Value<'_>, mistakes: &mut Mistakes<'_>) -> Option<Optimizer> {
    let family = training::OPTIMIZERS.iter().map(|entry| (entry.name, entry.default));
    let mut optimizer = named("optimizer", value, family, mistakes)?;
    let mut constants = optimizer_constants(&mut optimizer);
    let mut allowed = vec!["name"];
    allowed.extend(constants.iter().map(|(name, ..)| *name));
    let options = options("optimizer", value, &allowed, &OwnNorms::default(), mistakes)?;
    let mut is_complete = true;
    for (name, numbers, constant) in &mut constants {
        let Some((_, value)) = options.iter().find(|(key, _)| key == name) else { continue };
        match number(value, name, *numbers, mistakes) {
            Some(number) => **constant = number,
            None => is_complete = false,
        }
    }
    is_complete.then_some(optimizer)
}

/// The entry of the list that an optimizer is a case of.
pub fn optimizer_entry(optimizer: &Optimizer) -> &'static OptimizerEntry {
    let same_rule =
        |entry: &&&OptimizerEntry| discriminant(&entry.default) == discriminant(optimizer);
    training::OPTIMIZERS.iter().find(same_rule).expect("the list has every rule")
}

/// The constants of an optimizer: the key of each, what it may be, and the place of its value.
fn optimizer_constants(optimizer: &mut Optimizer) -> Vec<(&'static str, Numbers, &mut f64)> {
    match optimizer {
        Optimizer::Sgd { momentum, weight_decay } => vec![
            ("momentum", Numbers::Fraction, momentum),
            ("weight_decay", Numbers::NotNegative, weight_decay),
        ],
        Optimizer::AdamW { beta1, beta2, eps, weight_decay } => vec![
            ("beta1", Numbers::Fraction, beta1),
            ("beta2", Numbers::Fraction, beta2),
            ("eps", Numbers::Positive, eps),
            ("weight_decay", Numbers::NotNegative, weight_decay),
        ],
    }
}

/// The constants of an optimizer with what each may be.
pub fn optimizer_options(mut optimizer: Optimizer) -> Vec<(&'static str, Numbers, f64)> {
    let constants = optimizer_constants(&mut optimizer);
    constants.into_iter().map(|(name, numbers, value)| (name, numbers, *value)).collect()
}

/// The keys and values of the constants of an optimizer.
pub fn optimizer_values(optimizer: Optimizer) -> Vec<(String, f64)> {
    let options = optimizer_options(optimizer).into_iter();
    options.map(|(name, _, value)| (name.to_string(), value)).collect()
}

/// The option of every schedule, what it may be, and its default.
pub const WARMUP: (&str, Numbers, f64) = ("warmup", Numbers::Fraction, 0.1);

/// `"constant"` or `{ name = "cosine", warmup = 0.1 }`.
pub fn schedule(value: &Value<'_>, mistakes: &mut Mistakes<'_>) -> Option<Schedule> {
    let curve: &'static Curve = named(
        "schedule",
        value,
        training::CURVES.iter().map(|curve| (curve.name, *curve)),
        mistakes,
    )?;
    let (name, numbers, default) = WARMUP;
    let options = options("schedule", value, &["name", name], &OwnNorms::default(), mistakes)?;
    let warmup = match options.iter().find(|(key, _)| *key == name) {
        Some((_, value)) => number(value, name, numbers, mistakes)?,
        None => default,
    };
    Some(Schedule { curve, warmup })
}

/// The member of a family that a string, or the `name` of a table, names.
fn named<'f, T>(
    key: &str,
    value: &Value<'_>,
    family: impl Iterator<Item = (&'f str, T)>,
    mistakes: &mut Mistakes<'_>,
) -> Option<T> {
    let Some(table) = value.get_ref().as_table() else {
        return choice(value, key, family, mistakes);
    };
    match table.get("name") {
        Some(name) => choice(name, key, family, mistakes),
        None => {
            let mut keys = table.keys();
            match keys.find(|other| nearest(other.get_ref(), &["name"]).is_some()) {
                Some(near) => {
                    let message = format!("unknown key {:?} in {key}", near.get_ref());
                    mistakes.add(near.span(), message, "did you mean \"name\"?");
                }
                None => {
                    let names: Vec<&str> = family.map(|(name, _)| name).collect();
                    let message = format!("{key} is a table without a name");
                    mistakes.add(value.span(), message, allowed_names("", &names));
                }
            }
            None
        }
    }
}

/// The keys and values of a table; a string has none.
fn options<'v, 't>(
    key: &str,
    value: &'v Value<'t>,
    allowed: &[&str],
    own: &OwnNorms,
    mistakes: &mut Mistakes<'_>,
) -> Option<Vec<(&'v str, &'v Value<'t>)>> {
    if value.get_ref().is_str() {
        return Some(Vec::new());
    }
    misplaced::open(key, value, allowed, own, mistakes).map(|table| table.entries)
}
