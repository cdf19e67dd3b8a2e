//! How well each arm trains at each learning rate of the grid.

use super::chart::{Chart, Curve, CurveKind, CurvePoint, Failures, Panel, XAxis, over_seeds};
use super::grid::seeds;
use super::{Grid, PANELS_PER_ROW, PanelArms, SEEDS, drawable, in_rows};
use crate::arms::distinct;
use crate::rate::{Rated, same_rate};
use crate::run::{Phase, Run};
use crate::statistics::mean;
use crate::study::Study;

/// `None` for a study without tuning.
pub(super) fn chart(study: &Study, arms: &Grid) -> Option<Chart> {
    let grid = study.rates();
    study.is_tuned().then(|| Chart {
        title: format!(
            "{}: validation loss against learning rate, {}",
            study.name,
            all_seeds(study, arms)
        ),
        note: "",
        x_label: "peak learning rate".to_string(),
        y_label: "validation loss, nat",
        range: (0.0, f64::INFINITY),
        bands: SEEDS,
        constant_is: "constant predictor",
        series: arms.series.clone(),
        rows: in_rows(arms.panels.iter().map(|arms| panel(&grid, arms)).collect(), PANELS_PER_ROW),
        x_axis: XAxis::Numbers(grid),
    })
}

/// `3 seeds, 12 at plausible rates`
fn all_seeds(study: &Study, arms: &Grid) -> String {
    let tuning = study.runs.iter().filter(|run| run.phase == Phase::Tune);
    let tuned = distinct(tuning.map(|run| run.seed)).len();
    match arms.most_seeds() {
        all if all > tuned => format!("{}, {all} at plausible rates", seeds(tuned)),
        _ => seeds(tuned),
    }
}

fn panel(grid: &[f64], panel: &PanelArms) -> Panel {
    let runs = panel.arms.iter().flat_map(|(_, arm)| &arm.arm.runs);
    let failures = panel.arms.iter().flat_map(|(series, arm)| failures(grid, *series, arm));
    Panel {
        title: panel.title.clone(),
        series: panel.series.clone(),
        curves: panel.arms.iter().map(|(series, arm)| curve(grid, *series, arm)).collect(),
        constant: runs.map(|run| run.constant_loss).find(|loss| drawable(*loss)),
        failures: failures.collect(),
    }
}

fn curve(grid: &[f64], series: usize, arm: &Rated) -> Curve {
    let points: Vec<CurvePoint> = grid.iter().filter_map(|&rate| point(arm, rate)).collect();
    let is_chosen = |point: &&CurvePoint| arm.rate().is_some_and(|rate| same_rate(rate, point.x));
    let chosen = points.iter().find(is_chosen).map(|point| (point.x, point.y));
    Curve { series, kind: CurveKind::Mean, points, chosen, stop: None }
}

/// The mean over the seeds that finished at this rate, if any did.
fn point(arm: &Rated, rate: f64) -> Option<CurvePoint> {
    let scores = arm.arm.at(rate).filter_map(Run::scores);
    let losses: Vec<f64> =
        scores.map(|scores| scores.val_loss).filter(|loss| drawable(*loss)).collect();
    let is_partial = losses.len() < arm.arm.at(rate).count();
    Some(CurvePoint { is_partial, ..over_seeds(rate, &losses, mean)? })
}

fn failures(grid: &[f64], series: usize, arm: &Rated) -> Vec<Failures> {
    let count = |&x: &f64| {
        let failed = arm.arm.at(x).filter(|run| run.scores().is_none()).count();
        Failures { series, x, failed, of: arm.arm.at(x).count() }
    };
    grid.iter().map(count).filter(|at| at.failed > 0).collect()
}
