//! `normlab show`: all that is known of a norm.

mod section;

use std::process::ExitCode;

use analysis::three_digits;
use equations::{Axes, Mode, NormEquation, Operation, ParameterShape};
use norms::{Claim, Cost, Entry, Example, Kernel, NormChoice, Site, hard_input};

use self::section::{Line, rendered};
use crate::cli::ShowArguments;
use crate::config::choices::{constants, values as usual};
use crate::failure::Failure;
use crate::number::shortest;
use crate::ordinary::check_finite;
use crate::terminal::{say, width, wrapped};

/// Prints it.
///
/// # Errors
/// A norm that is not known, whose equation is wrong, or that is not finite at ordinary input;
/// standard output takes no text.
pub fn show(arguments: &ShowArguments) -> Result<ExitCode, Failure> {
    let choice = arguments.norm.choice(arguments.name.as_deref())?;
    check_finite(&choice)?;
    say(&shown(&choice, width()))?;
    Ok(ExitCode::SUCCESS)
}

fn shown(choice: &NormChoice, width: usize) -> String {
    let equation = choice.equation();
    let title = match choice.entry() {
        Some(entry) => format!("{}: {}, {}", choice.name(), entry.title, entry.citation),
        None => choice.title(),
    };
    let sections = [
        ("equation", equations(equation)),
        ("over", vec![Line::text(equation.over().to_string())]),
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
            choice.entry().map_or_else(Vec::new, |entry| vec![Line::text(entry.verified)]),
        ),
        ("example", choice.entry().map_or_else(Vec::new, |entry| example(entry, choice))),
        ("as", as_its_entry(choice)),
        ("also known as", also_known_as(choice)),
        ("hard input", hard_inputs(choice)),
        ("derived backward", derivative(equation, Mode::Train)),
        ("derived backward in evaluation", evaluation(equation)),
        ("cost per element", cost(equation)),
        ("kernel", vec![Line::text(kernel(choice.kernel()))]),
    ];
    let with_lines = sections.iter().filter(|(_, lines)| !lines.is_empty());
    let sections = with_lines.map(|(heading, lines)| rendered(heading, lines, width));
    [wrapped(&title, width)].into_iter().chain(sections).collect::<Vec<_>>().join("\n\n")
}

/// As its author wrote it, in ASCII, and in the characters of papers, each once, with a line for each
/// definition.
fn equations(equation: &NormEquation) -> Vec<Line> {
    let expression = equation.expression();
    let written = expression.text().split_whitespace().collect::<Vec<_>>().join(" ");
    let mut spellings = vec![written, expression.to_string(), expression.papers()];
    spellings.dedup();
    spellings.iter().flat_map(|text| text.split_inclusive("; ")).map(Line::text).collect()
}

