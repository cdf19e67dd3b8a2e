//! How the validation loss falls while the networks train at the chosen rates.

use super::chart::{Chart, Curve, CurveKind, CurvePoint, Panel, XAxis, over_seeds};
use super::{Grid, PANELS_PER_ROW, PanelArms, SEEDS, drawable, in_rows};
use crate::error::AnalysisError;
use crate::rate::Rated;
use crate::records::{Measurement, read_val_losses};
use crate::run::Run;
use crate::statistics::mean;
use crate::study::Study;
use std::path::Path;

/// An exploded loss says no more at 1e30 than at ten times the constant predictor, where it would
/// still leave room for the others.
const CEILING: f64 = 10.0;

/// `None` if no validation loss was measured.
pub(super) fn chart(
    study: &Study,
    arms: &Grid,
    root: &Path,
) -> Result<Option<Chart>, AnalysisError> {
    let panels: Vec<Panel> =
        arms.panels.iter().map(|arms| panel(arms, root)).collect::<Result<_, _>>()?;
    let constant = panels.iter().filter_map(|panel| panel.constant).fold(0.0, f64::max);
    let measured = panels.iter().any(|panel| !panel.curves.is_empty());
    Ok(measured.then(|| Chart {
        title: format!(
            "{}: validation loss while training, {}",
            study.name,
            arms.conditions(study)
        ),
        note: arms.note(study),
        x_label: "step".to_string(),
        y_label: "validation loss, nat",
        x_axis: XAxis::Count,
        range: (0.0, if constant > 0.0 { CEILING * constant } else { f64::INFINITY }),
        bands: SEEDS,
        constant_is: "constant predictor",
        series: arms.series.clone(),
        rows: in_rows(panels, PANELS_PER_ROW),
    }))
}

fn panel(panel: &PanelArms, root: &Path) -> Result<Panel, AnalysisError> {
    let mut curves = Vec::new();
    for (series, arm) in &panel.arms {
        curves.extend(arm_curves(*series, arm, root)?);
    }
    let shown = panel.arms.iter().flat_map(|(_, arm)| arm.shown());
    let constant = shown.map(|run| run.constant_loss).find(|loss| drawable(*loss));
    let (title, series) = (panel.title.clone(), panel.series.clone());
    Ok(Panel { title, series, curves, constant, failures: Vec::new() })
}

/// The mean of the runs that finished, and each run that failed on its own: a mean over fewer and
/// fewer runs would fall when the worst of them drops out.
fn arm_curves(series: usize, arm: &Rated, root: &Path) -> Result<Vec<Curve>, AnalysisError> {
    let (mut finished, mut curves) = (Vec::new(), Vec::new());
    for run in arm.shown() {
        let losses = read_val_losses(root, run)?;
        match run.scores() {
            Some(_) => finished.push(losses),
            None => curves.push(failed_run(series, run, &losses)),
        }
    }
    let is_partial = finished.len() < arm.shown().len();
    let mut points = mean_points(&finished);
    points.iter_mut().for_each(|point| point.is_partial = is_partial);
    if !points.is_empty() {
        curves.push(Curve { series, kind: CurveKind::Mean, points, chosen: None, stop: None });
    }
    Ok(curves)
}

/// One point for each step at which every run was measured.
fn mean_points(runs: &[Vec<Measurement>]) -> Vec<CurvePoint> {
    let Some(first) = runs.first() else { return Vec::new() };
    let point = |step: u64| {
        let at_step = |run: &Vec<Measurement>| run.iter().find(|at| at.step == step).copied();
        let losses: Option<Vec<f64>> =
            runs.iter().map(|run| Some(at_step(run)?.val_loss)).collect();
        let losses = losses.filter(|losses| losses.iter().all(|loss| drawable(*loss)))?;
        over_seeds(step as f64, &losses, mean)
    };
    first.iter().filter_map(|measurement| point(measurement.step)).collect()
}

/// A line up to the last loss that is a number, and a cross there, or an arrow if that is beyond the
/// axis. Where it ended before the next measurement, its loss is not known: the arrow is above.
fn failed_run(series: usize, run: &Run, losses: &[Measurement]) -> Curve {
    let drawn = losses.iter().take_while(|at| drawable(at.val_loss));
    let points: Vec<CurvePoint> =
        drawn.map(|at| CurvePoint::single(at.step as f64, at.val_loss)).collect();
    let complete = points.len() == losses.len();
    let end = points.last().filter(|last| complete && last.x >= run.steps as f64);
    let stop = end.map_or((run.steps as f64, f64::INFINITY), |last| (last.x, last.y));
    Curve { series, kind: CurveKind::FailedRun, points, chosen: None, stop: Some(stop) }
}
