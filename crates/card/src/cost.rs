//! What a norm costs.

use std::time::Instant;

use equations::{Extents, Mode};
use norms::{Evaluator, NormChoice};
use ops::{Layout, Pass, Value};
use serde::{Deserialize, Serialize};

/// What a value and its gradients cost, counted from the formulas.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Of the value.
    pub value: Work,
    /// Of the gradients.
    pub gradients: Work,
}

/// Operations for every element and passes over memory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Work {
    /// Operations.
    pub operations: usize,
    /// Operations for every channel of the element's group.
    pub by_channels: usize,
    /// Passes over memory.
    pub passes: usize,
}

pub(crate) fn counted(choice: &NormChoice) -> Cost {
    let derivation = choice.equation().derivation(Mode::Train);
    let work = |cost: norms::Cost| Work {
        operations: cost.operations,
        by_channels: cost.operations_by_channels,
        passes: cost.passes,
    };
    Cost {
        value: work(norms::Cost::of_value(&derivation)),
        gradients: work(norms::Cost::of_gradients(&derivation)),
    }
}

/// Time on the clock, which no other machine gives again.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// Rows and columns of the activation.
    pub shape: (usize, usize),
    /// Milliseconds of value and gradients in single precision.
    pub norm: Spread,
    /// The same of layer norm's fused kernel.
    pub layer: Spread,
    /// The time of the norm as a multiple of layer norm's, from rounds in which one follows the other.
    pub ratio: Spread,
}

/// What many rounds gave: the middle one, and the quartiles around it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Half of the rounds gave less.
    pub median: f64,
    /// A quarter gave less.
    pub low: f64,
    /// A quarter gave more.
    pub high: f64,
}

impl Spread {
    /// Of at least one number.
    pub(crate) fn of(mut numbers: Vec<f64>) -> Spread {
        numbers.sort_by(f64::total_cmp);
        let at = |share: f64| numbers[((numbers.len() - 1) as f64 * share).round() as usize];
        Spread { median: at(0.5), low: at(0.25), high: at(0.75) }
    }
}

const ROUNDS: usize = 15;
const SHAPE: (usize, usize) = (512, 512);

impl Timing {
    /// Times the norm and layer norm by turns.
    pub fn measure(choice: &NormChoice) -> Timing {
        let layer = NormChoice::plain(norms::find("layer").expect("it is in the catalogue"));
        // What is done for the first time takes longer.
        let round = |_| (once(choice), once(&layer));
        let rounds: Vec<(f64, f64)> = (0..=ROUNDS).map(round).skip(1).collect();
        let spread = |of: fn(&(f64, f64)) -> f64| Spread::of(rounds.iter().map(of).collect());
        Timing {
            shape: SHAPE,
            norm: spread(|(norm, _)| *norm),
            layer: spread(|(_, layer)| *layer),
            ratio: spread(|(norm, layer)| norm / layer),
        }
    }
}

fn once(choice: &NormChoice) -> f64 {
    let (rows, columns) = (SHAPE.0, SHAPE.1.next_multiple_of(choice.groups()));
    let numbers = |phase: f32| -> Vec<f32> {
        (0..rows * columns).map(|index| (index as f32 * 0.7 + phase).sin()).collect()
    };
    let layout = Layout { samples: rows / 4, positions: 4 };
    let extents = Extents::new(layout.samples, layout.positions, columns, choice.groups())
        .unwrap_or_else(|error| panic!("{error}"));
    let norm = choice.build::<f32>(Evaluator::Fastest);
    let parameters: Vec<Value<f32>> = choice
        .equation()
        .parameters()
        .iter()
        .map(|p| (p.len(&extents), p.start as f32))
        .map(|(len, start)| Value::new(1, len, &vec![start; len]))
        .collect();
    let x = Value::new(rows, columns, &numbers(0.0));
    let cotangent = numbers(1.0);
    let mut state = norm.state(columns, layout.positions);
    let start = Instant::now();
    let mut pass = Pass::recording(ops::Mode::Train);
    let y = norm.apply(&x, layout, &parameters, &mut state, &mut pass);
    let gradients = pass.backward_from(&y, &cotangent);
    drop(gradients);
    start.elapsed().as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_half_does_not_see_one_slow_round() {
        let spread = Spread::of(vec![5.0, 1.0, 3.0, 100.0, 2.0]);
        assert_eq!(spread, Spread { median: 3.0, low: 2.0, high: 5.0 });
        assert_eq!(Spread::of(vec![4.0]), Spread { median: 4.0, low: 4.0, high: 4.0 });
    }
}
