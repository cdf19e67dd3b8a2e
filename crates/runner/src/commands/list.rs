//! `normlab list`: what an experiment file can name. Every table is a loop over the list that the
//! experiment file is checked against, so it cannot be out of date.

use std::process::ExitCode;

use ::norms::{Claim, Entry, Family, NormChoice, sensitivity};
use analysis::three_digits;

use crate::cli::{ListArguments, Topic};
use crate::config::choices::optimizer_values;
use crate::config::keys::{KEYS, Section, Settings};
use crate::data;
use crate::number::shortest;
use crate::tables::table;
use crate::terminal::say;

/// Prints the tables that were asked for.
pub fn list(arguments: &ListArguments) -> ExitCode {
    let listed = match arguments.topic {
        Some(topic) => render(topic),
        None => {
            let all = [
                ("norms", Topic::Norms),
                ("placements", Topic::Placements),
                ("inits", Topic::Inits),
                ("schedules", Topic::Schedules),
                ("optimizers", Topic::Optimizers),
                ("architectures", Topic::Architectures),
                ("data", Topic::Data),
                ("keys", Topic::Keys),
            ];
            let titled = all.map(|(title, topic)| format!("{title}\n\n{}", render(topic)));
            titled.join("\n\n\n")
        }
    };
    say(&listed);
    ExitCode::SUCCESS
}

fn render(topic: Topic) -> String {
    match topic {
        Topic::Norms => norms(),
        Topic::Placements => placements(),
        Topic::Inits => inits(),
        Topic::Schedules => schedules(),
        Topic::Optimizers => optimizers(),
        Topic::Architectures => architectures(),
        Topic::Data => data_sets(),
        Topic::Keys => keys(),
    }
}

/// A table for each family of norms, with a column for each property, and what the columns mean.
fn norms() -> String {
    let mut sections: Vec<String> = Family::ALL.into_iter().map(family).collect();
    let meaning = PROPERTIES.map(|(claim, short, meaning)| format!("{short}  {claim}: {meaning}"));
    sections.push(format!(
        "properties at eps = 0, as measured\n\n{}\n\
         null  how many directions of what a statistic reduces change nothing, to first order\n\
         zero  by how much a small change is amplified at input of size 1e-8, with the norm's eps",
        meaning.join("\n")
    ));
    sections.push(aliases());
    sections.push("all of a norm: `normlab show NAME`".to_string());
    sections.join("\n\n")
}

/// Names that take another constant or policy than their entry, and are chosen as entries are.
fn aliases() -> String {
    let of = |entry: &'static Entry| {
        entry.aliases.iter().map(|alias| [alias.name, entry.name, alias.difference])
    };
    let rows = ::norms::CATALOGUE.iter().flat_map(|entry| of(entry));
    let rows = rows.map(|row| row.map(str::to_string).to_vec());
    format!("other names\n\n{}", rendered(["norm", "as", "but"], rows))
}

/// The columns of properties.
const PROPERTIES: [(Claim, &str, &str); 7] = [
    (Claim::Shift, "sh", "adding one number to every x changes nothing"),
    (Claim::Scale, "sc", "a positive factor on every x changes nothing"),
    (Claim::SampleIndependence, "sa", "no sample depends on the others"),
    (Claim::PositionIndependence, "po", "no position depends on the others"),
    (Claim::FeaturePermutation, "fe", "permuted features give the permuted result"),
    (Claim::SameInEvaluation, "ev", "training and evaluation compute the same"),
    (Claim::IndependenceInEvaluation, "es", "in evaluation no sample depends on the others"),
];

fn family(family: Family) -> String {
    let entries = ::norms::CATALOGUE.iter().filter(|entry| entry.family == family);
    let rows: Vec<Vec<String>> = entries.map(|entry| row(entry)).collect();
    let properties = PROPERTIES.map(|(_, short, _)| short);
    let header =
        [&["norm"], &properties[..], &["null", "zero", "year", "over", "equation"]].concat();
    format!("{family}\n\n{}", table(&header, &rows))
}

fn row(entry: &'static Entry) -> Vec<String> {
    let mark = |(claim, _, _)| if entry.claims.contains(&claim) { "+" } else { "-" };
    let mut cells = vec![entry.name.to_string()];
    cells.extend(PROPERTIES.map(mark).map(str::to_string));
    let plain = NormChoice::plain(entry);
    let groups = if plain.equation().knows_groups() { 2 } else { 1 };
    let measured = sensitivity(&plain.with(groups, Vec::new()).expect("it is in the catalogue"));
    cells.push(three_digits(measured.null_directions));
    cells.push(three_digits(measured.largest_near_zero));
    let over = entry.source.over;
    let groups = if over.ends_with("group") { ", needs groups" } else { "" };
    cells.extend([entry.citation.year.to_string(), format!("{over}{groups}")]);
    cells.push(in_a_line(entry.source.equation));
    cells
}

/// An equation on one line; of a long one the last expression, which its definitions lead up to.
fn in_a_line(equation: &str) -> String {
    let whole = equation.split_whitespace().collect::<Vec<_>>().join(" ");
    match whole.rsplit_once("; ") {
        Some((_, last)) if whole.len() > LONGEST => format!("...; {last}"),
        _ => whole,
    }
}

