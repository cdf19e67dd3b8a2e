//! What tells the series apart: colour, dashes and marker, so that grey prints read as well.

use super::svg::{Canvas, Point, Stroke};

pub(super) const TEXT: &str = "#222222";
pub(super) const GRID: &str = "#e4e4e4";
pub(super) const FRAME: &str = "#888888";

/// The palette of Okabe and Ito (2008), made for colour-blind readers, without its yellow, which
/// is too faint on white.
const COLORS: [&str; 7] =
    ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000"];

/// Five, while there are seven colours: the first 35 series look different in some way.
const DASHES: [&str; 5] = ["", "7 3", "2 2.5", "9 3 2 3", "14 4"];

/// The outlines of the markers, in units of their radius; the empty outline is a circle.
const MARKERS: [&[Point]; 5] = [
    &[],
    &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
    &[(0.0, -1.2), (1.1, 0.8), (-1.1, 0.8)],
    &[(0.0, -1.3), (1.1, 0.0), (0.0, 1.3), (-1.1, 0.0)],
    &[(0.0, 1.2), (1.1, -0.8), (-1.1, -0.8)],
];

const MARKER_RADIUS: f64 = 4.0;

pub(super) fn color(series: usize) -> &'static str {
    COLORS[series % COLORS.len()]
}

pub(super) fn line(series: usize) -> Stroke {
    Stroke { color: color(series), width: 1.8, dash: DASHES[series % DASHES.len()] }
}

/// A single run that failed, among the means of runs that finished.
pub(super) fn failed_run(series: usize) -> Stroke {
    Stroke { width: 0.8, ..line(series) }
}

pub(super) fn constant_predictor() -> Stroke {
    Stroke { color: "#555555", width: 1.2, dash: "5 4" }
}

/// The inside and the rim of a mark: filled, or open for a mean from which failed seeds are missing.
pub(super) fn filling(color: &'static str, is_open: bool) -> (&'static str, &'static str) {
    if is_open { ("white", color) } else { (color, "white") }
}

/// The marker of a series.
pub(super) fn marker(canvas: &mut Canvas, series: usize, at: Point, is_open: bool) {
    let (fill, rim) = filling(color(series), is_open);
    match MARKERS[series % MARKERS.len()] {
        [] => canvas.dot(at, MARKER_RADIUS, fill, rim),
        outline => {
            let corner = |(x, y): &Point| (at.0 + MARKER_RADIUS * x, at.1 + MARKER_RADIUS * y);
            canvas.shape(&outline.iter().map(corner).collect::<Vec<_>>(), fill, rim);
        }
    }
}

/// A triangle inside of an edge that points outwards: down for 1, up for -1.
pub(super) fn arrow(
    canvas: &mut Canvas,
    color: &'static str,
    (x, edge): Point,
    outwards: f64,
    is_open: bool,
) {
    let (fill, rim) = filling(color, is_open);
    let base = edge - 8.0 * outwards;
    canvas.shape(&[(x - 4.0, base), (x + 4.0, base), (x, edge - outwards)], fill, rim);
}

/// The same at an edge beside it: to the right for 1, to the left for -1.
pub(super) fn sideways_arrow(
    canvas: &mut Canvas,
    color: &'static str,
    (edge, y): Point,
    outwards: f64,
    is_open: bool,
) {
    let (fill, rim) = filling(color, is_open);
    let base = edge - 9.0 * outwards;
    canvas.shape(&[(base, y - 4.5), (base, y + 4.5), (edge - outwards, y)], fill, rim);
}

pub(super) fn cross(canvas: &mut Canvas, color: &'static str, (x, y): Point) {
    let stroke = Stroke { color, width: 2.2, dash: "" };
    canvas.line((x - 4.0, y - 4.0), (x + 4.0, y + 4.0), stroke);
    canvas.line((x - 4.0, y + 4.0), (x + 4.0, y - 4.0), stroke);
}

/// Rings of several series at one point lie within each other.
pub(super) fn chosen(canvas: &mut Canvas, series: usize, at: Point) {
    canvas.ring(at, 7.0 + 1.8 * (series % 4) as f64, color(series));
}
