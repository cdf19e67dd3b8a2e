//! A norm of the catalogue as the gradient checker sees it.
//!
//! What is differenced is the interpreter of the equation; what is under test is every operation
//! that computes it: the kernel that training uses and dfdx's autodiff, in both precisions.

mod control;
mod kernel;
mod layer;

use equations::{Node, Operation};
use gradcheck::{
    CaseList, CheckError, Examination, Options, Progress, examine, examine_all_in_parallel,
};

use self::control::detached_layer_norm;
use self::layer::EntryLayer;
use crate::choice::NormChoice;

/// Examines every operation that computes a norm, over the checker's battery for norms, on all cores.
///
/// A function of one element, without statistics, is examined over the battery for such functions. A norm that knows groups is examined with two of them, unless more were chosen. Where a case is about few features, every group
/// has as many.
///
/// # Errors
/// If the options name a case that the battery does not have.
///
/// ```
/// use gradcheck::{Options, Outcome};
///
/// let layer = norms::NormChoice::plain(norms::find("layer").unwrap());
/// let plain = Options { only: Some("plain".to_string()), ..Options::default() };
/// for examination in norms::certify(&layer, &plain, &|_| ())? {
///     assert_eq!(examination.verdict.outcome(), Outcome::Passed);
///     assert!(examination.resolution < 1e-4);
/// }
/// # Ok::<(), gradcheck::CheckError>(())
/// ```
pub fn certify(
    choice: &NormChoice,
    options: &Options,
    progress: &(dyn Fn(&Progress) + Sync),
) -> Result<Vec<Examination>, CheckError> {
    Ok(certify_all(std::slice::from_ref(choice), options, progress)?.remove(0))
}

/// The same for several norms, so that no core waits for the last case of one of them.
///
/// # Errors
/// As [`certify`].
pub fn certify_all(
    choices: &[NormChoice],
    options: &Options,
    progress: &(dyn Fn(&Progress) + Sync),
) -> Result<Vec<Vec<Examination>>, CheckError> {
    let of_each = |choice| {
        let cases = without_exceptions(cases(choice, options), choice);
        Options { cases, ..options.clone() }
    };
    let options: Vec<Options> = choices.iter().map(of_each).collect();
    examine_all_in_parallel(|number| EntryLayer::new(&choices[number]), &options, progress)
}

/// The battery for norms, where that is asked for, becomes that for functions of one element if the
/// equation is one, unless a case is asked for that only the other has.
fn cases(choice: &NormChoice, options: &Options) -> CaseList {
    let nodes = choice.equation().expression().nodes();
    let is_statistic = |node: &Node| matches!(node.operation, Operation::Statistic(..));
    let pointwise = CaseList::pointwise();
    let knows = |name: &String| pointwise.cases().iter().any(|case| case.name == *name);
    let is_for_norms = options.cases == CaseList::norms() && options.only.iter().all(knows);
    match is_for_norms && !nodes.iter().any(is_statistic) {
        true => pointwise,
        false => options.cases.clone(),
    }
}

/// What says nothing of an entry is left out.
fn without_exceptions(cases: CaseList, choice: &NormChoice) -> CaseList {
    let exceptions = choice.entry().map_or(&[][..], |entry| entry.exceptions);
    let left_out = exceptions.iter().flat_map(|e| e.precisions.iter().map(|p| (e.case, *p)));
    left_out.fold(cases, |cases, (case, precision)| cases.without(case, precision))
}

/// Examines a gradient that is known to be wrong: layer normalization with mean and variance taken for
/// constants, against layer normalization itself. A checker that does not fail it is not to be
/// believed in anything else.
///
/// # Errors
/// As [`certify`].
pub fn standing_control(options: &Options) -> Result<Vec<Examination>, CheckError> {
    examine(&detached_layer_norm(), options)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use equations::ParameterShape;
    use gradcheck::Outcome;

    use super::control::OtherKernels;
    use super::*;
    use crate::{CATALOGUE, Definition};

    fn only(case: &str) -> Options {
        Options { only: Some(case.to_string()), ..Options::default() }
    }

    /// The whole battery over all entries takes minutes; `normlab gradcheck` runs it.
    #[test]
    fn every_operation_of_the_catalogue_is_certified_in_two_cases() {
        for entry in CATALOGUE {
            for case in ["plain", "rank-3"] {
                let examined = certify(&NormChoice::plain(entry), &only(case), &|_| ());
                for examination in examined.expect(entry.name) {
                    let outcome = examination.verdict.outcome();
                    assert_eq!(outcome, Outcome::Passed, "{}\n{examination}", entry.name);
                }
            }
        }
    }

    #[test]
    fn what_is_left_out_for_an_entry_cannot_be_decided_of_it() {
        for entry in CATALOGUE {
            let choice = NormChoice::plain(entry);
            for exception in entry.exceptions {
                for &precision in exception.precisions {
                    let options = Options { precision: Some(precision), ..only(exception.case) };
                    let options = Options { cases: cases(&choice, &options), ..options };
                    let examined = examine(&EntryLayer::new(&choice), &options).expect(entry.name);
                    let passes = |e: &Examination| e.verdict.outcome() == Outcome::Passed;
                    assert!(!examined.iter().all(passes), "{} {exception:?}", entry.name);
                }
            }
        }
    }

    /// The list for functions of one element has the power to find faults in them, where they bend, where a
    /// factor inside is large, and in the gradient of a scalar of a wide input.
    #[test]
    fn wrong_gradients_of_dynamic_tanh_fail() {
        let right = NormChoice::plain(crate::find("dyt").expect("listed"));
        for (fault, cases) in [
            ("gamma * tanh(stop(alpha) * x) + beta", ["plain", "width-1023-along", "scale-3"]),
            ("gamma * tanh(alpha * clamp(x, -2, 2)) + beta", ["width-31", "scale-3", "scale-10"]),
            (
                "gamma * tanh(alpha * x + (x - stop(x)) / 1000) + beta",
                ["plain", "offset-3", "rows-33"],
            ),
            ("stop(gamma) * tanh(alpha * x) + beta", ["large-gamma", "huge", "one-column"]),
        ] {
            let wrong = Definition {
                name: "wrong".to_owned(),
                equation: fault.to_owned(),
                over: "none".to_owned(),
                parameters: vec![("alpha".to_owned(), ParameterShape::Scalar, 0.5)],
                constants: Vec::new(),
            };
            let wrong = NormChoice::defined(Arc::new(wrong), 1, Vec::new()).expect(fault);
            let layer = OtherKernels {
                definition: EntryLayer::new(&right),
                kernels: EntryLayer::new(&wrong),
            };
            for case in cases {
                let options = Options { cases: CaseList::pointwise(), ..only(case) };
                for examination in examine(&layer, &options).expect(fault) {
                    let outcome = examination.verdict.outcome();
                    assert_eq!(outcome, Outcome::Failed, "{fault} {case}\n{examination}");
                }
            }
        }
    }

    #[test]
    fn detached_statistics_fail_and_are_named() {
        let examined = standing_control(&only("plain")).expect("it can be examined");
        assert_eq!(examined.len(), 4, "two kernels in each precision");
        for examination in examined {
            assert_eq!(examination.verdict.outcome(), Outcome::Failed, "{examination}");
            let failure = examination.worst().and_then(|case| case.failure.as_ref());
            assert_eq!(failure.expect("a failure").argument, "x");
            // The derivative of the text with stops is right: it is another function's.
            assert!(examination.unfrozen_distance.is_none());
        }
    }
}
