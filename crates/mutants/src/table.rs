//! What became of the mutants, as a Markdown table.

use std::collections::BTreeMap;
use std::fmt;

use crate::explained::{Explained, Kind, Lists};
use crate::run::Fate;
use crate::site::Mutant;

/// At most so large a share of the live mutants may survive, explained.
const MOST_SURVIVORS: f64 = 0.02;

/// Every mutant that was tried, and its fate.
#[derive(Debug)]
pub struct Results<'a> {
    /// In the order of their numbers.
    pub tried: Vec<(&'a Mutant, &'a Fate)>,
    /// The cases that reject the unchanged program.
    pub false_alarms: Vec<String>,
    /// The lists of what is explained.
    pub explained: &'a Lists,
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
        let mut found: Vec<String> = unexplained
            .map(|mutant| format!("survived without an explanation: {mutant}"))
            .collect();
        if self.is_complete {
            found.extend(self.stale());
        }
        let entries = self.explained.false_alarm.iter();
        let known: Vec<&String> = entries.flat_map(|entry| &entry.cases).collect();
        let unknown = self.false_alarms.iter().filter(|case| !known.contains(case));
        found.extend(unknown.map(|case| format!("the unchanged program fails in {case}")));
        let gone = known.iter().filter(|case| !self.false_alarms.contains(case));
        found.extend(gone.map(|case| format!("listed, but no false alarm: {case}")));
        let total = self.total();
        let live = total.mutants - total.equivalent;
        // In a small sample one is many.
        if self.is_complete && total.survivors as f64 > MOST_SURVIVORS * live as f64 {
            let Row { survivors, .. } = total;
            found.push(format!("{survivors} of {live} live mutants survived, more than 2 %"));
        }
        found
    }

    fn stale(&self) -> Vec<String> {
        let mut found = Vec::new();
        for entry in &self.explained.survivor {
            for to in &entry.to {
                let survives =
                    |mutant: &&Mutant| entry.is_about(mutant) && mutant.replacement() == *to;
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
        self.tried.iter().filter(|(_, fate)| fate.failed.is_empty()).map(|(mutant, _)| *mutant)
    }

    fn explanation(&self, mutant: &Mutant) -> Option<&Explained> {
        self.explained.survivor.iter().find(|entry| entry.is_about(mutant))
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
            match (fate.failed.first(), self.explanation(mutant).map(|entry| entry.kind)) {
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
        let (from, to) = (self.replaced(), self.replacement());
        write!(
            f,
            "{number} at {file}:{line_number}, {function}\n    in `{line}`\n    `{from}` -> `{to}`"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explained::parse;

    fn mutant(number: usize, to: &str) -> Mutant {
        Mutant {
            number,
            file: "crates/ops/src/a.rs".to_owned(),
            function: "f".to_owned(),
            line_number: 3,
            line: "let y = a + b;".to_owned(),
            from: "a + b".to_owned(),
            to: to.to_owned(),
        }
    }

    fn fate(number: usize, failed: &[&str]) -> Fate {
        let failed = failed.iter().map(|case| (*case).to_owned()).collect();
        Fate { number, failed, seconds: 0.5 }
    }

    const ENTRY: &str = "[[survivor]]\nfile = \"crates/ops/src/a.rs\"\nfunction = \"f\"\n\
        line = \"let y = a + b;\"\nto = [\"a\"]\nreason = \"b is zero\"\nkind = ";

    /// The complaints if `a` survives or not, and `a - b` is caught.
    fn complaints(list: &str, failed: &[&str], false_alarms: &[&str]) -> Vec<String> {
        let mutants = [mutant(1, "a - b"), mutant(2, "a")];
        let fates = [fate(1, &["layer/plain"]), fate(2, failed)];
        let lists = parse(list).expect("sound");
        let results = Results {
            tried: mutants.iter().zip(&fates).collect(),
            false_alarms: false_alarms.iter().map(|case| (*case).to_owned()).collect(),
            explained: &lists,
            is_complete: true,
        };
        results.complaints()
    }

    #[test]
    fn a_survivor_needs_an_explanation() {
        let found = complaints("", &[], &[]);
        assert!(
            found[0].starts_with("survived without an explanation: 2 at crates/ops/src/a.rs:3")
        );
        assert_eq!(found[1], "1 of 2 live mutants survived, more than 2 %");
        assert_eq!(complaints("", &["layer/one-row"], &[]), [""; 0]);
    }

    #[test]
    fn an_explanation_needs_a_survivor() {
        let entry = format!("{ENTRY}\"equivalent\"\n");
        assert_eq!(complaints(&entry, &[], &[]), [""; 0]);
        let stale =
            "explained, but no survivor: crates/ops/src/a.rs, f: in `let y = a + b;` to `a`";
        assert_eq!(complaints(&entry, &["layer/one-row"], &[]), [stale]);
    }

    #[test]
    fn live_survivors_may_be_two_in_a_hundred() {
        let entry = format!("{ENTRY}\"live\"\n");
        let found = complaints(&entry, &[], &[]);
        assert_eq!(found, ["1 of 2 live mutants survived, more than 2 %"]);
    }

    #[test]
    fn false_alarms_are_known_or_complained_of() {
        let caught = &["layer/one-row"];
        let found = complaints("", caught, &["relu/plain"]);
        assert_eq!(found, ["the unchanged program fails in relu/plain"]);
        let known = "[[false_alarm]]\ncases = [\"relu/plain\"]\nreason = \"a kink\"\n";
        assert_eq!(complaints(known, caught, &["relu/plain"]), [""; 0]);
        assert_eq!(complaints(known, caught, &[]), ["listed, but no false alarm: relu/plain"]);
    }
}
