//! A norm as an experiment chooses it: a variant, its groups, its constants, the starts of its parameters.

use std::sync::Arc;

use dfdx::tensor::Cpu;
use dfdx::tensor_ops::Device;
use equations::{
    EquationError, Extents, NormEquation, NormSource, ParameterShape, ParameterSource, SizeError,
};
use ops::Element;

use crate::catalogue::{Alias, CATALOGUE, Entry, Kernel};
use crate::claims::{self, Claim};
use crate::compiled::CompiledNorm;
use crate::fused::{BatchNorm, LayerNorm};
use crate::norm::Norm;
use crate::through_dfdx::ThroughDfdx;

/// A checked choice of a norm.
#[derive(Debug, Clone)]
pub struct NormChoice {
    variant: Variant,
    groups: usize,
    values: Vec<(String, f64)>,
    equation: NormEquation,
}

/// Where the equation stands: in the catalogue, under an alias too, or in a definition.
#[derive(Debug, Clone)]
enum Variant {
    Listed(&'static Entry, Option<&'static Alias>),
    Defined(Arc<Definition>),
}

/// A norm that is not in the catalogue: an equation from an experiment file or a command line, with
/// what it declares.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// The name, under which experiments choose it.
    pub name: String,
    /// The equation.
    pub equation: String,
    /// The axes of statistics without brackets.
    pub over: String,
    /// Name, shape and start of every learnable parameter that is not known without declaration.
    pub parameters: Vec<(String, ParameterShape, f64)>,
    /// Constants with their values.
    pub constants: Vec<(String, f64)>,
}

impl Definition {
    /// The name of a norm that was given none.
    pub const UNNAMED: &str = "custom";

    /// Reads and checks the equation, with other values for some of the constants and other starts for some
    /// of the parameters.
    ///
    /// # Errors
    /// What is wrong with the equation, its axes or its declarations.
    pub fn parse(&self, values: &[(String, f64)]) -> Result<NormEquation, EquationError> {
        let parameters: Vec<ParameterSource<'_>> = self
            .parameters
            .iter()
            .map(|(name, shape, start)| ParameterSource { name, shape: *shape, start: *start })
            .collect();
        let constants: Vec<(&str, f64)> =
            self.constants.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        let source = NormSource {
            equation: &self.equation,
            over: &self.over,
            parameters: &parameters,
            constants: &constants,
        };
        NormEquation::with_values(&source, values)
    }
}

/// Two choices are equal if they would compute the same thing under the same name.
impl PartialEq for NormChoice {
    fn eq(&self, other: &Self) -> bool {
        let same = match (&self.variant, &other.variant) {
            (Variant::Listed(..), Variant::Listed(..)) => self.name() == other.name(),
            (Variant::Defined(one), Variant::Defined(other)) => one == other,
            _ => false,
        };
        same && (self.groups, &self.values) == (other.groups, &other.values)
    }
}

/// Which operation computes a norm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Evaluator {
    /// The fused kernel of the entry, or the compiled equation where it has none.
    Fastest,
    /// The compiled equation with the derived gradient.
    Compiled,
    /// dfdx's autodiff of the equation: the witness.
    Dfdx,
}

impl NormChoice {
    /// Chooses an entry of the catalogue, with other values for constants of its equation, such as `eps`, and
    /// other starts for its parameters, such as `gamma`.
    ///
    /// # Errors
    /// If the equation has no such constant or parameter; the message names the nearest.
    pub fn new(
        entry: &'static Entry,
        groups: usize,
        values: Vec<(String, f64)>,
    ) -> Result<Self, EquationError> {
        Self::listed(entry, None, groups, values)
    }

