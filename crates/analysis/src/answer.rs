//! The answer of a study in words, made from its numbers only.

use crate::arms::distinct;
use crate::comparison::{Comparison, Contrast, Contrasts, FEWEST_PAIRS, Verdict, Withheld};
use crate::rate::RateChoice;
use crate::summary::{ArmSummary, Role, Summary};
use crate::table::{bounds, digits_for, p_text, signed};

impl Summary {
    /// The answer: paragraphs, each a heading and items below it. For every panel, what may be said
    /// of each arm against its baseline; where nothing is compared, how the arms do.
    pub fn answer(&self) -> Vec<Paragraph> {
        let panels = distinct(self.arms.iter().map(|arm| arm.panel.clone()));
        panels.iter().filter_map(|panel| self.paragraph(panel)).collect()
    }

    fn paragraph(&self, panel: &str) -> Option<Paragraph> {
        let arms: Vec<&ArmSummary> = self.arms.iter().filter(|arm| arm.panel == panel).collect();
        let place = if panel.is_empty() { String::new() } else { format!(" at {panel}") };
        let baselines = distinct(arms.iter().filter_map(|arm| match &arm.role {
            Role::Compared(comparison) => Some(comparison.baseline.as_str()),
            Role::Baseline | Role::Alone => None,
        }));
        let Some(baseline) = baselines.first() else {
            let alone = arms.iter().filter(|arm| arm.role == Role::Alone);
            let items: Vec<String> =
                alone.map(|arm| format!("{}: {}", quoted(&arm.series), scores(arm))).collect();
            let heading = format!("Nothing is compared{place}:");
            return (!items.is_empty()).then_some(Paragraph { heading, items });
        };
        let items = arms.iter().filter_map(|arm| match &arm.role {
            Role::Compared(comparison) => {
                let baseline = arms.iter().find(|other| other.series == comparison.baseline);
                let standing = standing(arm, baseline.copied(), comparison);
                Some((quoted(&arm.series), standing))
            }
            Role::Baseline | Role::Alone => None,
        });
        Some(Paragraph {
            heading: format!("Against {}{place}:", quoted(baseline)),
            items: grouped(&items.collect::<Vec<_>>()),
        })
    }
}

/// One item for all arms of which the same is said.
fn grouped(said: &[(String, String)]) -> Vec<String> {
    let texts = distinct(said.iter().map(|(_, text)| text));
    let item = |text: &String| {
        let same = said.iter().filter(|(_, other)| other == text);
        let names: Vec<&str> = same.map(|(name, _)| name.as_str()).collect();
        format!("{}: {text}", names.join(", "))
    };
    texts.into_iter().map(item).collect()
}

/// A heading with items below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paragraph {
    /// Ends with a colon.
    pub heading: String,
    /// Sentences.
    pub items: Vec<String>,
}

/// A name that holds a comma, in quotation marks.
fn quoted(name: &str) -> String {
    if name.contains(',') { format!("\"{name}\"") } else { name.to_string() }
}

/// Hundredths of an accuracy.
const POINTS: &str = "points";

/// How an arm does by itself.
fn scores(arm: &ArmSummary) -> String {
    if arm.choice.as_ref().is_some_and(|choice| choice.rate.is_none()) {
        return does_not_train(arm) + ".";
    }
    let percent = |fraction: f64| format!("{:.1}", 100.0 * fraction);
    match &arm.test_accuracy {
        None => format!("{} of {} failed.", arm.failed, counted(arm.scored, "run")),
        Some(accuracy) => {
            let interval = accuracy.interval.map_or_else(String::new, |interval| {
                let (low, high) = (interval.low.max(0.0), interval.high.min(1.0));
                format!(" [{}, {}]", percent(low), percent(high))
            });
            let failed = match arm.failed {
                0 => String::new(),
                failed => format!("; {failed} of {} failed", counted(arm.scored, "run")),
            };
            let unfinished = if arm.is_finished { "" } else { "; it lacks runs" };
            format!("test accuracy {} %{interval}{failed}{unfinished}.", percent(accuracy.mean))
        }
    }
}

fn does_not_train(arm: &ArmSummary) -> String {
    let rates = if arm.choice.is_some() { " at any rate" } else { "" };
    format!("does not train{rates}: all of its {} fail", counted(arm.runs, "run"))
}

