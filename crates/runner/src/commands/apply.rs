//! `normlab apply`: a norm at the numbers of a file.

mod matrix;
mod vectors;

use std::path::Path;
use std::process::ExitCode;

use equations::{Extents, NormEquation, ParameterShape};
use norms::{Application, Applied};
use ops::{Layout, Mode};

use self::matrix::{Matrix, column};
use self::vectors::{Wanted, vectors};
use crate::cli::{ApplyArguments, PassMode};
use crate::config::ConfigError;
use crate::failure::Failure;
use crate::output::write_files;
use crate::terminal::say;

/// Reads the numbers, applies the norm, writes value, gradients and averages.
///
/// # Errors
/// A norm, a file or sizes that are not usable, before anything is written; a disk or a standard output
/// that refuses.
pub fn apply(arguments: &ApplyArguments) -> Result<ExitCode, Failure> {
    let choice = arguments.norm.choice(arguments.name.as_deref())?;
    let equation = choice.equation();
    let x = Matrix::read(&arguments.input)?;
    let cotangent = arguments.cotangent.as_deref().map(|path| cotangent(path, &x, arguments));
    let cotangent = cotangent.transpose()?;
    let layout = layout(arguments, x.rows)?;
    let sizes = |error: equations::SizeError| Failure::BadInput(error.to_string());
    let extents = Extents::new(layout.samples, layout.positions, x.columns, choice.groups())
        .map_err(sizes)?;
    let applied = choice.apply(&Application {
        layout,
        x: &x.values,
        parameters: &parameters(arguments, equation, &extents)?,
        state: &averages(arguments, equation, &extents)?,
        mode: match arguments.mode {
            PassMode::Train => Mode::Train,
            PassMode::Eval => Mode::Eval,
        },
        cotangent: cotangent.as_ref().map(|v| v.values.as_slice()),
    });
    let files = files(&applied.map_err(sizes)?, equation, x.columns, arguments.mode);
    write_files(&arguments.out, &files)?;
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    say(&format!("{} in {}", names.join(", "), arguments.out.display()))?;
    Ok(ExitCode::SUCCESS)
}

fn cotangent(path: &Path, x: &Matrix, arguments: &ApplyArguments) -> Result<Matrix, Failure> {
    let v = Matrix::read(path)?;
    if (v.rows, v.columns) == (x.rows, x.columns) {
        return Ok(v);
    }
    let (path, input) = (path.display(), arguments.input.display());
    Err(Failure::BadInput(format!(
        "{path} has {} rows of {} numbers, but {input} has {} of {}: a cotangent is as large as the input",
        v.rows, v.columns, x.rows, x.columns
    )))
}

/// How the rows divide into samples and positions.
fn layout(arguments: &ApplyArguments, rows: usize) -> Result<Layout, Failure> {
    let positions = arguments.positions;
    let samples = arguments.samples.unwrap_or(rows / positions.max(1));
    if positions == 0 || samples.checked_mul(positions) != Some(rows) {
        return Err(Failure::BadInput(format!(
            "{} has {rows} rows, which are not {samples} samples of {positions} positions",
            arguments.input.display()
        )));
    }
    Ok(Layout { samples, positions })
}

fn parameters(
    arguments: &ApplyArguments,
    equation: &NormEquation,
    extents: &Extents,
) -> Result<Vec<Vec<f64>>, ConfigError> {
    let wanted = equation.parameters().iter().map(|parameter| Wanted {
        name: parameter.name.clone(),
        each: match parameter.shape {
            ParameterShape::Scalar => "one for all",
            ParameterShape::Feature => "one for each feature",
            ParameterShape::Group => "one for each group",
            ParameterShape::Position => "one for each position",
            ParameterShape::Channel => "one for each channel of a group",
            ParameterShape::Output => "one for each sample",
            ParameterShape::Side => "one for each feature of each sample",
        },
        start: vec![parameter.start; parameter.len(extents)],
    });
    vectors(arguments.params.as_deref(), wanted.collect())
}

fn averages(
    arguments: &ApplyArguments,
    equation: &NormEquation,
    extents: &Extents,
) -> Result<Vec<Vec<f64>>, ConfigError> {
    let named = equation.running_names().into_iter().zip(equation.start_state(extents));
    let wanted = named.map(|(name, start)| Wanted { name, each: "as state.toml has them", start });
    vectors(arguments.state.as_deref(), wanted.collect())
}

/// The names of the files with their texts.
fn files(
    applied: &Applied,
    equation: &NormEquation,
    columns: usize,
    mode: PassMode,
) -> Vec<(String, String)> {
    let matrix = |values: &[f64]| Matrix::csv(values, columns);
    let mut files = vec![("y.csv".to_string(), matrix(&applied.y))];
    if let Some((dx, dparameters)) = &applied.gradients {
        files.push(("dx.csv".to_string(), matrix(dx)));
        for (parameter, gradient) in equation.parameters().iter().zip(dparameters) {
            files.push((format!("d{}.csv", parameter.name), column(gradient)));
        }
    }
    if mode == PassMode::Train && !applied.state.is_empty() {
        let named = equation.running_names().into_iter().zip(&applied.state);
        files.push(("state.toml".to_string(), named.map(|(n, v)| vectors::line(&n, v)).collect()));
    }
    files
}
