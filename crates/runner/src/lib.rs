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
mod engine;
mod estimate;
mod failure;
mod finished;
mod inputs;
mod ledger;
mod norm_arguments;
mod number;
mod ordinary;
mod output;
mod parameter_shape;
mod plan;
mod progress;
mod recorder;
mod rows;
mod tables;
mod terminal;
mod workers;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use cli::{Arguments, Verb};
use failure::Failure;

/// Runs the program with the arguments of the process, and returns its exit code.
///
/// | code | meaning |
/// |---|---|
/// | 0 | all is well; runs that diverged are results |
/// | 1 | a run crashed, a gradient check failed, or a result or standard output could not be written |
/// | 2 | the command line, the experiment file, the data or the output folder is not usable; nothing was written |
/// | 3 | a gradient check was inconclusive |
pub fn main() -> ExitCode {
    match Arguments::try_parse().map_or_else(|answer| answered(&answer), |words| done(&words.verb))
    {
        Ok(code) => code,
        Err(failure) => {
            terminal::complain(&failure.to_string());
            failure.exit_code()
        }
    }
}

fn done(verb: &Verb) -> Result<ExitCode, Failure> {
    match verb {
        Verb::Run(arguments) => commands::run::run(arguments),
        Verb::Report(arguments) => commands::report::report(arguments),
        Verb::List(arguments) => commands::list::list(arguments),
        Verb::Gradcheck(arguments) => commands::gradcheck::gradcheck(arguments),
        Verb::Show(arguments) => commands::show::show(arguments),
        Verb::Apply(arguments) => commands::apply::apply(arguments),
        Verb::Export(arguments) => commands::export::export(arguments),
        Verb::Precision(arguments) => commands::precision::precision(arguments),
        Verb::Card(arguments) => commands::card::card(arguments),
        Verb::Verify(arguments) => commands::verify::verify(arguments),
        Verb::New(arguments) => commands::new::new(arguments),
        Verb::Shim(arguments) => commands::shim::shim(arguments),
    }
}

/// Prints the answer to words that name no verb: help and the version on standard output, what is
/// wrong with them on standard error.
fn answered(answer: &clap::Error) -> Result<ExitCode, Failure> {
    let printed = answer.print().and_then(|()| io::stdout().flush());
    if answer.use_stderr() {
        return Ok(ExitCode::from(2));
    }
    terminal::written(printed)?;
    Ok(ExitCode::SUCCESS)
}
