//! `normlab show`: all that is known of a norm.

use std::process::ExitCode;

use analysis::three_digits;
use equations::{Axes, Mode, NormEquation, Operation, ParameterShape};
use norms::{Claim, Cost, Entry, Example, Kernel, NormChoice, Site, hard_input};

use crate::cli::ShowArguments;
use crate::config::choices::{constants, values as usual};
use crate::failure::Failure;
use crate::number::shortest;
use crate::ordinary::check_finite;
use crate::terminal::{say, wrapped};

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
        Some(entry) => format!("{}: {}, {}", choice.name(), entry.title, entry.citation),
        None => format!("{}: a norm of one's own", choice.name()),
    };
    let sections = [
        ("equation", equations(equation)),
        ("over", vec![equation.over().to_string()]),
        ("applied to", choice.entry().map_or_else(Vec::new, applied_to)),
        ("parameters", parameters(equation)),
        (
            "constants",
            listed(deciding(choice).iter().map(|(n, v)| format!("{n} = {}", shortest(*v)))),
        ),
        ("running averages", averages(equation)),
        ("properties at eps = 0", properties(&choice.claims())),
        ("jacobian", jacobian(choice)),
        (
            "verified against",
            choice.entry().map_or_else(Vec::new, |entry| lines_of(entry.verified)),
        ),
        ("example", choice.entry().map_or_else(Vec::new, |entry| example(entry, choice))),
        ("as", as_its_entry(choice)),
        ("also known as", also_known_as(choice)),
        ("hard input", hard_inputs(choice)),
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

/// What small changes of the input do.
fn jacobian(choice: &NormChoice) -> Vec<String> {
    let found = norms::sensitivity(choice);
    let removed = match (found.removes_constant, found.removes_input) {
        (true, true) => "adding one number to a slice, moving a slice along itself",
        (true, false) => "adding one number to a slice",
        (false, true) => "moving a slice along itself",
        (false, false) => "nothing of that kind",
    };
    vec![
        format!(
            "changes nothing, to first order, at eps = 0: {removed}; {} of a slice's directions in all",
            three_digits(found.null_directions)
        ),
        format!(
            "amplifies small changes at most {} times at standard normal input, {} times at input of size 1e-8",
            three_digits(found.largest),
            three_digits(found.largest_near_zero)
        ),
    ]
}

/// The constants that the norm depends on: not the momentum where every average has a weight of its own.
fn deciding(choice: &NormChoice) -> Vec<(String, f64)> {
    let equation = choice.equation();
    let of_text = |name: &str| equation.constants().iter().any(|(known, _)| known == name);
    let mut values = constants(choice);
    values.retain(|(name, _)| name != "momentum" || of_text(name) || follows_by_momentum(equation));
    values
}

/// Whether some running average goes as far in a pass as the momentum says.
fn follows_by_momentum(equation: &NormEquation) -> bool {
    let mut operations = equation.expression().nodes().iter().map(|node| node.operation);
    operations.any(|operation| matches!(operation, Operation::Running { weight: None, .. }))
}

fn applied_to(entry: &Entry) -> Vec<String> {
    match entry.site {
        Site::Activations => Vec::new(),
        Site::Weights => {
            vec!["a weight matrix: a row of x has the weights of one output".to_string()]
        }
    }
}

fn properties(claims: &[Claim]) -> Vec<String> {
    let mark = |claim: &Claim| if claims.contains(claim) { "yes" } else { "no " };
    Claim::ALL.iter().map(|claim| format!("{}  {claim}", mark(claim))).collect()
}

fn lines_of(text: &str) -> Vec<String> {
    wrapped(text).lines().map(str::to_string).collect()
}

/// Input and result side by side, a row on a line, below what is not as usual, and below the constants
/// and parameters that are others in the choice: the numbers are the entry's.
fn example(entry: &'static Entry, choice: &NormChoice) -> Vec<String> {
    let (example, equation) = (&entry.example, choice.equation());
    let numbers =
        |values: &[f64]| values.iter().map(|v| rounded(*v)).collect::<Vec<_>>().join(", ");
    let &Example { samples, positions, groups, .. } = example;
    let plural = |count: usize, what: &str| match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    };
    let mut sizes = vec![plural(samples, "sample"), plural(positions, "position")];
    if equation.knows_groups() {
        sizes.push(plural(groups, "group"));
    }
    let mut values: Vec<(String, f64)> =
        example.constants.iter().map(|(name, v)| ((*name).to_string(), *v)).collect();
    let mut others = usual(&NormChoice::plain(entry));
    others.retain(|(name, _)| values.iter().all(|(given, _)| given != name));
    others.retain(|(name, _)| example.parameters.iter().all(|(given, _)| given != name));
    others.retain(|value| !usual(choice).contains(value));
    values.extend(others);
    let constants = values.iter().map(|(name, v)| format!("{name} = {}", shortest(*v)));
    let parameters = example.parameters.iter().map(|(name, v)| format!("{name} = {}", numbers(v)));
    let mut lines = vec![sizes.join(", ")];
    lines.extend(constants.chain(parameters));
    let width = example.x.len() / (samples * positions);
    let rows = example.x.chunks(width).zip(example.y.chunks(width));
    lines.extend(rows.map(|(x, y)| format!("({})  ->  ({})", numbers(x), numbers(y))));
    let averages = equation.running_names().into_iter().zip(example.averages);
    lines.extend(averages.map(|(name, v)| format!("average {name} afterwards: {}", numbers(v))));
    lines
}

/// With as many digits as a reader follows.
fn rounded(value: f64) -> String {
    shortest((value * 1e6).round() / 1e6)
}

/// Of an alias, what it differs in, and from what.
fn as_its_entry(choice: &NormChoice) -> Vec<String> {
    let both = choice.entry().zip(choice.alias()).into_iter();
    both.map(|(entry, alias)| format!("{}, but: {}", entry.name, alias.difference)).collect()
}

/// Of an entry, its aliases.
fn also_known_as(choice: &NormChoice) -> Vec<String> {
    let is_entry = |entry: &&Entry| entry.name == choice.name();
    let aliases = choice.entry().filter(is_entry).map_or(&[][..], |entry| entry.aliases);
    aliases.iter().map(|alias| format!("{}: {}", alias.name, alias.difference)).collect()
}

/// What the operation that trains it makes of input that is hard, measured now.
fn hard_inputs(choice: &NormChoice) -> Vec<String> {
    let found = hard_input(choice).into_iter();
    found.map(|(input, outcome)| format!("{input:<26} {outcome}")).collect()
}

fn parameters(equation: &NormEquation) -> Vec<String> {
    let line = |parameter: &equations::Parameter| {
        let each = match parameter.shape {
            ParameterShape::Scalar => "one for all",
            ParameterShape::Feature => "one per feature",
            ParameterShape::Group => "one per group",
            ParameterShape::Position => "one per position",
            ParameterShape::Channel => "one per channel of a group, shared by the groups",
            ParameterShape::Output => "one per row of a weight matrix",
            ParameterShape::Side => "a side input, one per sample and feature",
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
    let line = |what: &str, Cost { operations, operations_by_channels, passes }: Cost| {
        let by_channels = match operations_by_channels {
            0 => String::new(),
            more => format!(" and {more} for every channel of the group"),
        };
        format!("{what}    {operations} operations{by_channels}, {passes} passes over memory")
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
