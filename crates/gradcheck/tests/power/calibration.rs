//! Whether the error bar is honest: finite differences beside gradients in double-double arithmetic,
//! rounded to f64 at the end.

use crate::backward::Slice;
use crate::double_double::DoubleDouble;
use crate::norm::Norm;
use crate::point::Point;
use gradcheck::Settings;
use std::fmt;

/// Inputs of one kind.
#[derive(Clone, Copy)]
pub struct Regime {
    pub name: &'static str,
    pub eps: f64,
    pub change: fn(f64) -> f64,
}

pub const REGIMES: [Regime; 8] = [
    Regime { name: "standard normal", eps: 1e-5, change: |x| x },
    Regime { name: "scale 1e-5", eps: 1e-5, change: |x| 1e-5 * x },
    Regime { name: "scale 1e-3", eps: 1e-5, change: |x| 1e-3 * x },
    Regime { name: "scale 1e4", eps: 1e-5, change: |x| 1e4 * x },
    Regime { name: "offset 1e2", eps: 1e-5, change: |x| 1e2 + x },
    Regime { name: "offset 1e4", eps: 1e-5, change: |x| 1e4 + x },
    Regime { name: "eps 0.3", eps: 0.3, change: |x| x },
    Regime { name: "eps 1e-12", eps: 1e-12, change: |x| x },
];

/// How often the exact gradient is within the bar.
#[derive(Clone, Debug, Default)]
pub struct Calibration {
    pub name: String,
    /// Entries of gradients, each compared at several cotangents.
    pub entries: usize,
    /// Those whose exact value is outside the bar at one cotangent at least.
    pub outside: usize,
    /// For each argument of each check, the largest `|exact - Q| / bar`.
    ratios: Vec<f64>,
}

impl Calibration {
    pub fn inside(&self) -> f64 {
        1.0 - self.outside as f64 / self.entries as f64
    }

    /// Of the worst entries of each argument: the median and the largest ratio.
    pub fn median_and_largest(&self) -> (f64, f64) {
        let mut ratios = self.ratios.clone();
        ratios.sort_by(f64::total_cmp);
        (ratios[ratios.len() / 2], ratios[ratios.len() - 1])
    }
}

/// Checks the exact gradients of every norm at inputs of one kind.
pub fn calibrate(regime: &Regime, seeds: u64) -> Calibration {
    let mut found = Calibration { name: regime.name.to_string(), ..Calibration::default() };
    for norm in Norm::ALL {
        for seed in 0..seeds {
            let point = Point::new(norm, [4, 8], regime.eps, seed, regime.change);
            let settings = Settings { seed, ..Settings::default() };
            let report =
                point.check::<DoubleDouble>(&settings, Slice::right).expect("the input is sound");
            for argument in &report.arguments {
                let worst = &argument.worst;
                found.entries += argument.total;
                found.outside += argument.wrong;
                found.ratios.push((worst.analytic - worst.numeric).abs() / worst.bar);
            }
        }
    }
    found
}

impl fmt::Display for Calibration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (median, largest) = self.median_and_largest();
        write!(
            formatter,
            "| {} | {} | {} | {:.2} % | {median:.0e} | {largest:.0e} |",
            self.name,
            self.entries,
            self.outside,
            100.0 * self.inside(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_gradients_are_within_the_bars() {
        for regime in &REGIMES {
            let found = calibrate(regime, 3);
            assert!(found.entries > 500);
            assert!(found.inside() >= 0.999, "{found}");
        }
    }

    /// A bar that is never nearly reached would be empty words.
    #[test]
    fn the_bars_are_not_much_too_wide() {
        let found = calibrate(&REGIMES[0], 3);
        assert!(found.median_and_largest().0 >= 1e-3, "{found}");
    }
}
