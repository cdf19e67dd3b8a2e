//! A figure as data: panels with a shared y axis, the curves in them, and their axes.

use super::axis::{Axis, Scale, Tick, log_range};
use super::svg::Area;
use super::{drawable, ticks};

/// Beside the learning rates, as a share of their range: room for a cross with its count.
const RATE_AIR: f64 = 0.1;

/// A figure with logarithmic y axis.
#[derive(Debug)]
pub(super) struct Chart {
    pub(super) title: String,
    /// What the reader has to know beyond the title; empty if there is nothing.
    pub(super) note: &'static str,
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

    pub(super) fn y_axis(&self, area: Area) -> Axis {
        let points = || self.curves().flat_map(|curve| &curve.points);
        let (least, most) = self.range;
        let fits = |value: &f64| drawable(*value) && (least..=most).contains(value);
        // Bands of points that are shown may end at the edge.
        let shown = points().filter(|point| fits(&point.y));
        let values = shown.flat_map(|point| [point.low, point.y, point.high]).filter(fits);
        let constants = self.panels().filter_map(|panel| panel.constant).filter(fits);
        Axis::upwards(Scale::Log, log_range(values.chain(constants), 0.05), area)
    }

    /// The ticks of the y axis, none of them above what can be, such as 100 %.
    pub(super) fn y_ticks(&self, axis: &Axis) -> Vec<Tick> {
        let (possible, beyond): (Vec<Tick>, Vec<Tick>) =
            axis.ticks().into_iter().partition(|tick| tick.value <= self.range.1);
        if possible.len() > 1 { possible } else { [possible, beyond].concat() }
    }

    pub(super) fn x_axis(&self, panel: &Panel, area: Area) -> Axis {
        let (scale, range) = match &self.x_axis {
            XAxis::Numbers(rates) => (Scale::Log, range_of_numbers(rates)),
            XAxis::Decades => {
                // One range for all panels, which are compared.
                let points = self.curves().flat_map(|curve| &curve.points);
                (Scale::Log, log_range(points.map(|point| point.x), 0.03))
            }
            XAxis::Count => {
                let points = panel.curves.iter().flat_map(|curve| &curve.points);
                let stops = panel.curves.iter().filter_map(|curve| curve.stop);
                let all = points.map(|point| point.x).chain(stops.map(|(x, _)| x));
                let last = all.fold(1.0, f64::max);
                (Scale::Count, (-0.02 * last, 1.03 * last))
            }
        };
        Axis::from_left_to_right(scale, range, area)
    }
}

/// A single number stands in the middle of its neighbours.
pub(super) fn range_of_numbers(numbers: &[f64]) -> (f64, f64) {
    let ticks = ticks::of_numbers(numbers);
    log_range(ticks.iter().map(|tick| tick.value), RATE_AIR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_tick_is_above_what_can_be() {
        let points = [90.0, 99.0].map(|y| CurvePoint::single(y, y)).to_vec();
        let curve = Curve { series: 0, kind: CurveKind::Mean, points, chosen: None, stop: None };
        let (title, series) = (String::new(), Vec::new());
        let panel = Panel { title, series, curves: vec![curve], constant: None, failures: vec![] };
        let chart = Chart {
            title: String::new(),
            note: "",
            x_label: String::new(),
            y_label: "test error, %",
            x_axis: XAxis::Count,
            range: (0.0, 100.0),
            constant_is: "",
            bands: "",
            series: Vec::new(),
            rows: vec![vec![panel]],
        };
        let axis = chart.y_axis(Area { left: 0.0, top: 0.0, right: 1.0, bottom: 250.0 });
        assert!(axis.high > 105.0, "the marker has room");
        let last = chart.y_ticks(&axis).pop();
        assert_eq!(last.map(|tick| tick.text), Some("100".to_string()));
    }
}
