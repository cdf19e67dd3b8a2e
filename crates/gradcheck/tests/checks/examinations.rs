//! Whole examinations: the battery, conduct, identities, shrinking and reports.

use crate::kernels::{BUGS, Bug, Norm};
use crate::layers::{Misconduct, NormLayer};
use gradcheck::{
    Examination, Options, Outcome, Rule, Verdict, examine, examine_all_in_parallel,
    examine_in_parallel,
};

const NORMS: [Norm; 3] = [Norm::Layer, Norm::Rms, Norm::Batch];

fn only(layer: &NormLayer, case: &str) -> Vec<Examination> {
    let options = Options { only: Some(case.to_string()), ..Options::default() };
    examine(layer, &options).expect("the layer is sound")
}

#[test]
fn right_norms_pass_the_whole_battery() {
    for norm in NORMS {
        for found in examine(&NormLayer::right(norm), &Options::default()).expect("sound") {
            assert_eq!(found.verdict, Verdict::Pass, "{found}");
            for case in &found.cases {
                assert_ne!(case.verdict.outcome(), Outcome::Failed, "{case}");
            }
        }
    }
}

#[test]
fn threads_change_nothing() {
    let layer = NormLayer { bug: Bug::GammaForgotten, ..NormLayer::right(Norm::Batch) };
    let few = "plain 4x8 normal random 1e-5 normal required required scale of gamma\n\
               wide  3x9 normal random 1e-5 normal required required tails\n\
               one   1x8 normal random 1e-5 normal required required batch of one\n";
    let cases = gradcheck::CaseList::parse(few).expect("sound");
    let options = Options { cases, ..Options::default() };
    let one_by_one = examine(&layer, &options).expect("sound");
    let at_once = examine_in_parallel(|| layer, &options, &|_| ()).expect("sound");
    assert_eq!(one_by_one.len(), at_once.len());
    for (one, other) in one_by_one.iter().zip(&at_once) {
        let other = Examination { seconds: one.seconds, ..other.clone() };
        assert_eq!(one, &other);
        assert_eq!(one.verdict, Verdict::Fail);
    }
    // Two layers at once are each what they are alone.
    let right = NormLayer::right(Norm::Batch);
    let layers = [layer, right];
    let both = [options.clone(), options.clone()];
    let both = examine_all_in_parallel(|number| layers[number], &both, &|_| ()).expect("sound");
    for (layer, found) in layers.iter().zip(&both) {
        let alone = examine(layer, &options).expect("sound");
        let verdicts = |found: &[Examination]| -> Vec<Verdict> {
            found.iter().map(|kernel| kernel.verdict.clone()).collect()
        };
        assert_eq!(verdicts(found), verdicts(&alone));
    }
    assert!(both[0].iter().all(|kernel| kernel.verdict == Verdict::Fail));
    assert!(both[1].iter().all(|kernel| kernel.verdict != Verdict::Fail));
}

#[test]
fn every_bug_fails_with_a_report_of_at_most_forty_lines() {
    for norm in NORMS {
        for bug in BUGS {
            if bug == Bug::MeanTermMissing && norm == Norm::Rms {
                continue;
            }
            let layer = NormLayer { bug, ..NormLayer::right(norm) };
            for found in only(&layer, "scale-1e-2") {
                let is_below_f32 = bug == Bug::SlightlyLarge && found.kernel.ends_with("f32");
                let expected = if is_below_f32 { Outcome::Passed } else { Outcome::Failed };
                assert_eq!(found.verdict.outcome(), expected, "{bug:?}\n{found}");
                assert!(found.to_string().lines().count() <= 40, "{bug:?}\n{found}");
            }
        }
    }
}

#[test]
fn a_failure_is_shrunk_to_a_literal_and_its_cause_is_named() {
    let layer = NormLayer { bug: Bug::MeanTermMissing, ..NormLayer::right(Norm::Layer) };
    let found = only(&layer, "plain").remove(0);
    let case = found.worst().expect("a case");
    let failure = case.failure.as_ref().expect("numbers are wrong");
    let cause = failure.cause.as_deref().unwrap_or_default();
    assert!(cause.ends_with("the mean term is missing"), "{found}");
    let literal = case.literal.as_deref().expect("small enough");
    assert!(literal.starts_with("shape [1, "), "{literal}");
    assert!(literal.contains("gamma = [1.0"), "{literal}");
    // It fails at this very cotangent.
    let (_, dy) = literal.split_once("dy = ").expect("a cotangent");
    assert!(dy.contains('1'), "{literal}");
    assert!(found.to_string().contains("replay: seed 0, case plain"), "{found}");
}

#[test]
fn misconduct_breaks_a_rule_though_numbers_are_right() {
    use gradcheck::Layout::Transposed;
    let rules = [
        (Misconduct::Forgets, Rule::ForeignForward),
        (Misconduct::WritesToCotangent, Rule::Mutation),
        (Misconduct::WritesToInput, Rule::Mutation),
        (Misconduct::Overwrites, Rule::Accumulation),
        (Misconduct::IgnoresStrides, Rule::Layout(Transposed)),
        (Misconduct::WrongValue, Rule::Value),
        (Misconduct::FirstCallDiffers, Rule::FirstCall),
        (Misconduct::ReturnsOneBufferTwice, Rule::Aliasing),
        (Misconduct::Panics, Rule::Answer),
    ];
    for (misconduct, rule) in rules {
        let layer = NormLayer { misconduct, ..NormLayer::right(Norm::Layer) };
        let case =
            if misconduct == Misconduct::ReturnsOneBufferTwice { "one-row" } else { "plain" };
        for found in only(&layer, case) {
            assert_eq!(found.verdict.outcome(), Outcome::Failed, "{misconduct:?}\n{found}");
            let broken = |rule: &Rule| {
                let reports = found.cases.iter().flat_map(|case| &case.protocol);
                let broken = reports.filter(|r| matches!(r.finding, gradcheck::Finding::Broken(_)));
                broken.map(|report| report.rule).any(|broken| broken == *rule)
            };
            assert!(broken(&rule), "{misconduct:?}\n{found}");
        }
    }
}

#[test]
fn failures_of_every_kind_are_shrunk() {
    // What breaks a rule does so at an input that can be pasted too, without a cotangent.
    let layer = NormLayer { misconduct: Misconduct::Overwrites, ..NormLayer::right(Norm::Layer) };
    let found = only(&layer, "plain").remove(0);
    let literal = found.worst().and_then(|case| case.literal.clone()).expect("small enough");
    assert!(literal.starts_with("shape [1, "), "{literal}");
    assert!(!literal.contains("dy = "), "{literal}");
}

#[test]
fn the_first_case_shows_a_v_though_it_passes() {
    let found = only(&NormLayer::right(Norm::Layer), "plain").remove(0);
    let entry = found.cases[0].worst.as_ref().expect("the first case");
    let (above, below) = (entry.curve.slope_above, entry.curve.slope_below);
    assert!((above.expect("many steps") - 2.0).abs() < 0.5, "{}", entry.curve);
    assert!(below.expect("many steps") < -0.5, "{}", entry.curve);
}

#[test]
fn a_right_kernel_breaks_no_rule() {
    for norm in NORMS {
        for found in only(&NormLayer::right(norm), "plain") {
            for report in &found.cases[0].protocol {
                let is_broken = matches!(report.finding, gradcheck::Finding::Broken(_));
                assert!(!is_broken, "{report:?}");
            }
        }
    }
}
