//! How long a check takes at each level, on a layer norm with its gradient as plain loops.
#![allow(missing_docs)] // the macros of criterion define undocumented functions

use criterion::{Criterion, criterion_group, criterion_main};
use gradcheck::{Argument, Function, Gradients, Level, Report, Settings, Verdict, check};

fn layer_norm(width: usize, x: &[f64]) -> Vec<f64> {
    let mut y = Vec::with_capacity(x.len());
    for row in x.chunks(width) {
        let (mean, r) = statistics(row);
        y.extend(row.iter().map(|x| (x - mean) * r));
    }
    y
}

fn gradient(width: usize, x: &[f64], v: &[f64]) -> Gradients {
    let mut dx = Vec::with_capacity(x.len());
    for (x, v) in x.chunks(width).zip(v.chunks(width)) {
        let ((mean, r), count) = (statistics(x), width as f64);
        let m1 = v.iter().sum::<f64>() / count;
        let m2 = x.iter().zip(v).map(|(x, v)| (x - mean) * r * v).sum::<f64>() / count;
        dx.extend(x.iter().zip(v).map(|(x, v)| r * (v - m1 - (x - mean) * r * m2)));
    }
    vec![Some(dx)]
}

fn statistics(row: &[f64]) -> (f64, f64) {
    let count = row.len() as f64;
    let mean = row.iter().sum::<f64>() / count;
    let variance = row.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count;
    (mean, (variance + 1e-5).sqrt().recip())
}

/// A check of a layer norm at one shape, with the level that its size gets.
fn checked(rows: usize, width: usize, level: Level) -> Report {
    let x: Vec<f64> = (0..rows * width).map(|i| (1.7 * i as f64 + 0.3).sin()).collect();
    let x = [Argument { name: "x", shape: &[rows, width], values: &x }];
    let function = Function {
        forward: &|a| layer_norm(width, a[0]),
        backward: &|a, v| gradient(width, a[0], v),
    };
    let report = check(&x, &function, &Settings::default()).expect("the function is sound");
    assert_eq!((&report.verdict, report.level), (&Verdict::Pass, level), "{report}");
    report
}

fn levels(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("check");
    group.sample_size(10);
    group.bench_function("4x8, L3", |b| b.iter(|| checked(4, 8, Level::Jacobian)));
    group.bench_function("16x64, L2", |b| b.iter(|| checked(16, 64, Level::Gradient)));
    group.bench_function("64x4096, L1", |b| b.iter(|| checked(64, 4096, Level::Adjoint)));
    group.finish();
}

criterion_group!(benches, levels);
criterion_main!(benches);
