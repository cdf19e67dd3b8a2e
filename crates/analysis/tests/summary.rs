//! From runs to statistics, tables and answer.

mod fixture;

use analysis::{
    Comparison, Contrasts, Estimate, Outcome, Phase, Reason, Role, Run, Scores, Study, Summary,
    Verdict, Withheld, summarize,
};

/// Test losses of `post` and of its baseline `pre`, in the order of the seeds.
// import numpy, scipy.stats as s
// x = numpy.array([0.21, 0.25, 0.19, 0.30, 0.24, 0.22])
// y = numpy.array([0.20, 0.27, 0.17, 0.26, 0.25, 0.20])
// s.t.interval(0.95, 5, (y - x).mean(), s.sem(y - x)); s.pearsonr(x, y)[0]; s.ttest_rel(y, x)
const PRE: [Option<f64>; 6] =
    [Some(0.21), Some(0.25), Some(0.19), Some(0.30), Some(0.24), Some(0.22)];
const POST: [Option<f64>; 6] =
    [Some(0.20), Some(0.27), Some(0.17), Some(0.26), Some(0.25), Some(0.20)];

/// One run of an arm that is compared with `pre`; `None` failed. The accuracy is 1 minus the loss.
fn run(arm: &str, phase: Phase, rate: f64, seed: u64, loss: Option<f64>) -> Run {
    let finished = |loss: f64| {
        Outcome::Finished(Scores {
            fit_loss: loss,
            val_loss: loss,
            test_loss: loss,
            test_accuracy: (1.0 - loss).max(0.0),
            overconfident: loss > 2.3,
        })
    };
    let failed = Outcome::Failed { reason: Reason::NonFinite, test_loss: None };
    Run {
        id: format!("{arm}-{rate}-{seed}"),
        arm: arm.to_string(),
        baseline: Some("pre".to_string()),
        phase,
        keys: vec![arm.to_string()],
        learning_rate: rate,
        seed,
        outcome: loss.map_or(failed, finished),
        steps: 10,
        parameters: 1,
        constant_loss: 2.3,
        test_examples: 400,
    }
}

/// The runs of an arm without tuning, one per loss.
fn arm(name: &str, losses: &[Option<f64>]) -> Vec<Run> {
    let losses = losses.iter().enumerate();
    losses.map(|(seed, loss)| run(name, Phase::Confirm, 1e-3, seed as u64, *loss)).collect()
}

/// The runs of a tuned arm: at each rate the losses of its seeds, of which the first three tune.
fn tuned(name: &str, rates: &[(f64, &[Option<f64>])]) -> Vec<Run> {
    let phase = |seed: usize| if seed < 3 { Phase::Tune } else { Phase::Confirm };
    let at = |&(rate, losses): &(f64, &[Option<f64>])| -> Vec<Run> {
        let losses = losses.iter().enumerate();
        losses.map(|(seed, loss)| run(name, phase(seed), rate, seed as u64, *loss)).collect()
    };
    rates.iter().flat_map(at).collect()
}

fn study(arms: &[Vec<Run>]) -> Study {
    Study {
        name: "s".to_string(),
        question: String::new(),
        swept: vec!["placement".to_string()],
        runs: arms.concat(),
    }
}

fn summary_of(arms: &[Vec<Run>]) -> Summary {
    summarize(&study(arms))
}

fn comparison<'s>(summary: &'s Summary, arm: &str) -> &'s Comparison {
    let arm = summary.arms.iter().find(|summary| summary.label == arm).unwrap();
    match &arm.role {
        Role::Compared(comparison) => comparison,
        other => panic!("{other:?}"),
    }
}

fn contrasts<'s>(summary: &'s Summary, arm: &str) -> &'s Contrasts {
    comparison(summary, arm).contrasts.as_ref().unwrap()
}

fn assert_close(value: f64, expected: f64) {
    assert!((value - expected).abs() < 1e-9, "{value} is not {expected}");
}

