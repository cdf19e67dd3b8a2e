use crate::axes::Axes;
use crate::error::{EquationError, suggestion};
use crate::extents::Extents;
use crate::lexer;
use crate::parser;

/// A norm as data.
///
/// Known without declaration are `x`, `gamma` (per feature, start 1), `beta` (per feature,
/// start 0), `eps` = 1e-5, `momentum` = 0.1 and `parts` = 1. A declaration of one of these names (except `x`)
/// replaces what is known.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct NormSource<'a> {
    /// The equation, as papers write it.
    pub equation: &'a str,
    /// The axes of statistics without brackets: a sum such as `samples+positions`, or `none`.
    pub over: &'a str,
    /// Learnable parameters that are not known without declaration.
    pub parameters: &'a [ParameterSource<'a>],
    /// Constants with their values.
    pub constants: &'a [(&'a str, f64)],
}

/// A learnable parameter as data.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ParameterSource<'a> {
    /// The name in the equation.
    pub name: &'a str,
    /// One value for all, or one for each of something.
    pub shape: ParameterShape,
    /// The value before training.
    pub start: f64,
}

/// What a parameter has a value for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum ParameterShape {
    /// One value.
    Scalar,
    /// One value per feature.
    Feature,
    /// One value per group.
    Group,
    /// One value per position.
    Position,
    /// One value per channel within a group, which the groups share: a gain of queries per head.
    Channel,
    /// One value per row of a weight matrix, whose rows count as samples: for norms on weights.
    Output,
    /// One value per sample and feature: an input beside x, whose gradient goes to the network that
    /// computes it.
    Side,
}

impl ParameterShape {
    /// The axes along which such a parameter may change.
    #[must_use]
    pub const fn varies(self) -> Axes {
        match self {
            ParameterShape::Scalar => Axes::NONE,
            ParameterShape::Feature => Axes::FEATURES,
            ParameterShape::Group => Axes::GROUPS,
            ParameterShape::Position => Axes::POSITIONS,
            ParameterShape::Channel => Axes::CHANNELS,
            ParameterShape::Output => Axes::SAMPLES,
            ParameterShape::Side => Axes::SAMPLES.union(Axes::FEATURES),
        }
    }
}

/// A learnable parameter that an equation uses.
#[derive(Clone, PartialEq, Debug)]
pub struct Parameter {
    /// The name in the equation, in ASCII.
    pub name: String,
    /// What it has a value for.
    pub shape: ParameterShape,
    /// The value before training.
    pub start: f64,
}

impl Parameter {
    /// The number of values: the product of the sizes of the axes of its shape, 1 for a scalar.
    #[must_use]
    pub fn len(&self, extents: &Extents) -> usize {
        extents.size(self.shape.varies())
    }

    fn new(name: &str, shape: ParameterShape, start: f64) -> Self {
        Parameter { name: name.to_owned(), shape, start }
    }
}

/// The momentum of running averages where nothing else is declared.
pub(crate) const MOMENTUM: (&str, f64) = ("momentum", 0.1);

/// The number of parts in which a batch falls where nothing else is declared.
pub(crate) const PARTS: (&str, f64) = ("parts", 1.0);

/// The name of the activation, which is always the first of an equation.
pub(crate) const ACTIVATION: &str = "x";

/// The parameters and constants an equation may use.
pub(crate) struct Known {
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) constants: Vec<(String, f64)>,
}

