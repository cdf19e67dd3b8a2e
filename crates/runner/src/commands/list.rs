//! `normlab list`: what an experiment file can name. Every table is a loop over the list that the
//! experiment file is checked against, so it cannot be out of date.

use std::process::ExitCode;

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

fn norms() -> String {
    let rows = norms::CATALOGUE.iter().map(|entry| {
        let equation = norms::NormChoice::plain(entry);
        let options = if equation.equation().knows_groups() { "groups" } else { "" };
        let claims: Vec<String> = entry.claims.iter().map(ToString::to_string).collect();
        vec![
            entry.name.to_string(),
            entry.title.to_string(),
            entry.source.equation.to_string(),
            entry.source.over.to_string(),
            options.to_string(),
            claims.join(", "),
            entry.citation.to_string(),
        ]
    });
    rendered(["norm", "title", "equation", "over", "needs", "claims", "citation"], rows)
}

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
        "{table}\n\n{{ name = \"cosine\", warmup = 0.1 }} rises linearly over the first tenth of \
         the steps; the curve takes the rest"
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
    fn every_norm_is_listed_with_its_equation_and_citation() {
        let listed = norms();
        for entry in norms::CATALOGUE {
            let line = listed.lines().find(|line| line.starts_with(&format!("{} ", entry.name)));
            let line = line.unwrap_or_else(|| panic!("{} is not listed", entry.name));
            assert!(line.contains(entry.source.equation), "{line}");
            assert!(line.ends_with(&entry.citation.to_string()), "{line}");
        }
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
