//! The catalogue as tables, one for each family of norms.

use ::norms::{Claim, Family};
use analysis::three_digits;

use super::norm::{Norm, norms};
use crate::tables::Table;
use crate::terminal::wrapped;

/// The properties: how the tables call them, and what they mean.
const PROPERTIES: [(Claim, &str, &str); 7] = [
    (Claim::Shift, "sh", "adding one number to every x changes nothing"),
    (Claim::Scale, "sc", "a positive factor on every x changes nothing"),
    (Claim::SampleIndependence, "sa", "no sample depends on the others"),
    (Claim::PositionIndependence, "po", "no position depends on the others"),
    (Claim::FeaturePermutation, "fe", "permuted features give the permuted result"),
    (Claim::SameInEvaluation, "ev", "training and evaluation compute the same"),
    (Claim::IndependenceInEvaluation, "es", "in evaluation no sample depends on the others"),
];

/// What the other columns mean.
const COLUMNS: [&str; 3] = [
    "null: how many directions of what a statistic reduces change nothing, to first order, at eps = 0",
    "zero: by how much a small change is amplified at input of size 1e-8, with the norm's eps",
    "over: the axes of statistics without brackets; those with * need the option groups",
];

/// A table for each family, what its columns mean, and the other names.
pub fn rendered(width: usize) -> String {
    let norms = norms();
    let families = Family::ALL.map(|family| {
        let name = family.to_string();
        of_family(&name, norms.iter().filter(|norm| norm.family == name)).render(width)
    });
    let mut sections = families.to_vec();
    let meaning = PROPERTIES.map(|(claim, short, meaning)| format!("{short}  {claim}: {meaning}"));
    let columns = COLUMNS.map(|text| wrapped(text, width));
    sections.push(format!(
        "holds: at eps = 0, as measured\n{}\n{}",
        meaning.map(|line| format!("    {line}")).join("\n"),
        columns.join("\n")
    ));
    sections.push(other_names(&norms).render(width));
    sections.push("`normlab show NAME` shows all that is known of a norm.".to_string());
    sections.join("\n\n")
}

fn of_family<'n>(name: &str, norms: impl Iterator<Item = &'n Norm>) -> Table {
    let row = |norm: &Norm| {
        let groups = if norm.needs_groups { "*" } else { "" };
        [
            norm.name.clone(),
            holds(norm),
            three_digits(norm.null_space),
            three_digits(norm.amplification.near_zero),
            norm.year.to_string(),
            format!("{}{groups}", norm.over),
            norm.equation.clone(),
        ]
    };
    let header = ["norm", "holds", "null", "zero", "year", "over", "equation"];
    Table::new(&header, norms.map(row))
        .titled(name)
        .keeping(&header)
        .whole(&["holds"])
        .with_below("equation")
}

/// The properties that hold, each in its place.
fn holds(norm: &Norm) -> String {
    let mark = |((_, short, _), holds): (&(Claim, &'static str, &str), bool)| {
        if holds { *short } else { "--" }
    };
    let marks = PROPERTIES.iter().zip(norm.properties.all()).map(mark);
    marks.collect::<Vec<_>>().join(" ")
}

/// Names that take another constant or policy than their entry, and are chosen as entries are.
fn other_names(norms: &[Norm]) -> Table {
    let of = |norm: &Norm| {
        let row = |alias: &super::norm::Alias| {
            [alias.name.clone(), norm.name.clone(), alias.difference.clone()]
        };
        norm.aliases.iter().map(row).collect::<Vec<_>>()
    };
    Table::new(&["norm", "as", "but"], norms.iter().flat_map(of)).titled("other names")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_norm_has_a_row_with_its_properties_and_its_equation_below() {
        let listed = rendered(80);
        for entry in ::norms::CATALOGUE {
            let mut lines = listed.lines();
            let row = lines.find(|line| line.starts_with(&format!("{} ", entry.name)));
            let row = row.unwrap_or_else(|| panic!("{} is not listed", entry.name));
            let held =
                PROPERTIES.iter().filter(|(_, short, _)| row.contains(&format!(" {short} ")));
            let claims: Vec<Claim> = held.map(|(claim, ..)| *claim).collect();
            assert_eq!(claims, entry.claims, "{row}");
            assert!(row.contains(&format!("  {}  ", entry.citation.year)), "{row}");
            let below: Vec<&str> = lines
                .take_while(|line| line.starts_with("    "))
                .flat_map(str::split_whitespace)
                .collect();
            let equation: Vec<&str> = entry.source.equation.split_whitespace().collect();
            assert_eq!(below, equation, "{}", entry.name);
        }
        let longest = listed.lines().map(|line| line.chars().count()).max();
        assert!(longest <= Some(80), "{listed}");
    }

    #[test]
    fn every_alias_is_listed_with_its_entry() {
        // Wide enough that no difference folds.
        let listed = rendered(200);
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
    fn every_property_has_a_mark() {
        assert_eq!(PROPERTIES.map(|(claim, _, _)| claim), Claim::ALL);
    }

    #[test]
    fn norms_fit_the_terminal() {
        let norms = norms();
        let few =
            || norms.iter().filter(|norm| ["layer", "qk-rms", "poly-norm"].contains(&&*norm.name));
        let at = |width: usize| {
            let table = of_family("a few norms", few()).render(width);
            format!("{}\n{table}\n", "=".repeat(width))
        };
        insta::assert_snapshot!("list_norms", [60, 80, 140].map(at).concat());
    }
}
