//! The smallest input found at which a kernel fails as it does in a case.

use crate::case::Case;
use crate::definition::Definition;
use crate::examination::CaseReport;
use crate::layer::{KernelInfo, Layer};
use crate::level::Level;
use crate::measured::{Measured, Plan};
use crate::options::Options;
use crate::problem::{Evaluate, Problem};
use crate::settings::{Precision, Settings};
use crate::shrink::{Failing, literal, shrink};
use crate::trial::{Trial, try_kernel};
use crate::values::{Place, cotangents};
use crate::verdict::{Outcome, Verdict};

/// Numbers that the definition may compute in one attempt.
const BUDGET: usize = 2_000_000;

/// A kernel of a layer, and the case in which it fails.
pub(crate) struct Failed<'a> {
    pub layer: &'a dyn Layer,
    pub kernel: usize,
    pub info: &'a KernelInfo,
    pub case: &'a Case,
    pub report: &'a CaseReport,
    pub options: &'a Options,
}

/// That input as source text; `None` if nothing small enough to read fails in the same way.
pub(crate) fn smallest(failed: &Failed) -> Option<String> {
    let place = Place::new(failed.layer, failed.case, failed.report.mode, failed.options.seed);
    let cotangent = worst_cotangent(failed, &place)?;
    let fails = |failing: &Failing| {
        let verdict = verdict(failed, failing);
        verdict.is_some_and(|verdict| is_alike(&verdict, &failed.report.verdict))
    };
    let found = shrink(failed.layer, Failing { place, cotangent }, &fails);
    // Rules of conduct are tested with cotangents of their own.
    literal(&found, !matches!(failed.report.verdict, Verdict::Protocol(_)))
}

/// The cotangent at which the worst entry was found, or the first of the case.
fn worst_cotangent(failed: &Failed, place: &Place) -> Option<Vec<f64>> {
    let values = place.slices();
    let definition = Definition { layer: failed.layer, place, base: Some(&values) };
    let output = definition.at(std::slice::from_ref(&values)).ok()?.remove(0);
    let random = cotangents(failed.case, &output, place.shape[0], failed.options.seed);
    let number = failed.report.failure.as_ref().map_or(0, |failure| failure.worst.cotangent);
    let unit = |entry: usize| (0..output.len()).map(|e| f64::from(u8::from(e == entry))).collect();
    Some(random.get(number).cloned().unwrap_or_else(|| unit(number - random.len())))
}

/// The verdict on a smaller input, if it can be had.
fn verdict(failed: &Failed, failing: &Failing) -> Option<Verdict> {
    let Failed { layer, kernel, info, case, report, options } = *failed;
    let place = &failing.place;
    let base = place.slices();
    let forward = Definition { layer, place, base: Some(&base) };
    let arguments = place.as_arguments();
    let forward_precision = layer.definition_precision();
    let problem = Problem::new(&arguments, &forward, forward_precision, options.seed).ok()?;
    let precision = info.precision;
    let plan = Plan {
        is_constant: &place.is_constant(),
        precisions: &[precision],
        random: vec![failing.cotangent.clone()],
        budget: BUDGET,
        finest: Level::Gradient,
        seed: options.seed,
    };
    let measured = Measured::new(&problem, plan).ok()?.ok()?;
    let required = required(precision, layer, options);
    let demand = report.demand;
    let measured = &measured;
    let trial = Trial {
        layer,
        kernel,
        case,
        place,
        measured,
        precision,
        required,
        demand,
        is_first: false,
        options,
    };
    let (report, _) = try_kernel(&trial);
    Some(report.verdict)
}

/// The largest resolution that may pass.
pub(crate) fn required(precision: Precision, layer: &dyn Layer, options: &Options) -> f64 {
    let required_resolution = options.required_resolution;
    let forward_precision = layer.definition_precision();
    let lane =
        Settings { precision, forward_precision, required_resolution, ..Settings::default() };
    lane.resolution()
}

/// Whether two failures are of one kind.
fn is_alike(one: &Verdict, other: &Verdict) -> bool {
    one.outcome() == Outcome::Failed
        && match (one, other) {
            (Verdict::Protocol(one), Verdict::Protocol(other)) => one == other,
            _ => one.name() == other.name(),
        }
}
