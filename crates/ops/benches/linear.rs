//! The linear operation, forward and backward, at the sizes of the residual networks.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ops::{Mode, Pass, Value, linear};

fn forward_and_backward(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("linear forward+backward, batch 128");
    for width in [64, 256, 512] {
        let batch = 128;
        let numbers = |len: usize| -> Vec<f32> { (0..len).map(|i| (i as f32).sin()).collect() };
        let x = Value::new(batch, width, &numbers(batch * width));
        let weight = Value::new(width, width, &numbers(width * width));
        let bias = Value::new(1, width, &numbers(width));
        let cotangent = numbers(batch * width);
        // Two operations, a product and a sum, per element of each of the three products.
        group.throughput(Throughput::Elements((3 * 2 * batch * width * width) as u64));
        group.bench_function(BenchmarkId::from_parameter(width), |bencher| {
            bencher.iter(|| {
                let mut pass = Pass::recording(Mode::Train);
                let y = linear(&x, &weight, &bias, &mut pass);
                pass.backward_from(&y, &cotangent).take(weight.key())
            });
        });
    }
    group.finish();
}

criterion_group!(benches, forward_and_backward);
criterion_main!(benches);
