//! How activations and gradients pass through 64 blocks at initialization.

use equations::Axes;
use nets::{
    ARCHITECTURES, INITIALIZATIONS, LayerStatistics, Network, NetworkSpec, PLACEMENTS, Seed, probe,
    stream,
};
use norms::{NormChoice, Site};
use ops::Value;
use rand::Rng;
use rand_distr::StandardNormal;

use crate::curves::Curve;
use crate::low_precision::with_layer_norm;

const BLOCKS: usize = 64;
const BATCH: usize = 64;
const WIDTH: usize = 64;
const CLASSES: usize = 10;

/// The root mean square of the stream and the gradient norm of the parameters after every block, in
/// pre- and post-norm. Empty for norms that no network can have.
pub(crate) fn curves(choice: &NormChoice) -> Vec<Curve> {
    let mut curves = Vec::new();
    if !belongs_in_a_network(choice) {
        return curves;
    }
    for placement in ["pre", "post"] {
        let of = |norm: &NormChoice| Some((norm.name().to_owned(), layers(norm, placement)?));
        let measured: Vec<Option<_>> = with_layer_norm(choice).iter().map(of).collect();
        // Layer norm alone would say nothing of the norm, which is the first.
        if measured[0].is_none() {
            continue;
        }
        for (name, layers) in measured.into_iter().flatten() {
            let points = |what: fn(&LayerStatistics) -> f64| {
                layers.iter().map(move |layer| (layer.layer as f64, what(layer)))
            };
            let panel = |what: &str| format!("{what}, {placement}-norm");
            curves.push(Curve::new(&panel("activation"), &name, points(|l| l.activation_rms)));
            curves.push(Curve::new(&panel("gradient"), &name, points(|l| l.gradient_norm)));
        }
    }
    curves
}

/// Norms of weights and norms with an input beside x have no place between the layers of such a network.
fn belongs_in_a_network(norm: &NormChoice) -> bool {
    let of_weights = norm.entry().is_some_and(|entry| entry.site == Site::Weights);
    let mut parameters = norm.equation().parameters().iter();
    !of_weights && !parameters.any(|p| p.shape.varies().contains(Axes::SAMPLES))
}

fn layers(norm: &NormChoice, placement: &str) -> Option<Vec<LayerStatistics>> {
    let placement = PLACEMENTS.iter().find(|one| one.name == placement)?;
    let spec = NetworkSpec {
        architecture: ARCHITECTURES[0],
        inputs: WIDTH,
        outputs: CLASSES,
        depth: BLOCKS,
        width: WIDTH.next_multiple_of(norm.groups()),
        norm: norm.clone(),
        placement,
        init: INITIALIZATIONS[0],
    };
    let mut network = Network::<f64>::new(&spec, Seed(0)).ok()?;
    network.check_batch(BATCH).ok()?;
    let mut stream = stream(Seed(0), "card", "inputs", 0);
    let x: Vec<f64> = (0..BATCH * WIDTH).map(|_| stream.sample(StandardNormal)).collect();
    let labels: Vec<usize> = (0..BATCH).map(|example| example % CLASSES).collect();
    Some(probe(&mut network, &Value::new(BATCH, WIDTH, &x), &labels))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_norm_that_no_network_can_have_has_no_curves_of_another() {
        // A position alone has no variance over positions, and each example is one position here.
        let instance = NormChoice::plain(norms::find("instance").unwrap());
        assert_eq!(curves(&instance), []);
    }
}
