//! Which faults are caught on the whole battery, and by what.

use crate::corpus::{examine_some, faults_of};
use crate::faults::Fault;
use crate::norm::Norm;
use gradcheck::{
    CaseReport, CheckError, Examination, Finding, Identity, Options, Outcome, Verdict,
};
use std::fmt;

/// What shows that a kernel is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Finite differences.
    Differences,
    /// Rules of conduct.
    Protocol,
    /// Identities of declared properties.
    Identity,
    /// Gradients that move more than rounding of the input explains.
    Precision,
}

impl Stage {
    pub const ALL: [Stage; 4] =
        [Stage::Differences, Stage::Protocol, Stage::Identity, Stage::Precision];

    pub fn name(self) -> &'static str {
        match self {
            Stage::Differences => "differences",
            Stage::Protocol => "protocol",
            Stage::Identity => "identity",
            Stage::Precision => "precision",
        }
    }

    fn shows(self, case: &CaseReport) -> bool {
        let arguments = || case.arguments.iter().map(|argument| &argument.verdict);
        match self {
            Stage::Differences => {
                arguments().any(|v| matches!(v, Verdict::Fail) || is_invalid_kink(v))
            }
            Stage::Precision => arguments().any(|v| matches!(v, Verdict::PrecisionLoss { .. })),
            Stage::Protocol => {
                case.protocol.iter().any(|p| matches!(p.finding, Finding::Broken(_)))
            }
            Stage::Identity => {
                case.identities.iter().any(|i| matches!(i.finding, Identity::Violated(_)))
            }
        }
    }
}

fn is_invalid_kink(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Kink(_)) && verdict.outcome() == Outcome::Failed
}

/// What became of one fault.
#[derive(Clone)]
pub struct Catch {
    pub fault: Fault,
    pub verdict: Verdict,
    /// Every stage that shows it, in any case.
    pub stages: Vec<Stage>,
    /// Names of the cases that fail.
    pub cases: Vec<String>,
}

impl Catch {
    fn new(fault: Fault, found: &Examination) -> Catch {
        let shows = |stage: &Stage| found.cases.iter().any(|case| stage.shows(case));
        let failed = found.cases.iter().filter(|c| c.verdict.outcome() == Outcome::Failed);
        Catch {
            fault,
            verdict: found.verdict.clone(),
            stages: Stage::ALL.into_iter().filter(shows).collect(),
            cases: failed.map(|case| case.name.clone()).collect(),
        }
    }

    pub fn is_caught(&self) -> bool {
        self.verdict.outcome() == Outcome::Failed
    }
}

/// Examines all faults of a norm on the whole battery.
pub fn examine_all(norm: Norm, options: &Options) -> Result<Vec<Catch>, CheckError> {
    let faults = faults_of(norm);
    let found = examine_some(norm, &faults, options)?;
    Ok(faults.into_iter().zip(&found).map(|(fault, found)| Catch::new(fault, found)).collect())
}

impl fmt::Display for Catch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stages: Vec<&str> = self.stages.iter().map(|stage| stage.name()).collect();
        let Fault { family, norm, candidate } = self.fault;
        let first = self.cases.first().map_or("none", String::as_str);
        write!(
            formatter,
            "| {family} | {} | {} | {} | {} | {} | {first} |",
            norm.name(),
            candidate.name,
            if self.is_caught() { "yes" } else { "NO" },
            stages.join(", "),
            self.cases.len(),
        )
    }
}
