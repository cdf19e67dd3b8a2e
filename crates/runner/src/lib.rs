//! Everything around the training of networks that a person touches: the command line, experiment
//! files, plans, data sets, result files. It knows no formulas.
//!
//! The way of a study: `config` reads what its author said, `plan` resolves it into runs,
//! `workers` trains them, `output` keeps what they produced, and the crate `analysis` reads that
//! back and judges. `commands` has a file for each verb of the program.

mod before_training;
mod cli;
mod commands;
mod config;
mod data;
mod estimate;
mod failure;
mod ledger;
mod norm_arguments;
mod number;
mod ordinary;
mod output;
mod parameter_shape;
mod plan;
mod progress;
mod recorder;
mod tables;
mod terminal;
mod workers;

use std::process::ExitCode;

use clap::Parser;

use cli::{Arguments, Verb};

/// Runs the program with the arguments of the process, and returns its exit code.
///
/// | code | meaning |
/// |---|---|
/// | 0 | all is well; runs that diverged are results |
/// | 1 | a run crashed, a gradient check failed, or a result could not be written |
/// | 2 | the command line, the experiment file, the data or the output folder is not usable; nothing was written |
/// | 3 | a gradient check was inconclusive |
pub fn main() -> ExitCode {
    let outcome = match Arguments::parse().verb {
        Verb::Run(arguments) => commands::run::run(&arguments),
        Verb::List(arguments) => Ok(commands::list::list(&arguments)),
        Verb::Gradcheck(arguments) => commands::gradcheck::gradcheck(&arguments),
        Verb::Show(arguments) => commands::show::show(&arguments),
        Verb::Apply(arguments) => commands::apply::apply(&arguments),
        Verb::Export(arguments) => commands::export::export(&arguments),
        Verb::Precision(arguments) => commands::precision::precision(&arguments),
        Verb::Card(arguments) => commands::card::card(&arguments),
        Verb::Verify(arguments) => commands::verify::verify(&arguments),
        Verb::New(arguments) => commands::new::new(&arguments),
        Verb::Shim(arguments) => Ok(commands::shim::shim(&arguments)),
    };
    match outcome {
        Ok(code) => code,
        Err(failure) => {
            terminal::complain(&failure.to_string());
            failure.exit_code()
        }
    }
}
