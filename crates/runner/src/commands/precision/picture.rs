//! The deviations as figures: by offset and by scale, a panel for the value and one for each gradient.

use analysis::{LogAxis, LogCurve, LogLabels, log_curves};
use precision::Format;

use super::Row;

/// Errors smaller than that share of one rounding are none, whatever they are.
const FAR_BELOW: f64 = 100.0;

/// An error of ten times the largest entry leaves no digit right, and a larger one none either.
const NOTHING_RIGHT: f64 = 10.0;

/// Two figures for each norm, by file name.
pub(super) fn figures(rows: &[Row], storage: Format) -> Vec<(String, String)> {
    let mut norms: Vec<&str> = rows.iter().map(|row| row.norm.as_str()).collect();
    norms.dedup();
    norms
        .into_iter()
        .flat_map(|norm| [by_offset(norm, rows, storage), by_scale(norm, rows, storage)])
        .collect()
}

/// The names of the figures of a norm.
pub(super) fn file_names(norm: &str) -> [String; 2] {
    [format!("{norm}_offset.svg"), format!("{norm}_scale.svg")]
}

fn by_offset(norm: &str, rows: &[Row], storage: Format) -> (String, String) {
    let of_norm: Vec<&Row> =
        rows.iter().filter(|row| row.norm == norm && row.input.scale == 1.0).collect();
    let title = format!("{norm} in {storage}: error by offset of the input");
    let x = "mean / standard deviation";
    let [file_name, _] = file_names(norm);
    drawn(&file_name, &title, x, &of_norm, |row| row.input.offset, storage)
}

fn by_scale(norm: &str, rows: &[Row], storage: Format) -> (String, String) {
    let of_norm: Vec<&Row> =
        rows.iter().filter(|row| row.norm == norm && row.input.offset == 0.0).collect();
    let title = format!("{norm} in {storage}: error by scale of the input");
    let x = "standard deviation";
    let [_, file_name] = file_names(norm);
    drawn(&file_name, &title, x, &of_norm, |row| row.input.scale, storage)
}

fn drawn(
    file_name: &str,
    title: &str,
    x: &'static str,
    rows: &[&Row],
    place: fn(&Row) -> f64,
    storage: Format,
) -> (String, String) {
    let mut curves: Vec<LogCurve> = Vec::new();
    for row in rows {
        for deviation in &row.deviations {
            let (panel, series) = (deviation.quantity.name(), &row.variant.name);
            let is_it = |curve: &LogCurve| curve.panel == panel && curve.series == *series;
            let point = (place(row), deviation.error);
            match curves.iter().position(is_it) {
                Some(at) => curves[at].points.push(point),
                None => curves.push(LogCurve {
                    panel,
                    series: series.clone(),
                    points: vec![point],
                    level: half_a_unit(storage),
                }),
            }
        }
    }
    for curve in &mut curves {
        curve.points.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    let labels = LogLabels {
        x_axis: LogAxis::Decades,
        x,
        y: "largest error / largest entry",
        level: "one rounding of the format in memory",
        range: (half_a_unit(storage) / FAR_BELOW, NOTHING_RIGHT),
    };
    (file_name.to_string(), log_curves(file_name, title, &labels, &curves).svg)
}

/// The largest relative error of one rounding: half the spacing at 1.
fn half_a_unit(storage: Format) -> f64 {
    let spacing =
        (1..60).map(|bits| 0.5_f64.powi(bits)).find(|step| storage.round(1.0 + step) == 1.0);
    spacing.unwrap_or(0.0)
}
