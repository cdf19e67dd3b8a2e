//! How activations and gradients grow or shrink through the network, before and after training.

use super::chart::{
    Chart, Curve, CurveKind, CurvePoint, Panel, XAxis, over_seeds, without_outliers,
};
use super::{Grid, PANELS_PER_ROW, PanelArms, SEEDS, drawable};
use crate::error::AnalysisError;
use crate::rate::Rated;
use crate::records::{LayerValue, read_layers};
use crate::run::Run;
use crate::study::Study;
use std::path::Path;

pub(super) fn activation_rms(
    study: &Study,
    arms: &Grid,
    root: &Path,
) -> Result<Option<Chart>, AnalysisError> {
    chart(study, arms, root, "activation_rms", "activation RMS")
}

pub(super) fn gradient_norm(
    study: &Study,
    arms: &Grid,
    root: &Path,
) -> Result<Option<Chart>, AnalysisError> {
    chart(study, arms, root, "gradient_norm", "gradient norm")
}

/// `None` if the statistic was not measured.
fn chart(
    study: &Study,
    arms: &Grid,
    root: &Path,
    statistic: &str,
    y_label: &'static str,
) -> Result<Option<Chart>, AnalysisError> {
    let mut rows = Vec::new();
    for panels in arms.panels.chunks(PANELS_PER_ROW) {
        let mut pairs = Vec::new();
        for panel in panels {
            pairs.push(before_and_after(panel, root, statistic)?);
        }
        let (before, after): (Vec<Panel>, Vec<Panel>) = pairs.into_iter().unzip();
        rows.extend([before, after]);
    }
    let curves = || rows.iter().flatten().flat_map(|panel: &Panel| &panel.curves);
    let range = without_outliers(curves());
    Ok(curves().next().is_some().then(|| Chart {
        title: format!("{}: {y_label} by layer, {}", study.name, arms.conditions(study)),
        note: arms.note(study),
        x_label: "layer (0: input of the first block)".to_string(),
        y_label,
        x_axis: XAxis::Count,
        range,
        bands: SEEDS,
        constant_is: "constant predictor",
        series: arms.series.clone(),
        rows,
    }))
}

fn before_and_after(
    panel: &PanelArms,
    root: &Path,
    statistic: &str,
) -> Result<(Panel, Panel), AnalysisError> {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for (series, arm) in &panel.arms {
        let runs = read_runs(arm, root, statistic)?;
        before
            .extend(mean_curve(*series, runs.iter().map(|run| profile(run, first_step)).collect()));
        after.extend(after_training(*series, &runs));
    }
    let title = |when: &str| match panel.title.as_str() {
        "" => when.to_string(),
        title => format!("{title}, {when}"),
    };
    let panel = |title, curves| Panel {
        title,
        series: panel.series.clone(),
        curves,
        constant: None,
        failures: Vec::new(),
    };
    Ok((
        panel(title("at initialization"), before),
        panel(title("at the last measured step"), after),
    ))
}

/// The measurements of a run.
struct Measured<'a> {
    run: &'a Run,
    values: Vec<LayerValue>,
}

fn read_runs<'a>(
    arm: &Rated<'a>,
    root: &Path,
    statistic: &str,
) -> Result<Vec<Measured<'a>>, AnalysisError> {
    let read = |run: &'a Run| Ok(Measured { run, values: read_layers(root, run, statistic)? });
    arm.shown().into_iter().map(read).collect()
}

/// The mean of the runs that finished, and each run that failed on its own, as in the loss curves.
fn after_training(series: usize, runs: &[Measured]) -> Vec<Curve> {
    let finished = runs.iter().filter(|measured| measured.run.scores().is_some());
    let failed = runs.iter().filter(|measured| measured.run.scores().is_none());
    let single = failed.filter_map(|measured| {
        let curve = mean_curve(series, vec![profile(measured, last_step)])?;
        let end = curve.points.last().map(|last| (last.x, last.y));
        Some(Curve { kind: CurveKind::FailedRun, stop: curve.stop.or(end), ..curve })
    });
    let mean = mean_curve(series, finished.map(|run| profile(run, last_step)).collect());
    single.chain(mean).collect()
}

fn first_step(values: &[LayerValue]) -> Option<u64> {
    values.iter().map(|value| value.step).min()
}

fn last_step(values: &[LayerValue]) -> Option<u64> {
    values.iter().map(|value| value.step).max()
}

/// The values by layer at the step that `step` picks.
fn profile(measured: &Measured, step: fn(&[LayerValue]) -> Option<u64>) -> Vec<LayerValue> {
    let step = step(&measured.values);
    let mut profile: Vec<LayerValue> =
        measured.values.iter().filter(|value| Some(value.step) == step).copied().collect();
    profile.sort_by_key(|value| value.layer);
    profile
}

/// The geometric mean over runs, which is the mean on a log axis. The curve stops where a value of
/// any run cannot be drawn.
fn mean_curve(series: usize, profiles: Vec<Vec<LayerValue>>) -> Option<Curve> {
    let profiles: Vec<Vec<LayerValue>> =
        profiles.into_iter().filter(|profile| !profile.is_empty()).collect();
    let layers: Vec<u64> = profiles.first()?.iter().map(|value| value.layer).collect();
    let mut points: Vec<CurvePoint> = Vec::new();
    let mut stop = None;
    for layer in layers {
        let at_layer = profiles.iter().flatten().filter(|value| value.layer == layer);
        let values: Vec<f64> = at_layer.map(|value| value.value).collect();
        if !values.iter().all(|value| drawable(*value)) {
            stop =
                Some(points.last().map_or((layer as f64, f64::INFINITY), |last| (last.x, last.y)));
            break;
        }
        points.extend(over_seeds(layer as f64, &values, geometric_mean));
    }
    Some(Curve { series, kind: CurveKind::Mean, points, chosen: None, stop })
}

fn geometric_mean(values: &[f64]) -> f64 {
    (values.iter().map(|value| value.ln()).sum::<f64>() / values.len() as f64).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(values: &[f64]) -> Vec<LayerValue> {
        let value = |(layer, value): (usize, &f64)| LayerValue {
            step: 0,
            layer: layer as u64,
            value: *value,
        };
        values.iter().enumerate().map(value).collect()
    }

    #[test]
    fn the_mean_is_geometric() {
        let curve = mean_curve(0, vec![profile(&[1.0, 1.0]), profile(&[4.0, 100.0])]).unwrap();
        // sqrt(1 * 4) = 2 and sqrt(1 * 100) = 10
        assert!((curve.points[0].y - 2.0).abs() < 1e-12);
        assert!((curve.points[1].y - 10.0).abs() < 1e-12);
        assert_eq!(curve.stop, None);
    }

    #[test]
    fn a_curve_stops_where_a_value_is_infinite() {
        let curve = mean_curve(0, vec![profile(&[1.0, 2.0, f64::INFINITY, 3.0])]).unwrap();
        assert_eq!(curve.points.len(), 2);
        assert_eq!(curve.stop, Some((1.0, 2.0)));
    }

    #[test]
    fn a_curve_without_any_finite_value_is_marked_at_its_first_layer() {
        let curve = mean_curve(0, vec![profile(&[f64::NAN, 1.0])]).unwrap();
        assert!(curve.points.is_empty());
        assert_eq!(curve.stop, Some((0.0, f64::INFINITY)));
    }
}
