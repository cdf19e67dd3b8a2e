//! Draws one panel of a chart: frame, grid, lane of failures, curves.

use super::axis::{Axis, TICK_SIZE};
use super::chart::{Chart, Curve, CurveKind, CurvePoint, Panel, XAxis};
use super::svg::{Anchor, Area, Canvas, Stroke, text_width};
use super::{legend, style};
use crate::arms::distinct;
use crate::number::three_digits;
use crate::rate::rate_text;

/// One row of the lane of failures.
const LANE_ROW: f64 = 16.0;
/// How far the texts of ticks may reach out of the panel: less than half of the gap between two panels.
const OVERHANG: f64 = 12.0;
/// Markers are drawn at about this many points of a curve.
const MARKERS: usize = 10;

pub(super) fn lane_height(chart: &Chart) -> f64 {
    match chart.failing_series().len() {
        0 => 0.0,
        rows => rows as f64 * LANE_ROW + 6.0,
    }
}

/// `area` includes the lane at its top. Only the first panel of a row labels the shared y axis.
pub(super) fn draw(chart: &Chart, panel: &Panel, canvas: &mut Canvas, area: Area, first: bool) {
    let plot = Area { top: area.top + lane_height(chart), ..area };
    let (x_axis, y_axis) = (chart.x_axis(panel, plot), chart.y_axis(plot));
    let own_legend = legend::height_of_panel(panel, area.right - area.left);
    canvas.text((area.left, area.top - own_legend - 8.0), 13.0, Anchor::Start, &panel.title);
    legend::draw_own(panel, canvas, area.left, area.top - 12.0, area.right - area.left);
    x_ticks(chart, canvas, &x_axis, area);
    y_ticks(canvas, &y_axis, plot, first);
    if plot.top > area.top {
        lane(chart, panel, canvas, &x_axis, Area { bottom: plot.top, ..area }, first);
    }
    canvas.clipped(plot, |canvas| {
        if let Some(constant) = panel.constant {
            let y = y_axis.pixel(constant);
            canvas.line((plot.left, y), (plot.right, y), style::constant_predictor());
        }
        panel.curves.iter().for_each(|curve| band(curve, canvas, &x_axis, &y_axis));
        panel.curves.iter().for_each(|curve| line(curve, canvas, &x_axis, &y_axis));
    });
    canvas.rectangle(area, "none", style::FRAME);
    for curve in &panel.curves {
        if let Some((x, y)) = curve.chosen {
            style::chosen(canvas, curve.series, (x_axis.pixel(x), y_axis.pixel(y)));
        }
        if let Some((x, y)) = curve.stop.filter(|(_, y)| side(*y, &y_axis).is_none()) {
            let at = (x_axis.pixel_within(x), y_axis.pixel(y));
            style::cross(canvas, style::color(curve.series), at);
        }
    }
    off_scale(panel, canvas, &x_axis, &y_axis, plot);
}

/// An end of the y axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Above,
    Below,
}

/// The end beyond which a value lies; one that is no number lies above.
fn side(y: f64, axis: &Axis) -> Option<Side> {
    match y {
        y if y < axis.low => Some(Side::Below),
        y if y <= axis.high => None,
        _ => Some(Side::Above),
    }
}

/// Whether some curve leaves the y axis.
pub(super) fn has_off_scale(chart: &Chart) -> bool {
    let area = Area { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 };
    let axis = chart.y_axis(area);
    let stops = chart.curves().filter_map(|curve| curve.stop).map(|(_, y)| y);
    let values = chart.curves().flat_map(|curve| curve.points.iter().map(|point| point.y));
    values.chain(stops).any(|y| side(y, &axis).is_some())
}

/// Numbers in one style: `1e-3`, `1e-2` or `8`, `64`.
fn texts(numbers: &[f64]) -> impl Iterator<Item = String> {
    let is_plain = numbers.iter().all(|number| (0.1..1e5).contains(number));
    numbers.iter().map(move |&number| if is_plain { number.to_string() } else { rate_text(number) })
}

fn x_ticks(chart: &Chart, canvas: &mut Canvas, axis: &Axis, area: Area) {
    let ticks: Vec<(f64, String)> = match &chart.x_axis {
        XAxis::Numbers(numbers) => numbers.iter().copied().zip(texts(numbers)).collect(),
        XAxis::Count | XAxis::Decades => axis.ticks(),
    };
    let grid = Stroke { color: style::GRID, width: 1.0, dash: "" };
    for (tick, text) in ticks {
        let x = axis.pixel(tick);
        canvas.line((x, area.top), (x, area.bottom), grid);
        // A text at the edge must not reach into that of the panel beside it.
        let half = text_width(&text, TICK_SIZE) / 2.0;
        if x - half >= area.left - OVERHANG && x + half <= area.right + OVERHANG {
            canvas.text((x, area.bottom + 15.0), TICK_SIZE, Anchor::Middle, &text);
        }
    }
    let middle = (area.left + area.right) / 2.0;
    canvas.text((middle, area.bottom + 34.0), 13.0, Anchor::Middle, &chart.x_label);
}

fn y_ticks(canvas: &mut Canvas, axis: &Axis, plot: Area, labelled: bool) {
    let grid = Stroke { color: style::GRID, width: 1.0, dash: "" };
    for (tick, text) in axis.ticks() {
        let y = axis.pixel(tick);
        canvas.line((plot.left, y), (plot.right, y), grid);
        if labelled {
            canvas.text((plot.left - 7.0, y + 4.0), TICK_SIZE, Anchor::End, &text);
        }
    }
}

