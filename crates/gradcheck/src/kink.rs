//! Where the slopes of both sides differ however small the step.

/// The gap must keep its size over so many levels.
const LEVELS: usize = 5;
/// One level may take off so much of the gap: it halves where the function is smooth.
const LEAST_RATIO: f64 = 0.75;
/// A gap this many times the noise is seen.
const VISIBLE: f64 = 64.0;

/// The slopes of both sides of a kink.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Kink {
    pub smaller: f64,
    pub larger: f64,
}

/// Looks for a kink at the base point. Of the levels at which the gap between the slopes exceeds the
/// noise of the function, the last ones decide: far above its own length every function has gaps.
pub(crate) fn kink(steps: &[f64], quotients: &[f64], gaps: &[f64], noise: f64) -> Option<Kink> {
    let is_visible = |level: usize| {
        gaps[level].is_finite() && gaps[level].abs() * steps[level] > VISIBLE * noise
    };
    let last = (0..gaps.len()).rev().find(|&level| is_visible(level))?;
    let first = (last + 1).checked_sub(LEVELS)?;
    let keeps = |level: usize| {
        let ratio = gaps[level + 1] / gaps[level];
        is_visible(level) && (LEAST_RATIO..=1.0 / LEAST_RATIO).contains(&ratio)
    };
    if !(first..last).all(keeps) {
        return None;
    }
    let half = gaps[last].abs() / 2.0;
    Some(Kink { smaller: quotients[last] - half, larger: quotients[last] + half })
}

/// The distance of the nearest kink that the steps have crossed: the step below which the gap, the
/// same over five larger steps, falls away at once. `None` where there is none.
pub(crate) fn nearest(steps: &[f64], gaps: &[f64], noise: f64) -> Option<f64> {
    let is_plateau = |first: usize| {
        (first..first + LEVELS - 1).all(|level| {
            let ratio = gaps[level + 1] / gaps[level];
            gaps[level].abs() * steps[level] > VISIBLE * noise
                && (LEAST_RATIO..=1.0 / LEAST_RATIO).contains(&ratio)
        })
    };
    let last = (0..(gaps.len() + 1).saturating_sub(LEVELS + 2)).rev().find(|&f| is_plateau(f))?;
    let edge = last + LEVELS - 1;
    let after = gaps.get(edge + 2)?;
    let falls = after.abs() < 0.1 * gaps[edge].abs() && gaps[edge] * steps[edge] != 0.0;
    falls.then(|| steps[edge + 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    type Columns = (Vec<f64>, Vec<f64>, Vec<f64>);

    fn columns(f: impl Fn(f64) -> f64, x: f64) -> Columns {
        let steps: Vec<f64> = (0..30).map(|level| 2f64.powi(-level)).collect();
        let quotients = steps.iter().map(|h| (f(x + h) - f(x - h)) / (2.0 * h)).collect();
        let gaps = steps.iter().map(|h| (f(x + h) - 2.0 * f(x) + f(x - h)) / h).collect();
        (steps, quotients, gaps)
    }

    #[test]
    fn the_slopes_of_both_sides_of_a_kink_are_found() {
        // max(2 x, -x) at 0 has the slopes -1 and 2.
        let (steps, quotients, gaps) = columns(|x: f64| (2.0 * x).max(-x), 0.0);
        let found = kink(&steps, &quotients, &gaps, 1e-17).expect("a kink");
        assert_eq!((found.smaller, found.larger), (-1.0, 2.0));
    }

    #[test]
    fn smooth_functions_have_none() {
        for x in [0.0, 0.3, 1.7] {
            for f in [f64::exp, f64::sin, f64::tanh, |x: f64| (x * x + 1e-4).sqrt()] {
                let (steps, quotients, gaps) = columns(f, x);
                assert_eq!(kink(&steps, &quotients, &gaps, 1e-16), None, "{x}");
            }
        }
    }

    #[test]
    fn a_kink_beside_the_point_has_a_distance() {
        // |x| at 1e-3: steps above 1e-3 see both slopes; 2^-10 is the first below it.
        let (steps, quotients, gaps) = columns(f64::abs, 1e-3);
        assert_eq!(kink(&steps, &quotients, &gaps, 1e-19), None);
        let distance = nearest(&steps, &gaps, 1e-19).expect("a distance");
        assert!((1e-3..=4e-3).contains(&distance), "{distance}");
        let (steps, _, gaps) = columns(f64::sin, 0.4);
        assert_eq!(nearest(&steps, &gaps, 1e-16), None);
    }
}
