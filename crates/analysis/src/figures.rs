//! The figures of a study. Each file below describes one figure as a [`chart::Chart`], which knows
//! how to draw itself.

mod axis;
mod by_layer;
mod by_number;
mod chart;
mod grid;
mod legend;
mod log_curves;
mod loss_curves;
mod loss_vs_learning_rate;
mod panel;
mod scores;
mod style;
mod svg;

pub use log_curves::{LogAxis, LogCurve, LogLabels, log_curves};

use crate::error::AnalysisError;
use crate::study::Study;
use grid::{Grid, PanelArms};
use std::path::Path;

/// A picture, ready to be written to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// The name of the file, e.g. `loss_curves.svg`.
    pub file_name: String,
    /// What the figure shows, in words.
    pub title: String,
    /// The picture: a complete SVG document.
    pub svg: String,
}

/// Draws the figures of a study: `scores.svg`, the result; `test_loss_by_<key>.svg` and
/// `test_error_by_<key>.svg` for every swept number; `loss_vs_learning_rate.svg` if it was tuned;
/// `loss_curves.svg`, `activation_rms_by_layer.svg` and `gradient_norm_by_layer.svg`. A figure for which
/// nothing was measured is left out. Bands reach from the smallest to the largest seed; the mean by
/// layer is geometric, as befits its log axis. `root` is the folder that holds `runs/<run_id>/`; the
/// curves of the runs at the best rate of each arm are read from there.
///
/// # Errors
/// Names the file, line and column of a `metrics.csv` or `layers.csv` that is missing or damaged.
pub fn figures(study: &Study, root: &Path) -> Result<Vec<Figure>, AnalysisError> {
    let grid = Grid::new(study);
    let mut figures: Vec<Figure> = scores::figure(study).into_iter().collect();
    let mut add = |file_name: String, chart: Option<chart::Chart>| {
        figures.extend(chart.map(|chart| Figure {
            file_name,
            svg: chart.svg(&study.question),
            title: chart.title,
        }));
    };
    for (file_name, chart) in by_number::charts(study) {
        add(file_name, Some(chart));
    }
    for (file_name, chart) in [
        ("loss_vs_learning_rate.svg", loss_vs_learning_rate::chart(study, &grid)),
        ("loss_curves.svg", loss_curves::chart(study, &grid, root)?),
        ("activation_rms_by_layer.svg", by_layer::activation_rms(study, &grid, root)?),
        ("gradient_norm_by_layer.svg", by_layer::gradient_norm(study, &grid, root)?),
    ] {
        add(file_name.to_string(), chart);
    }
    Ok(figures)
}

/// At most this many panels stand side by side.
const PANELS_PER_ROW: usize = 3;

/// What the bands of curves over seeds are, in legends.
const SEEDS: &str = "mean, min to max over seeds";

/// Positive and finite: what a logarithmic axis can show.
fn drawable(value: f64) -> bool {
    value.is_finite() && value > 0.0
}

fn in_rows(panels: Vec<chart::Panel>, in_a_row: usize) -> Vec<Vec<chart::Panel>> {
    let mut panels = panels.into_iter().peekable();
    let mut rows = Vec::new();
    while panels.peek().is_some() {
        rows.push(panels.by_ref().take(in_a_row).collect());
    }
    rows
}