/// One row per series that fails somewhere: a cross at each failing rate, with the number of
/// failed seeds of all seeds.
fn lane(chart: &Chart, panel: &Panel, canvas: &mut Canvas, x: &Axis, lane: Area, labelled: bool) {
    canvas.rectangle(lane, "#f3f3f3", style::FRAME);
    if labelled {
        let middle = (lane.top + lane.bottom) / 2.0 + 4.0;
        canvas.text((lane.left - 7.0, middle), TICK_SIZE, Anchor::End, "failed");
    }
    let rows = chart.failing_series();
    for failures in &panel.failures {
        let row = rows.iter().position(|series| *series == failures.series).unwrap_or(0);
        let y = lane.top + 3.0 + (row as f64 + 0.5) * LANE_ROW;
        let center = x.pixel(failures.x);
        style::cross(canvas, style::color(failures.series), (center - 8.0, y));
        let count = format!("{}/{}", failures.failed, failures.of);
        canvas.text((center, y + 4.0), 11.0, Anchor::Start, &count);
    }
}

/// Arrows at the edges where curves lie beyond them, for each series with the value farthest out; arrows
/// of several series stand side by side, their values one below the other.
fn off_scale(panel: &Panel, canvas: &mut Canvas, x: &Axis, y: &Axis, plot: Area) {
    for (side, edge, outwards) in [(Side::Above, plot.top, -1.0), (Side::Below, plot.bottom, 1.0)] {
        let mut said = 0.0;
        for series in distinct(panel.curves.iter().map(|curve| curve.series)) {
            let color = style::color(series);
            let aside = 9.0 * ((series % 5) as f64 - 1.0);
            let mut farthest: Option<(f64, f64)> = None;
            for curve in panel.curves.iter().filter(|curve| curve.series == series) {
                let points = beyond(curve, side, y);
                let stride = points.len().div_ceil(MARKERS).max(1);
                for (number, (at, value)) in points.into_iter().enumerate() {
                    let at = x.pixel_within(at) + aside;
                    let at = at.clamp(plot.left + 5.0, plot.right - 5.0);
                    if number.is_multiple_of(stride) {
                        style::arrow(canvas, color, (at, edge), outwards);
                    }
                    let is_farther = farthest.is_none_or(|(_, other)| match side {
                        Side::Above => value > other,
                        Side::Below => value < other,
                    });
                    if value.is_finite() && value > 0.0 && is_farther {
                        farthest = Some((at, value));
                    }
                }
            }
            if let Some((at, value)) = farthest {
                let text = three_digits(value);
                let half = text_width(&text, 10.0) / 2.0;
                let at = at.clamp(plot.left + half + 2.0, plot.right - half - 2.0);
                let height = edge - (17.0 + said) * outwards + 4.0;
                canvas.coloured((at, height), 10.0, color, &text);
                said += 11.0;
            }
        }
    }
}

/// The points of a curve, and where it stops, that lie beyond an end of the axis.
fn beyond(curve: &Curve, end: Side, axis: &Axis) -> Vec<(f64, f64)> {
    let points = curve.points.iter().map(|point| (point.x, point.y));
    points.chain(curve.stop).filter(|(_, y)| side(*y, axis) == Some(end)).collect()
}

fn band(curve: &Curve, canvas: &mut Canvas, x: &Axis, y: &Axis) {
    if !curve.points.iter().any(|point| point.low < point.high) {
        return;
    }
    for part in curve.points.chunk_by(|one, next| side(one.y, y) == side(next.y, y)) {
        if let ([only], None) = (part, side(part[0].y, y)) {
            let stroke = Stroke { color: style::color(curve.series), width: 1.0, dash: "" };
            let at = x.pixel(only.x);
            canvas.line((at, y.pixel_within(only.low)), (at, y.pixel_within(only.high)), stroke);
        } else if side(part[0].y, y).is_none() {
            let upper = part.iter().map(|point| (x.pixel(point.x), y.pixel_within(point.high)));
            let lower =
                part.iter().rev().map(|point| (x.pixel(point.x), y.pixel_within(point.low)));
            canvas.band(&upper.chain(lower).collect::<Vec<_>>(), style::color(curve.series));
        }
    }
}

fn line(curve: &Curve, canvas: &mut Canvas, x: &Axis, y: &Axis) {
    let stroke = match curve.kind {
        CurveKind::Mean => style::line(curve.series),
        CurveKind::FailedRun => style::failed_run(curve.series),
    };
    let pixel = |point: &CurvePoint| {
        let value = if point.y.is_nan() { f64::INFINITY } else { point.y };
        (x.pixel(point.x), y.pixel_within(value))
    };
    // Between two points beyond the same edge there is nothing to see.
    let seen = |one: &CurvePoint, next: &CurvePoint| {
        side(one.y, y).is_none() || side(one.y, y) != side(next.y, y)
    };
    for part in curve.points.chunk_by(seen).filter(|part| part.len() > 1) {
        canvas.polyline(&part.iter().map(pixel).collect::<Vec<_>>(), stroke);
    }
    if curve.kind == CurveKind::FailedRun {
        return;
    }
    // Series start at different points, so that markers of equal curves do not hide each other.
    let stride = curve.points.len().div_ceil(MARKERS).max(1);
    let marked = curve.points.iter().skip(curve.series % stride).step_by(stride);
    for point in marked.filter(|point| side(point.y, y).is_none()) {
        style::marker(canvas, curve.series, pixel(point), point.is_partial);
    }
}
