//! The command line, and what its pages of help say.

use clap::CommandFactory;

use super::*;

#[test]
fn the_command_line_is_consistent() {
    Arguments::command().debug_assert();
}

/// The pages of help of the program and of every verb, as wide as a terminal usually is.
fn pages(command: &clap::Command, words: &[&str]) -> Vec<(String, String)> {
    let line = [words, &["--help"]].concat();
    let whole = Arguments::command().term_width(80);
    let page = whole.try_get_matches_from(line).expect_err("help is asked for").to_string();
    let inner = command.get_subcommands().filter(|verb| verb.get_name() != "help");
    let inner = inner.flat_map(|verb| pages(verb, &[words, &[verb.get_name()]].concat()));
    [(words.join("_"), page)].into_iter().chain(inner).collect()
}

#[test]
fn help_is_what_it_was_and_has_examples_of_one_line() {
    for (name, page) in pages(&Arguments::command(), &["normlab"]) {
        let begins = |line: &&str| line.starts_with("  normlab ");
        let examples: Vec<&str> = page.lines().skip_while(|line| !begins(line)).collect();
        let shown = examples.iter().take_while(|line| !line.is_empty());
        assert!(!examples.is_empty() && shown.clone().all(begins), "{name}: {examples:?}");
        insta::assert_snapshot!(format!("help_of_{name}"), page);
    }
}

/// A command line as a shell splits it, up to a comment, a pipe or another command.
fn words(line: &str) -> Vec<String> {
    let command = ["   ", " > ", " && "]
        .iter()
        .fold(line.trim(), |line, end| line.split_once(end).map_or(line, |(command, _)| command));
    let split = |(part, text): (usize, &str)| match part % 2 {
        0 => text.split_whitespace().map(str::to_string).collect(),
        _ => vec![text.to_string()],
    };
    command.split('"').enumerate().flat_map(split).collect()
}

#[test]
fn every_example_is_a_command_line() {
    for (name, page) in pages(&Arguments::command(), &["normlab"]) {
        let lines = page.lines().filter(|line| line.starts_with("  normlab "));
        for line in lines.filter(|line| !line.contains("VERB")) {
            let parsed = Arguments::try_parse_from(words(line));
            assert!(parsed.is_ok(), "{name}: {line}\n{}", parsed.unwrap_err());
        }
    }
}

#[test]
fn zero_jobs_and_unknown_topics_are_refused() {
    let refused = |line: &str| Arguments::try_parse_from(line.split(' ')).unwrap_err();
    assert!(refused("normlab run a.toml --jobs 0").to_string().contains("--jobs"));
    assert!(refused("normlab list norm").to_string().contains("norms"));
    assert_eq!(refused("normlab run").exit_code(), 2);
}
