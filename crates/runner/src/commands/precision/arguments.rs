//! What `normlab precision` is told.

use std::path::PathBuf;

use clap::Args;
use precision::{Format, Policy, VarianceAlgorithm};

use crate::config::value::allowed_names;
use crate::failure::Failure;
use crate::norm_arguments::EquationArguments;

/// Arguments of `normlab precision`.
#[derive(Debug, Args)]
pub struct PrecisionArguments {
    /// Names of norms [default: those of --config, or else the whole catalogue]
    pub names: Vec<String>,
    /// Which norm.
    #[command(flatten)]
    pub norm: EquationArguments,
    /// The format of numbers in memory: bf16, f16, f32 or f64
    #[arg(long, value_name = "FORMAT", default_value = "bf16", value_parser = format)]
    pub storage: Format,
    /// The casts: none (all in the format in memory), llama (normalized in f32, then the gain in the format in
    /// memory), gemma (all in f32), f64 (all in f64)
    #[arg(long, value_name = "NAMES", value_delimiter = ',', default_value = "none,llama,gemma")]
    pub policy: Vec<String>,
    /// The format at one point of every policy, such as statistics=f32; other points are normalize, affine and
    /// parameter-gradient; may be repeated
    #[arg(long = "cast", value_name = "POINT=FORMAT", value_parser = cast)]
    pub casts: Vec<(Point, Format)>,
    /// How the variance is computed: two-pass, welford, one-pass, one-pass-clamped
    #[arg(long, value_name = "NAMES", value_delimiter = ',', default_value = "two-pass", value_parser = variance)]
    pub variance: Vec<VarianceAlgorithm>,
    /// The number of samples of the input
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub samples: usize,
    /// The number of positions of each sample
    #[arg(long, value_name = "P", default_value_t = 2)]
    pub positions: usize,
    /// The number of features of each position
    #[arg(long, value_name = "F", default_value_t = 256)]
    pub features: usize,
    /// The seed of the random input
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// The folder for precision.csv and two figures for each norm [default: only the table is printed]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// A field of a policy.
pub type Point = fn(&mut Policy) -> &mut Format;

const POINTS: [(&str, Point); 4] = [
    ("statistics", |policy| &mut policy.statistics),
    ("normalize", |policy| &mut policy.normalize),
    ("affine", |policy| &mut policy.affine),
    ("parameter-gradient", |policy| &mut policy.parameter_gradient),
];

/// A policy under the name that tables and legends give it.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    pub name: String,
    /// The name of the policy alone.
    pub casts: String,
    pub policy: Policy,
}

impl PrecisionArguments {
    /// The storage format.
    pub fn storage(&self) -> Format {
        self.storage
    }

    /// Every policy with every way to compute a variance.
    ///
    /// # Errors
    /// A policy that does not exist.
    pub fn variants(&self) -> Result<Vec<Variant>, Failure> {
        let mut variants = Vec::new();
        for casts in &self.policy {
            let named = Policy::named(casts, self.storage).ok_or_else(|| unknown(casts))?;
            for &variance in &self.variance {
                let mut policy = Policy { variance, ..named };
                for (point, format) in &self.casts {
                    *point(&mut policy) = *format;
                }
                let name = match self.variance.len() {
                    1 => casts.clone(),
                    _ => format!("{casts} {}", variance.name()),
                };
                variants.push(Variant { name, casts: casts.clone(), policy });
            }
        }
        Ok(variants)
    }
}

fn unknown(name: &str) -> Failure {
    Failure::BadInput(format!("unknown policy {name:?}; {}", allowed_names(name, &Policy::NAMES)))
}

fn format(text: &str) -> Result<Format, String> {
    let names = Format::ALL.map(Format::name);
    Format::named(text).ok_or_else(|| allowed_names(text, &names))
}

fn cast(text: &str) -> Result<(Point, Format), String> {
    let (point, name) = text.split_once('=').ok_or("it must look like statistics=f32")?;
    let known = POINTS.iter().find(|(name, _)| *name == point);
    let (_, point) = known.ok_or_else(|| allowed_names(point, &POINTS.map(|(name, _)| name)))?;
    Ok((*point, format(name)?))
}

fn variance(text: &str) -> Result<VarianceAlgorithm, String> {
    let known = VarianceAlgorithm::ALL.into_iter().find(|algorithm| algorithm.name() == text);
    known.ok_or_else(|| allowed_names(text, &VarianceAlgorithm::ALL.map(VarianceAlgorithm::name)))
}
