//! The result of a study: for each arm its mean scores with their intervals, and its differences from
//! the baseline.

use super::Figure;
use super::axis::{Axis, Scale, TICK_SIZE};
use super::style;
use super::svg::{Anchor, Area, Canvas, Stroke, text_width};
use crate::arms::distinct;
use crate::comparison::{Contrast, Verdict};
use crate::statistics::{Estimate, Interval};
use crate::study::Study;
use crate::summary::{ArmSummary, Role, Summary, summarize};

const MARGIN: f64 = 16.0;
const TITLE: f64 = 16.0;
const ROW: f64 = 22.0;
const TEXT: f64 = 12.5;
const COLUMN: f64 = 190.0;
const GAP: f64 = 22.0;

/// A column of the figure.
struct Column {
    name: &'static str,
    of: fn(&ArmSummary) -> Option<Mark>,
    /// Whether 0 has a line: differences.
    has_zero: bool,
}

/// A value with its interval.
#[derive(Clone, Copy)]
struct Mark {
    value: f64,
    interval: Option<Interval>,
    /// Grey: no difference is concluded.
    is_faint: bool,
    /// Some seeds failed.
    is_open: bool,
}

const SCORES: [Column; 2] = [
    Column { name: "test loss, nat", of: |arm| score(arm, arm.test_loss, 1.0), has_zero: false },
    Column {
        name: "test accuracy, %",
        of: |arm| score(arm, arm.test_accuracy, 100.0),
        has_zero: false,
    },
];

const DIFFERENCES: [Column; 2] = [
    Column { name: "Δ loss, nat", of: |arm| difference(arm, 0, 1.0), has_zero: true },
    Column { name: "Δ accuracy, points", of: |arm| difference(arm, 1, 100.0), has_zero: true },
];

fn score(arm: &ArmSummary, estimate: Option<Estimate>, unit: f64) -> Option<Mark> {
    let Estimate { mean, interval, .. } = estimate?;
    let interval = interval.map(|interval| scaled(interval, unit));
    Some(Mark { value: mean * unit, interval, is_faint: false, is_open: arm.failed > 0 })
}

fn difference(arm: &ArmSummary, metric: usize, unit: f64) -> Option<Mark> {
    let Role::Compared(comparison) = &arm.role else { return None };
    let contrasts = comparison.contrasts.as_ref()?;
    let contrast: &Contrast = [&contrasts.loss, &contrasts.accuracy][metric];
    let Interval { low, high } = contrast.interval;
    let concluded = matches!(contrast.verdict, Verdict::Higher | Verdict::Lower);
    (contrast.estimate.is_finite()).then(|| Mark {
        value: contrast.estimate * unit,
        interval: (low.is_finite() && high.is_finite()).then(|| scaled(contrast.interval, unit)),
        is_faint: !concluded || comparison.withheld.is_some(),
        is_open: contrasts.seeds.len() < contrasts.of,
    })
}

fn scaled(interval: Interval, unit: f64) -> Interval {
    Interval { low: interval.low * unit, high: interval.high * unit }
}

/// `None` if no arm has a score.
pub(super) fn figure(study: &Study) -> Option<Figure> {
    let summary = summarize(study);
    let scored = summary.arms.iter().any(|arm| arm.test_loss.is_some());
    scored.then(|| {
        let seeds = summary.arms.iter().map(|arm| arm.scored - arm.failed).max().unwrap_or(0);
        let rate = if study.is_tuned() { "best rate, " } else { "" };
        let plural = if seeds == 1 { "" } else { "s" };
        let title = format!("{}: scores, {rate}{seeds} seed{plural}", study.name);
        let svg = drawn(&title, &study.question, &summary);
        Figure { file_name: "scores.svg".to_string(), title, svg }
    })
}

