//! `normlab gradcheck`: the gradients of norms, or of a layer in Python, against finite differences.

mod json;
mod norms;
mod picture;
mod progress;
mod report;

use std::path::Path;
use std::process::ExitCode;
use std::slice;
use std::time::Instant;

use foreign::{PythonLayer, PythonOptions};
use gradcheck::{CaseList, Examination, Options, Outcome, Precision, examine_with};

use self::progress::Progress;
use crate::cli::{Dtype, GradcheckArguments};
use crate::failure::Failure;
use crate::inputs::{Input, replaces_none};
use crate::norm_arguments::EquationArguments;
use crate::output::{check_file, write_file};
use crate::terminal::{complain, say, width};

/// What was examined, and a gradient known to be wrong that was examined with it.
struct Examined {
    what: What,
    examinations: Vec<Examination>,
    /// What each layer took, of however many cores.
    seconds: Vec<f64>,
    control: Vec<Examination>,
}

/// How the layers were named.
enum What {
    /// Norms, by the arguments that define them.
    Norms(Box<EquationArguments>),
    Python(String),
}

/// Examines the named norms, all of them, or a Python layer, and prints a table and what failed.
///
/// # Errors
/// A name that is not known or not in the list of cases, a wrong equation, a layer that cannot be run, a
/// picture that cannot be written or that would replace what is read, a standard output that takes no text.
pub fn gradcheck(arguments: &GradcheckArguments) -> Result<ExitCode, Failure> {
    let options = Options {
        seed: arguments.seed,
        only: arguments.case.clone(),
        precision: arguments.dtype.map(|dtype| match dtype {
            Dtype::F64 => Precision::Double,
            Dtype::F32 => Precision::Single,
        }),
        ..Options::default()
    };
    if let Some(path) = &arguments.plot {
        replaces_none("--plot", slice::from_ref(path), inputs(arguments))?;
        check_file(path).map_err(|error| Failure::BadInput(error.to_string()))?;
    }
    let examined = match &arguments.python {
        Some(spec) => python(spec, arguments, &options)?,
        None => norms::examine(arguments, &options)?,
    };
    // The picture is first, so that it is there even where standard output takes no text.
    if let Some(path) = &arguments.plot {
        write_file(path, &picture::svg(&examined))?;
    }
    let report = if arguments.json {
        json::lines(&examined).join("\n")
    } else {
        report::rendered(&examined, width())
    };
    say(&report)?;
    Ok(exit_code(&examined))
}

/// The files that are read or run.
fn inputs(arguments: &GradcheckArguments) -> impl Iterator<Item = Input<'_>> {
    let python = arguments.python.as_ref().and_then(|spec| spec.rsplit_once(':'));
    let python = python.map(|(file, _)| Input { option: "--python", path: Path::new(file) });
    let interpreter = Input::of("--interpreter", arguments.interpreter.as_ref());
    python.into_iter().chain(interpreter).chain(arguments.norm.input())
}

fn python(
    spec: &str,
    arguments: &GradcheckArguments,
    options: &Options,
) -> Result<Examined, Failure> {
    let options = &Options { cases: CaseList::layers(), ..options.clone() };
    let mut how = PythonOptions::from_environment();
    if let Some(interpreter) = &arguments.interpreter {
        how.python.clone_from(interpreter);
    }
    let begun = Instant::now();
    let layer = PythonLayer::start(spec, &how);
    let layer = layer.map_err(|error| Failure::BadInput(error.to_string()))?;
    let progress = Progress::begin(options.cases.cases().len());
    let examined = examine_with(&layer, options, &mut |at| progress.show(at));
    progress.end();
    layer.notes().iter().for_each(|note| complain(&format!("note: {note}")));
    let examinations = examined?;
    let has_failed = |e: &Examination| e.verdict.outcome() == Outcome::Failed;
    match layer.ended() {
        // A kernel that crashes is a failure, and reported as one.
        Some(error) if !examinations.iter().any(has_failed) => {
            return Err(Failure::BadInput(error.to_string()));
        }
        _ => {}
    }
    Ok(Examined {
        what: What::Python(spec.to_string()),
        examinations,
        seconds: vec![begun.elapsed().as_secs_f64()],
        control: Vec::new(),
    })
}

/// What was not decided outweighs what passed, and a failure outweighs everything. A control that
/// passes is a failure of the checker.
fn exit_code(examined: &Examined) -> ExitCode {
    let any = |outcome| examined.examinations.iter().any(|e| e.verdict.outcome() == outcome);
    let has_power = examined.control.iter().all(|e| e.verdict.outcome() == Outcome::Failed);
    if any(Outcome::Failed) || !has_power {
        ExitCode::from(1)
    } else if any(Outcome::Inconclusive) {
        ExitCode::from(3)
    } else {
        ExitCode::SUCCESS
    }
}