/// What may be said of an arm against its baseline.
fn standing(arm: &ArmSummary, baseline: Option<&ArmSummary>, comparison: &Comparison) -> String {
    let Some(contrasts) = &comparison.contrasts else {
        return without_scores(arm, comparison);
    };
    let verdict = match &comparison.withheld {
        None => pairs(contrasts) + &verdict(arm, baseline, contrasts),
        Some(withheld) => reason(withheld, arm),
    };
    verdict + &failures(contrasts) + "."
}

/// At least one of the two fails at every rate, so that there is nothing to compare.
fn without_scores(arm: &ArmSummary, comparison: &Comparison) -> String {
    let baseline = quoted(&comparison.baseline);
    let failing = match &comparison.withheld {
        Some(Withheld::DoesNotTrain(names)) => names.as_slice(),
        Some(withheld) => return reason(withheld, arm) + ".",
        None => &[],
    };
    let baseline_fails = failing.contains(&comparison.baseline);
    match (failing.contains(&arm.series), baseline_fails) {
        (true, true) => format!("no verdict: neither it nor {baseline} trains."),
        (false, true) => {
            let trained = arm.scored - arm.failed;
            let seeds = match arm.failed {
                0 => String::new(),
                _ => format!(" at {trained} of {}", counted(arm.scored, "seed")),
            };
            format!("no verdict: it trains{seeds}, {baseline} does not.")
        }
        _ => format!("{}.", does_not_train(arm)),
    }
}

fn verdict(arm: &ArmSummary, baseline: Option<&ArmSummary>, contrasts: &Contrasts) -> String {
    let Contrasts { loss, accuracy, .. } = contrasts;
    let unsettled = |fits: fn(&RateChoice) -> bool| {
        let of_both = [Some(arm), baseline].into_iter().flatten();
        let unsettled = of_both.filter(|arm| arm.choice.as_ref().is_some_and(fits));
        let names: Vec<String> = unsettled.map(|arm| arm.series.clone()).collect();
        format!("since {} not settled", whose(&names, arm))
    };
    let of_loss = || metric("loss", loss, 1.0, 3, "nat");
    let of_accuracy = || metric("accuracy", accuracy, 100.0, 1, POINTS);
    match (loss.verdict, accuracy.verdict) {
        (Verdict::NotSettled, Verdict::NotSettled) => {
            format!("no verdict, {}", unsettled(|choice| !choice.loss_is_settled))
        }
        (Verdict::NotSettled, _) => format!(
            "{}; no verdict on loss, {}",
            of_accuracy(),
            unsettled(|choice| !choice.loss_is_settled)
        ),
        (_, Verdict::NotSettled) => format!(
            "{}; no verdict on accuracy, {}",
            of_loss(),
            unsettled(|choice| !choice.accuracy_is_settled)
        ),
        (Verdict::HingesOnRate, Verdict::HingesOnRate) => format!(
            "no verdict, since it differs at the chosen rates (loss {}, accuracy {}), but not at \
             every rate that could be the best",
            chosen(loss, 1.0, 3, "nat"),
            chosen(accuracy, 100.0, 1, POINTS)
        ),
        (Verdict::NotSeparated, Verdict::NotSeparated) => format!(
            "not separated: {} in loss, {} in accuracy",
            at_most(loss, 1.0, 3, "nat"),
            at_most(accuracy, 100.0, 1, POINTS)
        ),
        (Verdict::Lower, Verdict::Higher) => format!("better: {}, {}", of_loss(), of_accuracy()),
        (Verdict::Higher, Verdict::Lower) => format!("worse: {}, {}", of_loss(), of_accuracy()),
        (Verdict::Lower, Verdict::Lower) | (Verdict::Higher, Verdict::Higher) => {
            format!("{}, but {}", of_loss(), of_accuracy())
        }
        _ => format!("{}, {}", of_loss(), of_accuracy()),
    }
}

