//! What runs with the same seed share.

use nets::{ARCHITECTURES, INITIALIZATIONS, Network, NetworkSpec, PLACEMENTS, Seed};
use norms::{NormChoice, find};

fn network(placement: usize, norm: &str, depth: usize, seed: u64) -> Network<f32> {
    let spec = NetworkSpec {
        architecture: ARCHITECTURES[0],
        inputs: 4,
        outputs: 2,
        depth,
        width: 8,
        norm: NormChoice::plain(find(norm).expect("listed")),
        placement: PLACEMENTS[placement],
        init: INITIALIZATIONS[0],
    };
    Network::new(&spec, Seed(seed)).expect("a valid network")
}

#[test]
fn another_norm_placement_or_depth_changes_no_shared_weight() {
    let base = network(0, "layer", 2, 7);
    for other in [network(1, "layer", 2, 7), network(2, "batch", 2, 7), network(0, "rms", 5, 7)] {
        let mut shared = 0;
        for parameter in base.parameters().iter().filter(|p| p.name.ends_with("weight")) {
            let same = other.parameters().iter().find(|p| p.name == parameter.name);
            assert_eq!(same.expect(&parameter.name).value.as_slice(), parameter.value.as_slice());
            shared += 1;
        }
        // Stem, head, and two matrices in each of two blocks.
        assert_eq!(shared, 6);
    }
}

#[test]
fn another_seed_changes_every_weight() {
    let (one, two) = (network(0, "layer", 2, 7), network(0, "layer", 2, 8));
    for (one, two) in one.parameters().iter().zip(two.parameters()) {
        if one.name.ends_with("weight") {
            assert_ne!(one.value.as_slice(), two.value.as_slice(), "{}", one.name);
        }
    }
}

#[test]
fn the_size_of_a_network_is_known_before_it_is_built() {
    // No norms, so that linear maps are all: 4 x 8 + 8, five blocks of two 8 x 8 + 8, 8 x 2 + 2.
    assert_eq!(network(2, "layer", 5, 0).parameter_count(), 40 + 5 * 2 * 72 + 18);
    let spec = NetworkSpec {
        architecture: ARCHITECTURES[0],
        inputs: 4,
        outputs: 2,
        depth: 5,
        width: 8,
        norm: NormChoice::plain(find("layer").expect("listed")),
        placement: PLACEMENTS[2],
        init: INITIALIZATIONS[0],
    };
    assert_eq!(spec.linear_parameters(), 40 + 5 * 2 * 72 + 18);
}

#[test]
fn groups_that_do_not_divide_the_width_are_an_error_with_both_numbers() {
    let group = NormChoice::new(find("group").expect("listed"), 3, Vec::new()).expect("a choice");
    let spec = NetworkSpec {
        architecture: ARCHITECTURES[0],
        inputs: 4,
        outputs: 2,
        depth: 1,
        width: 8,
        norm: group,
        placement: PLACEMENTS[0],
        init: INITIALIZATIONS[0],
    };
    let error = Network::<f32>::new(&spec, Seed(0)).expect_err("8 / 3").to_string();
    assert_eq!(error, "norm `group`: 8 features cannot be divided into 3 groups of equal size");
}

#[test]
fn a_side_input_that_nothing_computes_is_an_error() {
    let spec = NetworkSpec {
        architecture: ARCHITECTURES[0],
        inputs: 4,
        outputs: 2,
        depth: 1,
        width: 8,
        norm: NormChoice::plain(find("ada-layer").expect("listed")),
        placement: PLACEMENTS[0],
        init: INITIALIZATIONS[0],
    };
    let error = Network::<f32>::new(&spec, Seed(0)).expect_err("a side input").to_string();
    assert_eq!(error, "norm `ada-layer`: nothing computes its side input `scale`");
}

#[test]
fn batch_norm_on_one_sample_is_an_error_before_anything_runs() {
    let network = network(0, "batch", 1, 0);
    assert!(network.check_batch(2).is_ok());
    let error = network.check_batch(1).expect_err("a variance over one value").to_string();
    assert!(error.starts_with("norm `batch`: "), "{error}");
}
