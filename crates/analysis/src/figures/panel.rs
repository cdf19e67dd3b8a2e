//! Draws one panel of a chart: frame, grid, lane of failures, curves.

use super::axis::{Axis, TICK};
use super::chart::{Chart, Curve, CurveKind, CurvePoint, Panel, XAxis};
use super::off_scale::{self, side};
use super::svg::{Anchor, Area, Canvas, Stroke};
use super::text::Font;
use super::{legend, style, ticks};

/// One row of the lane of failures.
const LANE_ROW: f64 = 16.0;
/// Markers are drawn at about this many points of a curve.
const MARKERS: usize = 10;
const TITLE: Font = Font::plain(13.0);
/// Of the axes.
pub(super) const LABEL: Font = Font::plain(13.0);
const COUNT: Font = Font::plain(11.0);
/// Beside the lane.
pub(super) const FAILED: &str = "failed";

pub(super) fn lane_height(chart: &Chart) -> f64 {
    match chart.failing_series().len() {
        0 => 0.0,
        rows => rows as f64 * LANE_ROW + 6.0,
    }
}

/// How high the title of a panel and its own legend are, above it.
pub(super) fn height_above(panel: &Panel, width: f64) -> f64 {
    let lines = TITLE.folded(&panel.title, width).len();
    legend::height_of_panel(panel, width) + lines.max(1) as f64 * TITLE.line_height() + 10.0
}

/// `area` includes the lane at its top. Only the first panel of a row labels the shared y axis.
pub(super) fn draw(chart: &Chart, panel: &Panel, canvas: &mut Canvas, area: Area, first: bool) {
    let plot = Area { top: area.top + lane_height(chart), ..area };
    let (x_axis, y_axis) = (chart.x_axis(panel, plot), chart.y_axis(plot));
    let width = area.right - area.left;
    let title = TITLE.folded(&panel.title, width);
    let own_legend = area.top - legend::height_of_panel(panel, width);
    let above = title.len().saturating_sub(1) as f64 * TITLE.line_height();
    canvas.lines((area.left, own_legend - 8.0 - above), TITLE, Anchor::Start, &title);
    legend::draw_own(panel, canvas, (area.left, own_legend - 2.0), width);
    x_ticks(chart, canvas, &x_axis, area);
    y_ticks(chart, canvas, &y_axis, plot, first);
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
    off_scale::draw(panel, canvas, &x_axis, &y_axis, plot);
}

fn x_ticks(chart: &Chart, canvas: &mut Canvas, axis: &Axis, area: Area) {
    let grid = Stroke { color: style::GRID, width: 1.0, dash: "" };
    let ticks = match &chart.x_axis {
        XAxis::Numbers(numbers) => axis.thinned(ticks::of_numbers(numbers)),
        XAxis::Count | XAxis::Decades => axis.ticks(),
    };
    for tick in ticks {
        let x = axis.pixel(tick.value);
        canvas.line((x, area.top), (x, area.bottom), grid);
        let at = (axis.middle_of(&tick), area.bottom + 16.0);
        canvas.text(at, TICK, Anchor::Middle, &tick.text);
    }
    let middle = ((area.left + area.right) / 2.0, area.bottom + 34.0);
    let lines = LABEL.folded(&chart.x_label, area.right - area.left);
    canvas.lines(middle, LABEL, Anchor::Middle, &lines);
}

fn y_ticks(chart: &Chart, canvas: &mut Canvas, axis: &Axis, plot: Area, labelled: bool) {
    let grid = Stroke { color: style::GRID, width: 1.0, dash: "" };
    for tick in chart.y_ticks(axis) {
        let y = axis.pixel(tick.value);
        canvas.line((plot.left, y), (plot.right, y), grid);
        if labelled {
            canvas.text((plot.left - 7.0, y + 4.0), TICK, Anchor::End, &tick.text);
        }
    }
}

/// One row per series that fails somewhere: a cross at each failing rate, with the number of
/// failed seeds of all seeds.
fn lane(chart: &Chart, panel: &Panel, canvas: &mut Canvas, x: &Axis, lane: Area, labelled: bool) {
    canvas.rectangle(lane, "#f3f3f3", style::FRAME);
    if labelled {
        let middle = (lane.top + lane.bottom) / 2.0 + 4.0;
        canvas.text((lane.left - 7.0, middle), TICK, Anchor::End, FAILED);
    }
    let rows = chart.failing_series();
    for failures in &panel.failures {
        let row = rows.iter().position(|series| *series == failures.series).unwrap_or(0);
        let y = lane.top + 3.0 + (row as f64 + 0.5) * LANE_ROW;
        let center = x.pixel(failures.x);
        style::cross(canvas, style::color(failures.series), (center - 8.0, y));
        let count = format!("{}/{}", failures.failed, failures.of);
        canvas.text((center, y + 4.0), COUNT, Anchor::Start, &count);
    }
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
