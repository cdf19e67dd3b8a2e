//! The examination of a layer: every case, every kernel.

use crate::case::{Case, CaseList, Demand};
use crate::definition::Definition;
use crate::error::{CheckError, Closure};
use crate::examination::{CaseReport, Examination};
use crate::layer::{KernelInfo, Layer, Mode};
use crate::level::Level;
use crate::measured::{Measured, Plan};
use crate::options::Options;
use crate::problem::{Problem, guarded};
use crate::settings::Precision;
use crate::smallest::{Failed, required, smallest};
use crate::trial::{Trial, try_kernel};
use crate::values::{Place, cotangents};
use crate::verdict::{Outcome, Reason, Verdict};
use std::time::Instant;

/// Where an examination is.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// Name of the layer.
    pub layer: &'a str,
    /// Name of the case that comes next.
    pub case: &'a str,
    /// Cases done.
    pub done: usize,
    /// Cases in all.
    pub total: usize,
}

/// Examines every kernel of a layer: conduct, gradients at the level that each size allows, and
/// the identities of declared properties, over all cases and modes. The differences of a case are
/// taken once and serve all kernels.
///
/// What goes wrong in a case, panics among them, is a verdict on that case and no error: on the kernel if
/// the kernel does not answer, and [`Reason::Definition`] if the definition does not.
///
/// # Errors
///
/// A [`CheckError`] if there is nothing to examine, or if the layer panics where it describes itself.
pub fn examine(layer: &dyn Layer, options: &Options) -> Result<Vec<Examination>, CheckError> {
    examine_with(layer, options, &mut |_| {})
}

