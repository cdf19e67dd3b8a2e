//! The arms of a study by panel, each with the number of its series.

use crate::arms::distinct;
use crate::rate::Rated;
use crate::study::Study;

/// More series than this are hard to tell apart in one panel, and their names fill many lines.
const MOST_SERIES: usize = 7;

const AT_THE_LOWEST: &str = "an arm that fails at every rate is shown at the lowest one";

/// The arms of a study by panel.
pub(super) struct Grid<'a> {
    /// The names of the series, in the order of their numbers; empty where each panel has its own.
    pub(super) series: Vec<String>,
    pub(super) panels: Vec<PanelArms<'a>>,
}

/// The arms of a panel.
pub(super) struct PanelArms<'a> {
    pub(super) title: String,
    /// The names of its series, where the panels have their own.
    pub(super) series: Vec<String>,
    pub(super) arms: Vec<(usize, Rated<'a>)>,
}

/// An arm with the names of its series and its panel.
struct Named<'a> {
    series: String,
    panel: String,
    arm: Rated<'a>,
}

impl<'a> Grid<'a> {
    /// The arms in the panels of their common keys. Where these would hold too many series, the second
    /// of the compared keys makes panels too; where one key alone has too many values, each panel has
    /// some of them beside the baseline.
    pub(super) fn new(study: &'a Study) -> Self {
        let mut arms: Vec<Named> = study
            .arms()
            .into_iter()
            .map(|arm| Named {
                series: arm.series.clone(),
                panel: arm.panel.clone(),
                arm: Rated::new(study, arm),
            })
            .collect();
        if count_series(&arms) > MOST_SERIES {
            arms.iter_mut().for_each(by_the_second_key);
        }
        let series = distinct(arms.iter().map(|arm| arm.series.clone()));
        let panels = distinct(arms.iter().map(|arm| arm.panel.clone()));
        if series.len() > MOST_SERIES {
            let panels = panels.iter().flat_map(|panel| divided(panel, &arms)).collect();
            return Self { series: Vec::new(), panels };
        }
        let number = |name: &String| series.iter().position(|series| series == name).unwrap_or(0);
        let panel = |title: String| {
            let members = arms.iter().filter(|arm| arm.panel == title);
            let arms = members.map(|arm| (number(&arm.series), arm.arm.clone())).collect();
            PanelArms { title, series: Vec::new(), arms }
        };
        Self { panels: panels.into_iter().map(panel).collect(), series }
    }

    /// Under which conditions the arms are shown, for titles: `best rate, 12 seeds`.
    pub(super) fn conditions(&self, study: &Study) -> String {
        let rate = match study.is_tuned() {
            true if self.arms().all(|arm| arm.rate().is_none()) => "lowest rate, ",
            true => "best rate, ",
            false => "",
        };
        format!("{rate}{}", seeds(self.most_seeds()))
    }

    /// What a figure of runs at the best rate says of arms that have none.
    pub(super) fn note(&self, study: &Study) -> &'static str {
        let has_no_rate = self.arms().any(|arm| arm.rate().is_none());
        if study.is_tuned() && has_no_rate { AT_THE_LOWEST } else { "" }
    }

    /// How many seeds the arms have at the rates at which they are shown.
    pub(super) fn most_seeds(&self) -> usize {
        self.arms().map(|arm| arm.shown().len()).max().unwrap_or(0)
    }

    fn arms(&self) -> impl Iterator<Item = &Rated<'a>> {
        self.panels.iter().flat_map(|panel| &panel.arms).map(|(_, arm)| arm)
    }
}

/// `1 seed`, `12 seeds`
pub(super) fn seeds(count: usize) -> String {
    format!("{count} seed{}", if count == 1 { "" } else { "s" })
}

fn count_series(arms: &[Named]) -> usize {
    distinct(arms.iter().map(|arm| &arm.series)).len()
}

/// The values of all compared keys but the first name the panel.
fn by_the_second_key(named: &mut Named) {
    if let [first, others @ ..] = &named.arm.arm.compared[..] {
        let panel = [named.panel.clone()].into_iter().filter(|panel| !panel.is_empty());
        named.panel = panel.chain(others.iter().cloned()).collect::<Vec<_>>().join(", ");
        named.series.clone_from(first);
    }
}

/// The arms of a panel in several, each with the baseline first.
fn divided<'a>(panel: &str, arms: &[Named<'a>]) -> Vec<PanelArms<'a>> {
    let members: Vec<&Named> = arms.iter().filter(|arm| arm.panel == panel).collect();
    let (baselines, others): (Vec<&Named>, Vec<&Named>) =
        members.iter().partition(|arm| arm.arm.arm.is_baseline());
    let parts = others.chunks(MOST_SERIES - baselines.len().min(1));
    let count = parts.len();
    let part = |(number, others): (usize, &[&Named<'a>])| {
        let shown = || baselines.iter().take(1).chain(others);
        let title = match (panel, count) {
            (panel, 1) => panel.to_string(),
            ("", count) => format!("{} of {count}", number + 1),
            (panel, count) => format!("{panel} ({} of {count})", number + 1),
        };
        PanelArms {
            title,
            series: shown().map(|arm| arm.series.clone()).collect(),
            arms: shown().map(|arm| arm.arm.clone()).enumerate().collect(),
        }
    };
    parts.enumerate().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A study of arms that are all compared with the first.
    fn study(swept: &[&str], arms: &[Vec<&str>]) -> Study {
        let arms: Vec<(&[&str], Option<usize>)> =
            arms.iter().map(|keys| (keys.as_slice(), Some(0))).collect();
        crate::arms::tests::study(swept, &arms)
    }

    #[test]
    fn many_arms_of_two_keys_are_in_panels_by_the_second() {
        let norms = ["a", "b", "c", "d"];
        let placements = ["pre", "post"];
        let arms: Vec<Vec<&str>> = placements
            .iter()
            .flat_map(|placement| norms.map(|norm| vec![norm, placement]))
            .collect();
        let study = study(&["norm", "placement"], &arms);
        let grid = Grid::new(&study);
        assert_eq!(grid.series, norms);
        let titles: Vec<&str> = grid.panels.iter().map(|panel| panel.title.as_str()).collect();
        assert_eq!(titles, placements);
    }

    #[test]
    fn many_values_of_one_key_are_in_panels_with_the_baseline() {
        let names: Vec<String> = (0..9).map(|norm| format!("n{norm}")).collect();
        let arms: Vec<Vec<&str>> = names.iter().map(|name| vec![name.as_str()]).collect();
        let study = study(&["norm"], &arms);
        let grid = Grid::new(&study);
        assert!(grid.series.is_empty());
        let series: Vec<&Vec<String>> = grid.panels.iter().map(|panel| &panel.series).collect();
        assert_eq!(
            series,
            [&vec!["n0", "n1", "n2", "n3", "n4", "n5", "n6"], &vec!["n0", "n7", "n8"]]
        );
        assert_eq!(grid.panels[1].title, "2 of 2");
        assert_eq!(grid.conditions(&study), "1 seed");
    }
}
