//! Gradients that are wrong on purpose: where one of them passes, a pass means nothing.

use crate::claimed::Claimed;
use crate::judge::PassRule;
use crate::measured::Measured;
use crate::report::ArgumentReport;
use crate::verdict::{Control, Outcome};

/// What became of the controls of one check.
#[derive(Clone, Debug, PartialEq)]
pub struct ControlReport {
    /// The wrong gradients that were rejected.
    pub rejected: Vec<Control>,
    /// Those that were not, though the true gradient is not zero.
    pub accepted: Vec<Control>,
    /// Arguments whose true gradient is zero within its bar, for which a gradient of zeros is right.
    pub vanishing: usize,
}

/// Judges three wrong gradients like the given one.
pub(crate) fn controls(measured: &Measured, claimed: &Claimed, rule: PassRule) -> ControlReport {
    let zeros = measured.judge(&claimed.changed(&|_, _| 0.0), rule);
    let is_rejected = |report: &ArgumentReport| report.verdict.outcome() == Outcome::Failed;
    let differentiated = measured.references.iter().filter(|r| r.is_some()).count();
    let vanishing = differentiated - zeros.iter().filter(|r| is_rejected(r)).count();
    let mut found = ControlReport { rejected: Vec::new(), accepted: Vec::new(), vanishing };
    if vanishing == differentiated {
        return found;
    }
    found.rejected.push(Control::Zeros);
    let scaled = measured.judge(&claimed.changed(&|_, a| 1.001 * a), rule);
    let halves = |entry: usize, a: f64| if entry.is_multiple_of(2) { 0.0 } else { a };
    let lost = measured.judge(&claimed.changed(&halves), rule);
    for (control, judged) in [(Control::Scaled, scaled), (Control::HalfLost, lost)] {
        // Every argument that rejects zeros must reject each of the others too.
        let is_caught = zeros
            .iter()
            .zip(&judged)
            .all(|(zeros, judged)| !is_rejected(zeros) || is_rejected(judged) || judged.total < 2);
        match is_caught {
            true => found.rejected.push(control),
            false => found.accepted.push(control),
        }
    }
    found
}