    /// The norm that the catalogue has under a name, in one group: an entry, or under an alias the entry
    /// with the alias's constants, called by the alias.
    ///
    /// # Panics
    /// If the entry's own equation is wrong, which the catalogue's tests exclude.
    ///
    /// ```
    /// use norms::NormChoice;
    ///
    /// let burn = NormChoice::named("batch-burn").expect("an alias of batch-flax");
    /// assert_eq!((burn.name(), burn.entry().unwrap().name), ("batch-burn", "batch-flax"));
    /// assert_eq!(burn.equation().momentum(), 0.1);
    ///
    /// let slower = burn.with(1, vec![("momentum".to_owned(), 0.05)])?;
    /// assert_eq!((slower.name(), slower.equation().momentum()), ("batch-burn", 0.05));
    /// # Ok::<(), equations::EquationError>(())
    /// ```
    pub fn named(name: &str) -> Option<Self> {
        let (entry, alias) = CATALOGUE.iter().copied().find_map(|entry| {
            let alias = entry.aliases.iter().find(|alias| alias.name == name);
            (alias.is_some() || entry.name == name).then_some((entry, alias))
        })?;
        let choice = Self::listed(entry, alias, 1, Vec::new());
        Some(choice.unwrap_or_else(|error| panic!("{name}: {error}")))
    }

    /// The constants of an alias hold where `values` have no other one.
    fn listed(
        entry: &'static Entry,
        alias: Option<&'static Alias>,
        groups: usize,
        values: Vec<(String, f64)>,
    ) -> Result<Self, EquationError> {
        let of_alias = alias.map_or(&[][..], |alias| alias.constants);
        let mut all: Vec<(String, f64)> =
            of_alias.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        all.retain(|(name, _)| values.iter().all(|(given, _)| given != name));
        all.extend(values.iter().cloned());
        let equation = NormEquation::with_values(&entry.source, &all)?;
        Ok(NormChoice { variant: Variant::Listed(entry, alias), groups, values, equation })
    }

    /// `entry` as it stands in the catalogue, in one group.
    ///
    /// # Panics
    /// If the entry's own equation is wrong, which the catalogue's tests exclude.
    pub fn plain(entry: &'static Entry) -> Self {
        Self::new(entry, 1, Vec::new()).unwrap_or_else(|error| panic!("{}: {error}", entry.name))
    }

    /// Chooses a custom norm.
    ///
    /// # Errors
    /// What is wrong with its equation, its axes or its declarations, or a constant or parameter that it does
    /// not have.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use norms::{Definition, NormChoice};
    ///
    /// let mean_absolute = Definition {
    ///     name: "mean-absolute".to_owned(),
    ///     equation: "gamma * x / (mean(abs(x)) + eps)".to_owned(),
    ///     over: "features".to_owned(),
    ///     parameters: vec![],
    ///     constants: vec![],
    /// };
    /// let choice = NormChoice::defined(Arc::new(mean_absolute), 1, vec![])?;
    /// assert_eq!(choice.equation().parameters()[0].name, "gamma");
    /// # Ok::<(), equations::EquationError>(())
    /// ```
    pub fn defined(
        definition: Arc<Definition>,
        groups: usize,
        values: Vec<(String, f64)>,
    ) -> Result<Self, EquationError> {
        let equation = definition.parse(&values)?;
        Ok(NormChoice { variant: Variant::Defined(definition), groups, values, equation })
    }

    /// The same variant with other groups, constants and starts.
    ///
    /// # Errors
    /// If the equation has no such constant or parameter.
    ///
    /// ```
    /// use norms::NormChoice;
    ///
    /// let steep = NormChoice::named("dyt").unwrap().with(1, vec![("alpha".to_owned(), 2.0)])?;
    /// let starts: Vec<f64> = steep.equation().parameters().iter().map(|p| p.start).collect();
    /// // gamma, beta, alpha
    /// assert_eq!(starts, [1.0, 0.0, 2.0]);
    /// # Ok::<(), equations::EquationError>(())
    /// ```
    pub fn with(&self, groups: usize, values: Vec<(String, f64)>) -> Result<Self, EquationError> {
        match &self.variant {
            Variant::Listed(entry, alias) => Self::listed(entry, *alias, groups, values),
            Variant::Defined(definition) => Self::defined(Arc::clone(definition), groups, values),
        }
    }

