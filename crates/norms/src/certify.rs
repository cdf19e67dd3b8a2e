//! The certificate of a norm: finite differences of its definition against every evaluator.

use dfdx::tensor::Cpu;
use dfdx::tensor_ops::Device;
use equations::Extents;
use gradcheck::{
    Argument, CheckError, Function, Outcome, Precision, Report, Settings, Verdict, check,
};
use ops::{Element, Mode};

use crate::agreement::{definition, largest_difference, rounding_bound, run};
use crate::choice::{Evaluator, NormChoice};
use crate::point::Point;

/// What a norm's certificate says.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// The name in the catalogue.
    pub name: &'static str,
    /// The kernel in f64.
    pub double: Lane,
    /// The kernel in f32, against the definition in f64 at the same f32 numbers.
    pub single: Lane,
    /// How many places were checked in each precision.
    pub cases: usize,
}

/// What was found in one precision.
#[derive(Debug, Clone)]
pub struct Lane {
    /// Fails if one case fails, and is inconclusive if more than one case in eight is: abstaining
    /// is no way out.
    pub verdict: Verdict,
    /// How many cases could not be decided, such as a gradient that cancels down to rounding.
    pub inconclusive: usize,
    /// The largest resolution of the cases that passed: the smallest relative error that would surely
    /// have been seen in every one of them.
    pub resolution: f64,
    /// The largest difference of the kernel from dfdx's autodiff in f64, relative to natural scales.
    pub largest_difference: f64,
    /// The first case that did not pass, in words.
    pub report: Option<String>,
}

/// Checks the gradient of a norm's kernel and of its witness: x and every parameter, in training
/// and, where it differs, in evaluation.
pub fn certify(entry: &'static crate::Entry, seed: u64) -> Certificate {
    let cases = cases(entry, seed);
    let double = lane::<f64>(Precision::Double, &cases, seed);
    let single = lane::<f32>(Precision::Single, &cases, seed);
    Certificate { name: entry.name, double, single, cases: cases.len() }
}

struct Case {
    name: String,
    choice: NormChoice,
    point: Point,
    mode: Mode,
}

type Change = fn(usize, f64) -> f64;

/// Samples, positions, features, what happens to x, and what for.
const PLACES: [(usize, usize, usize, Change, &str); 8] = [
    (4, 1, 8, |_, x| x, "normal"),
    (1, 1, 8, |_, x| x, "one row"),
    (8, 1, 1, |_, x| x, "one column"),
    (3, 1, 7, |_, x| x, "odd sizes"),
    (3, 1, 33, |_, x| x, "a vector and a tail"),
    (2, 3, 6, |_, x| x, "positions"),
    (4, 1, 8, |_, x| x + 30.0, "offset 30"),
    (4, 1, 8, |_, x| x * 1e-2, "scale 1e-2"),
];

fn cases(entry: &'static crate::Entry, seed: u64) -> Vec<Case> {
    let groups: &[usize] = if entry.takes_groups { &[1, 2, 3] } else { &[1] };
    let mut cases = Vec::new();
    for &groups in groups {
        let choice = NormChoice::new(entry, groups, Vec::new())
            .unwrap_or_else(|error| panic!("{}: {error}", entry.name));
        let same_in_evaluation = choice.equation().running().is_empty();
        let modes: &[Mode] =
            if same_in_evaluation { &[Mode::Train] } else { &[Mode::Train, Mode::Eval] };
        for (samples, positions, features, change, what) in PLACES {
            let Ok(extents) = Extents::new(samples, positions, features, groups) else { continue };
            for &mode in modes {
                let point = Point::random(choice.equation(), extents, seed).map_x(change);
                let name =
                    format!("{samples}x{positions}x{features}, {groups} groups, {mode:?}: {what}");
                cases.push(Case { name, choice: choice.clone(), point, mode });
            }
        }
    }
    cases
}

