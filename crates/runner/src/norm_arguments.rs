//! A norm on the command line: a name of the catalogue or of a file, or an equation.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use equations::ParameterShape;
use norms::{Definition, NormChoice};

use crate::config::value::allowed_names;
use crate::config::{self, OwnNorms, Source};
use crate::failure::Failure;
use crate::inputs::Input;
use crate::number::shortest;
use crate::parameter_shape::{SHAPES, parameter_shape, shape_name};
use crate::terminal::complain;

/// Where these options stand in the pages of help.
const NORM: &str = "Norm";

/// Arguments that say what a norm is.
#[derive(Clone, Debug, Args)]
pub struct EquationArguments {
    /// The equation of a custom norm, such as "gamma * x / (mean(abs(x)) + eps)"
    #[arg(long, help_heading = NORM, value_name = "EQUATION")]
    pub equation: Option<String>,
    /// The name of the custom norm in tables, figures and modules
    #[arg(long = "name", help_heading = NORM, value_name = "NAME", default_value = Definition::UNNAMED, requires = "equation", value_parser = custom_name)]
    pub called: String,
    /// The axes of its statistics: features, group, positions, samples, sums such as samples+positions, or
    /// none
    #[arg(long, help_heading = NORM, value_name = "AXES", default_value = "none", requires = "equation")]
    pub over: String,
    /// A learnable parameter of it, such as alpha=scalar:0.5; gamma and beta need no declaration; may be
    /// repeated
    #[arg(long = "parameter", help_heading = NORM, value_name = "NAME=SHAPE:START", requires = "equation", value_parser = declared)]
    pub parameters: Vec<(String, ParameterShape, f64)>,
    /// The value of a constant, such as k=0.1; may be repeated [default: eps=1e-5, momentum=0.1, or those of
    /// the norm]
    #[arg(long = "constant", help_heading = NORM, value_name = "NAME=VALUE", value_parser = constant)]
    pub constants: Vec<(String, f64)>,
    /// The number of groups of a norm that has groups [default: groups=1]
    #[arg(long = "option", help_heading = NORM, value_name = "groups=N", value_parser = groups)]
    pub groups: Option<usize>,
    /// A file with custom norms as [norms.NAME], which can be named too
    #[arg(long, help_heading = NORM, value_name = "FILE.toml", conflicts_with = "equation")]
    pub config: Option<PathBuf>,
}

impl EquationArguments {
    /// The norm of a name, or the one that these arguments describe.
    ///
    /// # Errors
    /// Neither or both given, an unknown name, a wrong equation or declaration, an unreadable file.
    pub fn choice(&self, name: Option<&str>) -> Result<NormChoice, Failure> {
        let known = self.known()?;
        let choice = match (name, &self.equation) {
            (Some(name), None) => self.named(name, &known)?,
            (None, Some(equation)) => self.defined(equation)?,
            (Some(name), Some(_)) => {
                return Err(bad(format!("both a norm, {name:?}, and --equation are given")));
            }
            (None, None) => {
                let help =
                    "a name from `normlab list norms`, or --equation \"...\" --over features";
                return Err(bad(format!("no norm is given; it may be {help}")));
            }
        };
        if let (Some(_), Some(warning)) = (choice.definition(), choice.equation().warning()) {
            complain(&format!("note: norm {:?}: {warning}", choice.name()));
        }
        Ok(choice)
    }

    /// The norms of several names; of none, all that the file defines, or else the catalogue.
    ///
    /// # Errors
    /// As [`EquationArguments::choice`].
    pub fn choices(&self, names: &[String]) -> Result<Vec<NormChoice>, Failure> {
        if self.equation.is_some() || !names.is_empty() {
            let names: Vec<Option<&str>> = match names {
                [] => vec![None],
                names => names.iter().map(|name| Some(name.as_str())).collect(),
            };
            return names.into_iter().map(|name| self.choice(name)).collect();
        }
        let known = self.known()?;
        if self.config.is_some() {
            known.notes().iter().for_each(|note| complain(note));
            return known.definitions().map(|one| self.with_options(&own(one)?)).collect();
        }
        norms::CATALOGUE.iter().map(|entry| self.with_options(&NormChoice::plain(entry))).collect()
    }

    /// The arguments again, for a command to copy.
    pub fn again(&self, name: &str) -> String {
        let mut words = Vec::new();
        match &self.equation {
            Some(equation) => {
                words.push(format!("--equation \"{equation}\" --over {}", self.over));
                if self.called != Definition::UNNAMED {
                    words.push(format!("--name {}", self.called));
                }
            }
            None => words.push(name.to_string()),
        }
        for (name, shape, start) in &self.parameters {
            words.push(format!("--parameter {name}={}:{}", shape_name(*shape), shortest(*start)));
        }
        for (name, value) in &self.constants {
            words.push(format!("--constant {name}={}", shortest(*value)));
        }
        words.extend(self.groups.map(|groups| format!("--option groups={groups}")));
        words.extend(self.config.as_ref().map(|file| format!("--config {}", file.display())));
        words.join(" ")
    }

