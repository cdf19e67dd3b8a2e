//! From difference quotients at halving steps to a derivative with an error bar.

/// Fewer usable steps than this give no estimate.
const FEWEST_LEVELS: usize = 5;
/// The search ends when the error has risen this many times in a row.
const MOST_RISES: usize = 4;
/// The same, in a row or not, while the error is more than rounding explains: a kink beside the point,
/// whose quotients only become those of one side once the steps no longer reach it.
const MOST_UNEXPLAINED_RISES: usize = 10;
/// Roundings of the output that the noise of an ill-conditioned function may be.
const MOST_ROUNDINGS: f64 = 1e6;
/// A window has converged when its error is below this share of its value. Rises count from there
/// on: far above a function's own length the quotients only grow as steps shrink, and so does their
/// error, without any rounding.
pub(crate) const CONVERGED: f64 = 0.1;
/// The same along a direction of many entries, whose lengths may all differ: then one after the other
/// converges, and the error falls slowly.
pub(crate) const CONVERGED_TOGETHER: f64 = 1e-3;
/// A window whose error is below this share of its uncancelled terms has converged too: then its value
/// is zero for all that can be seen.
const VANISHING: f64 = 1e-7;
/// Roundings of the largest output that are counted as noise if none is measured.
pub(crate) const LEAST_ROUNDINGS: f64 = 3.0;
/// Roundings of the output within which every smaller step has to confirm a value to make it certain,
/// however small it is: a derivative of 0 has an error that is no small share of it.
const CERTAIN_ROUNDINGS: f64 = 16.0 * LEAST_ROUNDINGS;

/// A derivative with its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Estimate {
    pub value: f64,
    /// The change over one order and over one step, plus the noise at the smallest step used.
    pub error: f64,
    /// First of the three steps used.
    pub first_level: usize,
    /// The noise of the function itself, as this window sees it.
    pub noise: f64,
}

/// How far the way down the steps has led.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Walk {
    /// The best window so far; `None` if fewer than five quotients are finite, or no four of them
    /// are neighbours.
    pub best: Option<Estimate>,
    /// Whether rounding has taken over, so that smaller steps need not be tried.
    pub has_ended: bool,
}

/// Walks down from the largest step and finds the window of three steps with the smallest error.
///
/// A window that has converged, with an error below `converged` times its value or a tiny share of `sizes`, its terms', goes before one that has
/// not: far above a function's own length everything is small, the error too. The way ends where
/// rounding takes over, and is not walked to the smallest step: below its own resolution a function
/// is a staircase, whose quotients agree without meaning anything.
pub(crate) fn walk(
    steps: &[f64],
    quotients: &[f64],
    sizes: &[f64],
    rounding: f64,
    converged: f64,
) -> Walk {
    let mut walk = Walk { best: None, has_ended: false };
    if quotients.iter().filter(|quotient| quotient.is_finite()).count() < FEWEST_LEVELS {
        return walk;
    }
    let (mut last_error, mut rises, mut unexplained) = (f64::INFINITY, 0, 0);
    for first in 0..quotients.len().saturating_sub(3) {
        let Some(here) = window(steps, quotients, first, rounding) else { continue };
        let least = VANISHING * sizes[first + 2];
        // As certain as rounding allows: a derivative of 0 that every smaller step confirms.
        let is_certain =
            |e: Estimate| e.error <= CERTAIN_ROUNDINGS * rounding / steps[e.first_level + 2];
        let has_converged =
            |e: Estimate| e.error < converged * e.value.abs() || e.error < least || is_certain(e);
        if walk.best.is_none_or(|best| here.is_better_than(best, &has_converged)) {
            walk.best = Some(here);
        }
        let is_rise = walk.best.is_some_and(has_converged)
            && here.error > last_error
            && !has_kink_ahead(&quotients[first..]);
        rises = if is_rise { rises + 1 } else { 0 };
        last_error = here.error;
        let is_explained = here.error * steps[first + 2] <= MOST_ROUNDINGS * rounding;
        unexplained += usize::from(is_rise && !is_explained);
        if rises >= MOST_RISES && (is_explained || unexplained >= MOST_UNEXPLAINED_RISES) {
            walk.has_ended = true;
            break;
        }
    }
    walk
}

/// Whether quotients change as those across a kink do, `D = a + c / h`: each change is twice the one
/// before. Rounding has no such order, and below the distance to the kink its error is gone.
fn has_kink_ahead(quotients: &[f64]) -> bool {
    let changes = [0, 1, 2].map(|level| quotients[level + 1] - quotients[level]);
    let doubles = |one: f64, next: f64| (next / one - 2.0).abs() < 0.1;
    doubles(changes[0], changes[1]) && doubles(changes[1], changes[2])
}

