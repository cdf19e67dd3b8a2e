//! The key to a chart: its series, and those signs that occur in it.

use super::chart::{Chart, CurveKind};
use super::style;
use super::svg::{Anchor, Area, Canvas, Stroke, text_width};

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
    let (mut x, mut y) = (left, top);
    for (sign, text) in entries(chart) {
        if x > left && x + entry_width(&text) > width {
            (x, y) = (left, y + LINE_HEIGHT);
        }
        draw_sign(canvas, sign, x, y);
        canvas.text((x + SIGN_WIDTH, y + 4.0), SIZE, Anchor::Start, &text);
        x += entry_width(&text) + GAP;
    }
    y + LINE_HEIGHT / 2.0
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
    let has_band = chart.curves().flat_map(|curve| &curve.points).any(|at| at.low < at.high);
    let has_failed = chart.curves().any(|curve| curve.kind == CurveKind::FailedRun);
    let stops = chart.curves().any(|curve| curve.stop.is_some());
    explain(has_band, Sign::Band, "mean, min to max over seeds");
    explain(chart.curves().any(|curve| curve.chosen.is_some()), Sign::Chosen, "chosen rate");
    explain(!chart.failing_series().is_empty(), Sign::Cross, "failed seeds of all seeds");
    explain(has_failed, Sign::FailedRun, "failed run, at the top if off the scale");
    explain(stops && !has_failed, Sign::Cross, "not finite or zero from here on");
    let off_scale = chart.curves().any(|curve| curve.kind == CurveKind::OffScale);
    explain(off_scale, Sign::OffScale, "off the scale: towards 0, towards infinity");
    let has_constant = chart.panels().any(|panel| panel.constant.is_some());
    explain(has_constant, Sign::Constant, chart.constant_is);
    entries
}

fn draw_sign(canvas: &mut Canvas, sign: Sign, x: f64, y: f64) {
    let (left, right, middle) = (x, x + SIGN_WIDTH - 8.0, x + SIGN_WIDTH / 2.0 - 4.0);
    match sign {
        Sign::Series(series) => {
            canvas.line((left, y), (right, y), style::line(series));
            style::marker(canvas, series, (middle, y));
        }
        Sign::Band => {
            let area = Area { left, top: y - 6.0, right, bottom: y + 6.0 };
            canvas.rectangle(area, "#dddddd", "none");
            let stroke = Stroke { color: style::TEXT, width: 1.8, dash: "" };
            canvas.line((left, y), (right, y), stroke);
        }
        Sign::Chosen => canvas.ring((middle, y), 7.0, style::TEXT),
        Sign::Cross => style::cross(canvas, style::TEXT, (middle, y)),
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