/// The items of the only paragraph of the answer.
fn answer(summary: &Summary) -> Vec<String> {
    let paragraphs = summary.answer();
    assert_eq!(paragraphs.len(), 1, "{paragraphs:?}");
    paragraphs[0].items.clone()
}

#[test]
fn paired_differences_are_those_of_scipy() {
    let summary = summary_of(&[arm("pre", &PRE), arm("post", &POST)]);
    assert_eq!(summary.arms[0].role, Role::Baseline);
    let contrasts = contrasts(&summary, "post");
    for (contrast, sign) in [(&contrasts.loss, 1.0), (&contrasts.accuracy, -1.0)] {
        assert_close(sign * contrast.estimate, -0.01);
        // Without tuning the one rate is the only plausible one.
        assert_eq!(contrast.interval, contrast.plain);
        let bounds = [sign * contrast.interval.low, sign * contrast.interval.high];
        assert_close(bounds[0].min(bounds[1]), -0.03299198290483595);
        assert_close(bounds[0].max(bounds[1]), 0.012991982904835978);
        assert_close(contrast.p, 0.31437263764701756);
        assert_eq!(contrast.verdict, Verdict::NotSeparated);
    }
    assert_eq!((contrasts.seeds.len(), contrasts.of), (6, 6));
    assert_close(contrasts.correlation.unwrap(), 0.8462892535091946);
}

#[test]
fn runs_are_paired_by_seed_and_not_by_order() {
    let mut post = arm("post", &POST);
    post.reverse();
    let summary = summary_of(&[arm("pre", &PRE), post]);
    assert_close(contrasts(&summary, "post").loss.interval.low, -0.03299198290483595);
}

#[test]
fn failed_runs_are_counted_and_capped_and_leave_the_pairs() {
    let post = [Some(0.2), None, Some(0.4), Some(9.0), None, Some(0.2), Some(0.3)];
    let pre: Vec<Option<f64>> = PRE.iter().copied().chain([Some(0.2)]).collect();
    let summary = summary_of(&[arm("pre", &pre), arm("post", &post)]);
    let post = &summary.arms[1];
    assert_eq!((post.failed, post.scored, post.overconfident), (2, 7, 1));
    // (0.2 + 0.4 + 9.0 + 0.2 + 0.3) / 5 = 2.02; capped: (0.2 + 2.3 + 0.4 + 2.3 + 2.3 + 0.2 + 0.3) / 7
    assert_close(post.test_loss.unwrap().mean, 2.02);
    assert_close(post.capped_test_loss.unwrap().mean, 8.0 / 7.0);
    let contrasts = contrasts(&summary, "post");
    assert_eq!((&contrasts.seeds[..], contrasts.of), (&[0, 2, 3, 5, 6][..], 7));
    assert_eq!((contrasts.failures.arm, contrasts.failures.baseline), (2, 0));
    // scipy.stats.binomtest(0, 2).pvalue
    assert_close(contrasts.failures.p, 0.5);
    // d = numpy.array([0.2, 0.4, 9, 0.2, 0.3]) - [0.21, 0.19, 0.3, 0.22, 0.2], of the accuracies
    // numpy.maximum(1 - post, 0) - (1 - pre); s.t.interval(0.95, 4, d.mean(), s.sem(d)) =
    // (-2.99755, 6.58955) and (-0.564609, 0.172609)
    assert_eq!(
        answer(&summary),
        [
            "post: at the 5 of 7 seeds where both finished (0, 2-3, 5-6), not separated: at most 6.590 \
             nat in loss, at most 56.5 points in accuracy; fails at 2 of 7 seeds, its baseline at 0 \
             (p = 0.500)."
        ]
    );
}

#[test]
fn too_few_pairs_get_no_verdict() {
    let worse = PRE.map(|loss| loss.map(|loss| loss + 0.5));
    let four = [worse[0], worse[1], worse[2], worse[3], None, None];
    let summary = summary_of(&[arm("pre", &PRE), arm("post", &four)]);
    assert_eq!(comparison(&summary, "post").withheld, Some(Withheld::TooFewPairs(4)));
    assert!(answer(&summary)[0].starts_with("post: no verdict from 4 pairs, 5 are needed; fails"));
    assert_eq!(summary.differences().unwrap().panels[0].1[0][2], "-");
}

