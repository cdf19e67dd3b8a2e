//! What can be typed on the command line.

pub mod examples;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands::card::CardArguments;
use crate::commands::new::NewArguments;
use crate::commands::precision::PrecisionArguments;
use crate::commands::verify::VerifyArguments;
use crate::norm_arguments::EquationArguments;
use crate::output::Existing;

/// A research testbed for normalization in deep residual networks
#[derive(Debug, Parser)]
#[command(name = "normlab", bin_name = "normlab", version, after_help = examples::PROGRAM)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Train the networks of an experiment file and compare them
    #[command(after_help = examples::RUN)]
    Run(RunArguments),
    /// Make the tables, the answer and the figures of a study again, from its CSV files
    #[command(after_help = examples::REPORT)]
    Report(ReportArguments),
    /// List what an experiment file can name: norms, placements, optimizers, data sets, keys
    #[command(after_help = examples::LIST)]
    List(ListArguments),
    /// Check the gradients of norms, or of a layer in Python, against finite differences
    #[command(after_help = examples::GRADCHECK)]
    Gradcheck(GradcheckArguments),
    /// Show a norm: equation, parameters, properties, derived gradient, cost
    #[command(after_help = examples::SHOW)]
    Show(ShowArguments),
    /// Apply a norm to the numbers of a CSV file, and compute its gradients there
    #[command(after_help = examples::APPLY)]
    Apply(ApplyArguments),
    /// Export a norm to PyTorch, JAX or LaTeX, with its derived gradient; the Python files test themselves
    #[command(after_help = examples::EXPORT)]
    Export(ExportArguments),
    /// Measure the rounding errors of norms in emulated bf16, f16 or f32, by offset and scale of the input
    #[command(after_help = examples::PRECISION)]
    Precision(PrecisionArguments),
    /// Measure a norm and write an HTML page: gradient check, invariances, nearest norms, errors in bf16, signal
    /// propagation, cost
    #[command(after_help = examples::CARD)]
    Card(CardArguments),
    /// Measure the numbers of a card again and compare them
    #[command(after_help = examples::VERIFY)]
    Verify(VerifyArguments),
    /// Add a norm to the catalogue, in the sources of normlab
    #[command(after_help = examples::NEW)]
    New(NewArguments),
    /// Print the program that runs a layer in Python for `normlab gradcheck --python`
    #[command(after_help = examples::SHIM)]
    Shim(ShimArguments),
}

/// Arguments of `normlab run`.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// The experiment file (TOML)
    pub file: PathBuf,
    /// The folder in which the results get a folder, named like the study
    #[arg(long, value_name = "DIR", default_value = "results")]
    pub out: PathBuf,
    /// The number of networks that train at the same time, a thread each [default: number of cores]
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// Print what would run and how long it would take, and write nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// The folder of the data sets
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub data: PathBuf,
    /// Remove the results that are in the folder of the study first; without it finished runs are used
    /// again and only missing ones are made
    #[arg(long)]
    pub overwrite: bool,
}

/// Arguments of `normlab report`.
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// The folder of a study's results, such as results/quickstart
    pub folder: PathBuf,
}

impl RunArguments {
    /// The number of workers.
    pub fn jobs(&self) -> NonZeroUsize {
        let cores = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.jobs.unwrap_or_else(cores)
    }

    /// What may happen to results that are already there.
    pub fn existing(&self) -> Existing {
        if self.overwrite { Existing::Replace } else { Existing::Keep }
    }
}

/// Arguments of `normlab list`.
#[derive(Debug, Args)]
pub struct ListArguments {
    /// The list to print [default: all of them]
    pub topic: Option<Topic>,
    /// Print one JSON document with all data, instead of tables
    #[arg(long)]
    pub json: bool,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Topic {
    /// Normalization layers
    Norms,
    /// Where a residual network has its norms
    Placements,
    /// Initializations of the weights
    Inits,
    /// Curves of the learning rate
    Schedules,
    /// Optimizers and their options
    Optimizers,
    /// Networks
    Architectures,
    /// Data sets
    Data,
    /// Keys of an experiment file with their defaults
    Keys,
}

impl Topic {
    /// Every topic, in the order in which they are shown.
    pub const ALL: [Topic; 8] = [
        Topic::Norms,
        Topic::Placements,
        Topic::Inits,
        Topic::Schedules,
        Topic::Optimizers,
        Topic::Architectures,
        Topic::Data,
        Topic::Keys,
    ];

