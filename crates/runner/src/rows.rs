//! The rows of `runs.csv`.

use training::{Dataset, Outcome};

use crate::engine::ENGINE;
use crate::finished::status_texts;
use crate::number::shortest;
use crate::plan::{Phase, Plan, Run};
use crate::recorder::{add, bytes, table};

/// The table of runs, with its header.
pub fn runs_csv<'r>(
    plan: &Plan,
    dataset: &Dataset,
    runs: impl Iterator<Item = (&'r Run, &'r Outcome)>,
) -> Vec<u8> {
    let mut header = vec!["run_id", "engine", "arm", "baseline", "phase"];
    header.extend(swept_columns(plan).map(|(_, key)| key));
    header.extend(["learning_rate", "seed", "status", "reason", "overconfident", "steps"]);
    header.extend(["train_loss", "fit_loss", "fit_accuracy", "val_loss", "val_accuracy"]);
    header.extend(["test_loss", "test_accuracy", "parameters", "constant_loss", "test_examples"]);
    let mut table = table(&header);
    for (run, outcome) in runs {
        add(&mut table, &cells(plan, dataset, run, outcome));
    }
    bytes(table)
}

/// One row, with its line end.
pub fn row(plan: &Plan, dataset: &Dataset, run: &Run, outcome: &Outcome) -> Vec<u8> {
    bytes(table(&cells(plan, dataset, run, outcome)))
}

/// A swept learning rate has its column already.
fn swept_columns(plan: &Plan) -> impl Iterator<Item = (usize, &str)> {
    let named = plan.swept.iter().map(String::as_str).enumerate();
    named.filter(|(_, key)| *key != "learning_rate")
}

fn cells(plan: &Plan, dataset: &Dataset, run: &Run, outcome: &Outcome) -> Vec<String> {
    let arm = &plan.arms[run.arm];
    let baseline = arm.baseline.map_or(String::new(), |baseline| plan.arms[baseline].label.clone());
    let phase = match run.phase {
        Phase::Tune => "tune",
        Phase::Confirm => "confirm",
    };
    let (status, reason) = status_texts(&outcome.status);
    let mut cells = vec![run.id.clone(), ENGINE.to_string(), arm.label.clone(), baseline];
    cells.push(phase.to_string());
    cells.extend(swept_columns(plan).map(|(position, _)| arm.keys[position].clone()));
    cells.extend([
        shortest(run.learning_rate),
        run.seed.to_string(),
        status.to_string(),
        reason,
        outcome.overconfident.to_string(),
        outcome.steps.to_string(),
    ]);
    let Outcome { fit, validation, test, .. } = outcome;
    let scores = [
        outcome.train_loss,
        fit.loss,
        fit.accuracy,
        validation.loss,
        validation.accuracy,
        test.loss,
        test.accuracy,
    ];
    cells.extend(scores.map(shortest));
    cells.extend([
        outcome.parameters.to_string(),
        shortest(outcome.constant_loss),
        dataset.test.len().to_string(),
    ]);
    cells
}