/// The same, telling before each case where it is.
///
/// # Errors
///
/// As [`examine`].
pub fn examine_with(
    layer: &dyn Layer,
    options: &Options,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Vec<Examination>, CheckError> {
    let (name, kernels) = (layer.name(), layer.kernels());
    if !kernels.iter().any(|kernel| is_chosen(kernel, options)) {
        return Err(CheckError::NoKernels { name });
    }
    let list = match &options.only {
        Some(only) => options.cases.only(only)?,
        None => options.cases.clone(),
    };
    let mut found: Vec<(Vec<CaseReport>, f64)> = vec![(Vec::new(), 0.0); kernels.len()];
    let mut unfrozen: Vec<Option<f64>> = vec![None; kernels.len()];
    for (done, case) in list.cases().iter().enumerate() {
        progress(&Progress { layer: &name, case: &case.name, done, total: list.cases().len() });
        for mode in layer.modes() {
            let begin = Instant::now();
            let trials = guarded(Closure::Forward, || {
                examine_case(layer, &kernels, (case, done == 0), mode, options)
            })?;
            let share = begin.elapsed().as_secs_f64() / trials.len().max(1) as f64;
            for (number, trial, distance) in trials {
                found[number].0.push(trial);
                found[number].1 += share;
                unfrozen[number] = unfrozen[number].into_iter().chain(distance).reduce(f64::max);
            }
        }
    }
    let single = layer.definition_precision() == Precision::Single;
    let mut examinations = Vec::new();
    for (number, ((cases, seconds), distance)) in found.into_iter().zip(unfrozen).enumerate() {
        let info = &kernels[number];
        if !is_chosen(info, options) {
            continue;
        }
        let mut examination =
            conclude(&name, info.clone(), (cases, &list), seconds, distance, single, options.seed);
        if let Some(worst) = failed_case(&examination) {
            let begin = Instant::now();
            let report = &examination.cases[worst];
            let case = list.cases().iter().find(|case| case.name == report.name);
            let literal = case.and_then(|case| {
                smallest(&Failed { layer, kernel: number, info, case, report, options })
            });
            examination.cases[worst].literal = literal;
            examination.seconds += begin.elapsed().as_secs_f64();
        }
        examinations.push(examination);
    }
    Ok(examinations)
}

fn is_chosen(kernel: &KernelInfo, options: &Options) -> bool {
    options.precision.is_none_or(|precision| precision == kernel.precision)
}

/// The number of the case that a failed examination reports.
fn failed_case(examination: &Examination) -> Option<usize> {
    let failed = examination.verdict.outcome() == Outcome::Failed;
    examination.worst_number().filter(|_| failed)
}

fn conclude(
    layer: &str,
    kernel: KernelInfo,
    (cases, list): (Vec<CaseReport>, &CaseList),
    seconds: f64,
    unfrozen_distance: Option<f64>,
    weak: bool,
    seed: u64,
) -> Examination {
    let passed = cases.iter().filter(|case| case.verdict.outcome() == Outcome::Passed);
    let mut resolutions: Vec<f64> = passed.map(|case| case.resolution).collect();
    resolutions.sort_by(f64::total_cmp);
    Examination {
        layer: layer.to_string(),
        kernel: kernel.name,
        precision: kernel.precision,
        weak,
        seed,
        verdict: Examination::overall(&cases, list.most_undecided(kernel.precision)),
        resolution: resolutions.last().copied().unwrap_or(f64::INFINITY),
        typical_resolution: resolutions
            .get(resolutions.len() / 2)
            .copied()
            .unwrap_or(f64::INFINITY),
        cases,
        unfrozen_distance,
        seconds,
    }
}

/// The number of a kernel, what was found of it, and its distance to the derivative without stops.
type Found = (usize, CaseReport, Option<f64>);

/// One case in one mode, for every kernel that it is asked of.
fn examine_case(
    layer: &dyn Layer,
    kernels: &[KernelInfo],
    (case, is_first): (&Case, bool),
    mode: Mode,
    options: &Options,
) -> Vec<Found> {
    let numbered = kernels.iter().enumerate();
    let asked: Vec<(usize, Precision)> = numbered
        .filter(|(_, kernel)| is_chosen(kernel, options))
        .filter(|(_, kernel)| demand(case, kernel.precision) != Demand::NotRun)
        .map(|(number, kernel)| (number, kernel.precision))
        .collect();
    let place = Place::new(layer, case, mode, options.seed);
    let undecided = |reason: Reason| -> Vec<Found> {
        let empty = |&(number, precision): &(usize, Precision)| {
            let verdict = Verdict::Inconclusive(reason.clone());
            (number, CaseReport::empty(case, &place, demand(case, precision), verdict), None)
        };
        asked.iter().map(empty).collect()
    };
    let base = place.slices();
    let forward = Definition { layer, place: &place, base: Some(&base) };
    let arguments = place.as_arguments();
    let forward_precision = layer.definition_precision();
    let problem = match Problem::new(&arguments, &forward, forward_precision, options.seed) {
        Ok(problem) => problem,
        Err(error) => return undecided(error.into()),
    };
    let is_asked = |precision: &Precision| asked.iter().any(|(_, other)| other == precision);
    let both = [Precision::Double, Precision::Single];
    let plan = Plan {
        is_constant: &place.is_constant(),
        precisions: &both.into_iter().filter(is_asked).collect::<Vec<Precision>>(),
        random: cotangents(case, &problem.output, place.shape[0], options.seed),
        budget: options.budget,
        finest: Level::Jacobian,
        seed: options.seed,
    };
    let measured = match Measured::new(&problem, plan) {
        Ok(Ok(measured)) => measured,
        Ok(Err(reason)) => return undecided(reason),
        Err(error) => return undecided(error.into()),
    };
    let judge = |&(kernel, precision): &(usize, Precision)| {
        let trial = Trial {
            layer,
            kernel,
            case,
            place: &place,
            measured: &measured,
            precision,
            required: required(precision, layer, options),
            demand: demand(case, precision),
            is_first,
            options,
        };
        let (report, distance) = try_kernel(&trial);
        (kernel, report, distance)
    };
    asked.iter().map(judge).collect()
}

fn demand(case: &Case, precision: Precision) -> Demand {
    match precision {
        Precision::Double => case.double,
        Precision::Single => case.single,
    }
}