#[test]
fn an_arm_that_does_not_train_is_said_to_unless_its_baseline_does_not_either() {
    let summary = summary_of(&[arm("pre", &PRE), arm("none", &[None; 6])]);
    let none = &summary.arms[1];
    assert_eq!((none.test_loss, none.test_accuracy, none.failed), (None, None, 6));
    assert_eq!(
        comparison(&summary, "none").withheld,
        Some(Withheld::DoesNotTrain(vec!["none".to_string()]))
    );
    assert_eq!(answer(&summary), ["none: does not train: all of its 6 runs fail."]);
    assert_eq!(summary.scores().panels[0].1[1], ["none", "6/6", "-", "2.300 ±0.000", "-"]);

    let dead = [None; 6];
    let summary = summary_of(&[arm("pre", &dead), arm("none", &dead), arm("post", &POST)]);
    assert_eq!(
        answer(&summary),
        [
            "none: no verdict: neither it nor pre trains.",
            "post: no verdict: it trains, pre does not."
        ]
    );
    let half = [Some(0.2), None, None, Some(0.3), None, None];
    let summary = summary_of(&[arm("pre", &dead), arm("half", &half)]);
    assert_eq!(answer(&summary), ["half: no verdict: it trains at 2 of 6 seeds, pre does not."]);
}

#[test]
fn a_study_that_lacks_runs_gets_no_verdict_on_the_arms_that_lack_them() {
    let summary = summary_of(&[arm("pre", &PRE), arm("post", &POST), arm("late", &POST[..5])]);
    let late = &summary.arms[2];
    assert!(!late.is_finished && summary.arms[1].is_finished);
    let unfinished = Withheld::Unfinished(vec!["late".to_string()]);
    assert_eq!(comparison(&summary, "late").withheld, Some(unfinished));
    assert_eq!(comparison(&summary, "post").withheld, None);
    let said = &answer(&summary)[1];
    assert_eq!(said, "late: no verdict, since it lacks runs: the study is unfinished.");

    let rates = |third: &[Option<f64>], at_best: usize| {
        [(1e-4, seeds(0.9, 3)), (1e-3, seeds(0.2, at_best)), (1e-2, third.to_vec())]
    };
    let arm_of = |name: &str, rates: [(f64, Vec<Option<f64>>); 3]| {
        let rates: Vec<(f64, &[Option<f64>])> =
            rates.iter().map(|(rate, losses)| (*rate, losses.as_slice())).collect();
        tuned(name, &rates)
    };
    let whole = || arm_of("pre", rates(&seeds(0.9, 3), 12));
    // A tuning seed, a confirmation seed, and all confirmation seeds are missing.
    for (third, at_best) in [(2, 12), (3, 11), (3, 3)] {
        let late = arm_of("late", rates(&seeds(0.9, third), at_best));
        let summary = summary_of(&[whole(), late]);
        assert!(matches!(comparison(&summary, "late").withheld, Some(Withheld::Unfinished(_))));
        assert_eq!(summary.tuning().unwrap().panels[0].1[1][5], "unfinished");
    }
    // While all arms are being tuned, none has a confirmation run.
    let tuning = |name: &str| arm_of(name, rates(&seeds(0.9, 3), 3));
    let summary = summary_of(&[tuning("pre"), tuning("post")]);
    assert_eq!(
        answer(&summary),
        ["post: no verdict, since it and pre lack runs: the study is unfinished."]
    );
}

