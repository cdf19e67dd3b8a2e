//! The figures of a study. Each file below describes one figure as a [`chart::Chart`], which knows
//! how to draw itself.

mod axis;
mod by_layer;
mod by_number;
mod chart;
#[cfg(test)]
mod fit_tests;
mod grid;
mod layout;
mod legend;
mod log_curves;
mod loss_curves;
mod loss_vs_learning_rate;
#[cfg(test)]
mod nasty_studies;
mod off_scale;
mod panel;
mod scores;
mod style;
mod svg;
mod text;
mod ticks;

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

/// The figures of a study, as far as its files can be read.
#[derive(Debug)]
pub struct Drawn {
    /// Those that could be drawn.
    pub figures: Vec<Figure>,
    /// Why others could not, one for each: the file, line and column of a `metrics.csv` or `layers.csv`
    /// that is missing or damaged.
    pub problems: Vec<AnalysisError>,
}

const SCORES: &str = "scores.svg";
const LOSS_VS_LEARNING_RATE: &str = "loss_vs_learning_rate.svg";
const LOSS_CURVES: &str = "loss_curves.svg";
const ACTIVATION_RMS: &str = "activation_rms_by_layer.svg";
const GRADIENT_NORM: &str = "gradient_norm_by_layer.svg";

/// Draws the figures of a study: `scores.svg`, the result; `test_loss_by_<key>.svg` and
/// `test_error_by_<key>.svg` for every swept number; `loss_vs_learning_rate.svg` if it was tuned;
/// `loss_curves.svg`, `activation_rms_by_layer.svg` and `gradient_norm_by_layer.svg`. A figure for which
/// nothing was measured is left out. Bands reach from the smallest to the largest seed; the mean by
/// layer is geometric, as befits its log axis. `root` is the folder that holds `runs/<run_id>/`; the
/// curves of the runs at the best rate of each arm are read from there.
pub fn figures(study: &Study, root: &Path) -> Drawn {
    let grid = Grid::new(study);
    let mut drawn =
        Drawn { figures: scores::figure(study).into_iter().collect(), problems: Vec::new() };
    let mut add = |file_name: &str, chart: Result<Option<chart::Chart>, AnalysisError>| match chart
    {
        Ok(chart) => drawn.figures.extend(chart.map(|chart| Figure {
            file_name: file_name.to_string(),
            svg: chart.svg(&study.question),
            title: chart.title,
        })),
        Err(problem) => drawn.problems.push(problem),
    };
    for (file_name, chart) in by_number::charts(study) {
        add(&file_name, Ok(Some(chart)));
    }
    add(LOSS_VS_LEARNING_RATE, Ok(loss_vs_learning_rate::chart(study, &grid)));
    add(LOSS_CURVES, loss_curves::chart(study, &grid, root));
    add(ACTIVATION_RMS, by_layer::activation_rms(study, &grid, root));
    add(GRADIENT_NORM, by_layer::gradient_norm(study, &grid, root));
    drawn
}

/// Whether [`figures`] gives this file name to a figure of some study. A figure that a study had before it was
/// changed is known by its name.
///
/// ```
/// assert!(analysis::is_figure("scores.svg") && analysis::is_figure("test_loss_by_depth.svg"));
/// assert!(!analysis::is_figure("my_own.svg"));
/// ```
pub fn is_figure(file_name: &str) -> bool {
    let fixed = [SCORES, LOSS_VS_LEARNING_RATE, LOSS_CURVES, ACTIVATION_RMS, GRADIENT_NORM];
    fixed.contains(&file_name) || by_number::is_file_name(file_name)
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
