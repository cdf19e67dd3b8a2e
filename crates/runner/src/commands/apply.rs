//! `normlab apply`: a norm at the numbers of a file.

mod matrix;
mod vectors;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use equations::{Extents, NormEquation, ParameterShape};
use norms::{Application, Applied};
use ops::{Layout, Mode};

use self::matrix::{Matrix, column};
use self::vectors::{Wanted, vectors};
use crate::cli::{ApplyArguments, PassMode};
use crate::config::ConfigError;
use crate::failure::Failure;
use crate::inputs::{Input, replaces_none};
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
    let names = file_names(arguments, equation);
    let outputs: Vec<PathBuf> = names.iter().map(|name| arguments.out.join(name)).collect();
    replaces_none("--out", &outputs, inputs(arguments))?;
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
    let texts = texts(&applied.map_err(sizes)?, equation, x.columns);
    let files: Vec<(String, String)> = names.iter().cloned().zip(texts).collect();
    write_files(&arguments.out, &files)?;
    say(&format!("{} in {}", names.join(", "), arguments.out.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// The files that are read.
fn inputs(arguments: &ApplyArguments) -> impl Iterator<Item = Input<'_>> {
    let optional = [
        ("--cotangent", &arguments.cotangent),
        ("--params", &arguments.params),
        ("--state", &arguments.state),
        ("--config", &arguments.norm.config),
    ];
    let optional =
        optional.into_iter().filter_map(|(option, path)| Input::of(option, path.as_ref()));
    optional.chain([Input { option: "--input", path: &arguments.input }])
}

/// The files that are written: the value, with a cotangent the gradients, in training the averages.
fn file_names(arguments: &ApplyArguments, equation: &NormEquation) -> Vec<String> {
    let mut names = vec!["y.csv".to_string()];
    if arguments.cotangent.is_some() {
        names.push("dx.csv".to_string());
        names.extend(equation.parameters().iter().map(|p| format!("d{}.csv", p.name)));
    }
    if arguments.mode == PassMode::Train && !equation.running().is_empty() {
        names.push("state.toml".to_string());
    }
    names
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

/// The texts of the files, in the order of their names; the averages are last, and left out without a
/// name.
fn texts(applied: &Applied, equation: &NormEquation, columns: usize) -> Vec<String> {
    let matrix = |values: &[f64]| Matrix::csv(values, columns);
    let mut texts = vec![matrix(&applied.y)];
    if let Some((dx, dparameters)) = &applied.gradients {
        texts.push(matrix(dx));
        texts.extend(dparameters.iter().map(|gradient| column(gradient)));
    }
    let named = equation.running_names().into_iter().zip(&applied.state);
    texts.push(named.map(|(name, values)| vectors::line(&name, values)).collect());
    texts
}