#[test]
fn a_bound_is_never_rounded_to_nothing() {
    let same = PRE;
    let almost = PRE.map(|loss| loss.map(|loss| loss + 1.1e-5));
    let summary = summary_of(&[arm("pre", &PRE), arm("same", &same)]);
    let nothing = "same: not separated: no difference in loss, no difference in accuracy.";
    assert_eq!(answer(&summary), [nothing]);
    let noisy: Vec<Option<f64>> = almost
        .iter()
        .enumerate()
        .map(|(seed, loss)| Some((*loss)? + if seed.is_multiple_of(2) { 4e-5 } else { -4e-5 }))
        .collect();
    let summary = summary_of(&[arm("pre", &PRE), arm("noisy", &noisy)]);
    // d = 1.1e-5 ± 4e-5; s.t.interval(0.95, 5, d.mean(), s.sem(d))[1] = 5.6983e-5
    assert_eq!(
        answer(&summary),
        ["noisy: not separated: at most 0.00006 nat in loss, at most 0.006 points in accuracy."]
    );
}

#[test]
fn the_tables_show_one_row_per_arm() {
    let summary = summary_of(&[arm("pre", &PRE), arm("post", &POST)]);
    assert_eq!(summary.tuning(), None);
    let scores = summary.scores();
    // Half widths: 0.040236 of pre (s.t.interval above), numpy.mean(y) = 0.225, its half width 0.042369.
    assert_eq!(scores.header, ["arm", "failed", "test loss", "accuracy, %"]);
    assert_eq!(scores.panels[0].1[0], ["pre", "0/6", "0.235 ±0.040", "76.5 ±4.0"]);
    assert_eq!(scores.panels[0].1[1], ["post", "0/6", "0.225 ±0.042", "77.5 ±4.2"]);
    // 1.96 sqrt(0.775 * 0.225 / 400) = 0.0409
    assert!(scores.legend.contains("400 test examples"), "{}", scores.legend);
    assert!(scores.legend.contains("about ±4.1 points at 77.5 %"), "{}", scores.legend);
    let differences = summary.differences().unwrap();
    // Holm's correction of two equal p-values of 0.314.
    assert_eq!(
        differences.panels,
        [(
            String::new(),
            vec![
                ["post", "-0.010 [-0.033, 0.013]", "0.629", "+1.0 [-1.3, 3.3]", "0.629"]
                    .map(str::to_string)
                    .to_vec()
            ]
        )]
    );
    assert!(differences.legend.ends_with("have a correlation of 0.85."), "{}", differences.legend);
}

#[test]
fn a_verdict_names_its_metric_and_is_given_from_both_where_they_agree() {
    let noise = [0.01, -0.01, 0.005, -0.005, 0.0, 0.002];
    let shifted = |by: f64| -> Vec<Option<f64>> {
        let shifted = PRE.iter().zip(noise).map(|(loss, noise)| Some((*loss)? + by + noise));
        shifted.collect()
    };
    let mut sharper = arm("sharper", &shifted(0.1));
    // A larger loss at an accuracy that is not told apart.
    for (run, noise) in sharper.iter_mut().zip(noise) {
        if let Outcome::Finished(scores) = &mut run.outcome {
            scores.test_accuracy += 0.1 + 3.0 * noise;
        }
    }
    let summary = summary_of(&[
        arm("pre", &PRE),
        arm("worse", &shifted(0.1)),
        arm("better, by far", &shifted(-0.1)),
        sharper,
    ]);
    // d = 0.1 + noise; s.t.interval(0.95, 5, d.mean(), s.sem(d)) = (0.0928634, 0.1078033)
    let items = answer(&summary);
    assert_eq!(
        items[0],
        "worse: worse: loss higher (+0.100 [0.093, 0.108] nat), accuracy lower (-10.0 [-10.8, -9.3] \
         points)."
    );
    assert!(items[1].starts_with("\"better, by far\": better: loss lower (-0.100"), "{}", items[1]);
    assert!(items[2].contains("loss higher"), "{}", items[2]);
    assert!(items[2].contains("accuracy not separated (at most "), "{}", items[2]);
}