impl Estimate {
    fn is_better_than(self, other: Estimate, has_converged: &dyn Fn(Estimate) -> bool) -> bool {
        match (has_converged(self), has_converged(other)) {
            (true, false) => true,
            (false, true) => false,
            _ => self.error < other.error,
        }
    }
}

/// The extrapolated value of the window that starts at one step. `None` if it or the next one is not
/// finite.
fn window(steps: &[f64], quotients: &[f64], first: usize, rounding: f64) -> Option<Estimate> {
    let (half, value) = extrapolate(&quotients[first..]);
    let (_, next) = extrapolate(&quotients[first + 1..]);
    if !value.is_finite() || !next.is_finite() {
        return None;
    }
    let change = (value - half).abs().max((value - next).abs());
    let noise = noise(steps, quotients, first).max(LEAST_ROUNDINGS * rounding);
    let error = change + noise / steps[first + 2];
    Some(Estimate { value, error, first_level: first, noise })
}

/// The noise of the function as seen from one window: the largest distance from its value to that of
/// any window of smaller steps, times that window's smallest step. Truncation is negligible there, so
/// what differs is the rounding of the function over the step. A window whose quotients agree by
/// chance is far from the others and sees much noise.
fn noise(steps: &[f64], quotients: &[f64], first: usize) -> f64 {
    let (_, value) = extrapolate(&quotients[first..]);
    (first + 1..quotients.len() - 2)
        .map(|later| (extrapolate(&quotients[later..]).1 - value).abs() * steps[later + 2])
        .filter(|noise| noise.is_finite())
        .fold(0.0, f64::max)
}

