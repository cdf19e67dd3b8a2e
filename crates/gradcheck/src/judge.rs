//! The pass rule, and the proof that it could have failed.

use crate::ladder::largest;
use crate::problem::{Argument, index_in};
use crate::reference::Reference;
use crate::report::{ArgumentReport, Control, Mismatch, Reason, Returned, Verdict};
use crate::settings::Precision;

/// Bars of error and conditioning that a correct kernel may be off.
const ERROR_BARS: f64 = 8.0;
/// Roundings of the natural scale that a correct kernel may be off.
const ROUNDINGS: f64 = 32.0;
/// Conditioning above this share of the natural scale leaves nothing to compare.
const MOST_CONDITIONING: f64 = 0.3;
/// Factor of one of the wrong gradients that must be rejected.
const CONTROL_FACTOR: f64 = 1.001;

/// Judges the gradients that the backward pass gave for one argument, one per cotangent.
pub(crate) fn judge(
    argument: &Argument,
    gradients: &[Option<Vec<f64>>],
    reference: &Reference,
    precision: Precision,
) -> ArgumentReport {
    let comparisons = compare(gradients, reference, precision);
    let resolution = comparisons.iter().map(|c| c.bar / c.scale).fold(0.0, f64::max);
    let mut wrong = vec![false; argument.values.len()];
    for comparison in &comparisons {
        wrong[comparison.entry] |= comparison.rejects(comparison.analytic);
    }
    let wrong = wrong.iter().filter(|&&wrong| wrong).count();
    let returned = if gradients.contains(&None) { Returned::Nothing } else { Returned::Gradient };
    ArgumentReport {
        name: argument.name.to_string(),
        verdict: verdict(&comparisons, wrong, resolution, reference.conditioning, precision),
        returned,
        worst: worst(argument, &comparisons),
        resolution,
        wrong,
        total: argument.values.len(),
    }
}

/// Judges a constant: the backward pass may give nothing or exact zeros.
pub(crate) fn judge_constant(
    argument: &Argument,
    gradients: &[Option<Vec<f64>>],
) -> ArgumentReport {
    let entry_or_zero =
        |gradient: &Option<Vec<f64>>, entry| gradient.as_ref().map_or(0.0, |g| g[entry]);
    let mut comparisons = Vec::new();
    for entry in 0..argument.values.len() {
        for (cotangent, gradient) in gradients.iter().enumerate() {
            let analytic = entry_or_zero(gradient, entry);
            let exact =
                Comparison { entry, cotangent, analytic, numeric: 0.0, bar: 0.0, scale: 1.0 };
            comparisons.push(exact);
        }
    }
    let is_wrong = |entry| gradients.iter().any(|gradient| entry_or_zero(gradient, entry) != 0.0);
    let wrong = (0..argument.values.len()).filter(|&entry| is_wrong(entry)).count();
    ArgumentReport {
        name: argument.name.to_string(),
        verdict: if wrong == 0 { Verdict::Pass } else { Verdict::Fail },
        returned: Returned::Constant,
        worst: worst(argument, &comparisons),
        resolution: 0.0,
        wrong,
        total: argument.values.len(),
    }
}

/// One entry of one gradient beside its reference.
struct Comparison {
    entry: usize,
    cotangent: usize,
    analytic: f64,
    /// Not a number without an estimate.
    numeric: f64,
    /// Largest difference that is forgiven; infinite without an estimate.
    bar: f64,
    /// The natural scale `N`.
    scale: f64,
}

impl Comparison {
    fn rejects(&self, analytic: f64) -> bool {
        (analytic - self.numeric).abs() > self.bar
    }

    /// The difference in bars, 0 where there is none.
    fn excess(&self) -> f64 {
        let difference = (self.analytic - self.numeric).abs();
        if difference > 0.0 { difference / self.bar } else { 0.0 }
    }
}

fn compare(
    gradients: &[Option<Vec<f64>>],
    reference: &Reference,
    precision: Precision,
) -> Vec<Comparison> {
    let mut comparisons = Vec::new();
    for (cotangent, gradient) in gradients.iter().enumerate() {
        let estimates = reference.estimates.iter().map(|estimates| &estimates[cotangent]);
        let largest_value = largest(estimates.clone().flatten().map(|estimate| estimate.value));
        let scale = largest_value.max(reference.term_sizes[cotangent]);
        // An output of zeros with a gradient of zeros has no scale; any does.
        let scale = if scale > 0.0 { scale } else { 1.0 };
        for (entry, estimate) in estimates.enumerate() {
            let analytic = gradient.as_ref().map_or(0.0, |gradient| gradient[entry]);
            let (numeric, bar) = match estimate {
                None => (f64::NAN, f64::INFINITY),
                Some(estimate) => {
                    let measured = ERROR_BARS * (estimate.error + reference.conditioning);
                    (estimate.value, measured + ROUNDINGS * precision.unit_roundoff() * scale)
                }
            };
            comparisons.push(Comparison { entry, cotangent, analytic, numeric, bar, scale });
        }
    }
    comparisons
}

fn verdict(
    comparisons: &[Comparison],
    wrong: usize,
    resolution: f64,
    conditioning: f64,
    precision: Precision,
) -> Verdict {
    let unresolved = comparisons.iter().filter(|c| c.cotangent == 0 && c.numeric.is_nan()).count();
    if unresolved > 0 && wrong == 0 {
        return Verdict::Inconclusive(Reason::FewSteps { entries: unresolved });
    }
    let scale = comparisons.iter().map(|c| c.scale.max(c.analytic.abs())).fold(0.0, f64::max);
    if ERROR_BARS * conditioning > MOST_CONDITIONING * scale {
        return Verdict::Inconclusive(Reason::IllConditioned { conditioning, scale });
    }
    if wrong > 0 {
        return Verdict::Fail;
    }
    let required = precision.required_resolution();
    if resolution > required {
        return Verdict::Inconclusive(Reason::Resolution { reached: resolution, required });
    }
    match accepted_control(comparisons) {
        Some(control) => Verdict::Inconclusive(Reason::NoPower { accepted: control }),
        None => Verdict::Pass,
    }
}

/// A wrong gradient that the same bars accept. Where the true gradient vanishes within the bars
/// there is none: all three of them are right.
fn accepted_control(comparisons: &[Comparison]) -> Option<Control> {
    if !comparisons.iter().any(|c| c.rejects(0.0)) {
        return None;
    }
    let scaled_is_caught = comparisons.iter().any(|c| c.rejects(CONTROL_FACTOR * c.analytic));
    // No comparison is lost, as there is one that rejects 0.
    let largest =
        comparisons.iter().max_by(|c, d| c.analytic.abs().total_cmp(&d.analytic.abs()))?;
    // That zeros are caught needs no further test, it is the condition above.
    if !scaled_is_caught {
        Some(Control::Scaled)
    } else if !largest.rejects(0.0) {
        Some(Control::LargestLost)
    } else {
        None
    }
}

fn worst(argument: &Argument, comparisons: &[Comparison]) -> Mismatch {
    let worst = comparisons
        .iter()
        .max_by(|one, other| one.excess().total_cmp(&other.excess()))
        .expect("an argument has an entry and a check a cotangent");
    Mismatch {
        index: index_in(argument.shape, worst.entry),
        cotangent: worst.cotangent,
        analytic: worst.analytic,
        numeric: worst.numeric,
        bar: worst.bar,
    }
}
