//! The smallest relative error that is always caught.

use crate::backward::Slice;
use crate::norm::Norm;
use crate::number::Number;
use crate::point::Point;
use gradcheck::{Outcome, Precision, Settings};
use std::fmt;

/// Where the factor `1 + delta` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    AllOfDx,
    MeanTerm,
    VarianceTerm,
}

impl Place {
    pub const ALL: [Place; 3] = [Place::AllOfDx, Place::MeanTerm, Place::VarianceTerm];

    fn name(self) -> &'static str {
        match self {
            Place::AllOfDx => "all of dx",
            Place::MeanTerm => "the mean term",
            Place::VarianceTerm => "the variance term",
        }
    }
}

/// Runs that must all see an error.
pub const SEEDS: u64 = 10;

/// The smallest error seen by every run at one place.
#[derive(Clone, Debug)]
pub struct Threshold {
    pub place: Place,
    pub shape: [usize; 2],
    pub precision: Precision,
    /// One of 1, 3, 10, ... times 1e-13; infinite if an error of 1 is not seen.
    pub delta: f64,
}

/// Looks for the smallest error in a layer norm.
pub fn threshold(place: Place, shape: [usize; 2], precision: Precision) -> Threshold {
    let smallest = |seed| smallest_seen(place, shape, precision, seed);
    let number = (0..SEEDS).map(smallest).max().unwrap_or(usize::MAX);
    let delta = deltas().get(number).copied().unwrap_or(f64::INFINITY);
    Threshold { place, shape, precision, delta }
}

fn deltas() -> Vec<f64> {
    let of = |power: i32| [10_f64.powi(power), 3.0 * 10_f64.powi(power)];
    (-13..0).flat_map(of).chain([1.0]).collect()
}

/// By bisection, for a larger error is not harder to see. What it finds is seen, and the next
/// smaller one is not.
fn smallest_seen(place: Place, shape: [usize; 2], precision: Precision, seed: u64) -> usize {
    let deltas = deltas();
    let (mut unseen, mut seen) = (-1, deltas.len() as i64);
    while seen - unseen > 1 {
        let middle = (seen + unseen) / 2;
        match is_seen(place, shape, precision, seed, deltas[middle as usize]) {
            true => seen = middle,
            false => unseen = middle,
        }
    }
    seen as usize
}

fn is_seen(place: Place, shape: [usize; 2], precision: Precision, seed: u64, delta: f64) -> bool {
    let point = Point::new(Norm::Layer, shape, 1e-5, seed, |x| x);
    let settings = Settings { seed, precision, ..Settings::default() };
    let report = match precision {
        Precision::Double => point.check::<f64>(&settings, |s, k| wrong(place, delta, s, k)),
        Precision::Single => point.check::<f32>(&settings, |s, k| wrong(place, delta, s, k)),
    };
    report.expect("the input is sound").verdict.outcome() == Outcome::Failed
}

fn wrong<E: Number>(place: Place, delta: f64, s: &Slice<E>, k: usize) -> E {
    let error = E::of(delta);
    let term = match place {
        Place::AllOfDx => return s.right(k) + error * s.right(k),
        Place::MeanTerm => s.m1,
        Place::VarianceTerm => s.xhat[k] * s.m2,
    };
    s.right(k) - error * term / s.sigma
}

impl fmt::Display for Threshold {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [rows, columns] = self.shape;
        let (place, precision) = (self.place.name(), self.precision.name());
        write!(formatter, "| {place} | {rows}x{columns} | {precision} | {:.0e} |", self.delta)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_1e_8_is_always_seen_in_f64() {
        for place in Place::ALL {
            let found = threshold(place, [4, 8], Precision::Double);
            assert!(found.delta <= 1e-8, "{found}");
        }
    }

    #[test]
    fn an_error_of_1e_3_is_always_seen_in_f32() {
        for place in Place::ALL {
            let found = threshold(place, [4, 8], Precision::Single);
            assert!(found.delta <= 1e-3, "{found}");
        }
    }

    /// A threshold means something only if the right gradient is not rejected.
    #[test]
    fn no_error_is_not_seen() {
        for precision in [Precision::Double, Precision::Single] {
            for seed in 0..SEEDS {
                assert!(!is_seen(Place::AllOfDx, [4, 8], precision, seed, 0.0), "seed {seed}");
            }
        }
    }
}
