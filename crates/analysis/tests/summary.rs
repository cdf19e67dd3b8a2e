//! From runs to statistics, table and answer.

mod fixture;

use analysis::{
    Estimate, Outcome, Phase, Reason, Role, Run, Scores, Study, Summary, read_runs, summarize,
};

/// Test losses of `post` and of its baseline `pre`, in the order of the seeds.
// import numpy, scipy.stats as s
// x = numpy.array([0.21, 0.25, 0.19, 0.30, 0.24, 0.22])
// y = numpy.array([0.20, 0.27, 0.17, 0.26, 0.25, 0.20])
// s.t.interval(0.95, 5, (y - x).mean(), s.sem(y - x)); s.pearsonr(x, y)[0]
const PRE: [Option<f64>; 6] =
    [Some(0.21), Some(0.25), Some(0.19), Some(0.30), Some(0.24), Some(0.22)];
const POST: [Option<f64>; 6] =
    [Some(0.20), Some(0.27), Some(0.17), Some(0.26), Some(0.25), Some(0.20)];

/// Confirmation runs of one arm, one per loss; `None` failed. The accuracy is 1 minus the loss.
fn arm(placement: &str, losses: &[Option<f64>]) -> Vec<Run> {
    let outcome = |loss: f64| {
        Outcome::Finished(Scores {
            train_loss: loss,
            val_loss: loss,
            val_accuracy: 0.9,
            test_loss: loss,
            test_accuracy: 1.0 - loss,
        })
    };
    let run = |(seed, loss): (usize, &Option<f64>)| Run {
        id: format!("{placement}-{seed}"),
        arm: format!("placement={placement}"),
        phase: Phase::Confirm,
        keys: vec![placement.to_string()],
        learning_rate: 1e-3,
        seed: seed as u64,
        outcome: loss.map_or(Outcome::Failed(Reason::NonFinite), outcome),
        steps: 10,
        parameters: 1,
        constant_loss: 2.3,
    };
    losses.iter().enumerate().map(run).collect()
}

/// A study of placements without tuning, compared with `pre`.
fn summary_of(arms: &[Vec<Run>]) -> Summary {
    let swept = ["placement".to_string()];
    let baseline = [("placement".to_string(), "pre".to_string())];
    let study =
        Study { name: "s", question: "", swept: &swept, baseline: &baseline, tuned_rates: &[] };
    summarize(&study, &arms.concat())
}

fn assert_estimate(estimate: Option<Estimate>, mean: f64, low: f64, high: f64) {
    let estimate = estimate.unwrap();
    let interval = estimate.interval.unwrap();
    for (value, expected) in [(estimate.mean, mean), (interval.low, low), (interval.high, high)] {
        assert!((value - expected).abs() < 1e-9, "{value} is not {expected}");
    }
}

#[test]
fn paired_differences_are_those_of_scipy() {
    let summary = summary_of(&[arm("pre", &PRE), arm("post", &POST)]);
    assert_eq!(summary.arms[0].role, Role::Baseline);
    assert_eq!(summary.arms[0].difference, None);
    let difference = summary.arms[1].difference.as_ref().unwrap();
    assert_estimate(difference.test_loss, -0.01, -0.03299198290483595, 0.012991982904835978);
    assert_estimate(difference.test_accuracy, 0.01, -0.012991982904835978, 0.03299198290483595);
    assert_eq!((difference.pairs, difference.of), (6, 6));
    assert!((difference.correlation.unwrap() - 0.8462892535091946).abs() < 1e-9);
    assert_eq!(difference.failure_rate_difference, 0.0);
}

#[test]
fn runs_are_paired_by_seed_and_not_by_order() {
    let mut post = arm("post", &POST);
    post.reverse();
    let difference = summary_of(&[arm("pre", &PRE), post]).arms[1].difference.clone().unwrap();
    assert_estimate(difference.test_loss, -0.01, -0.03299198290483595, 0.012991982904835978);
}

#[test]
fn failed_runs_are_counted_and_capped_and_leave_the_pairs() {
    let post = [Some(0.2), None, Some(0.4), Some(9.0), None, Some(0.2)];
    let summary = summary_of(&[arm("pre", &PRE), arm("post", &post)]);
    let post = &summary.arms[1];
    assert_eq!((post.failed, post.runs, post.confirmed), (2, 6, 6));
    // (0.2 + 0.4 + 9.0 + 0.2) / 4 = 2.45; capped: (0.2 + 2.3 + 0.4 + 2.3 + 2.3 + 0.2) / 6 = 7.7 / 6
    assert!((post.test_loss.unwrap().mean - 2.45).abs() < 1e-12);
    assert!((post.capped_test_loss.unwrap().mean - 7.7 / 6.0).abs() < 1e-12);
    let difference = post.difference.as_ref().unwrap();
    assert_eq!((difference.pairs, difference.of), (4, 6));
    assert!((difference.failure_rate_difference - 2.0 / 6.0).abs() < 1e-12);
}