/// From three quotients at `h`, `h/2` and `h/4`: the value free of the error in `h^2`, and the one
/// free of those in `h^2` and `h^4`.
pub(crate) fn extrapolate(quotients: &[f64]) -> (f64, f64) {
    let first = (4.0 * quotients[1] - quotients[0]) / 3.0;
    let second = (4.0 * quotients[2] - quotients[1]) / 3.0;
    (second, (16.0 * second - first) / 15.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn derivative(f: impl Fn(f64) -> f64, x: f64, length: f64) -> Option<Estimate> {
        let steps: Vec<f64> = (0..40).map(|level| length * 2f64.powi(-level)).collect();
        let quotients: Vec<f64> =
            steps.iter().map(|h| (f(x + h) - f(x - h)) / ((x + h) - (x - h))).collect();
        walk(&steps, &quotients, &[0.0; 40], f64::EPSILON / 2.0 * f(x).abs(), CONVERGED).best
    }

    #[test]
    fn two_extrapolations_are_exact_up_to_the_fifth_power() {
        // d/dx x^5 at 1 is 5; the central quotient is 5 + 10 h^2 + h^4.
        let quotients = [1.0, 0.5, 0.25].map(|h: f64| 5.0 + 10.0 * h.powi(2) + h.powi(4));
        let (half, value) = extrapolate(&quotients);
        assert_eq!(value, 5.0);
        // After one extrapolation -h^4/4 is left, at h = 1/2.
        assert_eq!(half, 5.0 - 1.0 / 64.0);
    }

    #[test]
    fn the_error_bar_covers_closed_forms_and_is_small() {
        // The exact values are the closed forms; 1 - tanh^2 is computed without cancellation.
        type Case = (&'static str, fn(f64) -> f64, fn(f64) -> f64);
        let cases: [Case; 5] = [
            ("exp", f64::exp, f64::exp),
            ("sin", f64::sin, f64::cos),
            ("tanh", f64::tanh, |x| x.cosh().powi(-2)),
            ("log", f64::ln, |x| 1.0 / x),
            ("reciprocal", |x| 1.0 / x, |x| -1.0 / (x * x)),
        ];
        for (name, f, exact) in cases {
            for number in 1..200 {
                let x = 0.013 * f64::from(number);
                let found = derivative(f, x, 1.0).expect("enough steps");
                let miss = (found.value - exact(x)).abs();
                assert!(miss <= 8.0 * found.error, "{name} at {x}: {miss} against {found:?}");
                let scale = exact(x).abs().max(f(x).abs());
                assert!(found.error <= 1e-8 * scale, "{name} at {x}: {found:?}");
            }
        }
    }

    #[test]
    fn a_kink_inside_the_larger_steps_is_passed_by() {
        // |x| has the derivative 1 at 1e-3, seen by steps below 1e-3 alone.
        let found = derivative(f64::abs, 1e-3, 1.0).expect("enough steps");
        assert!((found.value - 1.0).abs() <= 8.0 * found.error && found.error < 1e-9, "{found:?}");
    }

    #[test]
    fn the_slope_on_this_side_of_a_kink_is_found() {
        // max(x, 0) has the derivative 1 at every x > 0; across the kink quotients are 1/2 + x / 2h.
        for x in [0.7, 0.2, 0.031_25, 0.01, 1e-3, 1e-5] {
            let found = derivative(|x| x.max(0.0), x, 4.0).expect("enough steps");
            assert!((found.value - 1.0).abs() <= 8.0 * found.error, "{x}: {found:?}");
            assert!(found.error < 1e-9, "{x}: {found:?}");
            // On the other side it is 0, of which no error is a small share.
            let found = derivative(|x| x.max(0.0), -x, 4.0).expect("enough steps");
            assert!(found.value.abs() <= 8.0 * found.error && found.error < 1e-9, "{x}: {found:?}");
        }
    }

    #[test]
    fn a_slope_of_zero_on_this_side_of_a_kink_is_found_through_rounding() {
        // (x + 0.3)^2 - x^2 - 0.6 x is 0.09 but for rounding, so below 0 the derivative is 0, while
        // steps across the kink see 1/2 with an error of a thousandth of that.
        let flat = |x: f64| (x + 0.3).powi(2) - x * x - 0.6 * x + x.max(0.0);
        for x in [0.01, 3e-3, 1e-3, 2e-4] {
            let found = derivative(flat, -x, 4.0).expect("enough steps");
            assert!(found.value.abs() <= 8.0 * found.error && found.error < 1e-9, "{x}: {found:?}");
        }
    }

    #[test]
    fn a_kink_of_a_curved_function_is_passed_by_too() {
        // A quotient by |x| and something that bends: as when one entry of a mean of absolute values
        // is near 0. The slope is by the rule of quotients.
        let curved = |x: f64| (0.3 + x) / (x.abs() + (2.0 + 0.1 * x).powi(2));
        let slope = |x: f64| {
            let (above, below) = (0.3 + x, x.abs() + (2.0 + 0.1 * x).powi(2));
            let of_below = x.signum() + 0.2 * (2.0 + 0.1 * x);
            (below - above * of_below) / (below * below)
        };
        for x in [0.2, 0.02, 3e-3, 2e-4, -2e-4, -3e-3] {
            let found = derivative(curved, x, 4.0).expect("enough steps");
            assert!((found.value - slope(x)).abs() <= 8.0 * found.error, "{x}: {found:?}");
            assert!(found.error < 1e-8, "{x}: {found:?}");
        }
    }

    #[test]
    fn steps_of_a_whole_period_do_not_pass_for_a_flat_function() {
        let found = derivative(|x| (std::f64::consts::TAU * x).sin(), 0.1, 4.0).expect("enough");
        let exact = std::f64::consts::TAU * (0.1 * std::f64::consts::TAU).cos();
        assert!((found.value - exact).abs() <= 8.0 * found.error + 1e-9, "{found:?}");
    }

    #[test]
    fn a_rough_function_gets_a_wide_bar() {
        // Rounded to multiples of 2^-20 the sine has a noise near 5e-7, which no window can hide.
        let rough = |x: f64| (x.sin() * 2f64.powi(20)).round() * 2f64.powi(-20);
        let found = derivative(rough, 0.4, 1.0).expect("enough steps");
        assert!(found.error > 1e-8, "{found:?}");
        assert!((found.value - 0.4f64.cos()).abs() <= 8.0 * found.error, "{found:?}");
    }

    #[test]
    fn steps_far_above_the_length_of_the_function_are_passed_by() {
        // At steps above 1e-6 the quotient of tanh(1e6 x) at 0 is 1/h, which looks the more certain
        // the larger the step; the derivative is 1e6.
        let found = derivative(|x| (1e6 * x).tanh(), 0.0, 1.0).expect("enough steps");
        assert!((found.value - 1e6).abs() <= 8.0 * found.error, "{found:?}");
    }

    #[test]
    fn four_usable_steps_are_too_few() {
        let steps = [1.0, 0.5, 0.25, 0.125, 0.0625, 0.03125];
        let few = [f64::NAN, f64::NAN, 2.0, 2.0, 2.0, 2.0];
        assert_eq!(walk(&steps, &few, &[0.0; 6], 0.0, CONVERGED).best, None);
        let enough = [f64::NAN, 2.0, 2.0, 2.0, 2.0, 2.0];
        assert_eq!(
            walk(&steps, &enough, &[0.0; 6], 0.0, CONVERGED).best.map(|found| found.value),
            Some(2.0)
        );
    }
}
