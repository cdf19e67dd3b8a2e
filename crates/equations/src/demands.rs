//! What is asked of the values of constant expressions, once the constants are known.

use crate::error::EquationError;
use crate::expression::Expression;
use crate::operation::{NodeId, Operation};

/// Refuses exponents and starts such as `1 / 0`, weights that lead beyond what is tracked, and windows
/// that reach half an index far.
pub(crate) fn check(expression: &Expression, values: &[Option<f64>]) -> Result<(), EquationError> {
    for node in &expression.nodes {
        for Demand { what, node, is_met, in_words } in demands(node.operation) {
            if let Some(value) = values[node].filter(|value| !is_met(*value)) {
                let message = format!("the {what} is not {in_words}: its value is {value}");
                let span = expression.nodes[node].span.clone();
                return Err(EquationError::new(&expression.text, span, message));
            }
        }
    }
    Ok(())
}

/// What is asked of a node, if it is constant.
struct Demand {
    what: &'static str,
    node: NodeId,
    is_met: fn(f64) -> bool,
    in_words: &'static str,
}

fn demands(operation: Operation) -> Vec<Demand> {
    let finite =
        |what, node| Demand { what, node, is_met: f64::is_finite, in_words: "a finite number" };
    match operation {
        Operation::Power(_, exponent) => vec![finite("exponent", exponent)],
        Operation::Running { start, weight, .. } => {
            let weight = weight.map(|node| Demand {
                what: "weight",
                node,
                is_met: |value| (0.0..=1.0).contains(&value),
                in_words: "between 0 and 1",
            });
            [finite("start", start)].into_iter().chain(weight).collect()
        }
        Operation::Window { before, after, .. } => {
            let whole = |node| Demand {
                what: "reach of a window",
                node,
                is_met: |value| value >= 0.0 && value.is_finite() && value.fract() == 0.0,
                in_words: "a whole number of at least 0",
            };
            vec![whole(before), whole(after)]
        }
        _ => Vec::new(),
    }
}