#[test]
fn holm_is_over_all_p_values_of_the_table() {
    let slightly = |sign: f64| -> Vec<Option<f64>> {
        let noise = [0.02, 0.01, 0.03, 0.00, 0.02, 0.01];
        PRE.iter().zip(noise).map(|(loss, noise)| Some((*loss)? + sign * noise)).collect()
    };
    let alone = summary_of(&[arm("pre", &PRE), arm("a", &slightly(1.0))]);
    // s.ttest_1samp([0.02, 0.01, 0.03, 0.00, 0.02, 0.01], 0).pvalue
    let contrast = contrasts(&alone, "a").loss;
    assert_close(contrast.p, 0.01722454968034138);
    assert_close(contrast.p_holm, 2.0 * contrast.p);
    assert_eq!(contrast.verdict, Verdict::Higher);
    let beside_another =
        summary_of(&[arm("pre", &PRE), arm("a", &slightly(1.0)), arm("b", &slightly(-1.0))]);
    let contrast = contrasts(&beside_another, "a").loss;
    assert_close(contrast.p_holm, 4.0 * contrast.p);
    assert_eq!(contrast.verdict, Verdict::NotSeparated);
}

/// Twelve seeds around a loss, the same for both arms but for a shift.
fn seeds(at: f64, count: usize) -> Vec<Option<f64>> {
    let noise = [0.0, 0.01, -0.01, 0.004, -0.004, 0.007, -0.007, 0.002, -0.002, 0.009, -0.009, 0.0];
    noise[..count].iter().map(|noise| Some(at + noise)).collect()
}

#[test]
fn a_difference_at_the_chosen_rates_alone_gets_no_verdict() {
    // Both rates of either arm are plausible; a's lower rate would do as well as b.
    let a = tuned(
        "a",
        &[
            (1e-4, &seeds(0.9, 3)),
            (1e-3, &seeds(0.204, 12)),
            (3e-3, &seeds(0.200, 12)),
            (1e-2, &seeds(0.9, 3)),
        ],
    );
    let mut b = tuned(
        "pre",
        &[
            (1e-4, &seeds(0.9, 3)),
            (1e-3, &seeds(0.200, 12)),
            (3e-3, &seeds(0.203, 12)),
            (1e-2, &seeds(0.9, 3)),
        ],
    );
    // On the test part the order of b's rates is turned around.
    for run in &mut b {
        if let Outcome::Finished(scores) = &mut run.outcome {
            let by = if run.learning_rate == 1e-3 { 0.002 } else { -0.004 };
            let wobble = if run.seed.is_multiple_of(2) { 1e-4 } else { -1e-4 };
            scores.test_loss += by + wobble;
            scores.test_accuracy -= by + wobble;
        }
    }
    let summary = summary_of(&[b, a]);
    let loss = contrasts(&summary, "a").loss;
    assert!(loss.plain.high < 0.0, "{loss:?}");
    assert!(loss.interval.high > 0.0, "{loss:?}");
    assert_eq!(loss.verdict, Verdict::HingesOnRate);
    let item = &answer(&summary)[0];
    assert_eq!(
        item,
        "a: no verdict, since it differs at the chosen rates (loss [-0.002, -0.002] nat, accuracy \
         [0.2, 0.2] points), but not at every rate that could be the best."
    );
}

