//! A column of the scores: an axis of its own, and a mark for each arm.

use super::Row;
use super::mark::{Mark, difference, score};
use super::range::range;
use crate::arms::distinct;
use crate::figures::axis::{Axis, Scale, TICK};
use crate::figures::style;
use crate::figures::svg::{Anchor, Area, Canvas, Stroke};
use crate::figures::text::Font;
use crate::summary::{ArmSummary, Role, Summary};

const NAME: Font = Font::plain(13.0);

/// In place of the score of an arm that has none.
const FAILS: &str = "does not train";

/// A column of the figure.
pub(super) struct Column {
    name: &'static str,
    of: fn(&ArmSummary) -> Option<Mark>,
    /// Whether 0 has a line: differences.
    pub(super) has_zero: bool,
    /// Where values can be.
    possible: (f64, f64),
}

/// The scores, and the differences from the baseline.
pub(super) const COLUMNS: [Column; 4] = [
    Column {
        name: "test loss, nat",
        of: |arm| score(arm, arm.test_loss, 1.0),
        has_zero: false,
        possible: (0.0, f64::INFINITY),
    },
    Column {
        name: "test accuracy, %",
        of: |arm| score(arm, arm.test_accuracy, 100.0),
        has_zero: false,
        possible: (0.0, 100.0),
    },
    Column {
        name: "Δ loss, nat",
        of: |arm| difference(arm, |contrasts| &contrasts.loss, 1.0),
        has_zero: true,
        possible: (f64::NEG_INFINITY, f64::INFINITY),
    },
    Column {
        name: "Δ accuracy, points",
        of: |arm| difference(arm, |contrasts| &contrasts.accuracy, 100.0),
        has_zero: true,
        possible: (-100.0, 100.0),
    },
];

impl Column {
    /// The marks of all arms that have one.
    pub(super) fn marks(&self, summary: &Summary) -> Vec<Mark> {
        summary.arms.iter().filter_map(|arm| self.mark(arm)).collect()
    }

    /// Whether some mark does not lie on the axis as a whole.
    pub(super) fn is_cut(&self, summary: &Summary) -> bool {
        let marks = self.marks(summary);
        let (low, high) = range(&marks, self.has_zero, self.possible);
        marks.iter().any(|mark| mark.low() < low || mark.high() > high)
    }

    fn mark(&self, arm: &ArmSummary) -> Option<Mark> {
        (self.of)(arm).map(|mark| mark.within(self.possible))
    }

    pub(super) fn draw(
        &self,
        canvas: &mut Canvas,
        summary: &Summary,
        rows: &[(f64, &Row)],
        area: Area,
    ) {
        let range = range(&self.marks(summary), self.has_zero, self.possible);
        let axis = Axis::from_left_to_right(Scale::Linear, range, area);
        self.draw_axis(canvas, &axis, area);
        let arms: Vec<(f64, &Row, &ArmSummary)> =
            rows.iter().filter_map(|(y, row)| Some((*y, *row, row.arm?))).collect();
        for panel in distinct(arms.iter().map(|(_, _, arm)| &arm.panel)) {
            let members: Vec<_> = arms.iter().filter(|(_, _, arm)| arm.panel == *panel).collect();
            let baseline = members.iter().find(|(_, _, arm)| arm.role == Role::Baseline);
            let value = baseline.and_then(|(_, _, arm)| self.mark(arm)).map(|mark| mark.value);
            let shown = value.filter(|value| (axis.low..=axis.high).contains(value));
            if let (false, Some(value), [(first, top, _), ..], [.., (last, bottom, _)]) =
                (self.has_zero, shown, &members[..], &members[..])
            {
                let x = axis.pixel(value);
                let (from, to) = (first - top.height() / 2.0, last + bottom.height() / 2.0);
                canvas.line((x, from), (x, to), style::constant_predictor());
            }
        }
        for (y, _, arm) in arms {
            match self.mark(arm) {
                Some(mark) => mark.draw(canvas, &axis, y),
                None if !self.has_zero => draw_failure(canvas, area, y),
                None => {}
            }
        }
    }

    fn draw_axis(&self, canvas: &mut Canvas, axis: &Axis, area: Area) {
        let middle = (area.left + area.right) / 2.0;
        canvas.text((middle, area.top - 8.0), NAME, Anchor::Middle, self.name);
        let grid = Stroke { color: style::GRID, width: 1.0, dash: "" };
        for tick in axis.ticks() {
            let x = axis.pixel(tick.value);
            canvas.line((x, area.top), (x, area.bottom), grid);
            let at = (axis.middle_of(&tick), area.bottom + 16.0);
            canvas.text(at, TICK, Anchor::Middle, &tick.text);
        }
        if self.has_zero {
            let x = axis.pixel(0.0);
            let stroke = Stroke { color: style::FRAME, width: 1.4, dash: "" };
            canvas.line((x, area.top), (x, area.bottom), stroke);
        }
        canvas.rectangle(area, "none", style::FRAME);
    }
}

fn draw_failure(canvas: &mut Canvas, area: Area, y: f64) {
    let x = (area.left + area.right) / 2.0;
    let half = TICK.width(FAILS) / 2.0;
    let ground = Area { left: x - half, top: y - 8.0, right: x + half, bottom: y + 8.0 };
    canvas.rectangle(ground, "white", "none");
    canvas.text((x, y + 4.0), TICK, Anchor::Middle, FAILS);
}