#[test]
fn an_arm_that_fails_throughout_still_has_a_failure_rate() {
    let summary = summary_of(&[arm("pre", &PRE), arm("none", &[None; 6])]);
    let none = &summary.arms[1];
    assert_eq!((none.test_loss, none.test_accuracy), (None, None));
    assert_eq!(none.difference.as_ref().unwrap().failure_rate_difference, 1.0);
    let row = &summary.table()[1];
    assert_eq!(row, &["placement=none", "-", "-", "6/6", "-", "2.300 ±0.000", "-", "-", "-", "-"]);
}

#[test]
fn the_table_shows_one_row_per_arm() {
    let table = summary_of(&[arm("pre", &PRE), arm("post", &POST)]).table();
    // Half widths: 0.040236 of pre (s.t.interval above), 0.022992 of the difference;
    // numpy.mean(y) = 0.225, its half width 0.042369.
    let pre = ["0.235 ±0.040", "0.235 ±0.040", "76.5 ±4.0", "baseline", "-", "-"];
    assert_eq!(table[0][4..], pre);
    let post = ["0.225 ±0.042", "0.225 ±0.042", "77.5 ±4.2", "-0.010 ±0.023", "+1.0 ±2.3", "0.85"];
    assert_eq!(table[1][4..], post);
    assert_eq!(Summary::header().len(), table[0].len());
}

#[test]
fn the_answer_tells_apart_what_the_intervals_tell_apart() {
    let worse: Vec<Option<f64>> = PRE.iter().map(|loss| loss.map(|loss| loss + 0.1)).collect();
    let mut better: Vec<Option<f64>> = PRE.iter().map(|loss| loss.map(|loss| loss / 2.0)).collect();
    better[5] = None;
    let lonely = [Some(0.2), None, None, None, None, None];
    let summary = summary_of(&[
        arm("pre", &PRE),
        arm("post", &POST),
        arm("worse", &worse),
        arm("better", &better),
        arm("lonely", &lonely),
        arm("none", &[None; 6]),
    ]);
    assert_eq!(
        summary.answer(),
        "Against pre, post shows no difference in test accuracy; worse is less accurate; better is \
         more accurate; lonely has too few pairs to be compared; none does not train."
    );
    // d = x[:5] / 2: d.mean() = 0.119; s.t.interval(0.95, 4, 0.119, s.sem(d)) = (0.0929, 0.1451)
    assert_eq!(
        summary.details(),
        "pre, post and worse train with 6 of 6 seeds, better with 5, lonely with 1, none trains \
         with no seed. Test accuracy against pre: no difference seen for post (+1.0 points \
         [-1.3, 3.3]), higher for better (+11.9 points [9.3, 14.5], 5 of 6 pairs), lower for worse \
         (-10.0 points [-10.0, -10.0]), too few pairs for lonely (1 of 6 pairs)."
    );
}

#[test]
fn the_answer_without_baseline_gives_the_accuracies() {
    let study = Study { name: "s", question: "", swept: &[], baseline: &[], tuned_rates: &[] };
    let summary = summarize(&study, &arm("pre", &PRE));
    assert_eq!(summary.arms[0].role, Role::Alone);
    assert_eq!(
        summary.answer(),
        "s trains with 6 of 6 seeds. Test accuracy: s (76.5 % [72.5, 80.5])."
    );
    assert_eq!(summarize(&study, &[]).answer(), "There are no runs.");
}

#[test]
fn a_tuned_study_is_answered_panel_by_panel() {
    let fixture = fixture::write();
    let runs = read_runs(&fixture.root().join("runs.csv"), fixture.study().swept).unwrap();
    let summary = summarize(&fixture.study(), &runs);
    // The numbers are those of the rules in the fixture.
    let answer = summary.details();
    let training = "At depth 8, pre and none-scaled train at 6 of 6 rates, post at 5, none (1 of 6 \
        confirmation runs failed) at 4; at depth 64, pre trains at 6 of 6 rates, none-scaled at 5, \
        post and none (2 of 6 confirmation runs finished) train at no rate. ";
    assert!(answer.starts_with(training), "{answer}");
    let verdicts = summary.answer();
    assert!(verdicts.starts_with("Against pre, post "), "{verdicts}");
    assert!(verdicts.contains(" at depth 64"), "{verdicts}");
    assert!(answer.contains("best rate of none at the edge of the grid"), "{answer}");
    let table = summary.table();
    assert_eq!(table[0][..4], ["placement=pre,depth=8", "3e-3", "2.5", "0/24"]);
    assert_eq!(table[3][..4], ["placement=post,depth=64", "1e-4 (edge)", "none", "24/24"]);
    assert!(table[4][4].ends_with(" (5 of 6)"), "{}", table[4][4]);
}
