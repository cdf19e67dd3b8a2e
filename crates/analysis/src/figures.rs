//! The figures of a study. Each file below describes one figure as a [`chart::Chart`], which knows
//! how to draw itself.

mod axis;
mod by_layer;
mod chart;
mod legend;
mod log_curves;
mod loss_curves;
mod loss_vs_learning_rate;
mod panel;
mod style;
mod svg;

pub use log_curves::{LogAxis, LogCurve, LogLabels, log_curves};

use crate::arms::distinct;
use crate::error::AnalysisError;
use crate::rate::Rated;
use crate::study::Study;
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

/// Draws the figures of a study: `loss_vs_learning_rate.svg` if it was tuned, `loss_curves.svg`,
/// `activation_rms_by_layer.svg` and `gradient_norm_by_layer.svg`. A figure for which nothing was
/// measured is left out. Bands reach from the smallest to the largest seed; the mean by layer is
/// geometric, as befits its log axis. `root` is the folder that holds `runs/<run_id>/`; the curves of the
/// confirmation runs are read from there.
///
/// # Errors
/// Names the file, line and column of a `metrics.csv` or `layers.csv` that is missing or damaged.
pub fn figures(study: &Study, root: &Path) -> Result<Vec<Figure>, AnalysisError> {
    let grid = Grid::new(study);
    let charts = [
        ("loss_vs_learning_rate.svg", loss_vs_learning_rate::chart(study, &grid)),
        ("loss_curves.svg", loss_curves::chart(study, &grid, root)?),
        ("activation_rms_by_layer.svg", by_layer::activation_rms(study, &grid, root)?),
        ("gradient_norm_by_layer.svg", by_layer::gradient_norm(study, &grid, root)?),
    ];
    let drawn = charts.into_iter().filter_map(|(file_name, chart)| {
        let chart = chart?;
        Some(Figure {
            file_name: file_name.to_string(),
            svg: chart.svg(&study.question),
            title: chart.title,
        })
    });
    Ok(drawn.collect())
}

/// At most this many panels stand side by side.
const PANELS_PER_ROW: usize = 3;

/// The arms of a study by panel, each with the number of its series.
struct Grid<'a> {
    series: Vec<String>,
    panels: Vec<PanelArms<'a>>,
}

struct PanelArms<'a> {
    title: String,
    arms: Vec<(usize, Rated<'a>)>,
}

impl<'a> Grid<'a> {
    fn new(study: &'a Study) -> Self {
        let arms: Vec<Rated> = study.arms().into_iter().map(|arm| Rated::new(study, arm)).collect();
        let series = distinct(arms.iter().map(|arm| arm.arm.series.clone()));
        let titles = distinct(arms.iter().map(|arm| arm.arm.panel.clone()));
        let number =
            |arm: &Rated| series.iter().position(|series| *series == arm.arm.series).unwrap_or(0);
        let panel = |title: String| {
            let members = arms.iter().filter(|arm| arm.arm.panel == title);
            PanelArms { arms: members.map(|arm| (number(arm), arm.clone())).collect(), title }
        };
        let panels = titles.into_iter().map(panel).collect();
        Self { series, panels }
    }
}

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
