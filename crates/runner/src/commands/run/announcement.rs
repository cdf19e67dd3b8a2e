//! What will run: said before training, and in a dry run.

use std::collections::HashSet;
use std::time::Duration;

use analysis::detectable_difference;
use training::Dataset;

use crate::cli::RunArguments;
use crate::config::Procedure;
use crate::config::keys::KEYS;
use crate::estimate::{Estimate, shared, spoken};
use crate::output::Survey;
use crate::plan::{Arm, Plan, Run};
use crate::tables::Table;
use crate::terminal::{width, wrapped};

/// How many rates of an arm are usually plausible; only an estimate of the work rests on it.
pub const USUAL_PLAUSIBLE: usize = 3;

/// The study, how many runs it takes and about how long, what its seeds can tell apart, and what is
/// there already.
pub fn text(
    plan: &Plan,
    dataset: &Dataset,
    survey: &Survey,
    arguments: &RunArguments,
    estimate: Option<&Estimate>,
) -> String {
    let mut lines = vec![
        [plan.name.as_str(), plan.question.as_str()]
            .join(": ")
            .trim_end_matches([':', ' '])
            .to_string(),
    ];
    lines.push(runs(plan, dataset));
    lines.extend(sensitivity(plan));
    lines.extend(found(plan, survey));
    if let Some(estimate) = estimate {
        let (jobs, left) = (arguments.jobs(), left(plan, survey, estimate));
        let about = spoken(shared(left, jobs));
        lines.push(format!("About {about} with {} at a time.", counted(jobs.get(), "network")));
    }
    let width = width();
    lines.iter().map(|line| wrapped(line, width)).collect::<Vec<_>>().join("\n")
}

fn runs(plan: &Plan, dataset: &Dataset) -> String {
    let arms = plan.arms.len();
    let head = format!("{} on {}", counted(arms, "arm"), dataset.name);
    match &plan.procedure {
        Procedure::Shared { seeds } => {
            format!("{head}, {} each: {}.", counted(*seeds, "seed"), counted(arms * seeds, "run"))
        }
        Procedure::Tuned { rates, extend, tuning_seeds, confirmation_seeds } => {
            let extended = match extend {
                0 => String::new(),
                _ => format!(", where the best is at the edge up to {extend} more"),
            };
            format!(
                "{head}: {} with {} ({}){extended}; then {} at every rate within noise of an arm's \
                 best (about {}).",
                counted(rates.len(), "learning rate"),
                counted(*tuning_seeds, "seed"),
                counted(arms * rates.len() * tuning_seeds, "run"),
                counted(*confirmation_seeds, "more seed").replace("1 more seed", "one more seed"),
                counted(arms * USUAL_PLAUSIBLE.min(rates.len()) * confirmation_seeds, "run"),
            )
        }
    }
}

/// The differences that the seeds of a study can see; `None` where nothing is compared.
fn sensitivity(plan: &Plan) -> Option<String> {
    let is_compared =
        |(index, arm): &(usize, &Arm)| arm.baseline.is_some_and(|other| other != *index);
    let comparisons = plan.arms.iter().enumerate().filter(is_compared).count();
    let seeds = plan.procedure.seeds();
    if comparisons == 0 {
        return None;
    }
    Some(match detectable_difference(seeds, comparisons) {
        None => format!("{} are too few for a verdict; 5 are needed.", counted(seeds, "seed")),
        Some(difference) => format!(
            "With {seeds} seeds and {} a difference of {difference:.1} standard deviations between \
             seeds is found as often as not.",
            counted(comparisons, "comparison")
        ),
    })
}

/// The finished runs in the folder of the results, in sentences.
fn found(plan: &Plan, survey: &Survey) -> Vec<String> {
    let own = finished(plan, survey);
    let others = survey.runs.len() - own;
    let mut lines = Vec::new();
    if own > 0 {
        lines.push(format!(
            "{} of this study are finished and are not made again.",
            counted(own, "run")
        ));
    }
    if others > 0 {
        let runs = counted(others, "finished run");
        lines.push(format!("{runs} of other versions of this study are kept and not shown."));
    }
    if !survey.other_engines.is_empty() {
        let runs = counted(survey.other_engines.len(), "run");
        lines.push(format!(
            "{runs} of another engine, whose numbers differ, are kept and not used."
        ));
    }
    if survey.damaged > 0 {
        let runs = counted(survey.damaged, "damaged run");
        lines.push(format!("{runs} are made again if they belong to this study."));
    }
    lines
}

fn finished(plan: &Plan, survey: &Survey) -> usize {
    let possible: HashSet<String> = plan.possible_runs().into_iter().map(|run| run.id).collect();
    survey.runs.iter().filter(|id| possible.contains(*id)).count()
}

/// The time of the missing runs, one after the other. The number of confirmation runs is an estimate
/// before the tuning is done.
fn left(plan: &Plan, survey: &Survey, estimate: &Estimate) -> Duration {
    let there: HashSet<&String> = survey.runs.iter().collect();
    let possible = plan.possible_runs();
    let done: Vec<Run> = possible.into_iter().filter(|run| there.contains(&run.id)).collect();
    let per_arm = match &plan.procedure {
        Procedure::Shared { seeds } => *seeds,
        Procedure::Tuned { rates, tuning_seeds, confirmation_seeds, .. } => {
            rates.len() * tuning_seeds + USUAL_PLAUSIBLE.min(rates.len()) * confirmation_seeds
        }
    };
    estimate.of_every_arm(per_arm).saturating_sub(estimate.work(&done))
}

/// The arms, for a dry run: every key of every arm, those that all arms share above the table.
pub fn arms(plan: &Plan, dataset: &Dataset) -> String {
    let mut header = vec!["arm"];
    let keys: Vec<_> = KEYS.iter().filter(|key| shows(plan, key.name)).collect();
    header.extend(keys.iter().map(|key| key.name));
    header.extend(["steps", "compared with"]);
    let row = |arm: &Arm| {
        let mut row = vec![arm.label.clone()];
        row.extend(keys.iter().map(|key| value(plan, arm, key.name)));
        row.push(arm.training.steps(dataset.train.len()).to_string());
        let baseline = arm.baseline.map(|index| plan.arms[index].label.as_str());
        row.push(baseline.filter(|label| *label != arm.label).unwrap_or("-").to_string());
        row
    };
    let mut kept: Vec<&str> = plan.swept.iter().map(String::as_str).collect();
    kept.push("arm");
    let table = Table::new(&header, plan.arms.iter().map(row)).keeping(&kept).render(width());
    format!("\n{table}\n\ndry run: nothing was written")
}

/// The rate of `[training]` plays no part where rates are tuned.
fn shows(plan: &Plan, key: &str) -> bool {
    key != "learning_rate" || matches!(plan.procedure, Procedure::Shared { .. })
}

/// The value of a key; `-` where a swept key has no meaning in the arm.
fn value(plan: &Plan, arm: &Arm, key: &str) -> String {
    match plan.swept.iter().position(|swept| swept == key) {
        Some(swept) => arm.keys[swept].clone(),
        None => {
            let key = KEYS.iter().find(|other| other.name == key).expect("a key of the list");
            (key.get)(&arm.settings).label()
        }
    }
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
