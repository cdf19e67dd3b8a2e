//! Curves as data.

use analysis::LogCurve;
use serde::{Deserialize, Serialize};

/// A curve of a figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// The panel that it is drawn in.
    pub panel: String,
    /// The line that it belongs to.
    pub series: String,
    /// x and y; a y that is not finite is missing.
    pub points: Vec<(f64, Option<f64>)>,
}

impl Curve {
    pub(crate) fn new(
        panel: &str,
        series: &str,
        points: impl IntoIterator<Item = (f64, f64)>,
    ) -> Curve {
        let finite = |(x, y): (f64, f64)| (x, Some(y).filter(|y| y.is_finite()));
        let points = points.into_iter().map(finite).collect();
        Curve { panel: panel.to_owned(), series: series.to_owned(), points }
    }

    /// As the drawing takes it, with a level to compare it with.
    pub(crate) fn drawn(&self, level: f64) -> LogCurve {
        LogCurve {
            panel: self.panel.clone(),
            series: self.series.clone(),
            points: self.points.iter().map(|(x, y)| (*x, y.unwrap_or(f64::NAN))).collect(),
            level,
        }
    }
}
