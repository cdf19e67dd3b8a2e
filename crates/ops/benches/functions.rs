//! The vector functions beside the standard library and libm, per element of a slice in cache.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ops::functions::{atan_each, erf_each, exp_each, log_each, sigmoid_each, tanh_each};

const LEN: usize = 1024;

type Each = fn(&mut [f64]);

fn functions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("functions of 1024 f64");
    group.throughput(Throughput::Elements(LEN as u64));
    group.sample_size(20);
    // Positive, as the logarithm needs, and on both sides of every switch.
    let numbers: Vec<f64> = (0..LEN).map(|i| 1.5 + 1.4 * (i as f64).sin()).collect();
    let compared: [(&str, Each, Each); 6] = [
        ("exp", exp_each, |values| values.iter_mut().for_each(|x| *x = x.exp())),
        ("tanh", tanh_each, |values| values.iter_mut().for_each(|x| *x = x.tanh())),
        ("sigmoid", sigmoid_each, |values| {
            values.iter_mut().for_each(|x| *x = 1.0 / (1.0 + (-*x).exp()));
        }),
        ("log", log_each, |values| values.iter_mut().for_each(|x| *x = x.ln())),
        ("erf", erf_each, |values| values.iter_mut().for_each(|x| *x = libm::erf(*x))),
        ("atan", atan_each, |values| values.iter_mut().for_each(|x| *x = x.atan())),
    ];
    for (name, ours, theirs) in compared {
        for (who, each) in [("ours", ours), ("library", theirs)] {
            let mut values = numbers.clone();
            group.bench_function(BenchmarkId::new(name, who), |bencher| {
                bencher.iter(|| {
                    values.copy_from_slice(&numbers);
                    each(black_box(&mut values));
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, functions);
criterion_main!(benches);
