//! The pass rule, and the proof that it could have failed.

use crate::claimed::Claimed;
use crate::kink::Kink;
use crate::level::Level;
use crate::problem::{Argument, index_in};
use crate::reference::Reference;
use crate::report::{ArgumentReport, Mismatch, Returned};
use crate::settings::Precision;
use crate::verdict::{Control, Reason, Subgradient, Verdict};

/// Bars of error and conditioning that a correct kernel may be off.
const ERROR_BARS: f64 = 8.0;
/// Roundings of the natural scale that a correct kernel may be off.
const ROUNDINGS: f64 = 32.0;
/// So many roundings of the outputs must be less than what they move over the spread of the argument.
const LEAST_MOVE: f64 = 16.0;
/// Conditioning above this share of the natural scale leaves nothing to compare.
const MOST_CONDITIONING: f64 = 0.3;
/// Factor of one of the wrong gradients that must be rejected.
const CONTROL_FACTOR: f64 = 1.001;
/// A kernel whose own gradient moves so much more than the true one loses precision.
const MOST_STABILITY: f64 = 10.0;
/// Roundings of the natural scale by which any kernel moves.
const OWN_ROUNDINGS: f64 = 2.0;

/// What the judge needs to know beside the numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PassRule {
    /// Precision of the kernel.
    pub precision: Precision,
    /// The largest resolution that may pass.
    pub required: f64,
    pub level: Level,
    /// Number of outputs.
    pub outputs: usize,
    /// Number of cotangents that are no unit vectors; they come first.
    pub random: usize,
}

impl PassRule {
    /// Roundings allowed: along directions those of many entries add up like a random walk.
    fn roundings(self) -> f64 {
        match self.level {
            Level::Adjoint => ROUNDINGS + (self.outputs as f64).sqrt(),
            Level::Gradient | Level::Jacobian => ROUNDINGS,
        }
    }
}

/// Judges the gradients that the backward pass gave for one argument.
pub(crate) fn judge(
    argument: &Argument,
    number: usize,
    claimed: &Claimed,
    reference: &Reference,
    rule: PassRule,
) -> ArgumentReport {
    let comparisons = compare(number, claimed, reference, rule);
    // Unit cotangents have small scales of their own; the power is that of the random ones.
    let random = comparisons.iter().filter(|c| c.cotangent < rule.random);
    let resolution = random.map(|c| c.bar / c.scale).fold(0.0, f64::max);
    let mut wrong = vec![false; reference.lines.len()];
    let mut kinked = vec![false; reference.lines.len()];
    for comparison in &comparisons {
        wrong[comparison.line] |= comparison.rejects(comparison.analytic);
        kinked[comparison.line] |= comparison.kink.is_some();
    }
    let returned = match (0..claimed.gradients.len()).all(|c| claimed.gradient(c, number).is_some())
    {
        true => Returned::Gradient,
        false => Returned::Nothing,
    };
    let stability = stability(&comparisons, claimed, reference, rule);
    let judged = Judged { comparisons: &comparisons, wrong: &wrong, kinked: &kinked };
    let conditioning = match is_lost(reference, rule) {
        true => f64::INFINITY,
        false => reference.conditioning(rule.precision),
    };
    ArgumentReport {
        name: argument.name.to_string(),
        verdict: verdict(&judged, resolution, stability, conditioning, rule),
        returned,
        worst: worst(argument, &comparisons, reference, rule.level),
        resolution,
        stability,
        wrong: wrong.iter().filter(|&&wrong| wrong).count(),
        kinks: kinked.iter().filter(|&&kinked| kinked).count(),
        total: reference.lines.len(),
        wrong_entries: (0..wrong.len()).filter(|&line| wrong[line]).collect(),
    }
}

