//! Draws one panel of a chart: frame, grid, lane of failures, curves.

use super::axis::{Axis, TICK_SIZE};
use super::chart::{Chart, Curve, CurveKind, Panel, XAxis};
use super::style;
use super::svg::{Anchor, Area, Canvas, Point, Stroke, text_width};
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
    canvas.text((area.left, area.top - 8.0), 13.0, Anchor::Start, &panel.title);
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
    for curve in panel.curves.iter().filter(|curve| curve.kind == CurveKind::OffScale) {
        off_scale(curve, canvas, &x_axis, &y_axis, plot);
    }
    for curve in &panel.curves {
        let color = style::color(curve.series);
        if let Some((x, y)) = curve.chosen {
            style::chosen(canvas, curve.series, (x_axis.pixel(x), y_axis.pixel(y)));
        }
        if let Some((x, y)) = curve.stop {
            // Where all series leave through the top, each has its own height there.
            let off_scale = plot.top + 8.0 + 11.0 * curve.series as f64;
            let y = if y > y_axis.high { off_scale } else { y_axis.pixel_within(y) };
            style::cross(canvas, color, (x_axis.pixel_within(x), y));
        }
    }
}

fn x_ticks(chart: &Chart, canvas: &mut Canvas, axis: &Axis, area: Area) {
    let ticks: Vec<(f64, String)> = match &chart.x_axis {
        XAxis::Rates(rates) => rates.iter().map(|rate| (*rate, rate_text(*rate))).collect(),
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
    canvas.text((middle, area.bottom + 34.0), 13.0, Anchor::Middle, chart.x_label);
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

/// An arrow for each point, at the edge beyond which it lies; those of several series stand side by side.
fn off_scale(curve: &Curve, canvas: &mut Canvas, x: &Axis, y: &Axis, plot: Area) {
    let aside = 8.0 * ((curve.series % 5) as f64 - 1.0);
    for point in &curve.points {
        let is_above = y.pixel(point.y) < (plot.top + plot.bottom) / 2.0;
        let edge = if is_above { plot.top } else { plot.bottom };
        let outwards = if is_above { -1.0 } else { 1.0 };
        style::arrow(
            canvas,
            style::color(curve.series),
            (x.pixel(point.x) + aside, edge),
            outwards,
        );
    }
}

fn band(curve: &Curve, canvas: &mut Canvas, x: &Axis, y: &Axis) {
    if !curve.points.iter().any(|point| point.low < point.high) {
        return;
    }
    let upper = curve.points.iter().map(|point| (x.pixel(point.x), y.pixel(point.high)));
    let lower = curve.points.iter().rev().map(|point| (x.pixel(point.x), y.pixel(point.low)));
    canvas.band(&upper.chain(lower).collect::<Vec<_>>(), style::color(curve.series));
}

fn line(curve: &Curve, canvas: &mut Canvas, x: &Axis, y: &Axis) {
    let points: Vec<Point> =
        curve.points.iter().map(|point| (x.pixel(point.x), y.pixel(point.y))).collect();
    if curve.kind == CurveKind::FailedRun {
        return canvas.polyline(&points, style::failed_run(curve.series));
    }
    if curve.kind == CurveKind::OffScale {
        return;
    }
    canvas.polyline(&points, style::line(curve.series));
    if curve.kind == CurveKind::Leaving {
        return;
    }
    // Series start at different points, so that markers of equal curves do not hide each other.
    let stride = points.len().div_ceil(MARKERS).max(1);
    for point in points.iter().skip(curve.series % stride).step_by(stride) {
        style::marker(canvas, curve.series, *point);
    }
}
