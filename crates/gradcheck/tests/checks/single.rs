//! Kernels in f32, judged against a forward pass in f64 at the same numbers.

use crate::kernels::{BUGS, Bug, Case, Norm};
use gradcheck::{Argument, Function, Outcome, Precision, Report, Settings, Verdict, check};

fn judged(case: &Case, bug: Bug, seed: u64) -> Report {
    let settings = Settings { seed, precision: Precision::Single, ..Settings::default() };
    case.check::<f32>(bug, &settings).expect("the case is sound")
}

#[test]
fn right_kernels_pass() {
    type Change = fn(f64) -> f64;
    let inputs: [(&str, Change); 4] = [
        ("standard normal", |x| x),
        ("scale 1e-3", |x| 1e-3 * x),
        ("scale 1e4", |x| 1e4 * x),
        ("offset 10", |x| 10.0 + x),
    ];
    for norm in [Norm::Layer, Norm::Rms, Norm::Batch] {
        for (name, change) in inputs {
            for seed in 0..20 {
                let case = Case::new(norm, 4, 8, seed).with_input(change);
                let report = judged(&case, Bug::None, seed);
                let label = format!("{norm:?}, {name}, seed {seed}\n{report}");
                assert_eq!(report.verdict, Verdict::Pass, "{label}");
            }
        }
    }
}

/// What f32 cannot carry is inconclusive: an offset of 1e3 leaves four digits of a deviation, and the
/// gradient of a norm of one number is eps of its terms.
#[test]
fn right_kernels_never_fail() {
    for norm in [Norm::Layer, Norm::Rms, Norm::Batch] {
        for seed in 0..20 {
            let mut constant_row = Case::new(norm, 4, 8, seed);
            constant_row.x[8..16].fill(0.75);
            let cases = [
                Case::new(norm, 4, 8, seed).with_input(|x| 1e3 + x),
                Case::new(norm, 4, 8, seed).with_input(|x| 1e5 + x),
                Case::new(norm, 1, 8, seed),
                Case::new(norm, 8, 1, seed),
                Case::new(norm, 1, 1, seed),
                Case::new(norm, 3, 31, seed),
                constant_row,
            ];
            for case in &cases {
                let report = judged(case, Bug::None, seed);
                assert_ne!(report.verdict, Verdict::Fail, "{case:?}\n{report}");
            }
        }
    }
}

#[test]
fn planted_bugs_fail_in_single_precision_too() {
    // One part in a million is below what f32 shows, and so is eps beside a variance of 1.
    let too_small = [Bug::SlightlyLarge, Bug::EpsOutsideRoot];
    for norm in [Norm::Layer, Norm::Rms, Norm::Batch] {
        for bug in BUGS.into_iter().filter(|bug| !too_small.contains(bug)) {
            if (norm, bug) == (Norm::Rms, Bug::MeanTermMissing) {
                continue;
            }
            for seed in 0..5 {
                let report = judged(&Case::new(norm, 4, 8, seed), bug, seed);
                assert_eq!(report.verdict, Verdict::Fail, "{norm:?}, {bug:?}, {seed}\n{report}");
            }
        }
    }
}

#[test]
fn a_misplaced_eps_fails_where_the_variance_is_as_small() {
    for norm in [Norm::Layer, Norm::Rms, Norm::Batch] {
        for seed in 0..5 {
            let case = Case::new(norm, 4, 8, seed).with_input(|x| 1e-2 * x);
            let report = judged(&case, Bug::EpsOutsideRoot, seed);
            assert_eq!(report.verdict, Verdict::Fail, "{norm:?}, seed {seed}\n{report}");
        }
    }
}

#[test]
fn an_f32_kernel_is_too_coarse_for_double_precision() {
    let report = Case::new(Norm::Layer, 4, 8, 0).check::<f32>(Bug::None, &Settings::default());
    assert_eq!(report.expect("sound").verdict, Verdict::Fail);
}

/// `E[x^2] - mean^2` in f32 with a mean of 40 loses three digits more than the inputs have lost. Its
/// numbers are often within the bars, which the offset has widened; its jitter is not.
#[test]
fn a_one_pass_variance_is_a_precision_loss_before_it_is_a_failure() {
    let mut losses = 0;
    for seed in 0..6 {
        let case = Case::new(Norm::Layer, 4, 8, seed).with_input(|x| 40.0 + x);
        let forward = |a: &[&[f64]]| case.forward(a);
        let backward = |a: &[&[f64]], v: &[f64]| {
            let mut gradients = case.backward::<f32>(a, v, Bug::None);
            gradients[0] = Some(one_pass_gradient(&case, a, v));
            gradients
        };
        let function = Function { forward: &forward, backward: &backward };
        let settings = Settings { seed, precision: Precision::Single, ..Settings::default() };
        let report = case.check_with(&function, &settings).expect("sound");
        assert_eq!(report.verdict.outcome(), Outcome::Failed, "seed {seed}\n{report}");
        losses += usize::from(matches!(report.verdict, Verdict::PrecisionLoss { .. }));
    }
    assert!(losses > 0);
}

fn one_pass_gradient(case: &Case, arguments: &[&[f64]], v: &[f64]) -> Vec<f64> {
    let (columns, eps) = (case.columns, case.eps as f32);
    let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
    let mut dx = Vec::new();
    for (x, v) in arguments[0].chunks(columns).zip(v.chunks(columns)) {
        let x: Vec<f32> = x.iter().map(|&x| x as f32).collect();
        let g: Vec<f32> = v.iter().zip(arguments[1]).map(|(v, c)| *v as f32 * *c as f32).collect();
        let centre = mean(&x);
        let squares: Vec<f32> = x.iter().map(|x| x * x).collect();
        let r = (mean(&squares) - centre * centre + eps).sqrt().recip();
        let products: Vec<f32> = x.iter().zip(&g).map(|(x, g)| (x - centre) * r * g).collect();
        let (m1, m2) = (mean(&g), mean(&products));
        let entry = |(x, g): (&f32, &f32)| f64::from((g - m1 - (x - centre) * r * m2) * r);
        dx.extend(x.iter().zip(&g).map(entry));
    }
    dx
}

#[test]
fn a_function_of_many_kinks_passes_on_both_sides_of_each() {
    use rand::{Rng, SeedableRng};
    let function = Function {
        forward: &|a| a[0].iter().map(|x| x.max(0.0)).collect(),
        backward: &|a, v| {
            let slope = |(x, v): (&f64, &f64)| if *x > 0.0 { *v } else { 0.0 };
            vec![Some(a[0].iter().zip(v).map(slope).collect())]
        },
    };
    for seed in 0..20 {
        let mut generator = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        let x: Vec<f64> = (0..192).map(|_| generator.sample(rand_distr::StandardNormal)).collect();
        let x = Argument { name: "x", shape: &[64, 3], values: &x };
        let report = check(&[x], &function, &Settings { seed, ..Settings::default() });
        let report = report.expect("the function is sound");
        assert_ne!(report.verdict.outcome(), Outcome::Failed, "{report}");
    }
}
