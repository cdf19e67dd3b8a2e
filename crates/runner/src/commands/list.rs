//! `normlab list`: what an experiment file can name. All of it is a loop over the lists that the experiment
//! file is checked against, so it cannot be out of date.

mod document;
mod keys;
mod norm;
mod norms_table;
mod tables;

use std::process::ExitCode;

use self::document::Document;
use crate::cli::{ListArguments, Topic};
use crate::failure::Failure;
use crate::terminal::{say, width};

/// Prints the tables that were asked for, or their data as JSON.
///
/// # Errors
/// Standard output takes no text.
pub fn list(arguments: &ListArguments) -> Result<ExitCode, Failure> {
    let topics = match arguments.topic {
        Some(topic) => vec![topic],
        None => Topic::ALL.to_vec(),
    };
    say(&if arguments.json { Document::of(&topics).json() } else { tables_of(&topics, width()) })?;
    Ok(ExitCode::SUCCESS)
}

/// The tables of some topics, with titles if there are several.
fn tables_of(topics: &[Topic], width: usize) -> String {
    let titled = |topic: &Topic| format!("{}\n\n{}", topic.name(), tables::rendered(*topic, width));
    match topics {
        [one] => tables::rendered(*one, width),
        several => several.iter().map(titled).collect::<Vec<_>>().join("\n\n\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_fits_the_terminal() {
        // The norms have tests of their own, since what is measured of them may change in a last digit.
        for topic in Topic::ALL.into_iter().filter(|topic| *topic != Topic::Norms) {
            let at = |width: usize| {
                let text = tables_of(&[topic], width);
                let longest = text.lines().map(|line| line.chars().count()).max();
                assert!(longest <= Some(width), "{} at {width}:\n{text}", topic.name());
                format!("{}\n{text}\n", "=".repeat(width))
            };
            insta::assert_snapshot!(
                format!("list_{}", topic.name()),
                [60, 80, 140].map(at).concat()
            );
        }
    }
}
