//! Positive numbers on a logarithmic axis, with a level to compare them with.

use super::chart::{Chart, Curve, CurveKind, CurvePoint, Panel, XAxis};
use super::{Figure, drawable, in_rows};
use crate::arms::distinct;

/// A curve of one series in one panel.
#[derive(Debug, Clone, PartialEq)]
pub struct LogCurve {
    /// The panel that it is drawn in.
    pub panel: String,
    /// The series that it belongs to.
    pub series: String,
    /// x and y in order; what is not positive is left out, and a y that is not finite ends the curve.
    pub points: Vec<(f64, f64)>,
    /// The level that y is compared with; the largest of a panel is drawn.
    pub level: f64,
}

/// What the axes and the level of a figure are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogLabels {
    /// What the x axis counts.
    pub x_axis: LogAxis,
    /// Below the x axis.
    pub x: &'static str,
    /// Beside the y axis.
    pub y: &'static str,
    /// What the level means, in the legend.
    pub level: &'static str,
}

/// The x axis of such a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogAxis {
    /// Positive numbers over many powers of ten.
    Decades,
    /// Layers or steps from 0, evenly spaced.
    Count,
}

/// Draws curves on a logarithmic y axis, in panels.
///
/// ```
/// use analysis::{LogAxis, LogCurve, LogLabels, log_curves};
///
/// // A right gradient: its distance from the difference quotient falls with the square of the step.
/// let points = vec![(1e-1, 1e-3), (1e-2, 1e-5), (1e-3, 1e-7)];
/// let curve = LogCurve { panel: "layer".into(), series: "f64".into(), points, level: 1e-10 };
/// let x_axis = LogAxis::Decades;
/// let labels = LogLabels { x_axis, x: "step", y: "distance", level: "bar of the pass rule" };
/// let figure = log_curves("v_curves.svg", "Steps and distances", &labels, &[curve]);
/// assert!(figure.svg.contains("bar of the pass rule"));
/// ```
pub fn log_curves(file_name: &str, title: &str, labels: &LogLabels, curves: &[LogCurve]) -> Figure {
    let series = distinct(curves.iter().map(|curve| curve.series.clone()));
    let titles = distinct(curves.iter().map(|curve| curve.panel.clone()));
    let panel = |title: String| {
        let members: Vec<&LogCurve> = curves.iter().filter(|curve| curve.panel == title).collect();
        let levels = members.iter().map(|curve| curve.level).filter(|level| drawable(*level));
        Panel {
            constant: levels.reduce(f64::max),
            curves: members.iter().map(|curve| drawn(curve, &series, labels.x_axis)).collect(),
            failures: Vec::new(),
            title,
        }
    };
    let chart = Chart {
        title: title.to_string(),
        x_label: labels.x,
        y_label: labels.y,
        x_axis: match labels.x_axis {
            LogAxis::Decades => XAxis::Decades,
            LogAxis::Count => XAxis::Count,
        },
        ceiling: f64::INFINITY,
        constant_is: labels.level,
        // Two side by side are a comparison: two precisions, a value and its gradient.
        rows: in_rows(titles.into_iter().map(panel).collect(), 2),
        series: series.clone(),
    };
    Figure { file_name: file_name.to_string(), svg: chart.svg(title), title: chart.title }
}

fn drawn(curve: &LogCurve, series: &[String], x_axis: LogAxis) -> Curve {
    let is_place = |x: f64| drawable(x) || (x == 0.0 && x_axis == LogAxis::Count);
    let finite = curve.points.iter().take_while(|(_, y)| y.is_finite()).count();
    let visible = curve.points[..finite].iter().filter(|(x, y)| is_place(*x) && drawable(*y));
    let points: Vec<CurvePoint> = visible.map(|&(x, y)| CurvePoint::single(x, y)).collect();
    let ends = finite < curve.points.len();
    Curve {
        series: series.iter().position(|name| *name == curve.series).unwrap_or(0),
        kind: CurveKind::Mean,
        chosen: None,
        stop: points.last().filter(|_| ends).map(|last| (last.x, last.y)),
        points,
    }
}