/// What small changes of the input do.
fn jacobian(choice: &NormChoice) -> Vec<Line> {
    let found = norms::sensitivity(choice);
    let removed = match (found.removes_constant, found.removes_input) {
        (true, true) => "adding one number to a slice, moving a slice along itself",
        (true, false) => "adding one number to a slice",
        (false, true) => "moving a slice along itself",
        (false, false) => "nothing of that kind",
    };
    vec![
        Line::text(format!(
            "changes nothing, to first order, at eps = 0: {removed}; {} of a slice's directions in all",
            three_digits(found.null_directions)
        )),
        Line::text(format!(
            "amplifies small changes at most {} times at standard normal input, {} times at input of size 1e-8",
            three_digits(found.largest),
            three_digits(found.largest_near_zero)
        )),
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

fn applied_to(entry: &Entry) -> Vec<Line> {
    match entry.site {
        Site::Activations => Vec::new(),
        Site::Weights => {
            vec![Line::text("a weight matrix: a row of x has the weights of one output")]
        }
    }
}

fn properties(claims: &[Claim]) -> Vec<Line> {
    let mark = |claim: &Claim| if claims.contains(claim) { "yes" } else { "no" };
    Claim::ALL.iter().map(|claim| Line::labelled(mark(claim), claim.to_string())).collect()
}

/// Input and result side by side, a row on a line, below what is not as usual, and below the constants
/// and parameters that are others in the choice: the numbers are the entry's.
fn example(entry: &'static Entry, choice: &NormChoice) -> Vec<Line> {
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
    lines.extend(rows.map(|(x, y)| format!("({}) -> ({})", numbers(x), numbers(y))));
    let averages = equation.running_names().into_iter().zip(example.averages);
    lines.extend(averages.map(|(name, v)| format!("average {name} afterwards: {}", numbers(v))));
    lines.into_iter().map(Line::text).collect()
}

/// With as many digits as a reader follows.
fn rounded(value: f64) -> String {
    shortest((value * 1e6).round() / 1e6)
}

/// Of an alias, what it differs in, and from what.
fn as_its_entry(choice: &NormChoice) -> Vec<Line> {
    let both = choice.entry().zip(choice.alias()).into_iter();
    both.map(|(entry, alias)| format!("{}, but: {}", entry.name, alias.difference))
        .map(Line::text)
        .collect()
}

/// Of an entry, its aliases.
fn also_known_as(choice: &NormChoice) -> Vec<Line> {
    let is_entry = |entry: &&Entry| entry.name == choice.name();
    let aliases = choice.entry().filter(is_entry).map_or(&[][..], |entry| entry.aliases);
    let line = |alias: &norms::Alias| format!("{}: {}", alias.name, alias.difference);
    aliases.iter().map(line).map(Line::text).collect()
}

/// What the operation that trains it makes of input that is hard, measured now.
fn hard_inputs(choice: &NormChoice) -> Vec<Line> {
    let found = hard_input(choice).into_iter();
    found.map(|(input, outcome)| Line::labelled(input.to_string(), outcome.to_string())).collect()
}

fn parameters(equation: &NormEquation) -> Vec<Line> {
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
        let text = format!("{each}, start {}", shortest(parameter.start));
        Line::labelled(parameter.name.clone(), text)
    };
    equation.parameters().iter().map(line).collect()
}

fn averages(equation: &NormEquation) -> Vec<Line> {
    let names = equation.running_names().into_iter().zip(equation.running());
    let each = |varies: Axes| match varies {
        Axes::NONE => "one for all".to_string(),
        Axes::FEATURES => "one per feature".to_string(),
        Axes::GROUPS => "one per group".to_string(),
        other => format!("one for each of {other}"),
    };
    names
        .map(|(name, slot)| {
            let text = format!("{}, start {}", each(slot.varies), shortest(slot.start));
            Line::labelled(name, text)
        })
        .collect()
}

fn derivative(equation: &NormEquation, mode: Mode) -> Vec<Line> {
    let text = equation.derivation(mode).text(equation);
    text.lines().map(Line::text).collect()
}

/// Where running averages make evaluation another function.
fn evaluation(equation: &NormEquation) -> Vec<Line> {
    if equation.running().is_empty() { Vec::new() } else { derivative(equation, Mode::Eval) }
}

fn cost(equation: &NormEquation) -> Vec<Line> {
    let derivation = equation.derivation(Mode::Train);
    let line = |what: &str, Cost { operations, operations_by_channels, passes }: Cost| {
        let by_channels = match operations_by_channels {
            0 => String::new(),
            more => format!(" and {more} for every channel of the group"),
        };
        let text = format!("{operations} operations{by_channels}, {passes} passes over memory");
        Line::labelled(what, text)
    };
    vec![
        line("value", Cost::of_value(&derivation)),
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

fn listed(parts: impl Iterator<Item = String>) -> Vec<Line> {
    let parts = parts.collect::<Vec<_>>().join(", ");
    if parts.is_empty() { Vec::new() } else { vec![Line::text(parts)] }
}
