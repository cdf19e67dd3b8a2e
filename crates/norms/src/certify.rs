//! The certificate of a norm: finite differences of its definition against every evaluator.

use dfdx::tensor::Cpu;
use dfdx::tensor_ops::Device;
use equations::Extents;
use gradcheck::{Argument, Function, Precision, Settings, Verdict, check};
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
    /// Fails if one case fails; else inconclusive if one case is.
    pub verdict: Verdict,
    /// The largest resolution of all cases: the smallest relative error that would surely have been
    /// seen in every one of them.
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
    let passed = Verdict::Pass;
    let mut lane = Lane { verdict: passed, resolution: 0.0, largest_difference: 0.0, report: None };
    for case in cases {
        for evaluator in [Evaluator::Fastest, Evaluator::Dfdx] {
            let (verdict, report) = differences::<E>(case, evaluator, precision, seed, &mut lane);
            let worse = verdict == Verdict::Fail && lane.verdict != Verdict::Fail
                || verdict != Verdict::Pass && lane.verdict == Verdict::Pass;
            if worse {
                lane.report = Some(format!("{} by {evaluator:?}\n{report}", case.name));
                lane.verdict = verdict;
            }
        }
        let exact = run::<f64>(&case.choice, Evaluator::Dfdx, &case.point, case.mode);
        let kernel = run::<E>(&case.choice, Evaluator::Fastest, &case.point, case.mode);
        let difference = largest_difference(&kernel, &exact, &case.point);
        let bound = rounding_bound::<E>(&case.choice, &case.point);
        let explained = difference <= bound; // false for NaN too
        if !explained && lane.verdict != Verdict::Fail {
            lane.verdict = Verdict::Fail;
            lane.report = Some(format!(
                "{}: the kernel differs from dfdx by {difference:.1e} of the natural scale, where \
                 rounding explains {bound:.1e}",
                case.name
            ));
        }
        lane.largest_difference = lane.largest_difference.max(difference);
    }
    lane
}

/// Finite differences of the definition against the gradient of one evaluator.
fn differences<E: Element>(
    case: &Case,
    evaluator: Evaluator,
    precision: Precision,
    seed: u64,
    lane: &mut Lane,
) -> (Verdict, String)
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
    match check(&arguments, &function, &Settings { seed, precision, ..Settings::default() }) {
        Ok(report) => {
            lane.resolution = lane.resolution.max(report.resolution);
            (report.verdict.clone(), report.to_string())
        }
        Err(error) => (Verdict::Fail, error.to_string()),
    }
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
