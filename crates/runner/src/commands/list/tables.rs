//! The lists as tables.

use super::document::{
    architectures, data_sets, initializations, optimizers, placements, schedules,
};
use super::keys::rows;
use super::norms_table;
use crate::cli::Topic;
use crate::number::shortest;
use crate::tables::Table;
use crate::terminal::wrapped;

/// The table of a topic, with what there is to say about it.
pub fn rendered(topic: Topic, width: usize) -> String {
    let table = match topic {
        Topic::Norms => return norms_table::rendered(width),
        Topic::Keys => {
            return format!("{}\n\n{}", keys_table().render(width), wrapped(SECTIONS, width));
        }
        Topic::Placements => placements_table(),
        Topic::Inits => inits_table(),
        Topic::Schedules => {
            return format!("{}\n\n{}", schedules_table().render(width), wrapped(WARMUP, width));
        }
        Topic::Optimizers => optimizers_table(),
        Topic::Architectures => architectures_table(),
        Topic::Data => data_table(),
    };
    table.render(width)
}

fn placements_table() -> Table {
    let header = ["placement", "title", "block", "finish", "citation"];
    let rows = placements().into_iter().map(|p| [p.name, p.title, p.block, p.finish, p.citation]);
    Table::new(&header, rows).with_below("citation")
}

fn inits_table() -> Table {
    let header = ["init", "title", "formula", "citation"];
    Table::new(
        &header,
        initializations().into_iter().map(|i| [i.name, i.title, i.formula, i.citation]),
    )
}

fn schedules_table() -> Table {
    let header = ["schedule", "title", "factor of the learning rate", "citation"];
    let rows = schedules().into_iter().map(|schedule| {
        let citation = Some(schedule.citation).filter(|citation| !citation.is_empty());
        [schedule.name, schedule.title, schedule.equation, citation.unwrap_or("-".to_string())]
    });
    Table::new(&header, rows)
}

const WARMUP: &str = "{ name = \"cosine\", warmup = 0.1 } rises linearly over the first tenth of the steps; the \
                      curve takes the rest.";

fn optimizers_table() -> Table {
    let rows = optimizers().into_iter().map(|optimizer| {
        let options = optimizer.options.iter();
        let options =
            options.map(|option| format!("{} = {}", option.name, shortest(option.default)));
        let options = options.collect::<Vec<_>>().join(", ");
        [optimizer.name, optimizer.title, optimizer.formula, options]
    });
    Table::new(&["optimizer", "title", "step", "options and defaults"], rows)
}

fn architectures_table() -> Table {
    let header = ["architecture", "title", "branch of a block"];
    Table::new(&header, architectures().into_iter().map(|a| [a.name, a.title, a.branch]))
}

fn data_table() -> Table {
    let header = ["data", "title", "file", "source and licence"];
    Table::new(&header, data_sets().into_iter().map(|d| [d.name, d.title, d.file, d.citation]))
}

fn keys_table() -> Table {
    let rows = rows().into_iter().map(|row| {
        let default = row.default.unwrap_or_else(|| "-".to_string());
        [format!("[{}]", row.section), row.name.to_string(), default, row.takes.to_string()]
    });
    Table::new(&["section", "key", "default", "takes"], rows).with_below("takes")
}

const SECTIONS: &str = "A study has [study], [data], and either [tune] with [confirm] or the key seeds in [study]. \
                    What is left out has its default.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_are_listed_with_their_defaults() {
        let listed = rendered(Topic::Keys, 80);
        let words = |line: &str| line.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
        let lines: Vec<String> = listed.lines().map(words).collect();
        assert!(lines.contains(&"[network] depth 8".to_string()), "{listed}");
        assert!(lines.contains(&"[training] clip_norm \"none\"".to_string()), "{listed}");
    }
}