impl Known {
    pub(crate) fn new(source: &NormSource<'_>) -> Result<Self, EquationError> {
        let mut known = Known {
            parameters: vec![
                Parameter::new("gamma", ParameterShape::Feature, 1.0),
                Parameter::new("beta", ParameterShape::Feature, 0.0),
            ],
            constants: [("eps", 1e-5), MOMENTUM, PARTS]
                .map(|(name, value)| (name.to_owned(), value))
                .to_vec(),
        };
        let mut declared = Vec::new();
        for parameter in source.parameters {
            let name = declared_name(parameter.name, &mut declared)?;
            finite("the start of", parameter.name, parameter.start)?;
            if [MOMENTUM.0, PARTS.0].contains(&name.as_str()) {
                let message = format!("`{name}` is a constant and cannot be a parameter");
                return Err(whole(parameter.name, message));
            }
            known.constants.retain(|(constant, _)| *constant != name);
            let parameter = Parameter::new(&name, parameter.shape, parameter.start);
            match known.parameters.iter_mut().find(|known| known.name == name) {
                Some(known) => *known = parameter,
                None => known.parameters.push(parameter),
            }
        }
        for (constant, value) in source.constants {
            let name = declared_name(constant, &mut declared)?;
            finite("the constant", constant, *value)?;
            known.parameters.retain(|parameter| parameter.name != name);
            match known.constants.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) => *known = *value,
                None => known.constants.push((name, *value)),
            }
        }
        Ok(known)
    }

    /// Gives a constant another value, or a parameter another start.
    pub(crate) fn set(&mut self, name: &str, value: f64) -> Result<(), EquationError> {
        let ascii = lexer::name(name).unwrap_or_else(|| name.to_owned());
        if let Some((_, constant)) = self.constants.iter_mut().find(|(known, _)| *known == ascii) {
            finite("the constant", name, value)?;
            *constant = value;
            return Ok(());
        }
        if let Some(parameter) = self.parameters.iter_mut().find(|known| known.name == ascii) {
            finite("the start of", name, value)?;
            parameter.start = value;
            return Ok(());
        }
        let constants = self.constants.iter().map(|(known, _)| known.as_str());
        let parameters = self.parameters.iter().map(|known| known.name.as_str());
        let help = suggestion(&ascii, constants.chain(parameters));
        let assignment = format!("{name} = {value}");
        let message = format!("unknown constant or parameter `{name}`");
        Err(EquationError::new(&assignment, 0..name.len(), message).with_help(help))
    }
}

impl Known {
    /// How far a running average goes in one pass.
    pub(crate) fn momentum(&self) -> Result<f64, EquationError> {
        let declared = self.constants.iter().find(|(name, _)| name == MOMENTUM.0);
        let momentum = declared.map_or(MOMENTUM.1, |(_, value)| *value);
        if (0.0..=1.0).contains(&momentum) {
            return Ok(momentum);
        }
        let message = format!("`momentum` is between 0 and 1, got {momentum}");
        let help = "average <- (1 - momentum) * average + momentum * tracked";
        Err(whole(&format!("momentum = {momentum}"), message).with_help(help))
    }

    /// In how many parts a batch falls.
    pub(crate) fn parts(&self) -> Result<usize, EquationError> {
        let declared = self.constants.iter().find(|(name, _)| name == PARTS.0);
        let parts = declared.map_or(PARTS.1, |(_, value)| *value);
        if parts >= 1.0 && parts.fract() == 0.0 && parts <= f64::from(u32::MAX) {
            return Ok(parts as usize);
        }
        let message = format!("`parts` is a whole number of at least 1, got {parts}");
        let help = "the batch falls in so many parts of equal size";
        Err(whole(&format!("parts = {parts}"), message).with_help(help))
    }
}

/// The ASCII spelling of a declared name, once it is one that a declaration may have.
fn declared_name(text: &str, declared: &mut Vec<String>) -> Result<String, EquationError> {
    let Some(name) = lexer::name(text) else {
        let help = "a name is letters, digits and `_`, and does not start with a digit";
        return Err(whole(text, format!("`{text}` is not a name")).with_help(help));
    };
    if name == ACTIVATION {
        return Err(whole(text, format!("`{ACTIVATION}` is the activation")));
    }
    if parser::is_word(&name) {
        return Err(whole(text, format!("`{name}` is a word of the language")));
    }
    if name == parser::GROUPS {
        return Err(whole(text, format!("`{name}` is the option, the number of groups")));
    }
    if name == parser::BATCHES {
        return Err(whole(text, format!("`{name}` is the number of training passes")));
    }
    if declared.contains(&name) {
        return Err(whole(text, format!("`{text}` is declared twice")));
    }
    declared.push(name.clone());
    Ok(name)
}

/// Refuses NaN and infinities, and shows where they are declared.
fn finite(what: &str, name: &str, value: f64) -> Result<(), EquationError> {
    if value.is_finite() {
        return Ok(());
    }
    let assignment = format!("{name} = {value}");
    let message = format!("{what} `{name}` must be a finite number, got {value}");
    let span = name.len() + 3..assignment.len();
    Err(EquationError::new(&assignment, span, message))
}

fn whole(text: &str, message: String) -> EquationError {
    EquationError::new(text, 0..text.len(), message)
}