/// Judges a constant: the backward pass may give nothing or exact zeros.
pub(crate) fn judge_constant(
    argument: &Argument,
    number: usize,
    claimed: &Claimed,
) -> ArgumentReport {
    let total = argument.values.len();
    let entry_of = |cotangent: usize, entry: usize| {
        claimed.gradient(cotangent, number).map_or(0.0, |gradient| gradient[entry])
    };
    let largest_of = |entry: usize| {
        let at = |c: usize| (c, entry_of(c, entry));
        let all = (0..claimed.gradients.len()).map(at);
        all.max_by(|(_, a), (_, b)| a.abs().total_cmp(&b.abs())).unwrap_or((0, 0.0))
    };
    let wrong: Vec<usize> = (0..total).filter(|&entry| largest_of(entry).1 != 0.0).collect();
    let worst = wrong
        .iter()
        .copied()
        .max_by(|&a, &b| largest_of(a).1.abs().total_cmp(&largest_of(b).1.abs()))
        .unwrap_or(0);
    let (cotangent, analytic) = largest_of(worst);
    ArgumentReport {
        name: argument.name.to_string(),
        verdict: if wrong.is_empty() { Verdict::Pass } else { Verdict::Fail },
        returned: Returned::Constant,
        worst: Mismatch {
            index: index_in(argument.shape, worst),
            entry: worst,
            along: None,
            cotangent,
            analytic,
            numeric: 0.0,
            bar: 0.0,
        },
        resolution: 0.0,
        stability: 0.0,
        wrong: wrong.len(),
        kinks: 0,
        total,
        wrong_entries: wrong,
    }
}

/// One gradient along one line beside its reference.
struct Comparison {
    line: usize,
    cotangent: usize,
    analytic: f64,
    /// Not a number without an estimate.
    numeric: f64,
    /// Largest difference that is forgiven; infinite without an estimate.
    bar: f64,
    /// The natural scale `N`.
    scale: f64,
    kink: Option<Kink>,
}

impl Comparison {
    fn rejects(&self, analytic: f64) -> bool {
        self.distance(analytic) > self.bar
    }

    /// How far a number is from the derivative, or from all subgradients.
    fn distance(&self, analytic: f64) -> f64 {
        match self.kink {
            None => (analytic - self.numeric).abs(),
            Some(Kink { smaller, larger }) => (smaller - analytic).max(analytic - larger).max(0.0),
        }
    }

    /// The difference in bars, 0 where there is none.
    fn excess(&self) -> f64 {
        let difference = self.distance(self.analytic);
        if difference > 0.0 { difference / self.bar } else { 0.0 }
    }
}

fn compare(
    number: usize,
    claimed: &Claimed,
    reference: &Reference,
    rule: PassRule,
) -> Vec<Comparison> {
    let conditioning = reference.conditioning(rule.precision);
    let mut comparisons = Vec::new();
    for cotangent in 0..claimed.gradients.len() {
        let gradient = claimed.gradient(cotangent, number);
        let scale = reference.scales[cotangent];
        for (line, found) in reference.lines.iter().enumerate() {
            let analytic = gradient.map_or(0.0, |gradient| found.line.along(gradient));
            let kink = found.kinks[cotangent];
            let (numeric, bar) = match found.estimates[cotangent] {
                None => (f64::NAN, f64::INFINITY),
                Some(estimate) => {
                    let measured = ERROR_BARS * (estimate.error + conditioning);
                    let rounding = rule.roundings() * rule.precision.unit_roundoff() * scale;
                    (estimate.value, measured + rounding)
                }
            };
            comparisons.push(Comparison { line, cotangent, analytic, numeric, bar, scale, kink });
        }
    }
    comparisons
}

/// Whether the outputs hardly move beside their rounding in the kernel's precision. What a kernel makes of
/// such an output, as 1 - y^2 of a tanh, is its rounding and nothing else.
fn is_lost(reference: &Reference, rule: PassRule) -> bool {
    let moves = |cotangent: usize| {
        let rounding = rule.precision.unit_roundoff() * reference.output_scales[cotangent];
        reference.scales[cotangent] >= LEAST_MOVE * rounding
    };
    !(0..rule.random).any(moves)
}

/// How much more the kernel's own gradient moves than the true one when inputs move by rounding.
fn stability(
    comparisons: &[Comparison],
    claimed: &Claimed,
    reference: &Reference,
    rule: PassRule,
) -> f64 {
    // At a kink a move by rounding leads from one slope to the other.
    let smooth = reference.lines.iter().filter(|line| line.kinks.iter().all(Option::is_none));
    let spread = smooth.map(|line| claimed.spread(&line.line)).fold(0.0, f64::max);
    let scale = comparisons.iter().map(|c| c.scale).fold(0.0, f64::max);
    let own = OWN_ROUNDINGS * rule.roundings() / ROUNDINGS * rule.precision.unit_roundoff() * scale;
    let expected = reference.conditioning(rule.precision) + own;
    if spread > 0.0 { spread / expected } else { 0.0 }
}

