//! One training step (forward, backward, AdamW) of a pre-norm residual MLP of depth 16, batch 128.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use nets::{ARCHITECTURES, INITIALIZATIONS, Network, NetworkSpec, PLACEMENTS, Seed};
use norms::{CATALOGUE, NormChoice};
use ops::Value;
use training::{OPTIMIZERS, OptimizerState, step};

fn training_step(criterion: &mut Criterion) {
    for width in [64, 256] {
        let mut group = criterion.benchmark_group(format!("step, depth 16, width {width}"));
        group.sample_size(20);
        for entry in CATALOGUE {
            let spec = NetworkSpec {
                architecture: ARCHITECTURES[0],
                inputs: 64,
                outputs: 10,
                depth: 16,
                width,
                norm: NormChoice::plain(entry),
                placement: PLACEMENTS[0],
                init: INITIALIZATIONS[0],
            };
            // Norms with side inputs are in no network.
            let Ok(mut network) = Network::new(&spec, Seed(0)) else { continue };
            let adamw = OPTIMIZERS.iter().find(|optimizer| optimizer.name == "adamw");
            let rule = adamw.expect("listed").default;
            let mut optimizer = OptimizerState::new(rule, network.parameters());
            let numbers: Vec<f32> = (0..128 * 64).map(|i| (i as f32).sin()).collect();
            let x = Value::new(128, 64, &numbers);
            let labels: Vec<usize> = (0..128).map(|i| i % 10).collect();
            group.bench_function(BenchmarkId::from_parameter(entry.name), |bencher| {
                bencher.iter(|| step(&mut network, &mut optimizer, &x, &labels, 1e-3, None));
            });
        }
    }
}

criterion_group!(benches, training_step);
criterion_main!(benches);
