//! The page on the language, `docs/equations.md`, against the language.

use std::collections::BTreeSet;

use crate::operation::FUNCTIONS;
use crate::parser::{INDEX, SIZE};
use crate::{
    Axes, EquationError, Expression, Mode, Name, NormEquation, NormSource, ParameterShape,
    ParameterSource, Vocabulary,
};

const PAGE: &str = include_str!("../../../docs/equations.md");

/// The blocks of a kind: the axes and the text.
fn blocks(kind: &str) -> Vec<(&'static str, &'static str)> {
    let mut blocks = Vec::new();
    let mut parts = PAGE.split("```");
    // Text and blocks take turns, and the text comes first.
    while let (Some(_), Some(block)) = (parts.next(), parts.next()) {
        let (header, text) = block.split_once('\n').unwrap();
        let (named, over) = header.split_once(" over=").unwrap();
        if named == kind {
            blocks.push((over, text));
        }
    }
    blocks
}

fn parse(equation: &str, over: &str) -> Result<NormEquation, EquationError> {
    const ALPHA: ParameterSource<'_> =
        ParameterSource { name: "alpha", shape: ParameterShape::Scalar, start: 0.5 };
    NormEquation::parse(&NormSource { equation, over, parameters: &[ALPHA], constants: &[] })
}

/// The names in the first column of the table under a heading.
fn listed(heading: &str) -> BTreeSet<&'static str> {
    let section = PAGE.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let cells = rows.map(|row| row.split(" | ").next().unwrap());
    let codes = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    codes.map(|code| code.split('(').next().unwrap()).collect()
}

#[test]
fn equations_parse() {
    let equations = blocks("equation");
    assert_eq!(equations.len(), 17);
    for (over, equation) in equations {
        let norm = parse(equation, over).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(norm.warning(), None, "{equation}");
    }
}

#[test]
fn placements_parse() {
    let constant = |name| Name { name, varies: Axes::NONE, constant: true };
    let x = Name { name: "x", varies: Axes::ALL, constant: false };
    let names = [x, constant("blocks"), constant("branches"), constant("block")];
    let vocabulary = Vocabulary { names: &names, functions: &["f", "norm"], over: None };
    let placements = blocks("placement");
    assert_eq!(placements.len(), 1);
    for (_, equation) in placements {
        assert!(Expression::parse(equation, &vocabulary).is_ok(), "{equation}");
    }
}

#[test]
fn messages_are_those_that_are_printed() {
    let messages = blocks("message");
    assert_eq!(messages.len(), 8);
    for (over, message) in messages {
        let equation = message.lines().nth(1).unwrap().trim();
        assert_eq!(parse(equation, over).unwrap_err().to_string(), message.trim_end());
    }
}

#[test]
fn gradients_are_those_that_are_derived() {
    let gradients = blocks("gradient");
    assert_eq!(gradients.len(), 1);
    for (over, block) in gradients {
        let (equation, gradient) = block.split_once("\n---\n").unwrap();
        let norm = parse(equation, over).unwrap();
        assert_eq!(norm.derivation(Mode::Train).text(&norm), gradient.trim_end());
    }
}

#[test]
fn every_function_is_on_the_page_and_no_other() {
    let mut listed: BTreeSet<&str> =
        ["Statistics", "Pointwise", "Places", "Matrices"].into_iter().flat_map(listed).collect();
    // These have sections of their own.
    let own = [
        ("stop", "\n## Stop\n"),
        ("running", "\n## Running averages\n"),
        ("past", "\n## Running averages\n"),
    ];
    for (function, heading) in own {
        assert!(PAGE.contains(heading));
        listed.insert(function);
    }
    let known = FUNCTIONS.iter().map(|(name, _)| *name).chain([SIZE, INDEX]).collect();
    assert_eq!(listed, known);
}

#[test]
fn axes_and_names_are_known() {
    for axis in listed("Meaning") {
        assert!(Axes::parse(axis).is_ok(), "{axis}");
    }
    let names = listed("Names");
    assert_eq!(names.len(), 5);
    for name in names {
        assert!(parse(&format!("x * {name}"), "none").is_ok(), "{name}");
    }
}

#[test]
fn what_the_page_says_of_limits_and_precedence() {
    assert!(PAGE.contains("64 KiB of text, 10,000 operations, 200 levels of nesting"));
    let limits =
        (crate::lexer::LONGEST_TEXT, crate::parser::MOST_NODES, crate::parser::DEEPEST_NESTING);
    assert_eq!(limits, (64 * 1024, 10_000, 200));
    let same = |one: &str, other: &str| {
        let nodes = |text| parse(text, "features").unwrap().expression().nodes().to_vec();
        assert_eq!(nodes(one), nodes(other));
    };
    same("-x^2", "-(x^2)");
    same("2^3^2 * x", "2^(3^2) * x");
    same("mean(x)", "mean[features](x)");
    same("clamp(x, 1, 2)", "min(max(x, 1), 2)");
}
