//! The key to a chart: its series, and those signs that occur in it.

use super::chart::{Chart, CurveKind, Panel};
use super::svg::{Anchor, Area, Canvas, Stroke, text_width};
use super::{panel, style};

const SIZE: f64 = 12.0;
const LINE_HEIGHT: f64 = 20.0;
const SIGN_WIDTH: f64 = 34.0;
const GAP: f64 = 20.0;

#[derive(Debug, Clone, Copy)]
enum Sign {
    Series(usize),
    Band,
    Chosen,
    Cross,
    Open,
    FailedRun,
    OffScale,
    Constant,
}

/// The width the longest entry needs.
pub(super) fn least_width(chart: &Chart) -> f64 {
    entries(chart).iter().map(|(_, text)| entry_width(text)).fold(0.0, f64::max)
}

/// Draws the entries below `top` in as many lines as they need; returns where the last line ends.
pub(super) fn draw(chart: &Chart, canvas: &mut Canvas, left: f64, top: f64, width: f64) -> f64 {
    let entries = entries(chart);
    let places = places(&entries, width - left);
    for ((sign, text), (x, line)) in entries.iter().zip(&places) {
        let (x, y) = (left + x, top + *line as f64 * LINE_HEIGHT);
        draw_sign(canvas, *sign, x, y);
        canvas.text((x + SIGN_WIDTH, y + 4.0), SIZE, Anchor::Start, text);
    }
    let last = places.last().map_or(0, |(_, line)| *line);
    top + (last as f64 + 0.5) * LINE_HEIGHT
}

/// How high the legend of a panel that names its own series is.
pub(super) fn height_of_panel(panel: &Panel, width: f64) -> f64 {
    let places = places(&own_entries(panel), width);
    places.last().map_or(0, |(_, line)| line + 1) as f64 * LINE_HEIGHT
}

/// Draws the series that a panel names itself, with the last line at `bottom`.
pub(super) fn draw_own(panel: &Panel, canvas: &mut Canvas, left: f64, bottom: f64, width: f64) {
    let entries = own_entries(panel);
    let places = places(&entries, width);
    let last = places.last().map_or(0, |(_, line)| *line);
    for ((sign, text), (x, line)) in entries.iter().zip(&places) {
        let (x, y) = (left + x, bottom - (last - line) as f64 * LINE_HEIGHT);
        draw_sign(canvas, *sign, x, y);
        canvas.text((x + SIGN_WIDTH, y + 4.0), SIZE, Anchor::Start, text);
    }
}

fn own_entries(panel: &Panel) -> Vec<(Sign, String)> {
    let series = panel.series.iter().enumerate();
    series.map(|(number, name)| (Sign::Series(number), name.clone())).collect()
}

/// The offset of each entry from the left, and the number of its line.
fn places(entries: &[(Sign, String)], width: f64) -> Vec<(f64, usize)> {
    let (mut x, mut line) = (0.0, 0);
    let place = |(_, text): &(Sign, String)| {
        if x > 0.0 && x + entry_width(text) > width {
            (x, line) = (0.0, line + 1);
        }
        let place = (x, line);
        x += entry_width(text) + GAP;
        place
    };
    entries.iter().map(place).collect()
}

fn entry_width(text: &str) -> f64 {
    SIGN_WIDTH + text_width(text, SIZE)
}

fn entries(chart: &Chart) -> Vec<(Sign, String)> {
    let series = chart.series.iter().enumerate();
    let mut entries: Vec<(Sign, String)> =
        series.map(|(number, name)| (Sign::Series(number), name.clone())).collect();
    let mut explain = |occurs: bool, sign: Sign, text: &str| {
        if occurs {
            entries.push((sign, text.to_string()));
        }
    };
    let points = || chart.curves().flat_map(|curve| &curve.points);
    let has_failed = chart.curves().any(|curve| curve.kind == CurveKind::FailedRun);
    let stops = chart.curves().any(|curve| curve.stop.is_some());
    explain(points().any(|at| at.low < at.high), Sign::Band, chart.bands);
    explain(chart.curves().any(|curve| curve.chosen.is_some()), Sign::Chosen, "best rate");
    explain(points().any(|at| at.is_partial), Sign::Open, "some seeds failed");
    explain(!chart.failing_series().is_empty(), Sign::Cross, "failed seeds of all seeds");
    explain(has_failed, Sign::FailedRun, "failed run");
    explain(stops && !has_failed, Sign::Cross, "not finite or zero from here on");
    explain(
        panel::has_off_scale(chart),
        Sign::OffScale,
        "beyond the axis, and the value farthest out",
    );
    let has_constant = chart.panels().any(|panel| panel.constant.is_some());
    explain(has_constant, Sign::Constant, chart.constant_is);
    entries
}

fn draw_sign(canvas: &mut Canvas, sign: Sign, x: f64, y: f64) {
    let (left, right, middle) = (x, x + SIGN_WIDTH - 8.0, x + SIGN_WIDTH / 2.0 - 4.0);
    match sign {
        Sign::Series(series) => {
            canvas.line((left, y), (right, y), style::line(series));
            style::marker(canvas, series, (middle, y), false);
        }
        Sign::Band => {
            let area = Area { left, top: y - 6.0, right, bottom: y + 6.0 };
            canvas.rectangle(area, "#dddddd", "none");
            let stroke = Stroke { color: style::TEXT, width: 1.8, dash: "" };
            canvas.line((left, y), (right, y), stroke);
        }
        Sign::Chosen => canvas.ring((middle, y), 7.0, style::TEXT),
        Sign::Cross => style::cross(canvas, style::TEXT, (middle, y)),
        Sign::Open => canvas.dot((middle, y), 4.0, "white", style::TEXT),
        Sign::FailedRun => {
            let stroke = Stroke { color: style::TEXT, width: 0.8, dash: "" };
            canvas.line((left, y), (right, y), stroke);
            style::cross(canvas, style::TEXT, (right - 2.0, y));
        }
        Sign::OffScale => {
            style::arrow(canvas, style::TEXT, (middle - 5.0, y + 4.0), 1.0);
            style::arrow(canvas, style::TEXT, (middle + 5.0, y - 4.0), -1.0);
        }
        Sign::Constant => canvas.line((left, y), (right, y), style::constant_predictor()),
    }
}
