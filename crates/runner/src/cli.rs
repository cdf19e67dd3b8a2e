//! What can be typed on the command line.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands::card::CardArguments;
use crate::commands::new::NewArguments;
use crate::commands::precision::PrecisionArguments;
use crate::commands::verify::VerifyArguments;
use crate::norm_arguments::EquationArguments;
use crate::output::Existing;

const GET_GOING: &str = "\
Write an experiment file, run it, and get an answer with intervals:

    normlab run experiments/quickstart.toml

`normlab list` shows what an experiment file can name, `normlab list keys` what it can say.
Exit codes: 0 all is well (runs that diverge are results), 1 a run crashed or a check failed,
2 something given is not usable and nothing was written, 3 a gradient check was inconclusive.";

/// A research testbed for normalization in deep residual networks
#[derive(Debug, Parser)]
#[command(name = "normlab", bin_name = "normlab", version, after_help = GET_GOING)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Train every network of an experiment file, and answer its question
    Run(RunArguments),
    /// Make the tables, the answer and the figures of a study again, from its CSV files
    Report(ReportArguments),
    /// Show what an experiment file can name, with equations and citations
    List(ListArguments),
    /// Check the gradients of norms against finite differences
    Gradcheck(GradcheckArguments),
    /// Show a norm: equation, parameters, derived backward, cost
    Show(ShowArguments),
    /// Apply a norm to a file of numbers, and to a cotangent for its gradients
    Apply(ApplyArguments),
    /// Write a norm as a module of another framework, with the derived backward and a test of itself
    Export(ExportArguments),
    /// Emulate bf16 or f16 under the casts of real models: error by offset and scale of the input
    Precision(PrecisionArguments),
    /// Write all that can be measured of a norm on one page: certificate, properties, figures, cost
    Card(CardArguments),
    /// Measure the numbers of a card again and compare
    Verify(VerifyArguments),
    /// Begin a norm of the catalogue: its file, its line in the list, a study that compares it
    New(NewArguments),
    /// Print the program that runs a layer of another language for the gradient check
    Shim(ShimArguments),
}

/// Arguments of `normlab run`.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// The experiment file (TOML)
    pub file: PathBuf,
    /// The folder that gets a folder of results, named like the study
    #[arg(long, value_name = "DIR", default_value = "results")]
    pub out: PathBuf,
    /// How many networks train at the same time [default: the number of cores]
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// Say what would run and how long it would take; write nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// The folder of the data sets
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub data: PathBuf,
    /// Remove the results that are in the folder of the study, and begin anew
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
    /// What to show; everything if it is left out
    pub topic: Option<Topic>,
    /// One JSON document with all that is known, instead of tables
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
    /// Keys of [network] and [training] with their defaults
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
    /// Norms by name; if none is given, those of --config, or all of the catalogue
    pub names: Vec<String>,
    /// A norm of one's own.
    #[command(flatten)]
    pub norm: EquationArguments,
    /// Only the kernels of this precision
    #[arg(long, value_name = "TYPE")]
    pub dtype: Option<Dtype>,
    /// The seed of the random inputs and directions
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Only the case of this name, as a report gives it for a replay
    #[arg(long, value_name = "NAME")]
    pub case: Option<String>,
    /// A JSON object per kernel and line, instead of the table
    #[arg(long)]
    pub json: bool,
    /// Draw the distance of each gradient's worst entry from its difference quotients, by their step
    #[arg(long, value_name = "FILE.svg")]
    pub plot: Option<PathBuf>,
    /// A layer in a Python file instead, such as my_norm.py:MyNorm; `normlab shim python` explains
    #[arg(long, value_name = "FILE:NAME", conflicts_with_all = ["names", "equation", "config"])]
    pub python: Option<String>,
    /// The Python that runs it [default: that of the active virtual environment, or python3]
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
    /// A norm by name, from the catalogue or from --config
    pub name: Option<String>,
    /// A norm of one's own.
    #[command(flatten)]
    pub norm: EquationArguments,
}

/// Arguments of `normlab apply`.
#[derive(Debug, Args)]
pub struct ApplyArguments {
    /// A norm by name, from the catalogue or from --config
    pub name: Option<String>,
    /// A norm of one's own.
    #[command(flatten)]
    pub norm: EquationArguments,
    /// The activation: CSV without header, a row of features per line
    #[arg(long, value_name = "X.csv")]
    pub input: PathBuf,
    /// The gradient of a loss with respect to the value, as large as the input; gives the gradients
    #[arg(long, value_name = "V.csv")]
    pub cotangent: Option<PathBuf>,
    /// Parameters such as gamma = [1.0, 2.0]; what is left out has its start
    #[arg(long, value_name = "P.toml")]
    pub params: Option<PathBuf>,
    /// Running averages, as a training pass leaves them in state.toml; without it their starts
    #[arg(long, value_name = "S.toml")]
    pub state: Option<PathBuf>,
    /// The number of samples; row = sample * positions + position [default: rows / positions]
    #[arg(long, value_name = "N")]
    pub samples: Option<usize>,
    /// The number of positions of a sample
    #[arg(long, value_name = "P", default_value_t = 1)]
    pub positions: usize,
    /// Whether statistics are those of the batch, and running averages move
    #[arg(long, default_value = "train")]
    pub mode: PassMode,
    /// The folder for y.csv, dx.csv, d<parameter>.csv, state.toml
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Arguments of `normlab export`.
#[derive(Debug, Args)]
pub struct ExportArguments {
    /// A norm by name, from the catalogue or from --config
    pub name: Option<String>,
    /// A norm of one's own.
    #[command(flatten)]
    pub norm: EquationArguments,
    /// For what
    #[arg(long)]
    pub to: Framework,
    /// The file that gets it, instead of standard output
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
    /// The equation and its derivative
    Latex,
}

/// The mode of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PassMode {
    /// Statistics of the batch
    Train,
    /// Running averages
    Eval,
}

/// Arguments of `normlab shim`.
#[derive(Debug, Args)]
pub struct ShimArguments {
    /// For which language
    pub language: Language,
}

/// A language that layers can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// Python, with PyTorch, JAX or NumPy
    Python,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn zero_jobs_and_unknown_topics_are_refused() {
        let refused = |line: &str| Arguments::try_parse_from(line.split(' ')).unwrap_err();
        assert!(refused("normlab run a.toml --jobs 0").to_string().contains("--jobs"));
        assert!(refused("normlab list norm").to_string().contains("norms"));
        assert_eq!(refused("normlab run").exit_code(), 2);
    }
}
