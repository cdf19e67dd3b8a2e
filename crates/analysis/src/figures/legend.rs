//! The key to a chart: its series, and those signs that occur in it.

use super::chart::{Chart, CurveKind, Panel};
use super::svg::{Anchor, Area, Canvas, Point, Stroke};
use super::text::Font;
use super::{off_scale, style};

const TEXT: Font = Font::plain(12.0);
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

/// An entry with its place: the offset of its first line from the corner of the legend.
struct Placed {
    sign: Sign,
    lines: Vec<String>,
    x: f64,
    y: f64,
}

/// How high the legend of a chart is.
pub(super) fn height(chart: &Chart, width: f64) -> f64 {
    placed(entries(chart), width).1
}

/// Draws the legend of a chart, with its corner at the point.
pub(super) fn draw(chart: &Chart, canvas: &mut Canvas, corner: Point, width: f64) {
    draw_entries(placed(entries(chart), width).0, canvas, corner);
}

/// How high the legend of a panel that names its own series is.
pub(super) fn height_of_panel(panel: &Panel, width: f64) -> f64 {
    placed(own_entries(panel), width).1
}

/// Draws the series that a panel names itself, with the corner at the point.
pub(super) fn draw_own(panel: &Panel, canvas: &mut Canvas, corner: Point, width: f64) {
    draw_entries(placed(own_entries(panel), width).0, canvas, corner);
}

fn draw_entries(entries: Vec<Placed>, canvas: &mut Canvas, (left, top): Point) {
    for Placed { sign, lines, x, y } in entries {
        let (x, y) = (left + x, top + y + LINE_HEIGHT / 2.0);
        draw_sign(canvas, sign, x, y);
        canvas.lines((x + SIGN_WIDTH, y + 4.0), TEXT, Anchor::Start, &lines);
    }
}

fn own_entries(panel: &Panel) -> Vec<(Sign, String)> {
    let series = panel.series.iter().enumerate();
    series.map(|(number, name)| (Sign::Series(number), name.clone())).collect()
}

/// The entries in as many rows as they need, with long texts folded, and the height of all.
fn placed(entries: Vec<(Sign, String)>, width: f64) -> (Vec<Placed>, f64) {
    let (mut x, mut y, mut height) = (0.0, 0.0, 0.0);
    let place = |(sign, text): (Sign, String)| {
        let lines = TEXT.folded(&text, width - SIGN_WIDTH);
        let own_width = SIGN_WIDTH + TEXT.widest(lines.iter().map(String::as_str));
        if x > 0.0 && x + own_width > width {
            (x, y) = (0.0, height);
        }
        let more = lines.len().saturating_sub(1) as f64 * TEXT.line_height();
        height = f64::max(height, y + LINE_HEIGHT + more);
        let placed = Placed { sign, lines, x, y };
        x += own_width + GAP;
        placed
    };
    let placed = entries.into_iter().map(place).collect();
    (placed, height)
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
        off_scale::occurs(chart),
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
            style::arrow(canvas, style::TEXT, (middle - 5.0, y + 4.0), 1.0, false);
            style::arrow(canvas, style::TEXT, (middle + 5.0, y - 4.0), -1.0, false);
        }
        Sign::Constant => canvas.line((left, y), (right, y), style::constant_predictor()),
    }
}
