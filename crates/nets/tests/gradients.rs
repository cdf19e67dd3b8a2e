//! Whole networks against finite differences: every placement, the loss by every parameter.

use equations::ParameterShape;
use nets::{ARCHITECTURES, INITIALIZATIONS, Network, NetworkSpec, PLACEMENTS, Placement, Seed};
use norms::{CATALOGUE, Entry, Evaluator, NormChoice, Site};
use ops::{Layout, Mode, Pass, Value, cross_entropy};

/// An even number, as some norms divide the batch, and more than there are channels.
const ROWS: usize = 8;
const INPUTS: usize = 3;
/// Short enough to stay on one side of every kink of the ReLUs, long enough for ten digits.
const STEP: f64 = 1e-6;

fn network(placement: &'static Placement, entry: &'static Entry) -> Network<f64> {
    let spec = NetworkSpec {
        architecture: ARCHITECTURES[0],
        inputs: INPUTS,
        outputs: 3,
        depth: 2,
        width: 4,
        norm: NormChoice::plain(entry),
        placement,
        init: INITIALIZATIONS[0],
    };
    Network::new(&spec, Seed(5)).expect("a valid network")
}

/// The loss with one number of one parameter moved.
fn loss_at(network: &mut Network<f64>, (parameter, entry): (usize, usize), move_by: f64) -> f64 {
    let number = |network: &mut Network<f64>, add: f64| {
        let value = &mut network.parameters_mut()[parameter].value;
        value.as_mut_slice().expect("no tape is left")[entry] += add;
    };
    number(network, move_by);
    let states = network.states();
    let loss = loss(network, &mut Pass::computing(Mode::Train)).as_slice()[0];
    network.restore_states(states);
    number(network, -move_by);
    loss
}

fn loss(network: &mut Network<f64>, pass: &mut Pass<f64>) -> Value<f64> {
    let x: Vec<f64> = (0..ROWS * INPUTS).map(|i| (1.3 * i as f64).sin()).collect();
    let x = Value::new(ROWS, INPUTS, &x);
    let logits = network.forward(&x, pass);
    cross_entropy(&logits, &[0, 1, 2, 0, 1, 2, 0, 1], pass)
}

/// A norm of activations without side inputs that is defined at one position. Two have kinks where parameters start, and a stop
/// is no derivative of its loss: they are left to the checker of norms.
fn is_smooth_in_an_mlp(entry: &'static Entry) -> bool {
    let choice = NormChoice::plain(entry);
    let norm = choice.build::<f64>(Evaluator::Fastest);
    let differs = ["filter-response", "evonorm-b0", "detach-norm", "ada-norm", "batch-renorm"];
    let has_side = choice.equation().parameters().iter().any(|p| p.shape == ParameterShape::Side);
    let is_defined = norm.check(Layout::samples(ROWS), 4).is_ok() && !has_side;
    entry.site == Site::Activations && is_defined && !differs.contains(&entry.name)
}

#[test]
fn every_placement_with_every_norm_has_the_gradient_of_its_loss() {
    for placement in PLACEMENTS {
        for entry in CATALOGUE.iter().filter(|entry| is_smooth_in_an_mlp(entry)) {
            let mut network = network(placement, entry);
            // The differences are taken where the derivative is: some norms read their averages in training.
            let states = network.states();
            let mut pass = Pass::recording(Mode::Train);
            let loss = loss(&mut network, &mut pass);
            network.restore_states(states);
            let mut gradients = pass.backward(&loss);
            let values: Vec<Value<f64>> =
                network.parameters().iter().map(|p| p.value.clone()).collect();
            let analytic: Vec<Vec<f64>> = values.iter().map(|v| gradients.of(v).to_vec()).collect();
            drop(values);
            let scale = analytic.iter().flatten().fold(0.0, |most: f64, g| most.max(g.abs()));
            for (parameter, analytic) in analytic.iter().enumerate() {
                for (index, analytic) in analytic.iter().enumerate() {
                    let mut at = |by| loss_at(&mut network, (parameter, index), by);
                    let numeric = (at(STEP) - at(-STEP)) / (2.0 * STEP);
                    let name = &network.parameters()[parameter].name;
                    assert!(
                        (analytic - numeric).abs() <= 1e-8 * scale.max(1.0),
                        "{} {} {name}[{index}]: {analytic} {numeric}",
                        placement.name,
                        entry.name,
                    );
                }
            }
            assert!(scale > 1e-3, "{} {}: nothing to compare", placement.name, entry.name);
        }
    }
}