fn lane<E: Element>(precision: Precision, cases: &[Case], seed: u64) -> Lane
where
    Cpu: Device<E>,
{
    let mut lane = Lane {
        verdict: Verdict::Pass,
        inconclusive: 0,
        resolution: 0.0,
        largest_difference: 0.0,
        report: None,
    };
    let mut undecided = None;
    for case in cases {
        let mut decided = true;
        for evaluator in [Evaluator::Fastest, Evaluator::Dfdx] {
            match differences::<E>(case, evaluator, precision, seed) {
                Ok(report) if report.verdict.outcome() == Outcome::Passed => {
                    lane.resolution = lane.resolution.max(report.resolution);
                }
                Ok(report) if report.verdict.outcome() == Outcome::Failed => {
                    lane.fail(format!("{} by {evaluator:?}\n{report}", case.name));
                }
                Ok(report) => {
                    decided = false;
                    let words = format!("{} by {evaluator:?}\n{report}", case.name);
                    undecided.get_or_insert((report.verdict, words));
                }
                Err(error) => lane.fail(format!("{} by {evaluator:?}\n{error}", case.name)),
            }
        }
        lane.inconclusive += usize::from(!decided);

        let exact = run::<f64>(&case.choice, Evaluator::Dfdx, &case.point, case.mode);
        let kernel = run::<E>(&case.choice, Evaluator::Fastest, &case.point, case.mode);
        let difference = largest_difference(&kernel, &exact, &case.point);
        let bound = rounding_bound::<E>(&case.choice, &case.point);
        let explained = difference <= bound; // false for NaN too
        if !explained {
            lane.fail(format!(
                "{}: the kernel differs from dfdx by {difference:.1e} of the natural scale, where \
                 rounding explains {bound:.1e}",
                case.name
            ));
        }
        lane.largest_difference = lane.largest_difference.max(difference);
    }
    if let (Verdict::Pass, true, Some((verdict, words))) =
        (&lane.verdict, 8 * lane.inconclusive > cases.len(), undecided)
    {
        lane.verdict = verdict;
        lane.report = Some(words);
    }
    lane
}

impl Lane {
    /// The first failure stays the one that is shown.
    fn fail(&mut self, report: String) {
        self.verdict = Verdict::Fail;
        self.report.get_or_insert(report);
    }
}

/// Finite differences of the definition against the gradient of one evaluator.
fn differences<E: Element>(
    case: &Case,
    evaluator: Evaluator,
    precision: Precision,
    seed: u64,
) -> Result<Report, CheckError>
where
    Cpu: Device<E>,
{
    let at = |values: &[&[f64]]| {
        let mut point = case.point.clone();
        point.x = values[0].to_vec();
        point.parameters = values[1..].iter().map(|p| p.to_vec()).collect();
        point
    };
    let forward = |values: &[&[f64]]| definition(&case.choice, &at(values), case.mode);
    let backward = |values: &[&[f64]], cotangent: &[f64]| {
        let point = Point { cotangent: cotangent.to_vec(), ..at(values) };
        let gradients = run::<E>(&case.choice, evaluator, &point, case.mode).gradients;
        gradients.into_iter().map(Some).collect()
    };

    let shape = case.point.shape();
    let lengths: Vec<[usize; 1]> = case.point.parameters.iter().map(|p| [p.len()]).collect();
    let mut arguments = vec![Argument { name: "x", shape: &shape, values: &case.point.x }];
    let named = case.choice.equation().parameters().iter().zip(&case.point.parameters);
    for ((parameter, values), shape) in named.zip(&lengths) {
        arguments.push(Argument { name: &parameter.name, shape, values });
    }
    let function = Function { forward: &forward, backward: &backward };
    check(&arguments, &function, &Settings { seed, precision, ..Settings::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CATALOGUE;

    #[test]
    fn every_entry_of_the_catalogue_is_certified() {
        for entry in CATALOGUE {
            let certificate = certify(entry, 0);
            for lane in [&certificate.double, &certificate.single] {
                let report = lane.report.as_deref().unwrap_or_default();
                assert_eq!(lane.verdict, Verdict::Pass, "{}: {report}", entry.name);
            }
            assert!(certificate.double.resolution <= 1e-6, "{certificate:?}");
            assert!(certificate.double.largest_difference <= 1e-10, "{certificate:?}");
        }
    }
}
