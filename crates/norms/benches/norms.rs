//! Every norm of the catalogue, forward and backward, by the operation that training uses; and the
//! dfdx witness of layer normalization beside its fused kernel.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use norms::{CATALOGUE, Evaluator, Norm, NormChoice, find};
use ops::{Layout, Mode, Pass, Value};

fn forward_and_backward(criterion: &mut Criterion) {
    for (rows, width) in [(128, 256), (4096, 512)] {
        let mut group = criterion.benchmark_group(format!("norms {rows}x{width}"));
        group.throughput(Throughput::Elements((rows * width) as u64)).sample_size(10);
        for entry in CATALOGUE {
            let norm = NormChoice::plain(entry).build::<f32>(Evaluator::Fastest);
            bench(&mut group, entry.name, &*norm, rows, width);
            let compiled = NormChoice::plain(entry).build::<f32>(Evaluator::Compiled);
            bench(&mut group, &format!("{} compiled", entry.name), &*compiled, rows, width);
        }
        let layer = NormChoice::plain(find("layer").expect("listed"));
        bench(&mut group, "layer by dfdx", &*layer.build::<f32>(Evaluator::Dfdx), rows, width);
    }
}

fn bench(
    group: &mut criterion::BenchmarkGroup<'_, criterion::measurement::WallTime>,
    name: &str,
    norm: &dyn Norm<f32>,
    rows: usize,
    width: usize,
) {
    let numbers = |len: usize| -> Vec<f32> { (0..len).map(|i| (i as f32).sin()).collect() };
    let x = Value::new(rows, width, &numbers(rows * width));
    let cotangent = numbers(rows * width);
    let parameters = norm.parameters(width, 1);
    let parameters: Vec<Value<f32>> = parameters
        .iter()
        .map(|parameter| Value::new(1, parameter.len, &numbers(parameter.len)))
        .collect();
    let mut state = norm.state(width, 1);
    group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
        bencher.iter(|| {
            let mut pass = Pass::recording(Mode::Train);
            let y = norm.apply(&x, Layout::samples(rows), &parameters, &mut state, &mut pass);
            pass.backward_from(&y, &cotangent).take(x.key())
        });
    });
}

criterion_group!(benches, forward_and_backward);
criterion_main!(benches);
