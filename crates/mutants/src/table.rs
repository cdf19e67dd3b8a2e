//! What became of the mutants, as a Markdown table.

use std::collections::BTreeMap;
use std::fmt;

use crate::explained::{Explained, Kind};
use crate::run::Fate;
use crate::site::Mutant;

/// At most so large a share of the live mutants may survive, explained.
const MOST_SURVIVORS: f64 = 0.02;

/// Every mutant that was tried, and its fate.
#[derive(Debug)]
pub struct Results<'a> {
    /// In the order of their numbers.
    pub tried: Vec<(&'a Mutant, &'a Fate)>,
    /// The list of explained survivors.
    pub explained: &'a [Explained],
    /// Whether all mutants were tried: only then can an explanation be stale.
    pub is_complete: bool,
}

/// The counts of a function.
#[derive(Debug, Default, Clone)]
struct Row {
    mutants: usize,
    equivalent: usize,
    caught: usize,
    survivors: usize,
    cases: BTreeMap<String, usize>,
    seconds: f64,
}

impl Results<'_> {
    /// What is wrong: survivors without an explanation, explanations without a survivor, and too many
    /// live survivors.
    pub fn complaints(&self) -> Vec<String> {
        let unexplained = self.survivors().filter(|mutant| self.explanation(mutant).is_none());
        let mut found: Vec<String> =
            unexplained.map(|mutant| format!("survived without an explanation: {mutant}")).collect();
        if self.is_complete {
            found.extend(self.stale());
        }
        let total = self.total();
        let live = total.mutants - total.equivalent;
        if total.survivors as f64 > MOST_SURVIVORS * live as f64 {
            let Row { survivors, .. } = total;
            found.push(format!("{survivors} of {live} live mutants survived, more than 2 %"));
        }
        found
    }

    fn stale(&self) -> Vec<String> {
        let mut found = Vec::new();
        for entry in self.explained {
            for to in &entry.to {
                let survives = |mutant: &&Mutant| entry.is_about(mutant) && mutant.to_text() == *to;
                if !self.survivors().any(|mutant| survives(&mutant)) {
                    let Explained { file, function, line, .. } = entry;
                    found.push(format!(
                        "explained, but no survivor: {file}, {function}: in `{line}` to `{to}`"
                    ));
                }
            }
        }
        found
    }

    fn survivors(&self) -> impl Iterator<Item = &Mutant> {
        self.tried.iter().filter(|(_, fate)| fate.caught_by.is_none()).map(|(mutant, _)| *mutant)
    }

    fn explanation(&self, mutant: &Mutant) -> Option<&Explained> {
        self.explained.iter().find(|entry| entry.is_about(mutant))
    }

    fn total(&self) -> Row {
        self.rows().into_iter().fold(Row::default(), |total, (_, row)| Row {
            mutants: total.mutants + row.mutants,
            equivalent: total.equivalent + row.equivalent,
            caught: total.caught + row.caught,
            survivors: total.survivors + row.survivors,
            cases: BTreeMap::new(),
            seconds: total.seconds + row.seconds,
        })
    }

    /// One per function, in the order of the mutants.
    fn rows(&self) -> Vec<(String, Row)> {
        let mut rows: Vec<(String, Row)> = Vec::new();
        for (mutant, fate) in &self.tried {
            let file = mutant.file.replace("crates/", "").replace("src/", "");
            let name = format!("{file} `{}`", mutant.function);
            if rows.last().is_none_or(|(last, _)| *last != name) {
                rows.push((name, Row::default()));
            }
            let Some((_, row)) = rows.last_mut() else { continue };
            row.mutants += 1;
            row.seconds += fate.seconds;
            match (&fate.caught_by, self.explanation(mutant).map(|entry| entry.kind)) {
                (Some(case), _) => {
                    row.caught += 1;
                    *row.cases.entry(case.clone()).or_default() += 1;
                }
                (None, Some(Kind::Equivalent)) => row.equivalent += 1,
                (None, _) => row.survivors += 1,
            }
        }
        rows
    }
}

impl fmt::Display for Results<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| derivative | mutants | equivalent | caught | survivors | first case that failed | s |"
        )?;
        writeln!(f, "|---|---:|---:|---:|---:|---|---:|")?;
        for (name, row) in self.rows() {
            row.write(f, &name)?;
        }
        self.total().write(f, "all")
    }
}

impl Row {
    fn write(&self, f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
        let Row { mutants, equivalent, caught, survivors, seconds, .. } = self;
        let mut cases: Vec<(&String, &usize)> = self.cases.iter().collect();
        cases.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let cases: Vec<String> =
            cases.iter().map(|(case, count)| format!("{case} {count}")).collect();
        let cases = cases.join(", ");
        writeln!(
            f,
            "| {name} | {mutants} | {equivalent} | {caught} | {survivors} | {cases} | {seconds:.1} |"
        )
    }
}

impl fmt::Display for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mutant { number, file, function, line_number, line, .. } = self;
        let (from, to) = (self.from_text(), self.to_text());
        write!(
            f,
            "{number} at {file}:{line_number}, {function}\n    in `{line}`\n    `{from}` -> `{to}`"
        )
    }
}
