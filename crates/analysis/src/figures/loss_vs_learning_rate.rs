//! How well each arm trains at each learning rate of the grid.

use super::chart::{Chart, Curve, CurveKind, CurvePoint, Failures, Panel, XAxis, over_seeds};
use super::{Grid, PANELS_PER_ROW, PanelArms, drawable, in_rows};
use crate::arms::Arm;
use crate::rate::{grid, same_rate};
use crate::run::Run;
use crate::statistics::mean;
use crate::study::Study;
use crate::summary::choice;

/// `None` for a study without tuning.
pub(super) fn chart(study: &Study, arms: &Grid) -> Option<Chart> {
    let tuned = arms
        .panels
        .iter()
        .flat_map(|panel| &panel.arms)
        .any(|(_, arm)| choice(study, arm).is_some());
    tuned.then(|| Chart {
        title: format!("{}: validation loss against learning rate", study.name),
        x_label: "peak learning rate",
        y_label: "validation loss, nat",
        x_axis: XAxis::Rates(grid(study.tuned_rates)),
        ceiling: f64::INFINITY,
        constant_is: "constant predictor",
        series: arms.series.clone(),
        rows: in_rows(arms.panels.iter().map(|arms| panel(study, arms)).collect(), PANELS_PER_ROW),
    })
}

fn panel(study: &Study, panel: &PanelArms) -> Panel {
    let tuning = || panel.arms.iter().flat_map(|(_, arm)| &arm.tuning);
    Panel {
        title: panel.title.clone(),
        curves: panel.arms.iter().map(|(series, arm)| curve(study, *series, arm)).collect(),
        constant: tuning().map(|run| run.constant_loss).find(|loss| drawable(*loss)),
        failures: panel
            .arms
            .iter()
            .flat_map(|(series, arm)| failures(study, *series, arm))
            .collect(),
    }
}

fn curve(study: &Study, series: usize, arm: &Arm) -> Curve {
    let points: Vec<CurvePoint> =
        grid(study.tuned_rates).into_iter().filter_map(|rate| point(arm, rate)).collect();
    let choice = choice(study, arm);
    let is_chosen =
        |point: &&CurvePoint| choice.as_ref().is_some_and(|choice| same_rate(choice.rate, point.x));
    let chosen = points.iter().find(is_chosen).map(|point| (point.x, point.y));
    Curve { series, kind: CurveKind::Mean, points, chosen, stop: None }
}

/// The mean over the seeds that finished at this rate, if any did.
fn point(arm: &Arm, rate: f64) -> Option<CurvePoint> {
    let losses: Vec<f64> = at(arm, rate)
        .filter_map(Run::scores)
        .map(|scores| scores.val_loss)
        .filter(|loss| drawable(*loss))
        .collect();
    over_seeds(rate, &losses, mean)
}

fn failures(study: &Study, series: usize, arm: &Arm) -> Vec<Failures> {
    let count = |x: f64| {
        let failed = at(arm, x).filter(|run| run.scores().is_none()).count();
        Failures { series, x, failed, of: at(arm, x).count() }
    };
    grid(study.tuned_rates).into_iter().map(count).filter(|at| at.failed > 0).collect()
}

fn at<'a>(arm: &'a Arm, rate: f64) -> impl Iterator<Item = &'a Run> {
    arm.tuning.iter().copied().filter(move |run| same_rate(run.learning_rate, rate))
}
