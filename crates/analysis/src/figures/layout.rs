//! Where the parts of a figure stand: title, legend, panels.

use super::axis::TICK;
use super::chart::{Chart, XAxis, range_of_numbers};
use super::svg::{Anchor, Area, Canvas};
use super::text::Font;
use super::{legend, panel};

pub(super) const MARGIN: f64 = 16.0;
pub(super) const TITLE: Font = Font::bold(16.0);
/// What is said below the title.
pub(super) const NOTE: Font = Font::plain(11.5);
/// Left of the first panel, at least: the y label and the tick labels.
const LEFT: f64 = 84.0;
const PANEL_HEIGHT: f64 = 250.0;
const COLUMN_GAP: f64 = 26.0;
/// Below each panel: tick labels and one line of the x label.
const BELOW: f64 = 48.0;

impl Chart {
    /// The picture; the question of the study becomes its description.
    pub(super) fn svg(&self, question: &str) -> String {
        let panel_width = self.panel_width();
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0) as f64;
        let first = self.left_of_panels();
        let width = first + columns * (panel_width + COLUMN_GAP) + MARGIN;
        let lane = panel::lane_height(self);
        let mut canvas = Canvas::default();
        let mut top = self.draw_head(&mut canvas, width - 2.0 * MARGIN);
        for row in &self.rows {
            let above = row.iter().map(|panel| panel::height_above(panel, panel_width));
            top += above.fold(0.0, f64::max);
            let bottom = top + lane + PANEL_HEIGHT;
            self.draw_y_label(&mut canvas, (top + lane + bottom) / 2.0);
            for (column, panel) in row.iter().enumerate() {
                let left = first + column as f64 * (panel_width + COLUMN_GAP);
                let area = Area { left, top, right: left + panel_width, bottom };
                panel::draw(self, panel, &mut canvas, area, column == 0);
            }
            let lines = panel::LABEL.folded(&self.x_label, panel_width).len();
            top = bottom + BELOW + lines.saturating_sub(1) as f64 * panel::LABEL.line_height();
        }
        canvas.document(width, top, &self.title, question)
    }

    /// Title, note and legend; returns where they end.
    fn draw_head(&self, canvas: &mut Canvas, width: f64) -> f64 {
        let top = draw_title(canvas, &self.title, self.note, width) + 6.0;
        legend::draw(self, canvas, (MARGIN, top), width);
        top + legend::height(self, width)
    }

    fn y_label_lines(&self) -> Vec<String> {
        panel::LABEL.folded(self.y_label, PANEL_HEIGHT)
    }

    fn draw_y_label(&self, canvas: &mut Canvas, middle: f64) {
        for (number, line) in self.y_label_lines().iter().enumerate() {
            let x = MARGIN + 10.0 + number as f64 * panel::LABEL.line_height();
            canvas.upward_text((x, middle), panel::LABEL, line);
        }
    }

    /// Room for the y label and for the texts of the ticks beside it.
    fn left_of_panels(&self) -> f64 {
        let area = Area { left: 0.0, top: 0.0, right: 1.0, bottom: PANEL_HEIGHT };
        let ticks = self.y_ticks(&self.y_axis(area));
        let texts = ticks.iter().map(|tick| tick.text.as_str()).chain([panel::FAILED]);
        let labels = self.y_label_lines().len() as f64 * panel::LABEL.line_height();
        LEFT.max(MARGIN + labels + TICK.widest(texts) + 13.0)
    }

    /// Wide enough for a tick label at each learning rate.
    fn panel_width(&self) -> f64 {
        let XAxis::Numbers(rates) = &self.x_axis else { return 350.0 };
        let (low, high) = range_of_numbers(rates);
        let room = rates.windows(2).map(|pair| (pair[1] / pair[0]).ln() / (high / low).ln());
        (48.0 / room.fold(1.0, f64::min)).clamp(350.0, 900.0)
    }
}

/// Draws the title of a figure, folded to the width, and a note below it; returns where they end.
pub(super) fn draw_title(canvas: &mut Canvas, title: &str, note: &str, width: f64) -> f64 {
    let mut baseline = MARGIN + TITLE.size;
    let title = TITLE.balanced(title, width);
    canvas.lines((MARGIN, baseline), TITLE, Anchor::Start, &title);
    baseline += title.len().saturating_sub(1) as f64 * TITLE.line_height();
    let note = NOTE.balanced(note, width);
    canvas.lines((MARGIN, baseline + 18.0), NOTE, Anchor::Start, &note);
    match note.len() {
        0 => baseline,
        lines => baseline + 18.0 + (lines - 1) as f64 * NOTE.line_height(),
    }
}