    /// The file that these arguments name.
    pub fn input(&self) -> Option<Input<'_>> {
        Input::of("--config", self.config.as_ref())
    }

    /// The norms of the file, if one is given.
    fn known(&self) -> Result<OwnNorms, Failure> {
        let Some(path) = &self.config else { return Ok(OwnNorms::default()) };
        Ok(config::norms(&Source::read(path)?)?)
    }

    fn named(&self, name: &str, known: &OwnNorms) -> Result<NormChoice, Failure> {
        if let Some(choice) = NormChoice::named(name) {
            return self.with_options(&choice);
        }
        if let Some(definition) = known.definitions().find(|one| one.name == name) {
            return self.with_options(&own(definition)?);
        }
        let mut names: Vec<&str> = norms::names().collect();
        names.extend(known.named().map(|(name, _)| name));
        Err(bad(format!("unknown norm {name:?}; {}", allowed_names(name, &names))))
    }

    fn defined(&self, equation: &str) -> Result<NormChoice, Failure> {
        let definition = Definition {
            name: self.called.clone(),
            equation: equation.to_string(),
            over: self.over.clone(),
            parameters: self.parameters.clone(),
            constants: self.constants.clone(),
        };
        let choice = own(&Arc::new(definition))?;
        self.grouped(&choice, Vec::new())
    }

    fn with_options(&self, choice: &NormChoice) -> Result<NormChoice, Failure> {
        self.grouped(choice, self.constants.clone())
    }

    fn grouped(
        &self,
        choice: &NormChoice,
        constants: Vec<(String, f64)>,
    ) -> Result<NormChoice, Failure> {
        if self.groups.is_some() && !choice.equation().knows_groups() {
            let name = choice.name();
            return Err(bad(format!("the norm {name:?} knows no groups: leave the option out")));
        }
        choice.with(self.groups.unwrap_or(choice.groups()), constants).map_err(Failure::from)
    }
}

fn own(definition: &Arc<Definition>) -> Result<NormChoice, Failure> {
    NormChoice::defined(Arc::clone(definition), 1, Vec::new()).map_err(Failure::from)
}

fn bad(message: String) -> Failure {
    Failure::BadInput(message)
}

fn custom_name(name: &str) -> Result<String, String> {
    match config::custom_name(name) {
        Ok(()) => Ok(name.to_string()),
        Err((message, help)) => Err(format!("{message}: {help}")),
    }
}

/// `alpha=scalar:0.5`
fn declared(text: &str) -> Result<(String, ParameterShape, f64), String> {
    let parts = text.split_once('=').and_then(|(name, rest)| Some((name, rest.split_once(':')?)));
    let Some((name, (shape, start))) = parts else {
        return Err("it must look like alpha=scalar:0.5".to_string());
    };
    let shape = parameter_shape(shape)
        .map_err(|message| format!("{message} (allowed: {})", SHAPES.join(", ")))?;
    Ok((name.to_string(), shape, finite(start)?))
}

/// `k=0.1`
fn constant(text: &str) -> Result<(String, f64), String> {
    let (name, value) = text.split_once('=').ok_or("it must look like k=0.1")?;
    Ok((name.to_string(), finite(value)?))
}

fn finite(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
    number.ok_or_else(|| format!("{text:?} is not a finite number"))
}

/// `groups=4`
fn groups(text: &str) -> Result<usize, String> {
    let groups = text.strip_prefix("groups=").ok_or("the only option is groups=N")?;
    let number = groups.parse::<usize>().ok().filter(|groups| (1..=65_536).contains(groups));
    number.ok_or_else(|| format!("groups is {groups:?}; it must be a whole number from 1 to 65536"))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        name: Option<String>,
        #[command(flatten)]
        norm: EquationArguments,
    }

    fn choice(line: &[&str]) -> Result<NormChoice, String> {
        let words = ["it"].iter().chain(line);
        let line = Line::try_parse_from(words).map_err(|error| error.to_string())?;
        line.norm.choice(line.name.as_deref()).map_err(|error| error.to_string())
    }

    #[test]
    fn an_equation_with_declarations_is_a_norm() {
        let text = "gamma * x / (alpha * mean[group](abs(x)) + k)";
        let line = ["--equation", text, "--parameter", "alpha=group:0.5", "--constant", "k=-3"];
        let norm = choice(&[&line[..], &["--option", "groups=4"]].concat()).unwrap();
        assert_eq!(norm.groups(), 4);
        assert_eq!(norm.equation().constants(), [("k".to_string(), -3.0)]);
        let alpha = &norm.equation().parameters()[1];
        assert_eq!((alpha.shape, alpha.start), (ParameterShape::Group, 0.5));
        let named = choice(&["group", "--option", "groups=2", "--constant", "eps=0.5"]).unwrap();
        assert_eq!((named.groups(), named.constants()), (2, &[("eps".to_string(), 0.5)][..]));
    }

    #[test]
    fn what_is_wrong_is_explained() {
        for (line, expected) in [
            (&["lyaer"][..], "shows them; did you mean \"layer\"?"),
            (&["batch-bern"], "did you mean \"batch-burn\"?"),
            (&[], "no norm is given"),
            (&["layer", "--equation", "x"], "both a norm"),
            (&["layer", "--option", "groups=2"], "knows no groups"),
            (&["group", "--option", "groups=0"], "a whole number from 1"),
            (&["--equation", "maen(x)", "--over", "features"], "  ^^^^ did you mean `mean`?"),
            (&["--equation", "x / rms(x)"], "over"),
            (&["--equation", "x", "--parameter", "a=scaler:1"], "did you mean \"scalar\"?"),
            (&["--equation", "x", "--parameter", "a=output:1"], "weight matrices"),
            (&["--equation", "x", "--parameter", "a=1"], "alpha=scalar:0.5"),
            (&["--equation", "x", "--constant", "k=much"], "\"much\" is not a finite number"),
            (&["layer", "--constant", "epz=1"], "did you mean `eps`?"),
        ] {
            let message = choice(line).unwrap_err();
            assert!(message.contains(expected), "{line:?}: {message}");
        }
    }
}
