//! How far difference quotients are from a gradient, by their step.

use super::chart::{Chart, Curve, CurveKind, CurvePoint, Panel, XAxis};
use super::{Figure, drawable};
use crate::arms::distinct;

/// The distance of one entry of a gradient from its difference quotients.
#[derive(Debug, Clone, PartialEq)]
pub struct VCurve {
    /// The panel that it is drawn in.
    pub panel: String,
    /// The series that it belongs to.
    pub series: String,
    /// Steps, and the distance at each; a distance of 0 is left out.
    pub points: Vec<(f64, f64)>,
    /// The distance that is forgiven.
    pub bar: f64,
}

/// Draws V-curves on logarithmic axes, with the largest bar of each panel. The distance of a right gradient falls with
/// the square of the step and rises again where rounding takes over; that of a wrong one stays
/// level above the bar.
///
/// ```
/// use analysis::{VCurve, v_curves};
///
/// let points = vec![(1e-1, 1e-3), (1e-2, 1e-5), (1e-3, 1e-7)];
/// let curve = VCurve { panel: "layer".into(), series: "f64".into(), points, bar: 1e-10 };
/// let figure = v_curves("v_curves.svg", "Steps and distances", &[curve]);
/// assert!(figure.svg.contains("bar of the pass rule"));
/// ```
pub fn v_curves(file_name: &str, title: &str, curves: &[VCurve]) -> Figure {
    let series = distinct(curves.iter().map(|curve| curve.series.clone()));
    let titles = distinct(curves.iter().map(|curve| curve.panel.clone()));
    let panel = |title: String| {
        let members: Vec<&VCurve> = curves.iter().filter(|curve| curve.panel == title).collect();
        let bars = members.iter().map(|curve| curve.bar).filter(|bar| drawable(*bar));
        Panel {
            constant: bars.reduce(f64::max),
            curves: members.iter().map(|curve| drawn(curve, &series)).collect(),
            failures: Vec::new(),
            title,
        }
    };
    let chart = Chart {
        title: title.to_string(),
        x_label: "step",
        y_label: "distance from the difference quotient",
        x_axis: XAxis::Decades,
        ceiling: f64::INFINITY,
        constant_is: "bar of the pass rule",
        rows: rows(titles.into_iter().map(panel).collect()),
        series: series.clone(),
    };
    Figure { file_name: file_name.to_string(), svg: chart.svg(title), title: chart.title }
}

/// Two side by side: double and single precision of the same layer.
fn rows(panels: Vec<Panel>) -> Vec<Vec<Panel>> {
    let mut panels = panels.into_iter().peekable();
    let mut rows = Vec::new();
    while panels.peek().is_some() {
        rows.push(panels.by_ref().take(2).collect());
    }
    rows
}

fn drawn(curve: &VCurve, series: &[String]) -> Curve {
    let visible =
        curve.points.iter().filter(|(step, distance)| drawable(*step) && drawable(*distance));
    Curve {
        series: series.iter().position(|name| *name == curve.series).unwrap_or(0),
        kind: CurveKind::Mean,
        points: visible.map(|&(step, distance)| CurvePoint::single(step, distance)).collect(),
        chosen: None,
        stop: None,
    }
}