/// Characters of an equation that fit beside the other columns.
const LONGEST: usize = 110;

fn placements() -> String {
    let rows = nets::PLACEMENTS.iter().map(|placement| {
        vec![
            placement.name.to_string(),
            placement.title.to_string(),
            placement.block.to_string(),
            placement.finish.to_string(),
            placement.citation.to_string(),
        ]
    });
    rendered(["placement", "title", "block", "finish", "citation"], rows)
}

fn inits() -> String {
    let rows = nets::INITIALIZATIONS.iter().map(|init| {
        vec![
            init.name.to_string(),
            init.title.to_string(),
            init.formula.to_string(),
            init.citation.to_string(),
        ]
    });
    rendered(["init", "title", "formula", "citation"], rows)
}

fn schedules() -> String {
    let rows = training::CURVES.iter().map(|curve| {
        [curve.name, curve.title, curve.equation, curve.citation].map(str::to_string).to_vec()
    });
    let table = rendered(["schedule", "title", "factor of the learning rate", "citation"], rows);
    format!(
        "{table}\n\nbefore the curve the rate rises linearly over the first tenth of the steps, or over \
         another part of them: {{ name = \"cosine\", warmup = 0.2 }}"
    )
}

fn optimizers() -> String {
    let rows = training::OPTIMIZERS.iter().map(|entry| {
        let defaults = optimizer_values(entry.default);
        let defaults =
            defaults.iter().map(|(name, value)| format!("{name} = {}", shortest(*value)));
        vec![
            entry.name.to_string(),
            entry.title.to_string(),
            entry.formula.to_string(),
            defaults.collect::<Vec<_>>().join(", "),
        ]
    });
    rendered(["optimizer", "title", "step", "options and defaults"], rows)
}

fn architectures() -> String {
    let rows = nets::ARCHITECTURES.iter().map(|architecture| {
        vec![
            architecture.name.to_string(),
            architecture.title.to_string(),
            architecture.branch.to_string(),
        ]
    });
    rendered(["architecture", "title", "branch of a block"], rows)
}

fn data_sets() -> String {
    let rows = data::SOURCES.iter().map(|source| {
        [source.name, source.title, source.file, source.citation].map(str::to_string).to_vec()
    });
    rendered(["data", "title", "file", "source and licence"], rows)
}

fn keys() -> String {
    let defaults = Settings::default();
    let rows = KEYS.iter().map(|key| {
        let section = match key.section {
            Section::Network => "[network]",
            Section::Training => "[training]",
        };
        vec![
            section.to_string(),
            key.name.to_string(),
            (key.get)(&defaults).toml(),
            key.takes.to_string(),
        ]
    });
    let table = rendered(["section", "key", "default", "takes"], rows);
    format!(
        "{table}\n\n\
         [study]    name, question, baseline (table of swept keys), seeds (without [tune])\n\
         [data]     name\n\
         [sweep]    any of the keys above with a list of values; every combination is an arm\n\
         [tune]     learning_rate (list), seeds, select = \"val_loss\"\n\
         [confirm]  seeds"
    )
}

fn rendered<const COLUMNS: usize>(
    header: [&str; COLUMNS],
    rows: impl Iterator<Item = Vec<String>>,
) -> String {
    table(&header, &rows.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_norm_is_listed_with_its_properties_and_the_end_of_its_equation() {
        let listed = norms();
        for entry in ::norms::CATALOGUE {
            let line = listed.lines().find(|line| line.starts_with(&format!("{} ", entry.name)));
            let line = line.unwrap_or_else(|| panic!("{} is not listed", entry.name));
            let words: Vec<&str> = line.split_whitespace().collect();
            let held = words[1..=PROPERTIES.len()].iter().filter(|mark| **mark == "+").count();
            assert_eq!(held, entry.claims.len(), "{line}");
            // Behind the marks come the two numbers of the Jacobian.
            assert_eq!(words[PROPERTIES.len() + 3], entry.citation.year.to_string(), "{line}");
            let last = entry.source.equation.rsplit("; ").next().expect("an expression");
            assert!(line.ends_with(last), "{line}");
            assert!(line.chars().count() <= 200, "{line}");
        }
    }

    #[test]
    fn every_alias_is_listed_with_its_entry() {
        let listed = norms();
        for entry in ::norms::CATALOGUE {
            for alias in entry.aliases {
                let line =
                    listed.lines().find(|line| line.starts_with(&format!("{} ", alias.name)));
                let words: Vec<&str> = line.unwrap_or("").split_whitespace().collect();
                let difference = words.get(2..).unwrap_or_default().join(" ");
                assert_eq!((words.get(1), &*difference), (Some(&entry.name), alias.difference));
            }
        }
    }

    #[test]
    fn every_property_has_a_column() {
        assert_eq!(PROPERTIES.map(|(claim, _, _)| claim), Claim::ALL);
    }

    #[test]
    fn the_keys_are_listed_with_their_defaults() {
        let listed = keys();
        let words = |line: &str| line.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
        let lines: Vec<String> = listed.lines().map(words).collect();
        assert!(lines.contains(&"[network] depth 8".to_string()), "{listed}");
        assert!(lines.contains(&"[training] clip_norm \"none\"".to_string()), "{listed}");
    }
}
