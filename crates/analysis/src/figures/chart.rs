//! A figure as data: panels with a shared y axis, and the curves in them.

use super::axis::{Axis, Scale, log_range};
use super::svg::{Area, Canvas};
use super::{legend, panel};

const MARGIN: f64 = 16.0;
const TITLE_SIZE: f64 = 16.0;
/// Left of the first panel: the y label and the tick labels.
const LEFT: f64 = 84.0;
const PANEL_HEIGHT: f64 = 250.0;
const COLUMN_GAP: f64 = 26.0;
/// Above each panel: its title.
const ABOVE: f64 = 26.0;
/// Below each panel: tick labels and the x label.
const BELOW: f64 = 48.0;
/// Beside the learning rates, as a share of their range: room for a cross with its count.
const RATE_AIR: f64 = 0.1;

/// A figure with logarithmic y axis.
#[derive(Debug)]
pub(super) struct Chart {
    pub(super) title: String,
    pub(super) x_label: &'static str,
    pub(super) y_label: &'static str,
    pub(super) x_axis: XAxis,
    /// The y axis ends here at the latest; lines above are cut off.
    pub(super) ceiling: f64,
    /// What the levels of the panels mean.
    pub(super) constant_is: &'static str,
    /// The names of the series, in the order of their numbers.
    pub(super) series: Vec<String>,
    pub(super) rows: Vec<Vec<Panel>>,
}

/// What the horizontal axis counts.
#[derive(Debug)]
pub(super) enum XAxis {
    /// These learning rates, on a log axis, each with a tick.
    Rates(Vec<f64>),
    /// Steps or layers, from 0.
    Count,
    /// Positive numbers over many powers of ten.
    Decades,
}

#[derive(Debug)]
pub(super) struct Panel {
    pub(super) title: String,
    pub(super) curves: Vec<Curve>,
    /// A level that means something, such as the loss of the constant predictor.
    pub(super) constant: Option<f64>,
    /// Failed runs without a place on the y axis, shown in a lane at the top.
    pub(super) failures: Vec<Failures>,
}

/// How many seeds failed at a learning rate.
#[derive(Debug)]
pub(super) struct Failures {
    pub(super) series: usize,
    pub(super) x: f64,
    pub(super) failed: usize,
    pub(super) of: usize,
}

#[derive(Debug)]
pub(super) struct Curve {
    pub(super) series: usize,
    pub(super) kind: CurveKind,
    pub(super) points: Vec<CurvePoint>,
    /// Ringed: the point at the chosen learning rate.
    pub(super) chosen: Option<(f64, f64)>,
    /// Crossed: where the curve ends before its time.
    pub(super) stop: Option<(f64, f64)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CurveKind {
    /// The mean of several runs.
    Mean,
    /// One run that failed.
    FailedRun,
    /// Points beyond an end of the y axis, which stand at that end.
    OffScale,
    /// A line to or from such a point.
    Leaving,
}

/// A value with its range over seeds; all positive and finite.
#[derive(Debug, Clone, Copy)]
pub(super) struct CurvePoint {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

impl CurvePoint {
    pub(super) fn single(x: f64, y: f64) -> Self {
        Self { x, y, low: y, high: y }
    }
}

/// The mean of the values of several seeds, and their range; `None` if there are none.
pub(super) fn over_seeds(x: f64, values: &[f64], mean: fn(&[f64]) -> f64) -> Option<CurvePoint> {
    let low = values.iter().copied().reduce(f64::min)?;
    let high = values.iter().copied().reduce(f64::max)?;
    Some(CurvePoint { x, y: mean(values), low, high })
}

impl Chart {
    pub(super) fn panels(&self) -> impl Iterator<Item = &Panel> {
        self.rows.iter().flatten()
    }

    pub(super) fn curves(&self) -> impl Iterator<Item = &Curve> {
        self.panels().flat_map(|panel| &panel.curves)
    }

    /// The series that have a row in the lane of failures.
    pub(super) fn failing_series(&self) -> Vec<usize> {
        let fails = |series: &usize| {
            self.panels().flat_map(|panel| &panel.failures).any(|at| at.series == *series)
        };
        (0..self.series.len()).filter(fails).collect()
    }

    /// The picture; the question of the study becomes its description.
    pub(super) fn svg(&self, question: &str) -> String {
        let panel_width = self.panel_width();
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0) as f64;
        let width = LEFT + columns * (panel_width + COLUMN_GAP) + MARGIN;
        let width = width.max(legend::least_width(self) + 2.0 * MARGIN);
        let lane = panel::lane_height(self);
        let mut canvas = Canvas::default();
        canvas.bold((MARGIN, MARGIN + TITLE_SIZE), TITLE_SIZE, &self.title);
        let mut top = legend::draw(self, &mut canvas, MARGIN, 2.0 * MARGIN + TITLE_SIZE, width);
        for row in &self.rows {
            top += ABOVE;
            let bottom = top + lane + PANEL_HEIGHT;
            canvas.upward_text((MARGIN + 10.0, (top + lane + bottom) / 2.0), 13.0, self.y_label);
            for (column, panel) in row.iter().enumerate() {
                let left = LEFT + column as f64 * (panel_width + COLUMN_GAP);
                let area = Area { left, top, right: left + panel_width, bottom };
                panel::draw(self, panel, &mut canvas, area, column == 0);
            }
            top = bottom + BELOW;
        }
        canvas.document(width, top, &self.title, question)
    }

    /// Wide enough for a tick label at each learning rate.
    fn panel_width(&self) -> f64 {
        let XAxis::Rates(rates) = &self.x_axis else { return 350.0 };
        let (low, high) = log_range(rates.iter().copied(), RATE_AIR);
        let room = rates.windows(2).map(|pair| (pair[1] / pair[0]).ln() / (high / low).ln());
        (48.0 / room.fold(1.0, f64::min)).clamp(350.0, 900.0)
    }

    pub(super) fn y_axis(&self, area: Area) -> Axis {
        let curves = self.curves().flat_map(|curve| &curve.points);
        let values = curves.flat_map(|point| [point.low, point.high]);
        let constants = self.panels().filter_map(|panel| panel.constant);
        let (low, high) =
            log_range(values.chain(constants).map(|value| value.min(self.ceiling)), 0.05);
        Axis { scale: Scale::Log, low, high, low_pixel: area.bottom, high_pixel: area.top }
    }

    pub(super) fn x_axis(&self, panel: &Panel, area: Area) -> Axis {
        let (scale, low, high) = match &self.x_axis {
            XAxis::Rates(rates) => {
                let (low, high) = log_range(rates.iter().copied(), RATE_AIR);
                (Scale::Log, low, high)
            }
            XAxis::Decades => {
                // One range for all panels, which are compared.
                let points = self.curves().flat_map(|curve| &curve.points);
                let (low, high) = log_range(points.map(|point| point.x), 0.03);
                (Scale::Log, low, high)
            }
            XAxis::Count => {
                let points = panel.curves.iter().flat_map(|curve| &curve.points);
                let stops = panel.curves.iter().filter_map(|curve| curve.stop);
                let all = points.map(|point| point.x).chain(stops.map(|(x, _)| x));
                let last = all.fold(1.0, f64::max);
                (Scale::Linear, -0.02 * last, 1.03 * last)
            }
        };
        Axis { scale, low, high, low_pixel: area.left, high_pixel: area.right }
    }
}
