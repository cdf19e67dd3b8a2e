//! Norms forward and backward: the compiled equation of each, the fused kernels and the dfdx witness
//! beside it.

use std::sync::Arc;

use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
};
use equations::ParameterShape;
use norms::{Definition, Evaluator, Norm, NormChoice, find};
use ops::{Layout, Mode, Pass, Value};

fn forward_and_backward(criterion: &mut Criterion) {
    for (rows, width) in [(128, 256), (4096, 512)] {
        let mut group = criterion.benchmark_group(format!("norms {rows}x{width}"));
        group.throughput(Throughput::Elements((rows * width) as u64)).sample_size(10);
        let mut bench = |name: &str, choice: &NormChoice, evaluator: Evaluator| {
            bench(&mut group, name, &*choice.build::<f32>(evaluator), rows, width);
        };
        bench("layer/fused", &listed("layer", 1), Evaluator::Fastest);
        bench("layer/compiled", &listed("layer", 1), Evaluator::Compiled);
        bench("layer/dfdx", &listed("layer", 1), Evaluator::Dfdx);
        bench("rms/compiled", &listed("rms", 1), Evaluator::Compiled);
        bench("dyt/compiled", &dynamic_tanh(), Evaluator::Compiled);
        bench("local-response/compiled", &local_response(), Evaluator::Compiled);
        bench("batch/fused", &listed("batch", 1), Evaluator::Fastest);
        bench("batch/compiled", &listed("batch", 1), Evaluator::Compiled);
        bench("ghost-batch/compiled", &listed("ghost-batch", 1), Evaluator::Compiled);
        // Groups of 64 channels.
        let decorrelated = listed("decorrelated-batch", width / 64);
        bench("decorrelated-batch/compiled", &decorrelated, Evaluator::Compiled);
        for groups in [1, 8, 32] {
            let name = format!("group-{groups}/compiled");
            bench(&name, &listed("group", groups), Evaluator::Compiled);
        }
    }
}

fn listed(name: &str, groups: usize) -> NormChoice {
    let plain = NormChoice::plain(find(name).expect("in the catalogue"));
    plain.with(groups, Vec::new()).expect("no constant is changed")
}

/// Zhu et al. 2025, arXiv:2503.10622.
fn dynamic_tanh() -> NormChoice {
    let definition = Definition {
        name: "dyt".to_owned(),
        equation: "gamma * tanh(alpha * x) + beta".to_owned(),
        over: "none".to_owned(),
        parameters: vec![("alpha".to_owned(), ParameterShape::Scalar, 0.5)],
        constants: vec![],
    };
    NormChoice::defined(Arc::new(definition), 1, Vec::new()).expect("a sound equation")
}

/// Krizhevsky et al. 2012: what it adds up is written down, where other norms keep blocks alone.
fn local_response() -> NormChoice {
    let definition = Definition {
        name: "local-response".to_owned(),
        equation: "x / (1 + 1e-4 / 5 * window(x^2, 2, 2))^0.75".to_owned(),
        over: "features".to_owned(),
        parameters: vec![],
        constants: vec![],
    };
    NormChoice::defined(Arc::new(definition), 1, Vec::new()).expect("a sound equation")
}

fn bench(
    group: &mut BenchmarkGroup<'_, WallTime>,
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
