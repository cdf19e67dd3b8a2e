//! How the scores depend on each swept number, such as the depth.

use super::chart::{Chart, Curve, CurveKind, CurvePoint, Failures, Panel, XAxis};
use super::{Grid, PANELS_PER_ROW, PanelArms, in_rows};
use crate::rate::Rated;
use crate::run::Scores;
use crate::statistics::Estimate;
use crate::study::Study;

/// A score of which a smaller value is better, on a logarithmic axis.
struct Metric {
    /// In file names.
    name: &'static str,
    /// Beside the axis.
    label: &'static str,
    of: fn(&Scores) -> f64,
    /// The largest value there is.
    most: f64,
}

const METRICS: [Metric; 2] = [
    Metric {
        name: "test_loss",
        label: "test loss, nat",
        of: |scores| scores.test_loss,
        most: f64::INFINITY,
    },
    Metric {
        name: "test_error",
        label: "test error, %",
        of: |scores| 100.0 * (1.0 - scores.test_accuracy),
        most: 100.0,
    },
];

/// Whether a file of this name shows a score by some swept number.
pub(super) fn is_file_name(file_name: &str) -> bool {
    METRICS.iter().any(|metric| {
        let rest = file_name.strip_prefix(metric.name).and_then(|rest| rest.strip_prefix("_by_"));
        rest.and_then(|rest| rest.strip_suffix(".svg")).is_some_and(|key| !key.is_empty())
    })
}

/// Two charts, with the names of their files, for each swept key that has two numbers at least. A curve
/// joins the arms that differ in that key alone.
pub(super) fn charts(study: &Study) -> Vec<(String, Chart)> {
    let mut charts = Vec::new();
    for (index, key) in study.swept.iter().enumerate() {
        let numbers = study.runs.iter().filter_map(|run| number(&run.keys[index]));
        let mut numbers: Vec<f64> = numbers.collect();
        numbers.sort_by(f64::total_cmp);
        numbers.dedup();
        if numbers.len() < 2 {
            continue;
        }
        let without = study.without_key(index);
        let grid = Grid::new(&without);
        for metric in &METRICS {
            let file_name = format!("{}_by_{key}.svg", metric.name);
            charts.push((file_name, chart(study, &grid, index, &numbers, metric)));
        }
    }
    charts
}

/// A positive number, which has a place on a logarithmic axis.
fn number(value: &str) -> Option<f64> {
    value.parse::<f64>().ok().filter(|number| number.is_finite() && *number > 0.0)
}

fn chart(study: &Study, grid: &Grid, key: usize, numbers: &[f64], metric: &Metric) -> Chart {
    let panels = grid.panels.iter().map(|panel| self::panel(study, panel, key, metric)).collect();
    let name = study.swept[key].replace('_', " ");
    // Those of `grid` are merged: they have no rates of their own.
    let arms = Grid::new(study);
    Chart {
        title: format!(
            "{}: {} by {name}, {}",
            study.name,
            metric.name.replace('_', " "),
            arms.conditions(study)
        ),
        note: arms.note(study),
        x_label: name,
        y_label: metric.label,
        x_axis: XAxis::Numbers(numbers.to_vec()),
        range: (0.0, metric.most),
        bands: "mean and its 95 % interval",
        constant_is: "",
        series: grid.series.clone(),
        rows: in_rows(panels, PANELS_PER_ROW),
    }
}

fn panel(study: &Study, panel: &PanelArms, key: usize, metric: &Metric) -> Panel {
    let (mut curves, mut failures) = (Vec::new(), Vec::new());
    for (series, arm) in &panel.arms {
        // All arms of the study that this one stands for, each with its own rate.
        let mut points = Vec::new();
        for (x, rated) in by_number(study, arm, key) {
            let shown = rated.shown();
            let scores: Vec<f64> =
                shown.iter().filter_map(|run| run.scores()).map(metric.of).collect();
            let failed = shown.len() - scores.len();
            if failed > 0 {
                failures.push(Failures { series: *series, x, failed, of: shown.len() });
            }
            points.extend(point(x, &scores, metric.most, failed > 0));
        }
        points.sort_by(|a, b| a.x.total_cmp(&b.x));
        let kind = CurveKind::Mean;
        curves.push(Curve { series: *series, kind, points, chosen: None, stop: None });
    }
    Panel {
        title: panel.title.clone(),
        series: panel.series.clone(),
        curves,
        constant: None,
        failures,
    }
}

/// The arms of the study whose runs an arm of the study without the key has, with their numbers.
fn by_number<'s>(study: &'s Study, merged: &Rated, key: usize) -> Vec<(f64, Rated<'s>)> {
    let arms = study.arms().into_iter().filter(|arm| {
        arm.runs.first().is_some_and(|first| merged.arm.runs.iter().any(|run| run.id == first.id))
    });
    arms.filter_map(|arm| Some((number(&arm.keys[key])?, Rated::new(study, arm)))).collect()
}

/// The mean with the part of its interval where values can be.
fn point(x: f64, scores: &[f64], most: f64, is_partial: bool) -> Option<CurvePoint> {
    let Estimate { mean, interval, .. } = Estimate::of(scores)?;
    let (low, high) = interval.map_or((mean, mean), |interval| (interval.low, interval.high));
    Some(CurvePoint { x, y: mean, low: low.max(0.0), high: high.min(most), is_partial })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_ends_where_no_value_can_be() {
        // 97 ± 12.706 * 3 = 97 ± 38.1, and 3 ± 38.1.
        let high = point(8.0, &[94.0, 100.0], 100.0, false).unwrap();
        assert!((high.low - 58.9).abs() < 0.1 && high.high == 100.0, "{high:?}");
        let low = point(8.0, &[0.0, 6.0], 100.0, false).unwrap();
        assert!(low.low == 0.0 && (low.high - 41.1).abs() < 0.1, "{low:?}");
    }

    #[test]
    fn the_files_are_known_by_their_names() {
        let names = ["test_loss_by_depth.svg", "test_error_by_learning_rate.svg"];
        assert!(names.into_iter().all(is_file_name));
        let others = [
            "test_loss.svg",
            "test_loss_by_.svg",
            "my_test_loss_by_depth.svg",
            "test_error_by_depth.png",
        ];
        assert!(!others.into_iter().any(is_file_name));
    }
}