fn drawn(title: &str, question: &str, summary: &Summary) -> String {
    let is_compared = summary.arms.iter().any(|arm| matches!(arm.role, Role::Compared(_)));
    let differences = if is_compared { &DIFFERENCES[..] } else { &[] };
    let columns: Vec<&Column> = SCORES.iter().chain(differences).collect();
    let names = summary.arms.iter().map(|arm| text_width(&arm.series, TEXT));
    let labels = names.fold(60.0, f64::max) + 2.0 * MARGIN;
    let width = labels + columns.len() as f64 * (COLUMN + GAP) + MARGIN;
    let panels = distinct(summary.arms.iter().map(|arm| &arm.panel));
    let headings = panels.iter().filter(|panel| !panel.is_empty()).count();
    let top = MARGIN + TITLE + 48.0;
    let rows = (summary.arms.len() + headings) as f64;
    let bottom = top + rows * ROW + 8.0;
    let mut canvas = Canvas::default();
    canvas.bold((MARGIN, MARGIN + TITLE), TITLE, title);
    canvas.text((MARGIN, MARGIN + TITLE + 18.0), 11.5, Anchor::Start, EXPLANATION);
    for (number, column) in columns.iter().enumerate() {
        let left = labels + number as f64 * (COLUMN + GAP);
        let area = Area { left, top, right: left + COLUMN, bottom };
        draw_column(&mut canvas, column, summary, &panels, area);
    }
    draw_names(&mut canvas, summary, &panels, top);
    canvas.document(width, bottom + 26.0, title, question)
}

const EXPLANATION: &str = "mean and 95 % interval; open: some seeds failed; dashed: the baseline; Δ over \
                           every rate that could be the best, grey where nothing is concluded";

/// In place of the score of an arm that has none.
const FAILS: &str = "does not train";

/// The middle of each row, in the order of the panels: headings have no arm.
fn rows<'s>(
    summary: &'s Summary,
    panels: &[&'s String],
    top: f64,
) -> Vec<(f64, Result<&'s ArmSummary, &'s str>)> {
    let mut rows = Vec::new();
    for panel in panels {
        if !panel.is_empty() {
            rows.push(Err(panel.as_str()));
        }
        rows.extend(summary.arms.iter().filter(|arm| arm.panel == **panel).map(Ok));
    }
    let middle = |row: usize| top + 4.0 + (row as f64 + 0.5) * ROW;
    rows.into_iter().enumerate().map(|(row, what)| (middle(row), what)).collect()
}

fn draw_names(canvas: &mut Canvas, summary: &Summary, panels: &[&String], top: f64) {
    for (y, row) in rows(summary, panels, top) {
        match row {
            Err(panel) => canvas.bold((MARGIN, y + 4.0), TEXT, panel),
            Ok(arm) => canvas.text((MARGIN + 10.0, y + 4.0), TEXT, Anchor::Start, &arm.series),
        }
    }
}

fn draw_column(
    canvas: &mut Canvas,
    column: &Column,
    summary: &Summary,
    panels: &[&String],
    area: Area,
) {
    let marks: Vec<Mark> = summary.arms.iter().filter_map(column.of).collect();
    let axis = axis(&marks, column.has_zero, area);
    canvas.text(
        ((area.left + area.right) / 2.0, area.top - 8.0),
        13.0,
        Anchor::Middle,
        column.name,
    );
    let grid = Stroke { color: style::GRID, width: 1.0, dash: "" };
    for (tick, text) in axis.ticks() {
        let x = axis.pixel(tick);
        canvas.line((x, area.top), (x, area.bottom), grid);
        canvas.text((x, area.bottom + 15.0), TICK_SIZE, Anchor::Middle, &text);
    }
    if column.has_zero {
        let x = axis.pixel(0.0);
        let stroke = Stroke { color: style::FRAME, width: 1.4, dash: "" };
        canvas.line((x, area.top), (x, area.bottom), stroke);
    }
    canvas.rectangle(area, "none", style::FRAME);
    let rows = rows(summary, panels, area.top);
    for panel in panels {
        let of_panel = || rows.iter().filter_map(|(y, row)| Some((*y, (*row).ok()?)));
        let members = || of_panel().filter(|(_, arm)| arm.panel == **panel);
        let baseline = members().find(|(_, arm)| arm.role == Role::Baseline);
        if let (false, Some(mark)) =
            (column.has_zero, baseline.and_then(|(_, arm)| (column.of)(arm)))
        {
            let x = axis.pixel_within(mark.value);
            let (first, last) = (members().next(), members().next_back());
            if let (Some((first, _)), Some((last, _))) = (first, last) {
                let stroke = style::constant_predictor();
                canvas.line((x, first - ROW / 2.0), (x, last + ROW / 2.0), stroke);
            }
        }
        for (y, arm) in members() {
            match (column.of)(arm) {
                Some(mark) => draw_mark(canvas, mark, &axis, y),
                None if !column.has_zero => {
                    let x = (area.left + area.right) / 2.0;
                    let half = text_width(FAILS, TICK_SIZE) / 2.0;
                    let ground =
                        Area { left: x - half, top: y - 8.0, right: x + half, bottom: y + 8.0 };
                    canvas.rectangle(ground, "white", "none");
                    canvas.text((x, y + 4.0), TICK_SIZE, Anchor::Middle, FAILS);
                }
                None => {}
            }
        }
    }
}