#[test]
fn the_edge_of_the_grid_and_an_unsettled_rate_get_no_verdict() {
    let good = |name: &str| {
        tuned(name, &[(1e-4, &seeds(0.9, 3)), (1e-3, &seeds(0.2, 12)), (1e-2, &seeds(0.9, 3))])
    };
    let edge =
        tuned("edge", &[(1e-4, &seeds(0.9, 3)), (1e-3, &seeds(0.6, 3)), (1e-2, &seeds(0.4, 12))]);
    let mut unsettled = tuned(
        "unsettled",
        &[(1e-4, &seeds(0.301, 12)), (1e-3, &seeds(0.300, 12)), (1e-2, &seeds(0.9, 3))],
    );
    for run in unsettled.iter_mut().filter(|run| run.learning_rate == 1e-4) {
        if let Outcome::Finished(scores) = &mut run.outcome {
            scores.test_loss += 0.1;
        }
    }
    let summary = summary_of(&[good("pre"), edge.clone(), unsettled]);
    assert_eq!(
        answer(&summary),
        [
            "edge: no verdict, since its best rate is at the edge of the grid.",
            "unsettled: accuracy lower (-10.0 [-10.0, -10.0] points); no verdict on loss, since its \
             best rate is not settled."
        ]
    );
    let tuning = summary.tuning().unwrap();
    assert_eq!(tuning.header, ["arm", "best rate", "plausible", "trains at", "decades", "note"]);
    assert_eq!(
        tuning.panels[0].1,
        [
            ["pre", "1e-3", "1e-3", "3/3", "2.0", ""],
            ["edge", "1e-2", "1e-2", "3/3", "2.0", "at the edge"],
            ["unsettled", "1e-3", "1e-4...1e-3", "3/3", "2.0", "loss not settled"],
        ]
        .map(|row| row.map(str::to_string).to_vec())
    );
    // The same for a baseline, which is named.
    let mut as_baseline = edge;
    as_baseline.iter_mut().for_each(|run| run.arm = "pre".to_string());
    let mut other = good("other");
    other.iter_mut().for_each(|run| run.keys[0] = "other".to_string());
    let summary = summary_of(&[as_baseline, other]);
    assert!(answer(&summary)[0].contains("since the best rate of edge is at the edge of the grid"));
}

#[test]
fn an_arm_that_fails_at_every_rate_has_no_best_rate() {
    let dead: &[Option<f64>] = &[None, None, None];
    let good = |name: &str| {
        tuned(name, &[(1e-4, &seeds(0.9, 3)), (1e-3, &seeds(0.2, 12)), (1e-2, &seeds(0.9, 3))])
    };
    let none = tuned("none", &[(1e-4, dead), (1e-3, dead), (1e-2, dead)]);
    let study = study(&[good("pre"), none]);
    assert_eq!(study.tuned("none").plausible, []);
    assert_eq!(study.tuned("pre").plausible, [1e-3]);
    let summary = summarize(&study);
    let row = &summary.tuning().unwrap().panels[0].1[1];
    assert_eq!(row, &["none", "-", "-", "0/3", "-", "does not train"]);
    assert_eq!(answer(&summary), ["none: does not train at any rate: all of its 9 runs fail."]);
}

#[test]
fn where_nothing_is_compared_the_scores_are_the_answer() {
    let mut pre = arm("pre", &PRE);
    pre.iter_mut().for_each(|run| run.baseline = None);
    let summary = summary_of(&[pre]);
    assert_eq!(summary.arms[0].role, Role::Alone);
    assert_eq!(summary.answer()[0].heading, "Nothing is compared:");
    assert_eq!(answer(&summary), ["pre: test accuracy 76.5 % [72.5, 80.5]."]);
    assert_eq!(summary.differences(), None);
    assert!(summary_of(&[]).answer().is_empty());
}

#[test]
fn one_seed_has_a_mean_and_no_interval() {
    let summary = summary_of(&[arm("pre", &PRE[..1]), arm("post", &POST[..1])]);
    let estimate = Estimate { mean: 0.21, interval: None, count: 1 };
    assert_eq!(summary.arms[0].test_loss, Some(estimate));
    assert_eq!(answer(&summary), ["post: no verdict from 1 pair, 5 are needed."]);
    assert_eq!(summary.differences().unwrap().panels[0].1[0][1], "-0.010");
}

#[test]
fn a_tuned_study_is_answered_panel_by_panel() {
    let summary = summarize(&fixture::write().study());
    let headings: Vec<String> = summary.answer().into_iter().map(|part| part.heading).collect();
    assert_eq!(headings, ["Against pre at depth 8:", "Against pre at depth 64:"]);
    let panels: Vec<String> = summary.scores().panels.into_iter().map(|(panel, _)| panel).collect();
    assert_eq!(panels, ["depth 8", "depth 64"]);
}
