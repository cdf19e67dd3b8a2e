//! What the options of the command line change of a norm.

use norms::NormChoice;

use super::words::NormOption;
use super::{EquationArguments, bad};
use crate::config::choices::{constants, norm_options, starts};
use crate::config::value::allowed_names;
use crate::failure::Failure;
use crate::number::shortest;

impl EquationArguments {
    /// The norm with all options, and with other values for its constants.
    pub(super) fn with_options(
        &self,
        choice: &NormChoice,
        other: &[(String, f64)],
    ) -> Result<NormChoice, Failure> {
        has_constants(choice, other)?;
        self.has_options(choice)?;
        self.set(choice, other.to_vec())
    }

    /// Many norms, each with those of the options and constants that it has.
    pub(super) fn with_options_that_fit(
        &self,
        all: &[NormChoice],
    ) -> Result<Vec<NormChoice>, Failure> {
        let mut names: Vec<String> = all.iter().flat_map(norm_options).collect();
        names.sort();
        names.dedup();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let options = self.options.iter().map(NormOption::name);
        let mut given = options.chain(self.constants.iter().map(|(name, _)| name.as_str()));
        if let Some(unknown) = given.find(|name| !names.contains(name)) {
            let allowed = allowed_names(unknown, &names);
            return Err(bad(format!("no norm here has an option {unknown:?}; {allowed}")));
        }
        let fitting = |choice: &NormChoice| {
            let has = norm_options(choice);
            let mut arguments = self.clone();
            arguments.options.retain(|option| has.iter().any(|name| name == option.name()));
            arguments.constants.retain(|(name, _)| has.contains(name));
            arguments.with_options(choice, &arguments.constants)
        };
        all.iter().map(fitting).collect()
    }

    /// The names of the parameters to which options give a start.
    pub fn started(&self, choice: &NormChoice) -> Vec<&str> {
        self.values().map(|(name, _)| name).filter(|name| is_parameter(choice, name)).collect()
    }

    /// Refuses an option that the norm does not have.
    fn has_options(&self, choice: &NormChoice) -> Result<(), Failure> {
        let known = norm_options(choice);
        let is_known = |option: &&NormOption| known.iter().any(|name| name == option.name());
        let Some(unknown) = self.options.iter().find(|option| !is_known(option)) else {
            return Ok(());
        };
        let (norm, name) = (choice.name(), unknown.name());
        Err(bad(match unknown {
            NormOption::Groups(_) => {
                format!("the norm {norm:?} knows no groups: leave the option out")
            }
            NormOption::Value(..) => {
                format!("the norm {norm:?} has no option {name:?}; {}", allowed(name, &known))
            }
        }))
    }

    /// The norm with its options and other values for constants, each of them once.
    fn set(
        &self,
        choice: &NormChoice,
        mut values: Vec<(String, f64)>,
    ) -> Result<NormChoice, Failure> {
        values.extend(self.values().map(|(name, value)| (name.to_string(), value)));
        let groups: Vec<usize> = self.options.iter().filter_map(NormOption::groups).collect();
        let mut names: Vec<&str> = values.iter().map(|(name, _)| name.as_str()).collect();
        names.extend(groups.iter().map(|_| "groups"));
        names.sort_unstable();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(bad(format!("{} is given twice", pair[0])));
        }
        let groups = groups.first().copied().unwrap_or(choice.groups());
        choice.with(groups, values).map_err(Failure::from)
    }

    /// The constants and starts among the options.
    fn values(&self) -> impl Iterator<Item = (&str, f64)> {
        self.options.iter().filter_map(|option| match option {
            NormOption::Value(name, value) => Some((name.as_str(), *value)),
            NormOption::Groups(_) => None,
        })
    }
}

/// Refuses a constant that the norm does not have.
fn has_constants(choice: &NormChoice, given: &[(String, f64)]) -> Result<(), Failure> {
    let known: Vec<String> = constants(choice).into_iter().map(|(name, _)| name).collect();
    let Some((name, value)) = given.iter().find(|(name, _)| !known.contains(name)) else {
        return Ok(());
    };
    let norm = choice.name();
    Err(bad(match is_parameter(choice, name) {
        true => format!(
            "{name:?} is a parameter of the norm {norm:?}, which training changes: \
             --option {name}={} sets its start",
            shortest(*value)
        ),
        false => format!("the norm {norm:?} has no constant {name:?}; {}", allowed(name, &known)),
    }))
}

fn is_parameter(choice: &NormChoice, name: &str) -> bool {
    starts(choice).iter().any(|(known, _)| known == name)
}

fn allowed(given: &str, known: &[String]) -> String {
    match known.is_empty() {
        true => "it has none".to_string(),
        false => allowed_names(given, &known.iter().map(String::as_str).collect::<Vec<_>>()),
    }
}
