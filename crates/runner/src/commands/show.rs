//! `normlab show`: all that is known of a norm.

use std::process::ExitCode;

use equations::{Axes, Mode, NormEquation, ParameterShape};
use norms::{Cost, Kernel, NormChoice};

use crate::cli::ShowArguments;
use crate::config::choices::constants;
use crate::failure::Failure;
use crate::number::shortest;
use crate::ordinary::check_finite;
use crate::terminal::say;

/// Prints it.
///
/// # Errors
/// A norm that is not known, whose equation is wrong, or that is not finite at ordinary input.
pub fn show(arguments: &ShowArguments) -> Result<ExitCode, Failure> {
    let choice = arguments.norm.choice(arguments.name.as_deref())?;
    check_finite(&choice)?;
    say(&shown(&choice));
    Ok(ExitCode::SUCCESS)
}

fn shown(choice: &NormChoice) -> String {
    let equation = choice.equation();
    let title = match choice.entry() {
        Some(entry) => format!("{}: {}, {}", entry.name, entry.title, entry.citation),
        None => format!("{}: a norm of one's own", choice.name()),
    };
    let sections = [
        ("equation", equations(equation)),
        ("over", vec![equation.over().to_string()]),
        ("parameters", parameters(equation)),
        (
            "constants",
            listed(constants(choice).iter().map(|(n, v)| format!("{n} = {}", shortest(*v)))),
        ),
        ("running averages", averages(equation)),
        ("invariances", listed(choice.claims().iter().map(ToString::to_string))),
        ("derived backward", derivative(equation, Mode::Train)),
        ("derived backward in evaluation", evaluation(equation)),
        ("cost per element", cost(equation)),
        ("kernel", vec![kernel(choice.kernel()).to_string()]),
    ];
    let section = |(name, lines): &(&str, Vec<String>)| {
        let lines: String = lines.iter().map(|line| format!("\n    {line}")).collect();
        format!("\n\n{name}{lines}")
    };
    let with_lines = sections.iter().filter(|(_, lines)| !lines.is_empty());
    title + &with_lines.map(section).collect::<String>()
}

/// As its author wrote it, in ASCII, and in the characters of papers, each once.
fn equations(equation: &NormEquation) -> Vec<String> {
    let expression = equation.expression();
    let written = expression.text().split_whitespace().collect::<Vec<_>>().join(" ");
    let mut lines = vec![written, expression.to_string(), expression.papers()];
    lines.dedup();
    lines
}

fn parameters(equation: &NormEquation) -> Vec<String> {
    let line = |parameter: &equations::Parameter| {
        let each = match parameter.shape {
            ParameterShape::Scalar => "one for all",
            ParameterShape::Feature => "one per feature",
            ParameterShape::Group => "one per group",
            ParameterShape::Position => "one per position",
            ParameterShape::Output => "one per row of a weight matrix",
        };
        format!("{:8} {each}, start {}", parameter.name, shortest(parameter.start))
    };
    equation.parameters().iter().map(line).collect()
}

fn averages(equation: &NormEquation) -> Vec<String> {
    let names = equation.running_names().into_iter().zip(equation.running());
    let each = |varies: Axes| match varies {
        Axes::NONE => "one for all".to_string(),
        Axes::FEATURES => "one per feature".to_string(),
        Axes::GROUPS => "one per group".to_string(),
        other => format!("one for each of {other}"),
    };
    names
        .map(|(name, slot)| {
            format!("{name:8} {}, start {}", each(slot.varies), shortest(slot.start))
        })
        .collect()
}

fn derivative(equation: &NormEquation, mode: Mode) -> Vec<String> {
    let text = equation.derivation(mode).text(equation);
    text.lines().map(str::to_string).collect()
}

/// Where running averages make evaluation another function.
fn evaluation(equation: &NormEquation) -> Vec<String> {
    if equation.running().is_empty() { Vec::new() } else { derivative(equation, Mode::Eval) }
}

fn cost(equation: &NormEquation) -> Vec<String> {
    let derivation = equation.derivation(Mode::Train);
    let line = |what: &str, Cost { operations, passes }: Cost| {
        format!("{what}    {operations} operations, {passes} passes over memory")
    };
    vec![
        line("value    ", Cost::of_value(&derivation)),
        line("gradients", Cost::of_gradients(&derivation)),
    ]
}

fn kernel(kernel: Kernel) -> &'static str {
    match kernel {
        Kernel::Compiled => "the compiled equation",
        Kernel::Layer => "layer normalization, fused by hand",
        Kernel::Batch => "batch normalization, fused by hand",
    }
}

fn listed(parts: impl Iterator<Item = String>) -> Vec<String> {
    let parts = parts.collect::<Vec<_>>().join(", ");
    if parts.is_empty() { Vec::new() } else { vec![parts] }
}