    /// The same norm with another eps; as it is if its equation has none.
    pub(crate) fn with_eps(&self, eps: f64) -> NormChoice {
        if !self.has_eps() {
            return self.clone();
        }
        let mut values = self.values.clone();
        values.retain(|(name, _)| name != "eps");
        values.push(("eps".to_owned(), eps));
        self.with(self.groups, values).expect("it has the constant eps")
    }

    /// Whether the equation has the constant eps.
    pub(crate) fn has_eps(&self) -> bool {
        self.equation.constants().iter().any(|(name, _)| name == "eps")
    }

    /// The name in experiments and on the command line.
    pub fn name(&self) -> &str {
        match &self.variant {
            Variant::Listed(_, Some(alias)) => alias.name,
            Variant::Listed(entry, None) => entry.name,
            Variant::Defined(definition) => &definition.name,
        }
    }

    /// The name in prose.
    ///
    /// ```
    /// use norms::{NormChoice, find};
    /// assert_eq!(NormChoice::plain(find("rms").unwrap()).title(), "Root mean square normalization");
    /// ```
    pub fn title(&self) -> String {
        match &self.variant {
            Variant::Listed(entry, _) => entry.title.to_owned(),
            Variant::Defined(one) if one.name == Definition::UNNAMED => "Custom norm".to_owned(),
            Variant::Defined(definition) => format!("Custom norm {}", definition.name),
        }
    }

    /// The entry of the catalogue, if it is one.
    pub fn entry(&self) -> Option<&'static Entry> {
        match &self.variant {
            Variant::Listed(entry, _) => Some(entry),
            Variant::Defined(_) => None,
        }
    }

    /// The alias of the entry that it was chosen by, if it was.
    pub fn alias(&self) -> Option<&'static Alias> {
        match &self.variant {
            Variant::Listed(_, alias) => *alias,
            Variant::Defined(_) => None,
        }
    }

    /// The definition, if the norm is not in the catalogue.
    pub fn definition(&self) -> Option<&Arc<Definition>> {
        match &self.variant {
            Variant::Listed(..) => None,
            Variant::Defined(definition) => Some(definition),
        }
    }

    /// The number of groups; 1 for norms that know none.
    pub fn groups(&self) -> usize {
        self.groups
    }

    /// The constants, and the starts of parameters, that differ from the variant's; the constants of an alias
    /// are the variant's.
    pub fn values(&self) -> &[(String, f64)] {
        &self.values
    }

    /// The equation with these constants and starts.
    pub fn equation(&self) -> &NormEquation {
        &self.equation
    }

    /// What the norm is invariant to: as the catalogue claims, or measured where nobody claims.
    pub fn claims(&self) -> Vec<Claim> {
        match &self.variant {
            Variant::Listed(entry, _) => entry.claims.to_vec(),
            Variant::Defined(_) => claims::measure(self),
        }
    }

    /// Whether the groups divide a width.
    ///
    /// # Errors
    /// If they do not; the message shows both numbers.
    pub fn check_width(&self, width: usize) -> Result<(), SizeError> {
        Extents::new(1, 1, width, self.groups).map(|_| ())
    }

    /// The operation that trains the norm.
    pub fn kernel(&self) -> Kernel {
        self.entry().map_or(Kernel::Compiled, |entry| entry.kernel)
    }

    /// The operation that computes this norm.
    pub fn build<E: Element>(&self, evaluator: Evaluator) -> Box<dyn Norm<E>>
    where
        Cpu: Device<E>,
    {
        let equation = self.equation.clone();
        match (evaluator, self.kernel()) {
            (Evaluator::Fastest, Kernel::Layer) => Box::new(LayerNorm::new(equation)),
            (Evaluator::Fastest, Kernel::Batch) => Box::new(BatchNorm::new(equation)),
            (Evaluator::Fastest, Kernel::Compiled) | (Evaluator::Compiled, _) => {
                Box::new(CompiledNorm::new(equation, self.groups))
            }
            (Evaluator::Dfdx, _) => Box::new(ThroughDfdx::new(equation, self.groups)),
        }
    }
}
