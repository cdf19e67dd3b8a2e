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
    /// Milliseconds of value and gradients in single precision, the best of many.
    pub milliseconds: f64,
    /// The same of layer norm's fused kernel.
    pub layer: f64,
}

const ROUNDS: usize = 15;
const SHAPE: (usize, usize) = (512, 512);

impl Timing {
    /// Times the norm and layer norm by turns.
    pub fn measure(choice: &NormChoice) -> Timing {
        let layer = NormChoice::plain(norms::find("layer").expect("it is in the catalogue"));
        let (mut norm_best, mut layer_best) = (f64::INFINITY, f64::INFINITY);
        for _ in 0..ROUNDS {
            norm_best = norm_best.min(once(choice));
            layer_best = layer_best.min(once(&layer));
        }
        Timing { shape: SHAPE, milliseconds: norm_best, layer: layer_best }
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
