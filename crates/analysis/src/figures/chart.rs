//! A figure as data: panels with a shared y axis, and the curves in them.

use super::axis::{Axis, Scale, log_range};
use super::drawable;
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
    pub(super) x_label: String,
    pub(super) y_label: &'static str,
    pub(super) x_axis: XAxis,
    /// The y axis ends here at the latest; what lies beyond is an arrow at its edge.
    pub(super) range: (f64, f64),
    /// What the levels of the panels mean.
    pub(super) constant_is: &'static str,
    /// What the bands are, in the legend.
    pub(super) bands: &'static str,
    /// The names of the series, in the order of their numbers; empty where each panel names its own.
    pub(super) series: Vec<String>,
    pub(super) rows: Vec<Vec<Panel>>,
}

/// What the horizontal axis counts.
#[derive(Debug)]
pub(super) enum XAxis {
    /// These learning rates or other numbers, on a log axis, each with a tick.
    Numbers(Vec<f64>),
    /// Steps or layers, from 0.
    Count,
    /// Positive numbers over many powers of ten.
    Decades,
}

#[derive(Debug)]
pub(super) struct Panel {
    pub(super) title: String,
    /// The names of its series, in the order of their numbers, where the chart has none.
    pub(super) series: Vec<String>,
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
}

/// A value with its range over seeds. One that the axis cannot show is an arrow at its edge.
#[derive(Debug, Clone, Copy)]
pub(super) struct CurvePoint {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) low: f64,
    pub(super) high: f64,
    /// Whether some of the seeds failed there, so that it is a mean of the others.
    pub(super) is_partial: bool,
}

impl CurvePoint {
    pub(super) fn single(x: f64, y: f64) -> Self {
        Self { x, y, low: y, high: y, is_partial: false }
    }
}

/// The mean of the values of several seeds, and their range; `None` if there are none.
pub(super) fn over_seeds(x: f64, values: &[f64], mean: fn(&[f64]) -> f64) -> Option<CurvePoint> {
    let low = values.iter().copied().reduce(f64::min)?;
    let high = values.iter().copied().reduce(f64::max)?;
    Some(CurvePoint { x, y: mean(values), low, high, is_partial: false })
}

/// A range for the y axis in which one exploding curve does not flatten the others: four powers of
/// ten around the median of the curves, where all of them together take more than six.
pub(super) fn without_outliers<'c>(curves: impl Iterator<Item = &'c Curve>) -> (f64, f64) {
    let mut middles = Vec::new();
    let (mut low, mut high) = (f64::INFINITY, 0.0_f64);
    for curve in curves {
        let mut values: Vec<f64> =
            curve.points.iter().map(|point| point.y).filter(|y| drawable(*y)).collect();
        values.sort_by(f64::total_cmp);
        low = values.first().map_or(low, |first| first.min(low));
        high = values.last().map_or(high, |last| last.max(high));
        middles.extend(values.get(values.len() / 2));
    }
    middles.sort_by(f64::total_cmp);
    match middles.get((middles.len().saturating_sub(1)) / 2) {
        Some(middle) if high / low > 1e6 => (middle * 1e-4, middle * 1e4),
        _ => (0.0, f64::INFINITY),
    }
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
        let named = self.panels().map(|panel| panel.series.len()).max().unwrap_or(0);
        (0..self.series.len().max(named)).filter(fails).collect()
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
            let legends = row.iter().map(|panel| legend::height_of_panel(panel, panel_width));
            top += ABOVE + legends.fold(0.0, f64::max);
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
        let XAxis::Numbers(rates) = &self.x_axis else { return 350.0 };
        let (low, high) = log_range(rates.iter().copied(), RATE_AIR);
        let room = rates.windows(2).map(|pair| (pair[1] / pair[0]).ln() / (high / low).ln());
        (48.0 / room.fold(1.0, f64::min)).clamp(350.0, 900.0)
    }

    pub(super) fn y_axis(&self, area: Area) -> Axis {
        let points = || self.curves().flat_map(|curve| &curve.points);
        let (least, most) = self.range;
        let fits = |value: &f64| drawable(*value) && (least..=most).contains(value);
        // Bands of points that are shown may end at the edge.
        let shown = points().filter(|point| fits(&point.y));
        let values = shown.flat_map(|point| [point.low, point.y, point.high]).filter(fits);
        let constants = self.panels().filter_map(|panel| panel.constant).filter(fits);
        let (low, high) = log_range(values.chain(constants), 0.05);
        Axis { scale: Scale::Log, low, high, low_pixel: area.bottom, high_pixel: area.top }
    }

    pub(super) fn x_axis(&self, panel: &Panel, area: Area) -> Axis {
        let (scale, low, high) = match &self.x_axis {
            XAxis::Numbers(rates) => {
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
