//! The result of a study: for each arm its mean scores with their intervals, and its differences from
//! the baseline.

mod column;
mod mark;
mod range;

use super::grid::seeds;
use super::layout::{MARGIN, TITLE, draw_title};
use super::svg::{Anchor, Area, Canvas};
use super::text::Font;
use super::{Figure, SCORES};
use crate::arms::distinct;
use crate::study::Study;
use crate::summary::{ArmSummary, Role, Summary, summarize};
use column::{COLUMNS, Column};

const ROW: f64 = 22.0;
const ARM: Font = Font::plain(12.5);
const PANEL: Font = Font::bold(12.5);
/// Longer names are folded.
const WIDEST_NAME: f64 = 380.0;
/// How far the arms of a panel stand to the right of its name.
const INDENT: f64 = 10.0;
const COLUMN: f64 = 190.0;
const GAP: f64 = 22.0;

/// `None` if no arm has a score.
pub(super) fn figure(study: &Study) -> Option<Figure> {
    let summary = summarize(study);
    let scored = summary.arms.iter().any(|arm| arm.test_loss.is_some());
    scored.then(|| {
        let most = summary.arms.iter().map(|arm| arm.scored - arm.failed).max().unwrap_or(0);
        let rate = if study.is_tuned() { "best rate, " } else { "" };
        let title = format!("{}: scores, {rate}{}", study.name, seeds(most));
        let svg = drawn(&title, &study.question, &summary);
        Figure { file_name: SCORES.to_string(), title, svg }
    })
}

fn drawn(title: &str, question: &str, summary: &Summary) -> String {
    let columns: Vec<&Column> =
        COLUMNS.iter().filter(|column| !column.marks(summary).is_empty()).collect();
    let rows = rows(summary);
    let left = MARGIN + rows.iter().map(Row::width).fold(60.0, f64::max) + 14.0;
    let width = left + columns.len() as f64 * (COLUMN + GAP) + MARGIN;
    let mut canvas = Canvas::default();
    let note = note(summary, &columns);
    let top = draw_title(&mut canvas, title, &note, width - 2.0 * MARGIN) + TITLE.size + 14.0;
    let bottom = top + 8.0 + rows.iter().map(Row::height).sum::<f64>();
    let places: Vec<(f64, &Row)> = placed(&rows, top + 4.0);
    for (number, column) in columns.iter().enumerate() {
        let left = left + number as f64 * (COLUMN + GAP);
        let area = Area { left, top, right: left + COLUMN, bottom };
        column.draw(&mut canvas, summary, &places, area);
    }
    places.iter().for_each(|(y, row)| row.draw(&mut canvas, *y));
    canvas.document(width, bottom + 26.0, title, question)
}

/// What the signs of the figure mean, as far as they occur.
fn note(summary: &Summary, columns: &[&Column]) -> String {
    let any = |fits: &dyn Fn(&Column) -> bool| columns.iter().any(|column| fits(column));
    let has_baseline = summary.arms.iter().any(|arm| arm.role == Role::Baseline);
    let differences = match summary.rates.is_empty() {
        true => "Δ: grey where nothing is concluded",
        false => "Δ over every rate that could be the best, grey where nothing is concluded",
    };
    let parts = [
        (true, "mean and 95 % interval"),
        (
            any(&|column| column.marks(summary).iter().any(|mark| mark.is_open)),
            "open: some seeds failed",
        ),
        (has_baseline, "dashed: the baseline"),
        (any(&|column| column.is_cut(summary)), "arrow: a value, or an end, beyond the axis"),
        (any(&|column| column.has_zero), differences),
    ];
    let parts = parts.iter().filter(|(occurs, _)| *occurs).map(|(_, text)| *text);
    parts.collect::<Vec<_>>().join("; ")
}

/// A line of the figure: the name of a panel, or an arm.
struct Row<'s> {
    arm: Option<&'s ArmSummary>,
    name: Vec<String>,
}

/// The panels one after another, each below its name.
fn rows(summary: &Summary) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for panel in distinct(summary.arms.iter().map(|arm| &arm.panel)) {
        if !panel.is_empty() {
            rows.push(Row { arm: None, name: PANEL.folded(panel, WIDEST_NAME) });
        }
        let arms = summary.arms.iter().filter(|arm| arm.panel == *panel);
        rows.extend(arms.map(|arm| {
            let name = ARM.folded(&arm.series, WIDEST_NAME - INDENT);
            Row { arm: Some(arm), name }
        }));
    }
    rows
}

/// The rows with their middles.
fn placed<'r, 's>(rows: &'r [Row<'s>], top: f64) -> Vec<(f64, &'r Row<'s>)> {
    let mut bottom = top;
    let place = |row: &'r Row<'s>| {
        bottom += row.height();
        (bottom - row.height() / 2.0, row)
    };
    rows.iter().map(place).collect()
}

impl Row<'_> {
    fn font(&self) -> Font {
        if self.arm.is_some() { ARM } else { PANEL }
    }

    fn indent(&self) -> f64 {
        if self.arm.is_some() { INDENT } else { 0.0 }
    }

    fn width(&self) -> f64 {
        self.indent() + self.font().widest(self.name.iter().map(String::as_str))
    }

    /// Of all lines but the first.
    fn further_lines(&self) -> f64 {
        self.name.len().saturating_sub(1) as f64 * self.font().line_height()
    }

    fn height(&self) -> f64 {
        ROW + self.further_lines()
    }

    fn draw(&self, canvas: &mut Canvas, y: f64) {
        let at = (MARGIN + self.indent(), y + 4.0 - self.further_lines() / 2.0);
        canvas.lines(at, self.font(), Anchor::Start, &self.name);
    }
}
