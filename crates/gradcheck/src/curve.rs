//! The V-curve: how the distance of an analytic derivative to its difference quotients changes with
//! the step.

use std::fmt;

/// The distance between one analytic derivative and its difference quotients.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Step and `|D - a|`, from the largest step down.
    pub points: Vec<(f64, f64)>,
    /// The noise of the function, which at a step `h` may move a quotient by `noise / h`.
    pub noise: f64,
    /// `d log|D - a| / d log h` above the step with the least distance: 2 for a right derivative.
    pub slope_above: Option<f64>,
    /// The same below: -1 for a right derivative, by rounding.
    pub slope_below: Option<f64>,
    /// What the slopes say.
    pub reading: Reading,
}

/// What the shape of a V-curve says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Truncation above, rounding below: a right derivative.
    Falls,
    /// The distance stays the same over four levels or more: a wrong derivative.
    Plateau,
    /// The distance falls no faster than the step: a kink, or steps too large.
    Slow,
    /// Too few levels to say.
    Unclear,
}

/// Levels that a slope is fitted to, at least.
const FEWEST: usize = 4;
/// Levels that a slope above is fitted to, at most: further away the function bends.
const FITTED: usize = 6;
/// A smaller slope is level.
const LEVEL: f64 = 0.3;

impl Curve {
    /// Reads a curve off the quotients of a ladder of steps.
    pub(crate) fn new(steps: &[f64], quotients: &[f64], analytic: f64, noise: f64) -> Curve {
        let all = steps.iter().zip(quotients).filter(|(_, quotient)| quotient.is_finite());
        let points: Vec<(f64, f64)> = all.map(|(&h, q)| (h, (q - analytic).abs())).collect();
        let least = (0..points.len()).min_by(|&a, &b| points[a].1.total_cmp(&points[b].1));
        let least = least.unwrap_or(0);
        let above: Vec<(f64, f64)> = points
            .iter()
            .take(least + 1)
            .filter(|point| is_visible(point, noise))
            .copied()
            .collect();
        let slope_above = slope(&above[above.len().saturating_sub(FITTED)..]);
        let slope_below = slope(&points[least.min(points.len())..]);
        let reading = read(&points, noise, slope_above, slope_below);
        Curve { points, noise, slope_above, slope_below, reading }
    }
}

/// Whether a distance is clearly more than rounding.
fn is_visible((step, distance): &(f64, f64), noise: f64) -> bool {
    *distance > 8.0 * noise / step
}

fn read(
    points: &[(f64, f64)],
    noise: f64,
    slope_above: Option<f64>,
    slope_below: Option<f64>,
) -> Reading {
    let plateau = points.windows(FEWEST + 1).any(|window| {
        let visible = window.iter().all(|point| is_visible(point, noise));
        let changes = window.windows(2).all(|pair| (pair[0].1 / pair[1].1).log2().abs() < LEVEL);
        visible && changes && window[0].1 <= 4.0 * least_distance(points)
    });
    match (slope_above, slope_below) {
        _ if plateau => Reading::Plateau,
        (Some(above), _) if above > 1.3 => Reading::Falls,
        (Some(above), _) if above > LEVEL => Reading::Slow,
        (None, Some(below)) if below < -0.7 => Reading::Falls,
        _ => Reading::Unclear,
    }
}

fn least_distance(points: &[(f64, f64)]) -> f64 {
    points.iter().map(|&(_, distance)| distance).fold(f64::INFINITY, f64::min)
}

/// The least-squares slope of the logarithms; `None` for fewer than four distances above 0.
fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let logs: Vec<(f64, f64)> =
        points.iter().filter(|(_, d)| *d > 0.0).map(|(h, d)| (h.log2(), d.log2())).collect();
    if logs.len() < FEWEST {
        return None;
    }
    let count = logs.len() as f64;
    let (x, y) = logs.iter().fold((0.0, 0.0), |(x, y), (h, d)| (x + h / count, y + d / count));
    let product: f64 = logs.iter().map(|(h, d)| (h - x) * (d - y)).sum();
    Some(product / logs.iter().map(|(h, _)| (h - x).powi(2)).sum::<f64>())
}

impl fmt::Display for Reading {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Reading::Falls => "falls as truncation does: right at this entry",
            Reading::Plateau => "a plateau: the derivative is wrong",
            Reading::Slow => "falls no faster than the step: a kink, or steps too large",
            Reading::Unclear => "no clear shape",
        })
    }
}

impl fmt::Display for Curve {
    /// At most 14 lines: twelve steps, evenly chosen, with a bar each, one per factor of ten.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text =
            |slope: Option<f64>| slope.map_or("-".to_string(), |slope| format!("{slope:+.2}"));
        let (above, below) = (text(self.slope_above), text(self.slope_below));
        writeln!(
            formatter,
            "  V-curve: slope {above} above, {below} below, noise {:.0e}; {}",
            self.noise, self.reading
        )?;
        writeln!(formatter, "        step   |D - a|")?;
        let stride = self.points.len().div_ceil(12).max(1);
        let floor = self.points.iter().map(|p| p.1).filter(|d| *d > 0.0);
        let floor = floor.fold(f64::INFINITY, f64::min);
        for (step, distance) in self.points.iter().step_by(stride) {
            let decades = if *distance > 0.0 { (distance / floor).log10() } else { 0.0 };
            let bar = "#".repeat(1 + decades.clamp(0.0, 40.0) as usize);
            writeln!(formatter, "    {step:8.1e}  {distance:8.1e}  {bar}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(analytic: f64) -> Curve {
        let steps: Vec<f64> = (0..30).map(|level| 2f64.powi(-level)).collect();
        let quotients: Vec<f64> =
            steps.iter().map(|h| ((0.4 + h).sin() - (0.4 - h).sin()) / (2.0 * h)).collect();
        Curve::new(&steps, &quotients, analytic, 1e-16)
    }

    #[test]
    fn a_right_derivative_falls_with_slope_two() {
        let curve = curve(0.4f64.cos());
        assert_eq!(curve.reading, Reading::Falls, "{curve}");
        assert!((curve.slope_above.expect("many levels") - 2.0).abs() < 0.3, "{curve}");
    }

    #[test]
    fn a_wrong_derivative_is_a_plateau() {
        for factor in [1.001, 1.0 + 1e-6, -1.0, 0.0] {
            let curve = curve(factor * 0.4f64.cos());
            assert_eq!(curve.reading, Reading::Plateau, "{factor}\n{curve}");
        }
    }

    #[test]
    fn a_curve_prints_in_fourteen_lines() {
        assert!(curve(0.5).to_string().lines().count() <= 14);
    }
}
