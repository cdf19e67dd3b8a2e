//! Kernels in f32, judged against a forward pass in f64 at the same numbers.

use crate::kernels::{BUGS, Bug, Case, Norm};
use gradcheck::{Precision, Report, Settings, Verdict};

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
