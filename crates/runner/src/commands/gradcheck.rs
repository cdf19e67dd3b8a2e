//! `normlab gradcheck`: the gradients of norms, or of a layer in Python, against finite differences.

mod json;
mod report;

use std::process::ExitCode;

use foreign::{PythonLayer, PythonOptions};
use gradcheck::{CheckError, Examination, Options, Outcome, Precision, examine_with};
use norms::{Entry, certify};

use crate::cli::{Dtype, GradcheckArguments};
use crate::config::nearest;
use crate::failure::Failure;
use crate::terminal::{complain, say};

/// Examines the named norms, all of them, or a Python layer, and prints a table and what failed.
///
/// # Errors
/// A name that is not in the catalogue, or a layer that cannot be run.
pub fn gradcheck(arguments: &GradcheckArguments) -> Result<ExitCode, Failure> {
    let options =
        Options { seed: arguments.seed, only: arguments.case.clone(), ..Options::default() };
    let mut examinations = match &arguments.python {
        Some(spec) => python(spec, arguments, &options)?,
        None => catalogue(&arguments.names, &options)?,
    };
    examinations.retain(|examination| wanted(arguments.dtype, examination.precision));
    if arguments.json {
        examinations.iter().for_each(|examination| say(&json::line(examination)));
    } else {
        say(&report::rendered(&examinations));
    }
    Ok(exit_code(&examinations))
}

fn catalogue(names: &[String], options: &Options) -> Result<Vec<Examination>, Failure> {
    let mut examinations = Vec::new();
    for entry in chosen(names)? {
        let mut progress = report::Progress::begin(entry.name);
        let examined = certify(entry, options, &mut |at| progress.show(at));
        progress.end();
        examinations.extend(examined.map_err(refused)?);
    }
    Ok(examinations)
}

fn python(
    spec: &str,
    arguments: &GradcheckArguments,
    options: &Options,
) -> Result<Vec<Examination>, Failure> {
    let mut how = PythonOptions::from_environment();
    if let Some(interpreter) = &arguments.interpreter {
        how.python.clone_from(interpreter);
    }
    let layer = PythonLayer::start(spec, &how);
    let layer = layer.map_err(|error| Failure::BadInput(error.to_string()))?;
    let mut progress = report::Progress::begin(spec);
    let examined = examine_with(&layer, options, &mut |at| progress.show(at));
    progress.end();
    layer.notes().iter().for_each(|note| complain(&format!("note: {note}")));
    examined.map_err(refused)
}

fn refused(error: CheckError) -> Failure {
    Failure::BadInput(error.to_string())
}

fn chosen(names: &[String]) -> Result<Vec<&'static Entry>, Failure> {
    if names.is_empty() {
        return Ok(norms::CATALOGUE.to_vec());
    }
    let known: Vec<&str> = norms::CATALOGUE.iter().map(|entry| entry.name).collect();
    let find = |name: &String| {
        norms::find(name).ok_or_else(|| {
            let nearest = nearest(name, &known);
            let nearest = nearest.map_or(String::new(), |name| format!("; did you mean {name:?}?"));
            let known = known.join(", ");
            Failure::BadInput(format!("unknown norm {name:?}; allowed: {known}{nearest}"))
        })
    };
    names.iter().map(find).collect()
}

fn wanted(dtype: Option<Dtype>, precision: Precision) -> bool {
    match dtype {
        None => true,
        Some(Dtype::F64) => precision == Precision::Double,
        Some(Dtype::F32) => precision == Precision::Single,
    }
}

/// What was not decided outweighs what passed, and a failure outweighs everything.
fn exit_code(examinations: &[Examination]) -> ExitCode {
    let any = |outcome| examinations.iter().any(|e| e.verdict.outcome() == outcome);
    if any(Outcome::Failed) {
        ExitCode::from(1)
    } else if any(Outcome::Inconclusive) {
        ExitCode::from(3)
    } else {
        ExitCode::SUCCESS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest() {
        let error = chosen(&["lyaer".to_string()]).unwrap_err().to_string();
        assert!(error.contains("unknown norm \"lyaer\""), "{error}");
        assert!(error.contains("did you mean \"layer\"?"), "{error}");
        assert_eq!(chosen(&[]).unwrap().len(), norms::CATALOGUE.len());
    }

    #[test]
    fn a_precision_is_chosen_by_its_type() {
        assert!(wanted(None, Precision::Single));
        assert!(wanted(Some(Dtype::F32), Precision::Single));
        assert!(!wanted(Some(Dtype::F64), Precision::Single));
    }
}
