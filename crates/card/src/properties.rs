//! What a norm is invariant to, and what its Jacobian removes.

use norms::{Claim, NormChoice, Sensitivity};
use serde::{Deserialize, Serialize};

/// Measured properties.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Properties {
    /// Every property that is measured, and whether the norm has it.
    pub invariances: Vec<(String, bool)>,
    /// Whether adding the same number to a slice changes nothing, to first order.
    pub removes_constant: bool,
    /// Whether moving a slice along itself changes nothing, to first order.
    pub removes_input: bool,
    /// How many directions of a slice change nothing.
    pub null_directions: f64,
    /// The largest amplification of a small change at standard normal input.
    pub largest: f64,
    /// The same at input of size 1e-8.
    pub largest_near_zero: f64,
}

pub(crate) fn properties(choice: &NormChoice) -> Properties {
    let holds = norms::measure(choice);
    let Sensitivity {
        removes_constant,
        removes_input,
        null_directions,
        largest,
        largest_near_zero,
    } = norms::sensitivity(choice);
    Properties {
        invariances: Claim::ALL
            .iter()
            .map(|claim| (claim.to_string(), holds.contains(claim)))
            .collect(),
        removes_constant,
        removes_input,
        null_directions,
        largest,
        largest_near_zero,
    }
}