fn draw_mark(canvas: &mut Canvas, mark: Mark, axis: &Axis, y: f64) {
    let color = if mark.is_faint { "#999999" } else { style::color(0) };
    if let Some(Interval { low, high }) = mark.interval {
        let stroke = Stroke { color, width: 2.0, dash: "" };
        canvas.line((axis.pixel_within(low), y), (axis.pixel_within(high), y), stroke);
    }
    let text = format!("{}", rounded(mark.value));
    if mark.value > axis.high {
        let edge = axis.high_pixel;
        canvas.shape(
            &[(edge - 9.0, y - 4.5), (edge - 9.0, y + 4.5), (edge - 1.0, y)],
            color,
            "white",
        );
        canvas.text((edge - 13.0, y + 4.0), 10.5, Anchor::End, &text);
    } else if mark.value < axis.low {
        let edge = axis.low_pixel;
        canvas.shape(
            &[(edge + 9.0, y - 4.5), (edge + 9.0, y + 4.5), (edge + 1.0, y)],
            color,
            "white",
        );
        canvas.text((edge + 13.0, y + 4.0), 10.5, Anchor::Start, &text);
    } else {
        let (fill, rim) = if mark.is_open { ("white", color) } else { (color, "white") };
        canvas.dot((axis.pixel(mark.value), y), 4.5, fill, rim);
    }
}

fn rounded(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

/// A linear axis for the bulk of the values: one arm far from the others must not flatten them, so a
/// value more than four times as far from the median as three quarters of the values is off the axis.
fn axis(marks: &[Mark], has_zero: bool, area: Area) -> Axis {
    let mut values: Vec<f64> = marks.iter().map(|mark| mark.value).collect();
    values.extend(has_zero.then_some(0.0));
    values.sort_by(f64::total_cmp);
    let median = values.get(values.len() / 2).copied().unwrap_or(0.0);
    let mut distances: Vec<f64> = values.iter().map(|value| (value - median).abs()).collect();
    distances.sort_by(f64::total_cmp);
    let usual = distances.get(distances.len() * 3 / 4).copied().unwrap_or(0.0);
    let fits = |value: f64| (value - median).abs() <= 4.0 * usual || usual == 0.0;
    let mut ends: Vec<f64> = values.iter().copied().filter(|value| fits(*value)).collect();
    for mark in marks.iter().filter(|mark| fits(mark.value)) {
        let interval =
            mark.interval.map_or([mark.value; 2], |interval| [interval.low, interval.high]);
        ends.extend(interval);
    }
    let low = ends.iter().copied().fold(f64::INFINITY, f64::min);
    let high = ends.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let air = match high - low {
        range if range > 0.0 => 0.08 * range,
        _ => (0.1 * low.abs()).max(0.1),
    };
    Axis {
        scale: Scale::Linear,
        low: low - air,
        high: high + air,
        low_pixel: area.left,
        high_pixel: area.right,
    }
}