/// `loss higher (+0.044 [0.009, 0.079] nat)`
fn metric(name: &str, contrast: &Contrast, scale: f64, digits: usize, unit: &str) -> String {
    let interval = || format!("({} {unit})", signed(contrast, scale, digits));
    match contrast.verdict {
        Verdict::Higher => format!("{name} higher {}", interval()),
        Verdict::Lower => format!("{name} lower {}", interval()),
        Verdict::NotSeparated | Verdict::NotSettled => {
            format!("{name} not separated ({})", at_most(contrast, scale, digits, unit))
        }
        Verdict::HingesOnRate => format!(
            "{name} differs at the chosen rates {}, but not at every rate that could be the best: no \
             verdict",
            chosen(contrast, scale, digits, unit)
        ),
    }
}

/// The interval at the chosen rates.
fn chosen(contrast: &Contrast, scale: f64, digits: usize, unit: &str) -> String {
    let bounds = bounds(contrast.plain, scale, digits).unwrap_or_default();
    format!("{bounds} {unit}")
}

/// `at most 1.5 points`, as the interval is printed, or why that is not known. Accuracies differ by 100
/// points at most.
fn at_most(contrast: &Contrast, scale: f64, digits: usize, unit: &str) -> String {
    match contrast.at_most() * scale {
        bound if !bound.is_finite() => "no bound".to_string(),
        0.0 => "no difference".to_string(),
        bound => {
            let bound = if unit == POINTS { bound.min(100.0) } else { bound };
            let digits = digits_for(contrast.interval, scale, digits);
            format!("at most {bound:.digits$} {unit}")
        }
    }
}

/// Why there is no verdict.
fn reason(withheld: &Withheld, arm: &ArmSummary) -> String {
    match withheld {
        Withheld::DoesNotTrain(_) => "no verdict".to_string(),
        Withheld::Unfinished(names) => {
            let others: Vec<String> =
                names.iter().filter(|name| **name != arm.series).map(|name| quoted(name)).collect();
            let it = names.contains(&arm.series).then_some("it".to_string());
            let who: Vec<String> = it.into_iter().chain(others).collect();
            let verb = if who.len() == 1 { "lacks" } else { "lack" };
            format!("no verdict, since {} {verb} runs: the study is unfinished", who.join(" and "))
        }
        Withheld::AtEdge(names) => {
            format!("no verdict, since {} at the edge of the grid", whose(names, arm))
        }
        Withheld::TooFewPairs(pairs) => {
            format!("no verdict from {}, {FEWEST_PAIRS} are needed", counted(*pairs, "pair"))
        }
    }
}

/// `its best rate is`, `the best rates of it and pre are`
fn whose(names: &[String], arm: &ArmSummary) -> String {
    match names {
        [only] if *only == arm.series => "its best rate is".to_string(),
        [only] => format!("the best rate of {} is", quoted(only)),
        _ => {
            let others = names.iter().filter(|name| **name != arm.series);
            let others: Vec<String> = others.map(|name| quoted(name)).collect();
            format!("its best rate and that of {} are", others.join(", "))
        }
    }
}

/// Which seeds count, where some do not: `at the 9 of 12 seeds where both finished (0-8), `.
fn pairs(contrasts: &Contrasts) -> String {
    let Contrasts { seeds, of, .. } = contrasts;
    if seeds.len() == *of || seeds.is_empty() {
        return String::new();
    }
    format!("at the {} of {of} seeds where both finished ({}), ", seeds.len(), ranges(seeds))
}

/// `; fails at 4 of 12 seeds, against 0 (p = 0.125)`
fn failures(contrasts: &Contrasts) -> String {
    let (failures, of) = (&contrasts.failures, contrasts.of);
    if failures.arm == 0 && failures.baseline == 0 {
        return String::new();
    }
    format!(
        "; fails at {} of {of} seeds, its baseline at {} (p {})",
        failures.arm,
        failures.baseline,
        p_relation(failures.p_holm)
    )
}

fn p_relation(p: f64) -> String {
    match p_text(p) {
        bound if bound.starts_with('<') => bound.replacen('<', "< ", 1),
        value => format!("= {value}"),
    }
}

/// `0-2, 5`
fn ranges(seeds: &[u64]) -> String {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for &seed in seeds {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == seed => *last = seed,
            _ => ranges.push((seed, seed)),
        }
    }
    let text = |&(first, last): &(u64, u64)| match last - first {
        0 => first.to_string(),
        _ => format!("{first}-{last}"),
    };
    ranges.iter().map(text).collect::<Vec<_>>().join(", ")
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
