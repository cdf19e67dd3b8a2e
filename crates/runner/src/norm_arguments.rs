//! A norm on the command line: a name of the catalogue or of a file, or an equation.

mod options;
mod words;

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use equations::{EquationError, ParameterShape};
use norms::{Definition, NormChoice};

use self::words::{NormOption, constant, declared, option};
use crate::config::value::allowed_names;
use crate::config::{self, NormsFile, OwnNorms, Source};
use crate::failure::Failure;
use crate::inputs::Input;
use crate::number::shortest;
use crate::parameter_shape::shape_name;
use crate::terminal::complain;

/// Where these options stand in the pages of help.
const NORM: &str = "Norm";

/// Arguments that say what a norm is.
#[derive(Clone, Debug, Args)]
pub struct EquationArguments {
    /// The equation of a custom norm, such as "gamma * x / (mean(abs(x)) + eps)"
    #[arg(long, help_heading = NORM, value_name = "EQUATION", allow_hyphen_values = true)]
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
    /// What the table of a norm in an experiment file may hold: groups=4, a constant such as eps=1e-3, or the
    /// start of a parameter such as alpha=0.8; may be repeated
    #[arg(long = "option", help_heading = NORM, value_name = "NAME=VALUE", value_parser = option)]
    pub options: Vec<NormOption>,
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
        let all: Vec<NormChoice> = if self.config.is_some() {
            known.notes().iter().for_each(|note| complain(note));
            known.definitions().map(own).collect::<Result<_, _>>()?
        } else {
            norms::CATALOGUE.iter().map(|entry| NormChoice::plain(entry)).collect()
        };
        self.with_options_that_fit(&all)
    }

    /// The experiment that --config names, if it is one and not norms alone.
    ///
    /// # Errors
    /// As [`EquationArguments::choice`].
    pub fn experiment(&self) -> Result<Option<config::Experiment>, Failure> {
        Ok(self.file()?.and_then(|file| file.experiment))
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
        words.extend(self.options.iter().map(|option| match option {
            NormOption::Groups(groups) => format!("--option groups={groups}"),
            NormOption::Value(name, value) => format!("--option {name}={}", shortest(*value)),
        }));
        words.extend(self.config.as_ref().map(|file| format!("--config {}", file.display())));
        words.join(" ")
    }

    /// The file that these arguments name.
    pub fn input(&self) -> Option<Input<'_>> {
        Input::of("--config", self.config.as_ref())
    }

    /// The file of norms, if one is given.
    fn file(&self) -> Result<Option<NormsFile>, Failure> {
        let Some(path) = &self.config else { return Ok(None) };
        Ok(Some(config::norms(&Source::read(path)?)?))
    }

    fn known(&self) -> Result<OwnNorms, Failure> {
        Ok(self.file()?.map_or(OwnNorms::default(), |file| file.norms))
    }

    fn named(&self, name: &str, known: &OwnNorms) -> Result<NormChoice, Failure> {
        if let Some(choice) = NormChoice::named(name) {
            return self.with_options(&choice, &self.constants);
        }
        if let Some(definition) = known.definitions().find(|one| one.name == name) {
            return self.with_options(&own(definition)?, &self.constants);
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
        let choice = NormChoice::defined(Arc::new(definition), 1, Vec::new());
        self.with_options(&choice.map_err(undeclared)?, &[])
    }
}

fn own(definition: &Arc<Definition>) -> Result<NormChoice, Failure> {
    NormChoice::defined(Arc::clone(definition), 1, Vec::new()).map_err(Failure::from)
}

/// An unknown name may be one that its author has to declare.
fn undeclared(error: EquationError) -> Failure {
    match &error.undeclared {
        Some(name) => bad(format!(
            "{error}\n  a name is declared with --constant {name}=VALUE, or, if it is learned, with \
             --parameter {name}=SHAPE:START"
        )),
        None => error.into(),
    }
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
        assert_eq!((named.groups(), named.values()), (2, &[("eps".to_string(), 0.5)][..]));
    }

    #[test]
    fn options_set_groups_constants_and_starts() {
        let starts = |norm: &NormChoice| -> Vec<f64> {
            norm.equation().parameters().iter().map(|p| p.start).collect()
        };
        let line = ["group", "--option", "groups=2", "--option", "eps=0.5", "--option", "gamma=3"];
        let group = choice(&line).unwrap();
        assert_eq!((group.groups(), group.equation().constants()[0].1), (2, 0.5));
        assert_eq!(starts(&group), [3.0, 0.0]);
        let line =
            ["--equation", "-alpha * x", "--parameter", "alpha=scalar:0.5", "--option", "alpha=-2"];
        assert_eq!(starts(&choice(&line).unwrap()), [-2.0]);
    }

    #[test]
    fn of_many_norms_each_has_the_options_that_it_has() {
        let words = ["it", "--option", "alpha=0.8", "--constant", "eps=0.25"];
        let all = Line::try_parse_from(words).unwrap().norm.choices(&[]).unwrap();
        let named = |name: &str| all.iter().find(|choice| choice.name() == name).unwrap();
        assert_eq!(named("dyt").values(), [("alpha".to_string(), 0.8)]);
        assert_eq!(named("layer").values(), [("eps".to_string(), 0.25)]);
        assert_eq!(named("identity").values(), []);
        let unknown = Line::try_parse_from(["it", "--option", "alfa=1"]).unwrap();
        let message = unknown.norm.choices(&[]).unwrap_err().to_string();
        assert!(message.contains("no norm here has an option \"alfa\""), "{message}");
    }

    #[test]
    fn the_arguments_are_written_again() {
        let line = "--equation k*alpha*x --over none --parameter alpha=scalar:0.5 --constant k=2 \
                    --option groups=2 --option alpha=0.8";
        let words = ["it"].into_iter().chain(line.split(' '));
        assert_eq!(Line::try_parse_from(words).unwrap().norm.again("").replace('"', ""), line);
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
            (
                &["layer", "--constant", "epz=1"],
                "has no constant \"epz\"; allowed: eps; did you mean",
            ),
            (
                &["dyt", "--constant", "eps=1"],
                "the norm \"dyt\" has no constant \"eps\"; it has none",
            ),
            (&["dyt", "--constant", "alpha=1"], "--option alpha=1 sets its start"),
            (
                &["dyt", "--option", "alfa=1"],
                "allowed: gamma, beta, alpha; did you mean \"alpha\"?",
            ),
            (&["dyt", "--option", "alpha=1", "--option", "alpha=2"], "alpha is given twice"),
            (&["layer", "--constant", "eps=1", "--option", "eps=2"], "eps is given twice"),
            (&["layer", "--option", "eps"], "it must look like groups=4 or alpha=0.8"),
            (&["layer", "--option", "eps=1e-400"], "\"1e-400\" is too small for a number"),
            (
                &["--equation", "k * x"],
                "with --constant k=VALUE, or, if it is learned, with --parameter k=SHAPE:START",
            ),
            (&["--equation", "x", "--constant", "k=1e400"], "\"1e400\" is too large for a number"),
            (&["--equation", "x", "--parameter", "k=scalar:1e-400"], "\"1e-400\" is too small"),
        ] {
            let message = choice(line).unwrap_err();
            assert!(message.contains(expected), "{line:?}: {message}");
        }
    }
}