    /// The name on the command line.
    pub fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_string())
    }
}

/// Arguments of `normlab gradcheck`.
#[derive(Debug, Args)]
pub struct GradcheckArguments {
    /// Names of norms [default: those of --config, or else the whole catalogue]
    pub names: Vec<String>,
    /// Which norm.
    #[command(flatten)]
    pub norm: EquationArguments,
    /// Check only kernels of this precision [default: both]
    #[arg(long, value_name = "TYPE")]
    pub dtype: Option<Dtype>,
    /// The seed of the random inputs
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Check only this case, by the name that a report gives it [default: all cases]
    #[arg(long, value_name = "NAME")]
    pub case: Option<String>,
    /// Print a line with a JSON object for each kernel, instead of a table
    #[arg(long)]
    pub json: bool,
    /// Draw the error of finite differences by their step, for the worst entry of each gradient, into this
    /// file [default: no figure]
    #[arg(long, value_name = "FILE.svg")]
    pub plot: Option<PathBuf>,
    /// Check a layer in a Python file instead of a norm; `normlab shim python` says what it may be
    #[arg(long, value_name = "FILE:NAME", conflicts_with_all = ["names", "equation", "config"])]
    pub python: Option<String>,
    /// The Python that runs the layer [default: that of the active virtual environment, or python3]
    #[arg(long, value_name = "PROGRAM", requires = "python")]
    pub interpreter: Option<PathBuf>,
}

/// A precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Dtype {
    /// Single precision
    F32,
    /// Double precision
    F64,
}

/// Arguments of `normlab show`.
#[derive(Debug, Args)]
pub struct ShowArguments {
    /// The name of a norm in the catalogue or in --config
    pub name: Option<String>,
    /// Which norm.
    #[command(flatten)]
    pub norm: EquationArguments,
}

/// Arguments of `normlab apply`.
#[derive(Debug, Args)]
pub struct ApplyArguments {
    /// The name of a norm in the catalogue or in --config
    pub name: Option<String>,
    /// Which norm.
    #[command(flatten)]
    pub norm: EquationArguments,
    /// The input x: a CSV file without header, a line for each row of features
    #[arg(long, value_name = "X.csv")]
    pub input: PathBuf,
    /// The gradient of a loss with respect to the output, as large as the input [default: no gradients are
    /// computed]
    #[arg(long, value_name = "V.csv")]
    pub cotangent: Option<PathBuf>,
    /// The parameters, such as gamma = [1.0, 2.0] [default: their values before training]
    #[arg(long, value_name = "P.toml")]
    pub params: Option<PathBuf>,
    /// The running averages, in the form of the state.toml that is written [default: their values before
    /// training]
    #[arg(long, value_name = "S.toml")]
    pub state: Option<PathBuf>,
    /// The number of samples; row = sample * positions + position [default: rows / positions]
    #[arg(long, value_name = "N")]
    pub samples: Option<usize>,
    /// The number of positions of a sample
    #[arg(long, value_name = "P", default_value_t = 1)]
    pub positions: usize,
    /// The mode of the pass
    #[arg(long, default_value = "train")]
    pub mode: PassMode,
    /// The folder for y.csv, dx.csv, a file for the gradient of each parameter, and state.toml
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Arguments of `normlab export`.
#[derive(Debug, Args)]
pub struct ExportArguments {
    /// The name of a norm in the catalogue or in --config
    pub name: Option<String>,
    /// Which norm.
    #[command(flatten)]
    pub norm: EquationArguments,
    /// What is written
    #[arg(long, value_name = "TARGET")]
    pub to: Framework,
    /// The file that is written [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// What a norm can be exported to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Framework {
    /// A PyTorch module
    Torch,
    /// A JAX module
    Jax,
    /// The equation and its derivative in LaTeX
    Latex,
}

/// The mode of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PassMode {
    /// Statistics are those of the batch, and running averages move
    Train,
    /// Running averages stand for the statistics of the batch
    Eval,
}

/// Arguments of `normlab shim`.
#[derive(Debug, Args)]
pub struct ShimArguments {
    /// The language of the layer
    pub language: Language,
}

/// A language that layers can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// Python, with PyTorch, JAX or NumPy
    Python,
}

#[cfg(test)]
mod tests;
