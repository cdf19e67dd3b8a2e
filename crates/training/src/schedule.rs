//! The learning rate of every step.

use equations::{Axes, Expression, Name, Vocabulary};

use crate::curves::Curve;

/// A linear warmup, then a curve: their composition.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    /// What follows the warmup.
    pub curve: &'static Curve,
    /// The fraction of all steps that the warmup takes: 0 <= warmup < 1.
    pub warmup: f64,
}

impl Schedule {
    /// The factors on the peak rate of steps 0 to `steps` - 1.
    ///
    /// With W = round(warmup * steps), step s < W has the factor (s + 1) / W, so that no step is
    /// wasted at rate 0; from there on the curve runs over t = (s - W) / (steps - W).
    ///
    /// ```
    /// use training::{CURVES, Schedule};
    ///
    /// let cosine = CURVES.iter().find(|curve| curve.name == "cosine").unwrap();
    /// let schedule = Schedule { curve: cosine, warmup: 0.5 };
    /// let factors = schedule.factors(4);
    /// // Warmup over two steps, then cosine at t = 0 and t = 1/2.
    /// assert_eq!(factors[..3], [0.5, 1.0, 1.0]);
    /// assert!((factors[3] - 0.5).abs() < 1e-15);
    /// ```
    ///
    /// # Panics
    /// If the curve's equation is wrong, which a test over all curves excludes.
    pub fn factors(&self, steps: usize) -> Vec<f64> {
        let names = ["t", "pi"].map(|name| Name { name, varies: Axes::NONE, constant: true });
        let vocabulary = Vocabulary { names: &names, functions: &["cos"], over: None };
        let expression = Expression::parse(self.curve.equation, &vocabulary)
            .unwrap_or_else(|error| panic!("curve {}: {error}", self.curve.name));
        let warmup = (self.warmup * steps as f64).round() as usize;
        let factor = |step: usize| {
            if step < warmup {
                return (step + 1) as f64 / warmup as f64;
            }
            let t = (step - warmup) as f64 / (steps - warmup) as f64;
            expression.evaluate_scalar(&[t, std::f64::consts::PI], &|_, angle| angle.cos())
        };
        (0..steps).map(factor).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CURVES;

    #[test]
    fn every_schedule_rises_to_the_peak_and_never_climbs_again() {
        for curve in CURVES {
            for warmup in [0.0, 0.1, 0.25] {
                let factors = Schedule { curve, warmup }.factors(200);
                let peak = (warmup * 200.0) as usize;
                assert!(factors[..peak].windows(2).all(|pair| pair[0] < pair[1]));
                assert!(factors[peak..].windows(2).all(|pair| pair[0] >= pair[1]));
                assert_eq!(factors[peak], 1.0, "{}", curve.name);
                assert!(factors.iter().all(|factor| (0.0..=1.0).contains(factor)));
            }
        }
    }

    #[test]
    fn curves_end_where_they_say() {
        let last = |name: &str| {
            let found = CURVES.iter().copied().find(|curve| curve.name == name);
            let curve = found.expect("listed");
            *Schedule { curve, warmup: 0.0 }.factors(1000).last().expect("1000 steps")
        };
        // 1; (1 + cos(0.999 pi)) / 2 = sin(pi / 2000)^2; 1 - 0.999.
        assert_eq!(last("constant"), 1.0);
        assert!((last("cosine") - (std::f64::consts::PI / 2000.0).sin().powi(2)).abs() < 1e-15);
        assert!((last("linear") - 0.001).abs() < 1e-15);
    }

    #[test]
    fn a_run_without_steps_has_no_rates() {
        assert!(Schedule { curve: CURVES[0], warmup: 0.1 }.factors(0).is_empty());
    }
}
