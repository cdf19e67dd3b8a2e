//! A value with its interval, and arrows where they lie beyond the axis.

use crate::comparison::{Contrast, Contrasts, Verdict};
use crate::figures::axis::Axis;
use crate::figures::style;
use crate::figures::svg::{Anchor, Canvas, Stroke};
use crate::figures::text::Font;
use crate::number::three_digits;
use crate::statistics::{Estimate, Interval};
use crate::summary::{ArmSummary, Role};

const VALUE: Font = Font::plain(10.5);
const FAINT: &str = "#999999";

/// A value with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Mark {
    pub(super) value: f64,
    pub(super) interval: Option<Interval>,
    /// Grey: no difference is concluded.
    pub(super) is_faint: bool,
    /// Some seeds failed.
    pub(super) is_open: bool,
}

pub(super) fn score(arm: &ArmSummary, estimate: Option<Estimate>, unit: f64) -> Option<Mark> {
    let Estimate { mean, interval, .. } = estimate?;
    let interval = interval.map(|interval| scaled(interval, unit));
    Some(Mark { value: mean * unit, interval, is_faint: false, is_open: arm.failed > 0 })
}

pub(super) fn difference(
    arm: &ArmSummary,
    metric: fn(&Contrasts) -> &Contrast,
    unit: f64,
) -> Option<Mark> {
    let Role::Compared(comparison) = &arm.role else { return None };
    let contrasts = comparison.contrasts.as_ref()?;
    let contrast = metric(contrasts);
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

impl Mark {
    /// The lower end of the interval, or the value where there is none.
    pub(super) fn low(&self) -> f64 {
        self.interval.map_or(self.value, |interval| interval.low)
    }

    /// The upper end.
    pub(super) fn high(&self) -> f64 {
        self.interval.map_or(self.value, |interval| interval.high)
    }

    /// The mark with the part of its interval where values can be.
    pub(super) fn within(self, (least, most): (f64, f64)) -> Mark {
        let cut = |at: Interval| Interval { low: at.low.max(least), high: at.high.min(most) };
        Mark { interval: self.interval.map(cut), ..self }
    }

    pub(super) fn draw(&self, canvas: &mut Canvas, axis: &Axis, y: f64) {
        let color = if self.is_faint { FAINT } else { style::color(0) };
        let stroke = Stroke { color, width: 2.0, dash: "" };
        let (low, high) = (axis.pixel_within(self.low()), axis.pixel_within(self.high()));
        if low < high {
            canvas.line((low, y), (high, y), stroke);
        }
        if (axis.low..=axis.high).contains(&self.value) {
            let (fill, rim) = style::filling(color, self.is_open);
            canvas.dot((axis.pixel(self.value), y), 4.5, fill, rim);
        }
        let sides = [
            (axis.low_pixel, -1.0, Anchor::Start, self.value < axis.low, self.low() < axis.low),
            (axis.high_pixel, 1.0, Anchor::End, self.value > axis.high, self.high() > axis.high),
        ];
        for (edge, outwards, anchor, value_is_beyond, end_is_beyond) in sides {
            let end = if outwards < 0.0 { self.low() } else { self.high() };
            if value_is_beyond {
                style::sideways_arrow(canvas, color, (edge, y), outwards, self.is_open);
                let at = (edge - 13.0 * outwards, y + 4.0);
                canvas.value(at, VALUE, anchor, color, &three_digits(self.value));
            } else if end_is_beyond {
                style::sideways_arrow(canvas, color, (edge, y), outwards, false);
                let at = (edge - 3.0 * outwards, y - 6.0);
                canvas.value(at, VALUE, anchor, color, &three_digits(end));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::axis::Scale;
    use crate::figures::svg::Area;

    fn drawn(value: f64, (low, high): (f64, f64), is_open: bool) -> String {
        let area = Area { left: 0.0, top: 0.0, right: 100.0, bottom: 20.0 };
        let axis = Axis::from_left_to_right(Scale::Linear, (0.0, 10.0), area);
        let interval = Some(Interval { low, high });
        let mut canvas = Canvas::default();
        Mark { value, interval, is_faint: false, is_open }.draw(&mut canvas, &axis, 10.0);
        canvas.document(100.0, 20.0, "", "")
    }

    #[test]
    fn an_end_beyond_the_axis_is_an_arrow_with_its_value() {
        let svg = drawn(5.0, (4.0, 1234.5), true);
        assert!(svg.contains(">1234</text>") || svg.contains(">1235</text>"), "{svg}");
        assert_eq!((svg.matches("<polygon").count(), svg.matches("<circle").count()), (1, 1));
        assert!(svg.contains("points=\"40.0,10.0 100.0,10.0\""), "the line ends at the edge");
        let both = drawn(5.0, (-7.0, 70.0), false);
        assert!(both.contains(">-7</text>") && both.contains(">70</text>"), "{both}");
    }

    #[test]
    fn a_value_beyond_the_axis_is_an_arrow_as_open_as_its_marker() {
        for is_open in [false, true] {
            let svg = drawn(-50.0, (-60.0, -40.0), is_open);
            assert!(svg.contains(">-50</text>") && !svg.contains("<circle"), "{svg}");
            assert_eq!(svg.contains("fill=\"white\" stroke=\"#0072b2\""), is_open, "{svg}");
        }
    }
}
