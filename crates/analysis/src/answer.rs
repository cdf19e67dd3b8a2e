//! The answer of a study in words, made from its numbers only.

use crate::arms::distinct;
use crate::statistics::{Estimate, Interval};
use crate::summary::{ArmSummary, Role, Summary};

impl Summary {
    /// Answers the question of the study in one sentence: how every series does against the
    /// baseline, and where. An interval of the difference in test accuracy that contains 0 is "no
    /// difference seen"; an arm none of whose confirmation runs finished "does not train".
    /// Where nothing is compared, the [details](Summary::details) are the answer.
    pub fn answer(&self) -> String {
        let Some(baseline) = self.baseline() else { return self.details() };
        let compared = self.arms.iter().filter(|arm| matches!(arm.role, Role::Compared(_)));
        let clauses = distinct(compared.map(|arm| arm.series.clone()))
            .into_iter()
            .map(|series| format!("{series} {}", self.standing(&series)));
        format!("Against {baseline}, {}.", clauses.collect::<Vec<_>>().join("; "))
    }

    /// `is worse at depth 8 and does not train at depth 64`
    fn standing(&self, series: &str) -> String {
        let arms = || self.arms.iter().filter(|arm| arm.series == series);
        let kinds = distinct(arms().filter_map(standing));
        let clauses = kinds.into_iter().map(|kind| {
            let panels = arms().filter(|arm| standing(arm) == Some(kind));
            let panels = panels.map(|arm| arm.panel.clone()).filter(|panel| !panel.is_empty());
            match enumerate(panels) {
                nowhere if nowhere.is_empty() => kind.to_string(),
                panels => format!("{kind} at {panels}"),
            }
        });
        enumerate(clauses)
    }

    /// The numbers behind the answer: which series train, panel by panel, and how their test
    /// accuracies compare with the baseline. An arm trains at a rate if every tuning seed finished
    /// there; without tuning, the confirmation runs that finished are counted.
    pub fn details(&self) -> String {
        if self.arms.is_empty() {
            return "There are no runs.".to_string();
        }
        let training = self.per_panel(|arms| Some(training(arms, self.rates)));
        sentences(&[training, self.comparison()])
    }

    fn comparison(&self) -> String {
        let after = |opening: &str, clauses: String| match clauses {
            none if none.is_empty() => none,
            clauses => format!("{opening}: {clauses}"),
        };
        let Some(baseline) = self.baseline() else {
            return after("Test accuracy", self.per_panel(accuracies));
        };
        let comparison =
            after(&format!("Test accuracy against {baseline}"), self.per_panel(comparisons));
        if comparison.is_empty() {
            format!("No arm can be compared with {baseline}")
        } else {
            comparison
        }
    }

    fn baseline(&self) -> Option<&str> {
        self.arms.iter().find_map(|arm| match &arm.role {
            Role::Compared(baseline) => Some(baseline.as_str()),
            Role::Baseline | Role::Alone => None,
        })
    }

    /// `at depth 8, ...; at depth 64, ...`, without the panels that have nothing to say.
    fn per_panel(&self, clause: impl Fn(&[&ArmSummary]) -> Option<String>) -> String {
        let panels = distinct(self.arms.iter().map(|arm| arm.panel.clone()));
        let clauses = panels.iter().filter_map(|panel| {
            let arms: Vec<&ArmSummary> =
                self.arms.iter().filter(|arm| arm.panel == *panel).collect();
            let clause = clause(&arms)?;
            Some(if panel.is_empty() { clause } else { format!("at {panel}, {clause}") })
        });
        clauses.collect::<Vec<_>>().join("; ")
    }
}

/// How an arm does against its baseline; `None` for one that is not compared.
fn standing(arm: &ArmSummary) -> Option<&'static str> {
    if !matches!(arm.role, Role::Compared(_)) {
        return None;
    }
    Some(match verdict(arm) {
        None => "does not train",
        Some(Verdict::NoDifference) => "shows no difference in test accuracy",
        Some(Verdict::Higher) => "is more accurate",
        Some(Verdict::Lower) => "is less accurate",
        Some(Verdict::TooFewPairs) => "has too few pairs to be compared",
    })
}

/// `pre and none-scaled train at 6 of 6 rates, post at 5, none trains at no rate`
fn training(arms: &[&ArmSummary], rates: usize) -> String {
    let mut counts: Vec<usize> = arms.iter().map(|arm| successes(arm, rates)).collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    counts.dedup();
    let mut clauses = Vec::new();
    for (position, count) in counts.into_iter().enumerate() {
        let group: Vec<&&ArmSummary> =
            arms.iter().filter(|arm| successes(arm, rates) == count).collect();
        let names = enumerate(group.iter().map(|arm| with_confirmation(arm, rates, count)));
        let verb = if group.len() == 1 { "trains" } else { "train" };
        let (preposition, unit, of) =
            if rates > 0 { ("at", "rate", rates) } else { ("with", "seed", group[0].confirmed) };
        clauses.push(match (count, position) {
            (0, _) => format!("{names} {verb} {preposition} no {unit}"),
            (_, 0) => {
                let plural = if of == 1 { "" } else { "s" };
                format!("{names} {verb} {preposition} {count} of {of} {unit}{plural}")
            }
            _ => format!("{names} {preposition} {count}"),
        });
    }
    clauses.join(", ")
}

fn successes(arm: &ArmSummary, rates: usize) -> usize {
    if rates == 0 {
        return finished(arm);
    }
    arm.choice.as_ref().map_or(0, |choice| choice.trains_at.len())
}

