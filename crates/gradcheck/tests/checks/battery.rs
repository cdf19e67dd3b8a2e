//! Right gradients in double precision never fail, over ordinary and awkward inputs.

use crate::kernels::{Bug, Case, Norm};
use gradcheck::{Report, Settings, Verdict};

const NORMS: [Norm; 3] = [Norm::Layer, Norm::Rms, Norm::Batch];

fn judged(case: &Case, seed: u64) -> Report {
    let settings = Settings { seed, ..Settings::default() };
    case.check::<f64>(Bug::None, &settings).expect("the case is sound")
}

/// Asserts a pass, and that it means something.
fn assert_passes(name: &str, change: impl Fn(Case) -> Case) {
    for norm in NORMS {
        for seed in 0..10 {
            let report = judged(&change(Case::new(norm, 4, 8, seed)), seed);
            assert_eq!(report.verdict, Verdict::Pass, "{norm:?}, {name}, seed {seed}\n{report}");
        }
    }
}

#[test]
fn ordinary_inputs_pass_with_a_fine_resolution() {
    for norm in NORMS {
        for seed in 0..20 {
            let report = judged(&Case::new(norm, 4, 8, seed), seed);
            assert_eq!(report.verdict, Verdict::Pass, "{norm:?}, seed {seed}\n{report}");
            assert!(report.resolution < 1e-8, "{norm:?}, seed {seed}\n{report}");
        }
    }
}

#[test]
fn scales_and_offsets_pass() {
    assert_passes("scale 1e-3", |case| case.with_input(|x| 1e-3 * x));
    assert_passes("scale 1e4", |case| case.with_input(|x| 1e4 * x));
    assert_passes("offset 1e3", |case| case.with_input(|x| 1e3 + x));
    assert_passes("eps 0.3", |case| Case { eps: 0.3, ..case });
    assert_passes("eps 1e-12", |case| Case { eps: 1e-12, ..case });
}

#[test]
fn a_row_or_column_without_variance_passes() {
    assert_passes("constant row", |mut case| {
        case.x[8..16].fill(0.75);
        case
    });
    assert_passes("constant column", |mut case| {
        case.x.iter_mut().skip(3).step_by(8).for_each(|x| *x = -0.3125);
        case
    });
    assert_passes("all zeros", |case| case.with_input(|_| 0.0));
    assert_passes("all alike, far from zero", |case| case.with_input(|_| 1000.0));
}

#[test]
fn one_row_and_one_column_pass() {
    for norm in NORMS {
        for (rows, columns) in [(1, 8), (4, 1), (1, 1), (2, 2), (3, 7)] {
            for seed in 0..10 {
                let report = judged(&Case::new(norm, rows, columns, seed), seed);
                let shape = (rows, columns);
                assert_eq!(report.verdict, Verdict::Pass, "{norm:?}, {shape:?}, {seed}\n{report}");
            }
        }
    }
}

#[test]
fn parameters_at_their_usual_start_pass() {
    assert_passes("gamma 1, beta 0", |mut case| {
        case.gamma.fill(1.0);
        case.beta.fill(0.0);
        case
    });
    assert_passes("gamma 0", |mut case| {
        case.gamma.fill(0.0);
        case
    });
}

#[test]
fn an_offset_that_leaves_no_digits_is_never_a_failure() {
    for norm in NORMS {
        for seed in 0..5 {
            for offset in [1e5, 1e6, 1e7] {
                let report = judged(&Case::new(norm, 4, 8, seed).with_input(|x| offset + x), seed);
                assert_ne!(report.verdict, Verdict::Fail, "{norm:?}, {offset:e}, {seed}\n{report}");
            }
        }
    }
}
