//! Wrong gradients in double precision always fail.

use crate::kernels::{BUGS, Bug, Case, Norm};
use gradcheck::{ExpectGradient, Function, Settings, Verdict};

/// Whether a bug changes anything for this norm.
fn is_live(bug: Bug, norm: Norm) -> bool {
    !(bug == Bug::MeanTermMissing && norm == Norm::Rms)
}

#[test]
fn every_planted_bug_fails_at_every_scale() {
    type Change = fn(f64) -> f64;
    let inputs: [(&str, Change); 4] = [
        ("standard normal", |x| x),
        ("scale 1e-3", |x| 1e-3 * x),
        ("scale 30", |x| 30.0 * x),
        ("offset 1e3", |x| 1e3 + x),
    ];
    for norm in [Norm::Layer, Norm::Rms, Norm::Batch] {
        for bug in BUGS.into_iter().filter(|&bug| is_live(bug, norm)) {
            for (name, change) in inputs {
                // Far from zero eps is 1e-11 of an RMS norm's mean square, which nothing shows.
                if (norm, bug, name) == (Norm::Rms, Bug::EpsOutsideRoot, "offset 1e3") {
                    continue;
                }
                for seed in 0..5 {
                    let case = Case::new(norm, 4, 8, seed).with_input(change);
                    let settings = Settings { seed, ..Settings::default() };
                    let report = case.check::<f64>(bug, &settings).expect("the case is sound");
                    let label = format!("{norm:?}, {bug:?}, {name}, seed {seed}\n{report}");
                    assert_eq!(report.verdict, Verdict::Fail, "{label}");
                }
            }
        }
    }
}

#[test]
fn a_lost_column_is_counted_and_named() {
    let case = Case::new(Norm::Layer, 4, 8, 0);
    let report = case.check::<f64>(Bug::LastColumnLost, &Settings::default()).expect("sound");
    let x = &report.arguments[0];
    assert_eq!((x.wrong, x.total), (4, 32), "{report}");
    assert_eq!(x.worst.index[1], 7, "{report}");
    assert_eq!(x.worst.analytic, 0.0);
    assert_eq!(report.arguments[1].verdict, Verdict::Pass);
    assert_eq!(report.arguments[2].verdict, Verdict::Pass);
}

#[test]
fn a_large_layer_is_checked_entry_by_entry() {
    let settings = Settings::default();
    let case = Case::new(Norm::Layer, 33, 65, 0);
    let report = case.check::<f64>(Bug::None, &settings).expect("sound");
    assert_eq!(report.verdict, Verdict::Pass, "{report}");
    // At this size a checker by one positive direction accepts even a gradient of zeros.
    let report = case.check::<f64>(Bug::FirstRowLost, &settings).expect("sound");
    assert_eq!(report.verdict, Verdict::Fail, "{report}");
    assert_eq!(report.arguments[0].wrong, 65, "{report}");
}

#[test]
fn a_backward_may_leave_out_only_what_vanishes_or_is_declared_constant() {
    let case = Case::new(Norm::Layer, 4, 8, 0);
    let none_for_beta = |expect_gradient| {
        let settings = Settings { expect_gradient, ..Settings::default() };
        case.check::<f64>(Bug::BetaGradientMissing, &settings).expect("sound")
    };
    let report = none_for_beta(ExpectGradient::Everywhere);
    assert!(report.to_string().contains("missing gradient"), "{report}");
    assert_eq!(report.arguments[2].verdict, Verdict::Fail);
    let report = none_for_beta(ExpectGradient::ExceptFor(vec!["beta".to_string()]));
    assert_eq!(report.verdict, Verdict::Pass, "{report}");
}

#[test]
fn a_gradient_to_a_declared_constant_fails() {
    let case = Case::new(Norm::Layer, 4, 8, 0);
    let expect_gradient = ExpectGradient::ExceptFor(vec!["beta".to_string()]);
    let settings = Settings { expect_gradient, ..Settings::default() };
    let report = case.check::<f64>(Bug::None, &settings).expect("sound");
    assert_eq!(report.verdict, Verdict::Fail, "{report}");
    assert_eq!(report.arguments[2].wrong, 8);
}

/// The reference itself may be coarse: `E[x^2] - mu^2` at a large offset is a staircase in `x`, flat
/// over the smallest steps, and there the differences lose the variance term as the bug does. At 1e5 the
/// treads are wide enough to look like the function now and then, so that a right gradient may fail.
#[test]
fn a_coarse_forward_pass_neither_fails_the_right_nor_passes_the_wrong() {
    for seed in 0..10 {
        for offset in [1e4, 1e5] {
            let case = Case::new(Norm::Layer, 4, 8, seed).with_input(|x| offset + x);
            let forward = |arguments: &[&[f64]]| one_pass_layer_norm(&case, arguments);
            let judged = |bug| {
                let backward = |a: &[&[f64]], v: &[f64]| case.backward::<f64>(a, v, bug);
                let function = Function { forward: &forward, backward: &backward };
                case.check_with(&function, &Settings { seed, ..Settings::default() })
            };
            // The input alone is judged: the gradient of gamma is the rounded value itself.
            let whole = judged(Bug::None).expect("sound");
            let right = &whole.arguments[0];
            assert!(
                right.verdict != Verdict::Fail || offset > 1e4,
                "offset {offset:e}, seed {seed}\n{whole}"
            );
            let wrong = &judged(Bug::VarianceTermMissing).expect("sound").arguments[0];
            assert_ne!(wrong.verdict, Verdict::Pass, "offset {offset:e}, seed {seed}\n{wrong}");
        }
    }
}

fn one_pass_layer_norm(case: &Case, arguments: &[&[f64]]) -> Vec<f64> {
    let (gamma, beta, count) = (arguments[1], arguments[2], case.columns as f64);
    let normalize = |row: &[f64]| {
        let mean = row.iter().sum::<f64>() / count;
        let variance = row.iter().map(|x| x * x).sum::<f64>() / count - mean * mean;
        let divisor = (variance + case.eps).sqrt();
        row.iter().map(|x| (x - mean) / divisor).collect::<Vec<f64>>()
    };
    let standardized = arguments[0].chunks(case.columns).flat_map(normalize);
    standardized
        .enumerate()
        .map(|(i, x)| gamma[i % case.columns] * x + beta[i % case.columns])
        .collect()
}