fn finished(arm: &ArmSummary) -> usize {
    arm.test_loss.map_or(0, |loss| loss.count)
}

/// The name of the series and, where fresh seeds did not behave like the tuning seeds, how many.
fn with_confirmation(arm: &ArmSummary, rates: usize, count: usize) -> String {
    let (finished, confirmed) = (finished(arm), arm.confirmed);
    let series = &arm.series;
    if rates > 0 && count > 0 && finished < confirmed {
        format!("{series} ({} of {confirmed} confirmation runs failed)", confirmed - finished)
    } else if rates > 0 && count == 0 && finished > 0 {
        format!("{series} ({finished} of {confirmed} confirmation runs finished)")
    } else {
        series.clone()
    }
}

/// `no difference seen for none-scaled (+0.2 points [-0.3, 0.7]), lower for none (...)`
fn comparisons(arms: &[&ArmSummary]) -> Option<String> {
    let verdicts = [Verdict::NoDifference, Verdict::Higher, Verdict::Lower, Verdict::TooFewPairs];
    let clauses: Vec<String> = verdicts
        .into_iter()
        .filter_map(|verdict| {
            let group: Vec<String> = arms
                .iter()
                .filter(|arm| self::verdict(arm) == Some(verdict))
                .map(|arm| format!("{}{}", arm.series, evidence(arm, arms)))
                .collect();
            let names = enumerate(group.into_iter());
            (!names.is_empty()).then(|| format!("{} {names}", verdict.text()))
        })
        .collect();
    (!clauses.is_empty()).then(|| clauses.join(", "))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    NoDifference,
    Higher,
    Lower,
    TooFewPairs,
}

impl Verdict {
    fn text(self) -> &'static str {
        match self {
            Self::NoDifference => "no difference seen for",
            Self::Higher => "higher for",
            Self::Lower => "lower for",
            Self::TooFewPairs => "too few pairs for",
        }
    }
}

/// `None` for an arm without a comparison or without a finished run.
fn verdict(arm: &ArmSummary) -> Option<Verdict> {
    let difference = arm.difference.as_ref().filter(|_| finished(arm) > 0)?;
    let interval = difference.test_accuracy.and_then(|accuracy| accuracy.interval);
    Some(match interval {
        None => Verdict::TooFewPairs,
        Some(Interval { low, .. }) if low > 0.0 => Verdict::Higher,
        Some(Interval { high, .. }) if high < 0.0 => Verdict::Lower,
        Some(_) => Verdict::NoDifference,
    })
}

/// The numbers behind a verdict, and what weakens them.
fn evidence(arm: &ArmSummary, panel: &[&ArmSummary]) -> String {
    let mut notes = Vec::new();
    if let Some(difference) = &arm.difference {
        let accuracy = difference.test_accuracy.filter(|accuracy| accuracy.interval.is_some());
        notes.extend(accuracy.map(|accuracy| points(&accuracy)));
        if difference.pairs < difference.of {
            notes.push(format!("{} of {} pairs", difference.pairs, difference.of));
        }
    }
    let baseline = panel.iter().find(|other| other.role == Role::Baseline);
    let untuned = [Some(&arm), baseline].into_iter().flatten().filter_map(|arm| {
        let choice = arm.choice.as_ref()?;
        (!choice.interior).then_some(arm.series.as_str())
    });
    let untuned = enumerate(untuned.map(str::to_string));
    if !untuned.is_empty() {
        notes.push(format!("best rate of {untuned} at the edge of the grid"));
    }
    if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) }
}

/// `pre (97.2 % [96.1, 98.3]) and post (96.0 % [95.0, 97.0])`
fn accuracies(arms: &[&ArmSummary]) -> Option<String> {
    let scored = arms.iter().filter_map(|arm| Some((arm, arm.test_accuracy?)));
    let clauses = scored.map(|(arm, accuracy)| format!("{} ({})", arm.series, percent(&accuracy)));
    let clauses = enumerate(clauses);
    (!clauses.is_empty()).then_some(clauses)
}

/// `97.2 % [96.1, 98.3]`
fn percent(fraction: &Estimate) -> String {
    format!("{:.1} %{}", 100.0 * fraction.mean, bounds(fraction))
}

/// `+0.2 points [-0.3, 0.7]`: a difference of percentages is counted in points.
fn points(difference: &Estimate) -> String {
    format!("{:+.1} points{}", 100.0 * difference.mean, bounds(difference))
}

fn bounds(fraction: &Estimate) -> String {
    fraction.interval.map_or_else(String::new, |Interval { low, high }| {
        format!(" [{:.1}, {:.1}]", 100.0 * low, 100.0 * high)
    })
}

/// `a`, `a and b`, `a, b and c`
fn enumerate(words: impl Iterator<Item = String>) -> String {
    let mut words: Vec<String> = words.collect();
    let last = words.pop().unwrap_or_default();
    if words.is_empty() { last } else { format!("{} and {last}", words.join(", ")) }
}

/// Joins the parts that say something. A leading name of a series is left as it is written.
fn sentences(parts: &[String; 2]) -> String {
    let spoken = parts.iter().filter(|text| !text.is_empty());
    let sentence = |text: &String| match text.strip_prefix("at ") {
        Some(rest) => format!("At {rest}."),
        None => format!("{text}."),
    };
    spoken.map(sentence).collect::<Vec<_>>().join(" ")
}
