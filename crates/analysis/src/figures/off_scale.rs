//! What lies beyond an end of the y axis: arrows at the edge of the panel, with the value farthest out.

use super::axis::Axis;
use super::chart::{Chart, Curve, Panel};
use super::svg::{Anchor, Area, Canvas};
use super::text::Font;
use super::{drawable, style};
use crate::arms::distinct;
use crate::number::three_digits;

/// At most about this many arrows of a curve.
const ARROWS: usize = 10;
const VALUE: Font = Font::plain(10.0);
/// From a value to the next one below it.
const VALUE_LINE: f64 = 11.0;

/// An end of the y axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Above,
    Below,
}

/// The end beyond which a value lies; one that is no number lies above.
pub(super) fn side(y: f64, axis: &Axis) -> Option<Side> {
    match y {
        y if y < axis.low => Some(Side::Below),
        y if y <= axis.high => None,
        _ => Some(Side::Above),
    }
}

/// Whether some curve leaves the y axis.
pub(super) fn occurs(chart: &Chart) -> bool {
    let axis = chart.y_axis(Area { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 });
    let stops = chart.curves().filter_map(|curve| curve.stop).map(|(_, y)| y);
    let values = chart.curves().flat_map(|curve| curve.points.iter().map(|point| point.y));
    values.chain(stops).any(|y| side(y, &axis).is_some())
}

/// Arrows at the edges where curves lie beyond them, for each series with the value farthest out; arrows
/// of several series stand side by side, their values one below the other.
pub(super) fn draw(panel: &Panel, canvas: &mut Canvas, x: &Axis, y: &Axis, plot: Area) {
    for (side, edge, outwards) in [(Side::Above, plot.top, -1.0), (Side::Below, plot.bottom, 1.0)] {
        let mut values = Vec::new();
        for series in distinct(panel.curves.iter().map(|curve| curve.series)) {
            let color = style::color(series);
            let aside = 9.0 * ((series % 5) as f64 - 1.0);
            let place =
                |at: f64| (x.pixel_within(at) + aside).clamp(plot.left + 5.0, plot.right - 5.0);
            let mut all = Vec::new();
            for curve in panel.curves.iter().filter(|curve| curve.series == series) {
                let points = beyond(curve, side, y);
                let stride = points.len().div_ceil(ARROWS).max(1);
                for point in points.iter().step_by(stride) {
                    let at = (place(point.x), edge);
                    style::arrow(canvas, color, at, outwards, point.is_partial);
                }
                all.extend(points);
            }
            values.extend(farthest(&all, side).map(|point| (place(point.x), point.y, color)));
        }
        // Values last: nothing is drawn upon them.
        for (line, (at, value, color)) in values.into_iter().enumerate() {
            let text = three_digits(value);
            let half = VALUE.width(&text) / 2.0;
            let at = at.clamp(plot.left + half + 2.0, plot.right - half - 2.0);
            let height = edge - (17.0 + line as f64 * VALUE_LINE) * outwards + 4.0;
            canvas.value((at, height), VALUE, Anchor::Middle, color, &text);
        }
    }
}

/// A point of a curve beyond an end of the axis.
struct Beyond {
    x: f64,
    y: f64,
    is_partial: bool,
}

/// The points of a curve, and where it stops, that lie beyond an end of the axis.
fn beyond(curve: &Curve, end: Side, axis: &Axis) -> Vec<Beyond> {
    let point = |(x, y), is_partial| Beyond { x, y, is_partial };
    let points = curve.points.iter().map(|at| point((at.x, at.y), at.is_partial));
    let stop = curve.stop.map(|at| point(at, false));
    points.chain(stop).filter(|at| side(at.y, axis) == Some(end)).collect()
}

/// The first of the positive numbers farthest out; 0 only where there is no other.
fn farthest(points: &[Beyond], side: Side) -> Option<&Beyond> {
    let positive = points.iter().filter(|point| drawable(point.y));
    let farthest = positive.reduce(|first, next| {
        let is_farther = match side {
            Side::Above => next.y > first.y,
            Side::Below => next.y < first.y,
        };
        if is_farther { next } else { first }
    });
    farthest.or_else(|| points.iter().find(|point| point.y == 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::axis::Scale;
    use crate::figures::chart::{CurveKind, CurvePoint};

    #[test]
    fn the_arrow_of_a_mean_from_which_seeds_are_missing_is_open_and_its_value_has_a_halo() {
        let points = [(1.0, 50.0, false), (2.0, 500.0, true), (3.0, 0.0, false)];
        let point = |(x, y, is_partial)| CurvePoint { is_partial, ..CurvePoint::single(x, y) };
        let points = points.map(point).to_vec();
        let curve = Curve { series: 0, kind: CurveKind::Mean, points, chosen: None, stop: None };
        let title = String::new();
        let (series, curves, failures) = (Vec::new(), vec![curve], Vec::new());
        let panel = Panel { title, series, curves, constant: None, failures };
        let plot = Area { left: 0.0, top: 0.0, right: 100.0, bottom: 100.0 };
        let x = Axis::from_left_to_right(Scale::Count, (0.0, 4.0), plot);
        let y = Axis::upwards(Scale::Log, (1.0, 10.0), plot);
        let mut canvas = Canvas::default();
        draw(&panel, &mut canvas, &x, &y, plot);
        let svg = canvas.document(100.0, 100.0, "", "");
        assert_eq!(svg.matches("fill=\"white\" stroke=\"#0072b2\"").count(), 1, "{svg}");
        assert_eq!(
            svg.matches("fill=\"#0072b2\" stroke=\"white\" stroke-width=\"0.8\"").count(),
            2
        );
        assert_eq!(svg.matches("paint-order=\"stroke\"").count(), 2);
        assert!(svg.contains(">500</text>") && svg.contains(">0</text>"), "{svg}");
    }
}