struct Judged<'a> {
    comparisons: &'a [Comparison],
    wrong: &'a [bool],
    kinked: &'a [bool],
}

fn verdict(
    judged: &Judged,
    resolution: f64,
    stability: f64,
    conditioning: f64,
    rule: PassRule,
) -> Verdict {
    let Judged { comparisons, wrong, kinked } = *judged;
    let is_wrong = wrong.contains(&true);
    let unresolved = comparisons.iter().filter(|c| c.cotangent == 0 && c.numeric.is_nan()).count();
    if unresolved > 0 && !is_wrong {
        return Verdict::Inconclusive(Reason::FewSteps { entries: unresolved });
    }
    let scale = comparisons.iter().map(|c| c.scale.max(c.analytic.abs())).fold(0.0, f64::max);
    if ERROR_BARS * conditioning > MOST_CONDITIONING * scale {
        return Verdict::Inconclusive(Reason::IllConditioned { conditioning, scale });
    }
    if is_wrong {
        let only_at_kinks = wrong.iter().zip(kinked).all(|(wrong, kinked)| *kinked || !wrong);
        return if only_at_kinks { Verdict::Kink(Subgradient::Invalid) } else { Verdict::Fail };
    }
    if stability > MOST_STABILITY {
        // Where nothing can be told from wrong, a kernel's own rounding says nothing either.
        return match accepted_control(comparisons) {
            Some(accepted) => Verdict::Inconclusive(Reason::NoPower { accepted }),
            None => Verdict::PrecisionLoss { ratio: stability },
        };
    }
    if resolution > rule.required {
        let (reached, required) = (resolution, rule.required);
        return Verdict::Inconclusive(Reason::Resolution { reached, required });
    }
    match accepted_control(comparisons) {
        Some(control) => Verdict::Inconclusive(Reason::NoPower { accepted: control }),
        None if kinked.contains(&true) => Verdict::Kink(Subgradient::Valid),
        None => Verdict::Pass,
    }
}

/// A wrong gradient that the same bars accept. Where the true gradient vanishes within the bars
/// there is none: all three of them are right.
fn accepted_control(comparisons: &[Comparison]) -> Option<Control> {
    let smooth = || comparisons.iter().filter(|c| c.kink.is_none());
    if !smooth().any(|c| c.rejects(0.0)) {
        return None;
    }
    let scaled_is_caught = smooth().any(|c| c.rejects(CONTROL_FACTOR * c.analytic));
    // No comparison is lost, as there is one that rejects 0.
    let largest = smooth().max_by(|c, d| c.analytic.abs().total_cmp(&d.analytic.abs()))?;
    // That zeros are caught needs no further test, it is the condition above.
    if !scaled_is_caught {
        Some(Control::Scaled)
    } else if !largest.rejects(0.0) {
        Some(Control::LargestLost)
    } else {
        None
    }
}

fn worst(
    argument: &Argument,
    comparisons: &[Comparison],
    reference: &Reference,
    level: Level,
) -> Mismatch {
    let worst = comparisons
        .iter()
        .max_by(|one, other| one.excess().total_cmp(&other.excess()))
        .expect("an argument has an entry and a check a cotangent");
    let line = &reference.lines[worst.line].line;
    let heaviest = line.entries.iter().max_by(|(_, a), (_, b)| a.abs().total_cmp(&b.abs()));
    let entry = heaviest.map_or(0, |&(entry, _)| entry);
    let is_direction = level == Level::Adjoint && line.entries.len() > 1;
    Mismatch {
        index: index_in(argument.shape, entry),
        entry,
        along: is_direction.then_some(worst.line),
        cotangent: worst.cotangent,
        analytic: worst.analytic,
        numeric: worst.numeric,
        bar: worst.bar,
    }
}
