//! The gradient check of a norm, in short.

use gradcheck::{Examination, Options, Outcome, Precision};
use norms::NormChoice;
use serde::{Deserialize, Serialize};

/// What the checker found of one kernel in one precision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kernel {
    /// fused, compiled or dfdx.
    pub kernel: String,
    /// f64 or f32.
    pub precision: String,
    /// PASS, FAIL or INCONCLUSIVE.
    pub verdict: String,
    /// The smallest relative error that would have been seen in every case that passed.
    pub resolution: f64,
    /// How many inputs were tried.
    pub cases: usize,
    /// How many were too ill-conditioned to tell.
    pub undecided: usize,
}

/// Every kernel over the whole battery.
pub(crate) fn kernels(choice: &NormChoice) -> Vec<Kernel> {
    let examined = norms::certify(choice, &Options::default(), &|_| ());
    examined.expect("no case was asked for by name").iter().map(kernel).collect()
}

fn kernel(examination: &Examination) -> Kernel {
    let undecided = |case: &&gradcheck::CaseReport| case.verdict.outcome() == Outcome::Inconclusive;
    let precision = match examination.precision {
        Precision::Double => "f64",
        Precision::Single => "f32",
    };
    Kernel {
        kernel: examination.kernel.clone(),
        precision: precision.to_owned(),
        verdict: examination.verdict.name().to_owned(),
        resolution: examination.resolution,
        cases: examination.cases.len(),
        undecided: examination.cases.iter().filter(undecided).count(),
    }
}
