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
    /// x and y in order; an x without a place on the axis is left out.
    pub points: Vec<(f64, f64)>,
    /// The level that y is compared with; the largest of a panel is drawn.
    pub level: f64,
}

/// What the axes and the level of a figure are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogLabels {
    /// What the x axis counts.
    pub x_axis: LogAxis,
    /// Below the x axis.
    pub x: &'static str,
    /// Beside the y axis.
    pub y: &'static str,
    /// What the level means, in the legend.
    pub level: &'static str,
    /// The least and the largest y that say something; what lies beyond, not finite numbers above, is marked at
    /// the edge. From 0 to infinity all numbers are shown but zeros, and a y that is not finite ends a curve.
    pub range: (f64, f64),
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
/// let range = (1e-16, f64::INFINITY);
/// let labels = LogLabels { x_axis, x: "step", y: "distance", level: "bar of the pass rule", range };
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
            curves: members.iter().map(|curve| drawn(curve, &series, labels)).collect(),
            series: Vec::new(),
            failures: Vec::new(),
            title,
        }
    };
    let chart = Chart {
        title: title.to_string(),
        note: "",
        x_label: labels.x.to_string(),
        y_label: labels.y,
        x_axis: match labels.x_axis {
            LogAxis::Decades => XAxis::Decades,
            LogAxis::Count => XAxis::Count,
        },
        range: labels.range,
        bands: "",
        constant_is: labels.level,
        // Two side by side are a comparison: two precisions, a value and its gradient.
        rows: in_rows(titles.into_iter().map(panel).collect(), 2),
        series: series.clone(),
    };
    Figure { file_name: file_name.to_string(), svg: chart.svg(title), title: chart.title }
}

/// The curve as far as its points have a place: those beyond the range at an edge.
fn drawn(curve: &LogCurve, series: &[String], labels: &LogLabels) -> Curve {
    let (least, most) = labels.range;
    let is_place = |x: f64| drawable(x) || (x == 0.0 && labels.x_axis == LogAxis::Count);
    // Without an upper edge what is not finite has no place, without a lower one 0 has none.
    let has_place = |y: f64| y.is_finite() || most.is_finite();
    let placed = curve.points.iter().take_while(|(_, y)| has_place(*y)).count();
    let points = curve.points[..placed].iter().filter(|(x, _)| is_place(*x));
    let points = points.filter(|(_, y)| !(*y <= 0.0 && least == 0.0));
    let points: Vec<CurvePoint> = points.map(|&(x, y)| CurvePoint::single(x, y)).collect();
    let ends = placed < curve.points.len();
    Curve {
        series: series.iter().position(|name| *name == curve.series).unwrap_or(0),
        kind: CurveKind::Mean,
        chosen: None,
        stop: points.last().filter(|_| ends).map(|last| (last.x, last.y)),
        points,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_off_the_scale_is_marked_at_its_edge() {
        let curve = LogCurve {
            panel: "y".to_owned(),
            series: "none".to_owned(),
            points: vec![
                (1.0, 0.0),
                (2.0, 1e-9),
                (3.0, 0.5),
                (4.0, 1e6),
                (5.0, f64::NAN),
                (6.0, 1.0),
            ],
            level: 0.0,
        };
        let labels = |range| LogLabels { x_axis: LogAxis::Decades, x: "", y: "", level: "", range };
        let places = |range| {
            let drawn = drawn(&curve, &["none".to_owned()], &labels(range));
            (drawn.points.iter().map(|p| (p.x, p.y)).collect::<Vec<_>>(), drawn.stop)
        };
        let (points, stop) = places((1e-4, 10.0));
        assert_eq!((points.len(), stop), (6, None));
        // Without edges zero has no place, and what is not finite ends the curve.
        let expected = vec![(2.0, 1e-9), (3.0, 0.5), (4.0, 1e6)];
        assert_eq!(places((0.0, f64::INFINITY)), (expected, Some((4.0, 1e6))));
        // Arrows: two below and two above in the panel, two in the legend; one value for each edge.
        let svg = log_curves("f.svg", "t", &labels((1e-4, 10.0)), &[curve]).svg;
        let markers = svg.matches("stroke=\"white\" stroke-width=\"0.8\"").count() - 3;
        assert_eq!(markers, 2 + 2 + 2, "{svg}");
        assert!(svg.contains(">1.0e-9<") && svg.contains(">1.0e6<"), "{svg}");
        assert!(svg.contains(">beyond the axis, and the value farthest out<"), "{svg}");
    }
}
