//! The norm that a card is about, so that it can be built again from the page.

use std::sync::Arc;

use equations::{EquationError, ParameterShape};
use norms::{Definition, NormChoice};
use serde::{Deserialize, Serialize};

/// A norm by its name or by its equation, with its groups and constants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Subject {
    /// The name in the catalogue, an alias's too, or of the definition.
    pub name: String,
    /// What defines it, if the catalogue does not.
    pub declared: Option<Declared>,
    /// The number of groups.
    pub groups: usize,
    /// Constants, and starts of parameters, that differ from the definition's.
    pub constants: Vec<(String, f64)>,
    /// The words behind a command that mean this norm.
    pub arguments: String,
}

/// An equation with what it declares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Declared {
    /// The equation.
    pub equation: String,
    /// The axes of statistics without brackets.
    pub over: String,
    /// Name, shape and start of every parameter.
    pub parameters: Vec<(String, String, f64)>,
    /// Constants with their values.
    pub constants: Vec<(String, f64)>,
}

/// Why a page's norm cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum SubjectError {
    /// Another version made the page.
    #[error("the catalogue has no norm {0:?}")]
    Unknown(String),
    /// A parameter's shape.
    #[error("there is no parameter shape {0:?}")]
    Shape(String),
    /// The equation.
    #[error(transparent)]
    Equation(#[from] EquationError),
}

const SHAPES: [(&str, ParameterShape); 7] = [
    ("scalar", ParameterShape::Scalar),
    ("feature", ParameterShape::Feature),
    ("group", ParameterShape::Group),
    ("position", ParameterShape::Position),
    ("channel", ParameterShape::Channel),
    ("output", ParameterShape::Output),
    ("side", ParameterShape::Side),
];

impl Subject {
    /// The norm of a choice; `arguments` are the words that mean it on the command line.
    pub fn of(choice: &NormChoice, arguments: &str) -> Subject {
        let shape = |shape: ParameterShape| {
            let named = SHAPES.iter().find(|(_, known)| *known == shape);
            named.expect("every shape has a name").0.to_owned()
        };
        let declared = choice.definition().map(|definition| Declared {
            equation: definition.equation.clone(),
            over: definition.over.clone(),
            parameters: definition
                .parameters
                .iter()
                .map(|(name, of, start)| (name.clone(), shape(*of), *start))
                .collect(),
            constants: definition.constants.clone(),
        });
        Subject {
            name: choice.name().to_owned(),
            declared,
            groups: choice.groups(),
            constants: choice.values().to_vec(),
            arguments: arguments.to_owned(),
        }
    }

    /// The norm again.
    ///
    /// # Errors
    /// A name that the catalogue does not have, or an equation that is wrong.
    pub fn choice(&self) -> Result<NormChoice, SubjectError> {
        let Some(declared) = &self.declared else {
            let listed = NormChoice::named(&self.name);
            let listed = listed.ok_or_else(|| SubjectError::Unknown(self.name.clone()))?;
            return Ok(listed.with(self.groups, self.constants.clone())?);
        };
        let parameter = |(name, shape, start): &(String, String, f64)| {
            let known = SHAPES.iter().find(|(known, _)| known == shape);
            let (_, shape) = known.ok_or_else(|| SubjectError::Shape(shape.clone()))?;
            Ok((name.clone(), *shape, *start))
        };
        let definition = Definition {
            name: self.name.clone(),
            equation: declared.equation.clone(),
            over: declared.over.clone(),
            parameters: declared
                .parameters
                .iter()
                .map(parameter)
                .collect::<Result<_, SubjectError>>()?,
            constants: declared.constants.clone(),
        };
        Ok(NormChoice::defined(Arc::new(definition), self.groups, self.constants.clone())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_norm_is_built_again() {
        let group = norms::find("group").unwrap();
        let values = vec![("eps".to_owned(), 0.5), ("gamma".to_owned(), 2.0)];
        let listed = NormChoice::new(group, 4, values).unwrap();
        let definition = Definition {
            name: "own".to_owned(),
            equation: "gamma * x / (alpha * norm1(x) + k)".to_owned(),
            over: "features".to_owned(),
            parameters: vec![("alpha".to_owned(), ParameterShape::Scalar, 0.5)],
            constants: vec![("k".to_owned(), 0.1)],
        };
        let own = NormChoice::defined(Arc::new(definition), 1, vec![]).unwrap();
        let burn = NormChoice::named("batch-burn").unwrap();
        for choice in [listed, own, burn] {
            assert_eq!(Subject::of(&choice, "").choice().unwrap(), choice);
        }
        let mut gone = Subject::of(&NormChoice::plain(group), "group");
        gone.name = "gruop".to_owned();
        assert!(gone.choice().unwrap_err().to_string().contains("gruop"));
    }
}
