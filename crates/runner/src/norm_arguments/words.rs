//! Words of the command line that declare or set something of a norm.

use equations::{NumberError, ParameterShape, parse_number};

use crate::parameter_shape::{SHAPES, parameter_shape};

/// What `--option` sets.
#[derive(Clone, Debug, PartialEq)]
pub enum NormOption {
    /// The number of groups.
    Groups(usize),
    /// A constant, or the start of a parameter, by its name.
    Value(String, f64),
}

impl NormOption {
    /// The name in front of `=`.
    pub fn name(&self) -> &str {
        match self {
            NormOption::Groups(_) => "groups",
            NormOption::Value(name, _) => name,
        }
    }

    /// The number of groups, if it is that.
    pub fn groups(&self) -> Option<usize> {
        match self {
            NormOption::Groups(groups) => Some(*groups),
            NormOption::Value(..) => None,
        }
    }
}

/// `groups=4`, `eps=1e-3` or `alpha=0.8`
pub fn option(text: &str) -> Result<NormOption, String> {
    let (name, value) = text.split_once('=').ok_or("it must look like groups=4 or alpha=0.8")?;
    if name != "groups" {
        return Ok(NormOption::Value(name.to_string(), finite(value)?));
    }
    let number = value.parse::<usize>().ok().filter(|groups| (1..=65_536).contains(groups));
    let groups = number
        .ok_or_else(|| format!("groups is {value:?}; it must be a whole number from 1 to 65536"))?;
    Ok(NormOption::Groups(groups))
}

/// `alpha=scalar:0.5`
pub fn declared(text: &str) -> Result<(String, ParameterShape, f64), String> {
    let parts = text.split_once('=').and_then(|(name, rest)| Some((name, rest.split_once(':')?)));
    let Some((name, (shape, start))) = parts else {
        return Err("it must look like alpha=scalar:0.5".to_string());
    };
    let shape = parameter_shape(shape)
        .map_err(|message| format!("{message} (allowed: {})", SHAPES.join(", ")))?;
    Ok((name.to_string(), shape, finite(start)?))
}

/// `k=0.1`
pub fn constant(text: &str) -> Result<(String, f64), String> {
    let (name, value) = text.split_once('=').ok_or("it must look like k=0.1")?;
    Ok((name.to_string(), finite(value)?))
}

fn finite(text: &str) -> Result<f64, String> {
    match parse_number(text) {
        Ok(number) if number.is_finite() => Ok(number),
        Ok(_) | Err(NumberError::NoNumber) => Err(format!("{text:?} is not a finite number")),
        Err(error) => Err(format!("{text:?} is {error}")),
    }
}
