//! A norm of the catalogue as the gradient checker sees it.
//!
//! What is differenced is the interpreter of the equation; what is under test is every operation
//! that computes it: the kernel that training uses and dfdx's autodiff, in both precisions.

mod control;
mod kernel;
mod layer;

use gradcheck::{CheckError, Examination, Options, Progress, examine, examine_in_parallel};

use self::control::DetachedLayerNorm;
use self::layer::EntryLayer;
use crate::choice::NormChoice;

/// Examines every operation that computes a norm, over the checker's battery for norms, on all cores.
///
/// A norm that knows groups is examined with two of them, unless more were chosen. Where a case is about few features, every group
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
    examine_in_parallel(|| EntryLayer::new(choice), options, progress)
}

/// Examines a gradient that is known to be wrong: layer normalization with mean and variance taken for
/// constants, against layer normalization itself. A checker that does not fail it is not to be
/// believed in anything else.
///
/// # Errors
/// As [`certify`].
pub fn standing_control(options: &Options) -> Result<Vec<Examination>, CheckError> {
    examine(&DetachedLayerNorm::new(), options)
}

#[cfg(test)]
mod tests {
    use gradcheck::Outcome;

    use super::*;
    use crate::CATALOGUE;

    #[test]
    fn every_operation_of_the_catalogue_is_certified() {
        for entry in CATALOGUE {
            let examined =
                certify(&NormChoice::plain(entry), &Options::default(), &|_| ()).expect(entry.name);
            for examination in examined {
                let outcome = examination.verdict.outcome();
                assert_eq!(outcome, Outcome::Passed, "{}\n{examination}", entry.name);
            }
        }
    }

    #[test]
    fn detached_statistics_fail_and_are_named() {
        let plain = Options { only: Some("plain".to_string()), ..Options::default() };
        let examined = standing_control(&plain).expect("it can be examined");
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
