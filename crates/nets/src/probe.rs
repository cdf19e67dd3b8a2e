//! Signal propagation: how large activations and gradients are at every depth.

use ops::{Element, Mode, Pass, Value, cross_entropy};

use crate::network::Network;

/// What a probe measures at one layer: 0 is the stem, then the blocks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerStatistics {
    /// The layer.
    pub layer: usize,
    /// The root mean square of the residual stream after it.
    pub activation_rms: f64,
    /// The norm of the loss's gradient with respect to its parameters.
    pub gradient_norm: f64,
}

/// Measures a network on a batch, in training mode, and leaves no trace: parameters are not
/// updated, and running averages are put back.
pub fn probe<E: Element>(
    network: &mut Network<E>,
    x: &Value<E>,
    labels: &[usize],
) -> Vec<LayerStatistics> {
    let states = network.states();
    let mut pass = Pass::recording(Mode::Train);
    let mut activations = Vec::with_capacity(network.depth() + 1);
    let logits = network.forward_watched(x, &mut pass, &mut |_, stream| {
        activations
            .push((sum_of_squares(stream.as_slice()) / stream.as_slice().len() as f64).sqrt());
    });
    let loss = cross_entropy(&logits, labels, &mut pass);
    let mut gradients = pass.backward(&loss);
    network.restore_states(states);

    let mut squares = vec![0.0; network.depth() + 2];
    for parameter in network.parameters() {
        if let Some(gradient) = gradients.take(parameter.value.key()) {
            squares[parameter.layer] += sum_of_squares(&gradient);
        }
    }
    let layers = activations.into_iter().zip(squares).enumerate();
    layers
        .map(|(layer, (activation_rms, squares))| LayerStatistics {
            layer,
            activation_rms,
            gradient_norm: squares.sqrt(),
        })
        .collect()
}

/// In double precision, where the squares of f32 numbers cannot overflow.
fn sum_of_squares<E: Element>(values: &[E]) -> f64 {
    values.iter().map(|value| value.double() * value.double()).sum()
}

#[cfg(test)]
mod tests {
    use norms::{NormChoice, find};

    use super::*;
    use crate::{ARCHITECTURES, INITIALIZATIONS, NetworkSpec, PLACEMENTS, Seed};

    fn network(placement: &str, norm: &str, depth: usize) -> Network<f64> {
        let found = PLACEMENTS.iter().find(|p| p.name == placement);
        let spec = NetworkSpec {
            architecture: ARCHITECTURES[0],
            inputs: 4,
            outputs: 3,
            depth,
            width: 64,
            norm: NormChoice::plain(find(norm).expect("listed")),
            placement: found.expect("listed"),
            init: INITIALIZATIONS[0],
        };
        Network::new(&spec, Seed(3)).expect("a valid network")
    }

    fn batch() -> (Value<f64>, Vec<usize>) {
        let x: Vec<f64> = (0..32 * 4).map(|i| (f64::from(i) * 0.7).sin()).collect();
        (Value::new(32, 4, &x), (0..32).map(|i| i % 3).collect())
    }

    #[test]
    fn the_stream_grows_as_theory_says() {
        let (x, labels) = batch();
        let rms = |placement, layer: usize| {
            probe(&mut network(placement, "layer", 16), &x, &labels)[layer].activation_rms
        };
        // Kaiming weights double the second moment in the branch's last matrix, which sees no
        // ReLU after it: without norm the stream's second moment triples with every block, and with
        // branches scaled by 1 / sqrt(16) it grows by (1 + 2 / 16)^16 = 6.58. Random weights of
        // width 64 scatter around that.
        let growth = (rms("none", 16) / rms("none", 0)).powf(2.0 / 16.0);
        assert!((2.5..3.5).contains(&growth), "{growth}");
        let growth = (rms("none-scaled", 16) / rms("none-scaled", 0)).powi(2);
        assert!((4.0..11.0).contains(&growth), "{growth}");
        // Post-norm puts the stream back to a root mean square of 1.
        assert!((rms("post", 16) - 1.0).abs() < 1e-3);
    }

    #[test]
    fn a_probe_leaves_no_trace() {
        let (x, labels) = batch();
        let mut network = network("pre", "batch", 2);
        let before = network.states();
        let first = probe(&mut network, &x, &labels);
        assert_eq!(network.states(), before);
        assert_eq!(probe(&mut network, &x, &labels), first);
        assert_eq!(first.len(), 3);
    }
}
