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
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
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
    let examiner = Examiner::new(layer, options)?;
    let mut found = Vec::new();
    for number in 0..examiner.list.cases().len() {
        progress(&examiner.progress(number));
        found.push(examiner.examine(number)?);
    }
    Ok(examiner.conclude(found))
}

/// The same, with as many cases at a time as there are cores; every thread makes a layer of its own.
/// Nothing but the seconds depends on how many there are.
///
/// # Errors
///
/// As [`examine`].
pub fn examine_in_parallel<L: Layer>(
    make: impl Fn() -> L + Sync,
    options: &Options,
    progress: &(dyn Fn(&Progress) + Sync),
) -> Result<Vec<Examination>, CheckError> {
    let options = std::slice::from_ref(options);
    Ok(examine_all_in_parallel(|_| make(), options, progress)?.remove(0))
}

/// The same for several layers, each with options of its own: a core that is done with one goes on to
/// the next. `make` is given the number of the options that the layer goes with.
///
/// # Errors
///
/// As [`examine`], for the first layer that has any.
pub fn examine_all_in_parallel<L: Layer>(
    make: impl Fn(usize) -> L + Sync,
    options: &[Options],
    progress: &(dyn Fn(&Progress) + Sync),
) -> Result<Vec<Vec<Examination>>, CheckError> {
    let layers: Vec<L> = (0..options.len()).map(&make).collect();
    let examiners: Result<Vec<Examiner>, CheckError> =
        layers.iter().zip(options).map(|(layer, options)| Examiner::new(layer, options)).collect();
    let examiners = examiners?;
    let tasks: Vec<(usize, usize)> = examiners
        .iter()
        .enumerate()
        .flat_map(|(layer, examiner)| (0..examiner.list.cases().len()).map(move |c| (layer, c)))
        .collect();
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || -> Result<(), CheckError> {
        let mut own: Option<(usize, L)> = None;
        while let Some(&(number, case)) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
            // The layer before is done with, and what it keeps is no longer of use.
            let (_, layer) = match own.take() {
                Some(made) if made.0 == number => own.insert(made),
                _ => own.insert((number, make(number))),
            };
            let examiner = Examiner::new(layer, &options[number])?;
            progress(&examiner.progress(case));
            let examined = examiner.examine(case)?;
            found.lock().unwrap_or_else(PoisonError::into_inner).push(((number, case), examined));
        }
        Ok(())
    };
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..cores.min(tasks.len())).map(|_| scope.spawn(work)).collect();
        let ended = |thread: thread::ScopedJoinHandle<Result<(), CheckError>>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().try_for_each(ended)
    })?;
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_by_key(|(task, _)| *task);
    let mut of_layers: Vec<Vec<Vec<Timed>>> = examiners.iter().map(|_| Vec::new()).collect();
    found.into_iter().for_each(|((number, _), examined)| of_layers[number].push(examined));
    Ok(examiners.iter().zip(of_layers).map(|(examiner, found)| examiner.conclude(found)).collect())
}

/// A layer, its kernels, and the cases that they are to pass.
struct Examiner<'a> {
    layer: &'a dyn Layer,
    name: String,
    kernels: Vec<KernelInfo>,
    list: CaseList,
    options: &'a Options,
}

/// What was found of a kernel in a case and a mode, and the seconds that it took.
type Timed = (Found, f64);

impl<'a> Examiner<'a> {
    fn new(layer: &'a dyn Layer, options: &'a Options) -> Result<Self, CheckError> {
        let (name, kernels) = (layer.name(), layer.kernels());
        if !kernels.iter().any(|kernel| is_chosen(kernel, options)) {
            return Err(CheckError::NoKernels { name });
        }
        let list = match &options.only {
            Some(only) => options.cases.only(only)?,
            None => options.cases.clone(),
        };
        Ok(Examiner { layer, name, kernels, list, options })
    }

    fn progress(&self, done: usize) -> Progress<'_> {
        let cases = self.list.cases();
        Progress { layer: &self.name, case: &cases[done].name, done, total: cases.len() }
    }

    /// One case in every mode.
    fn examine(&self, number: usize) -> Result<Vec<Timed>, CheckError> {
        let case = (&self.list.cases()[number], number == 0);
        let mut found = Vec::new();
        for mode in self.layer.modes() {
            let begin = Instant::now();
            let trials = guarded(Closure::Forward, || {
                examine_case(self.layer, &self.kernels, case, mode, self.options)
            })?;
            let share = begin.elapsed().as_secs_f64() / trials.len().max(1) as f64;
            found.extend(trials.into_iter().map(|trial| (trial, share)));
        }
        Ok(found)
    }

    /// The verdict on each kernel, from what was found in each case.
    fn conclude(&self, found: Vec<Vec<Timed>>) -> Vec<Examination> {
        let nothing = || (Vec::new(), 0.0, None);
        let mut of_kernels: Vec<(Vec<CaseReport>, f64, Option<f64>)> =
            self.kernels.iter().map(|_| nothing()).collect();
        for ((number, report, distance), seconds) in found.into_iter().flatten() {
            let (cases, total, unfrozen) = &mut of_kernels[number];
            cases.push(report);
            *total += seconds;
            *unfrozen = unfrozen.iter().copied().chain(distance).reduce(f64::max);
        }
        let numbered = of_kernels.into_iter().enumerate();
        let chosen = numbered.filter(|(number, _)| is_chosen(&self.kernels[*number], self.options));
        chosen.map(|(number, found)| self.examination(number, found)).collect()
    }

    fn examination(
        &self,
        number: usize,
        (cases, seconds, unfrozen_distance): (Vec<CaseReport>, f64, Option<f64>),
    ) -> Examination {
        let info = &self.kernels[number];
        let passed = cases.iter().filter(|case| case.verdict.outcome() == Outcome::Passed);
        let mut resolutions: Vec<f64> = passed.map(|case| case.resolution).collect();
        resolutions.sort_by(f64::total_cmp);
        let middle = resolutions.get(resolutions.len() / 2);
        let mut examination = Examination {
            layer: self.name.clone(),
            kernel: info.name.clone(),
            precision: info.precision,
            weak: self.layer.definition_precision() == Precision::Single,
            seed: self.options.seed,
            verdict: Examination::overall(&cases, self.list.most_undecided(info.precision)),
            resolution: resolutions.last().copied().unwrap_or(f64::INFINITY),
            typical_resolution: middle.copied().unwrap_or(f64::INFINITY),
            cases,
            unfrozen_distance,
            seconds,
        };
        if let Some(worst) = failed_case(&examination) {
            let begin = Instant::now();
            let report = &examination.cases[worst];
            let case = self.list.cases().iter().find(|case| case.name == report.name);
            let (layer, options) = (self.layer, self.options);
            let literal = case.and_then(|case| {
                smallest(&Failed { layer, kernel: number, info, case, report, options })
            });
            examination.cases[worst].literal = literal;
            examination.seconds += begin.elapsed().as_secs_f64();
        }
        examination
    }
}

fn is_chosen(kernel: &KernelInfo, options: &Options) -> bool {
    options.precision.is_none_or(|precision| precision == kernel.precision)
}

/// The number of the case that a failed examination reports.
fn failed_case(examination: &Examination) -> Option<usize> {
    let failed = examination.verdict.outcome() == Outcome::Failed;
    examination.worst_number().filter(|_| failed)
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
