//! A model of tuned studies in which the truth is known: arms with a valley over seven learning
//! rates, seeds that arms share, and a validation and a test score for every run.
//!
//! At rate x (in half decades from -3 to 3) and seed s, the mean of an arm is
//! `c (x - u)² - delta`, with a common shift u of the valley that is uniform in ±0.5, and the noise is
//! `sqrt(0.1) S_s + sqrt(h_x) U_xs + sqrt(0.9 - h_x) E_axs`: what all rates of a seed share, what all arms
//! share at a rate, and what is the run's own, in units of a seed's standard deviation. Scores are
//! 0.11 + 0.025 times that, drawn independently for validation and test.

use analysis::{
    BySeed, EveryRate, Outcome, Phase, Plausible, Reason, Role, Run, Scored, Scores, Study,
    Verdict, compare, plausible, summarize,
};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// The learning rates.
pub const RATES: usize = 7;
/// Tuning seeds.
pub const TUNING: usize = 3;
/// What arms share of the noise at each rate.
const SHARED: [f64; RATES] = [0.85, 0.85, 0.85, 0.5, 0.1, 0.05, 0.0];

/// What is true of the arms; the fields beside `name` apply to arms after the first, but for
/// `curvature`, `tilt` and `fails`, which apply to all.
#[derive(Clone, Copy)]
pub struct Truth {
    /// As columns of tables say it.
    pub name: &'static str,
    /// c: how sharp the valley is.
    pub curvature: f64,
    /// How much better, in seed standard deviations.
    pub delta: f64,
    /// By how many rates the valley lies higher.
    pub shift: f64,
    /// The slope of the test valley against the validation valley.
    pub tilt: f64,
    /// Whether runs at high rates fail.
    pub fails: bool,
}

const EQUAL: Truth =
    Truth { name: "equal", curvature: 0.5, delta: 0.0, shift: 0.0, tilt: 0.0, fails: false };

/// Six kinds of equal arms, and four true differences.
pub const TRUTHS: [Truth; 10] = [
    EQUAL,
    Truth { name: "flat", curvature: 0.15, ..EQUAL },
    Truth { name: "sharp", curvature: 1.5, ..EQUAL },
    Truth { name: "tilt 0.5", tilt: 0.5, ..EQUAL },
    Truth { name: "shift 1", shift: 1.0, ..EQUAL },
    Truth { name: "fail", fails: true, ..EQUAL },
    Truth { name: "0.25", delta: 0.25, ..EQUAL },
    Truth { name: "0.5", delta: 0.5, ..EQUAL },
    Truth { name: "1", delta: 1.0, ..EQUAL },
    Truth { name: "2", delta: 2.0, ..EQUAL },
];

impl Truth {
    /// The true difference of an arm after the first, in units of scores.
    pub fn difference(&self) -> f64 {
        -0.025 * self.delta
    }
}

/// The scores of an arm by rate and seed, `None` where a run failed.
pub struct ArmScores {
    /// Losses.
    pub validation: Vec<BySeed>,
    /// Losses.
    pub test: Vec<BySeed>,
    /// Fractions, with a correlation of -0.82 with the test losses.
    pub accuracy: Vec<BySeed>,
}

/// Draws a study of `arms` arms and `seeds` seeds, all rates at all seeds.
pub fn study(truth: &Truth, arms: usize, seeds: usize, rng: &mut ChaCha8Rng) -> Vec<ArmScores> {
    let valley = rng.gen_range(-0.5..0.5);
    let offset = |arm: usize, rate: usize| {
        let shift = if arm > 0 { truth.shift } else { 0.0 };
        rate as f64 - 3.0 - valley - shift
    };
    let mut scores = |tilt: f64| -> Vec<Vec<BySeed>> {
        let of_seed = normals(seeds, rng);
        let of_rate: Vec<Vec<f64>> = SHARED.map(|_| normals(seeds, rng)).into();
        let arm = |arm: usize| {
            let delta = if arm > 0 { truth.delta } else { 0.0 };
            let rate = |rate: usize| {
                let x = offset(arm, rate);
                let mean = truth.curvature * x * x - delta + tilt * x;
                let own = normals(seeds, rng);
                let score = |seed: usize| {
                    let noise = 0.1_f64.sqrt() * of_seed[seed]
                        + SHARED[rate].sqrt() * of_rate[rate][seed]
                        + (0.9 - SHARED[rate]).sqrt() * own[seed];
                    Some(0.11 + 0.025 * (mean + noise))
                };
                (0..seeds).map(score).collect()
            };
            (0..RATES).map(rate).collect()
        };
        (0..arms).map(arm).collect()
    };
    let (validation, test) = (scores(0.0), scores(truth.tilt));
    let mut of_loss = |loss: &Option<f64>| {
        let own: f64 = StandardNormal.sample(rng);
        loss.map(|loss| 0.95 - 0.2 * (loss - 0.11) + 0.0035 * own)
    };
    let mut arm = |(validation, test): (Vec<BySeed>, Vec<BySeed>)| {
        let rate = |row: &BySeed| row.iter().map(&mut of_loss).collect();
        let accuracy = test.iter().map(rate).collect();
        ArmScores { validation, test, accuracy }
    };
    let mut study: Vec<ArmScores> = validation.into_iter().zip(test).map(&mut arm).collect();
    if truth.fails {
        for (arm, scores) in study.iter_mut().enumerate() {
            for rate in 0..RATES {
                let chance = failure(offset(arm, rate));
                for seed in 0..seeds {
                    if rng.gen_bool(chance) {
                        scores.validation[rate][seed] = None;
                        scores.test[rate][seed] = None;
                        scores.accuracy[rate][seed] = None;
                    }
                }
            }
        }
    }
    study
}

fn normals(count: usize, rng: &mut ChaCha8Rng) -> Vec<f64> {
    (0..count).map(|_| StandardNormal.sample(rng)).collect()
}

/// The chance that a run fails, piecewise linear over the distance from the bottom of the valley.
fn failure(x: f64) -> f64 {
    const AT: [(f64, f64); 6] =
        [(-0.5, 0.0), (0.5, 0.01), (1.0, 0.08), (2.0, 0.3), (3.0, 0.5), (4.0, 0.9)];
    let (first, last) = (AT[0], AT[5]);
    match AT.windows(2).find(|pair| (pair[0].0..pair[1].0).contains(&x)) {
        Some(pair) => {
            let share = (x - pair[0].0) / (pair[1].0 - pair[0].0);
            pair[0].1 + share * (pair[1].1 - pair[0].1)
        }
        None if x < first.0 => first.1,
        None => last.1,
    }
}

/// An arm after the runs that a study makes: all rates with the tuning seeds, the rates that are
/// plausible then with all seeds.
pub struct Tuned {
    test: Vec<BySeed>,
    /// `None` if every run failed.
    pub plausible: Option<Plausible>,
    /// How many runs that takes.
    pub runs: usize,
}

impl Tuned {
    pub fn new(scores: &ArmScores) -> Tuned {
        let seeds = scores.validation[0].len();
        let first = |rows: &[BySeed]| -> Vec<BySeed> {
            rows.iter().map(|row| row[..TUNING].to_vec()).collect()
        };
        let candidates = plausible(&first(&scores.validation)).map_or(vec![], |found| found.rates);
        let runs = RATES * TUNING + candidates.len() * (seeds - TUNING);
        let only_candidates = |rows: &[BySeed], others: fn(&BySeed) -> BySeed| -> Vec<BySeed> {
            let row = |(rate, row): (usize, &BySeed)| {
                if candidates.contains(&rate) { row.clone() } else { others(row) }
            };
            rows.iter().enumerate().map(row).collect()
        };
        let validation = only_candidates(&scores.validation, |_| Vec::new());
        let test = only_candidates(&scores.test, |row| row[..TUNING].to_vec());
        Tuned { plausible: plausible(&validation), test, runs }
    }

    fn scored(&self) -> Option<Scored<'_>> {
        Some(Scored { test: &self.test, plausible: self.plausible.as_ref()? })
    }
}

/// The runs that a study of these arms makes, the first of which is the baseline of all.
pub fn as_study(arms: &[ArmScores]) -> Study {
    let mut runs = Vec::new();
    for (number, scores) in arms.iter().enumerate() {
        let seeds = scores.validation[0].len();
        let first: Vec<BySeed> =
            scores.validation.iter().map(|row| row[..TUNING].to_vec()).collect();
        let candidates = plausible(&first).map_or(vec![], |found| found.rates);
        for rate in 0..RATES {
            let made = if candidates.contains(&rate) { seeds } else { TUNING };
            for seed in 0..made {
                let name = format!("arm{number}");
                let scored = scores.validation[rate][seed].map(|val_loss| Scores {
                    fit_loss: val_loss,
                    val_loss,
                    test_loss: scores.test[rate][seed].expect("it finished"),
                    test_accuracy: scores.accuracy[rate][seed].expect("it finished"),
                    overconfident: false,
                });
                let failed = Outcome::Failed { reason: Reason::Exploded, test_loss: None };
                runs.push(Run {
                    id: String::new(),
                    arm: name.clone(),
                    baseline: Some("arm0".to_string()),
                    phase: if seed < TUNING { Phase::Tune } else { Phase::Confirm },
                    keys: vec![name],
                    learning_rate: 10f64.powf(rate as f64 / 2.0 - 4.0),
                    seed: seed as u64,
                    outcome: scored.map_or(failed, Outcome::Finished),
                    steps: 1,
                    parameters: 1,
                    constant_loss: 2.3,
                    test_examples: 1000,
                });
            }
        }
    }
    Study {
        name: "null".to_string(),
        question: String::new(),
        swept: vec!["arm".to_string()],
        runs,
    }
}

/// What is printed of each arm against the baseline: whether its loss, and whether its accuracy, is
/// called higher or lower.
pub fn printed(arms: &[ArmScores]) -> Vec<[bool; 2]> {
    let is_verdict = |verdict| matches!(verdict, Verdict::Higher | Verdict::Lower);
    let summary = summarize(&as_study(arms));
    let said = summary.arms.iter().filter_map(|arm| match &arm.role {
        Role::Compared(comparison) => Some(match (&comparison.contrasts, &comparison.withheld) {
            (Some(contrasts), None) => {
                [is_verdict(contrasts.loss.verdict), is_verdict(contrasts.accuracy.verdict)]
            }
            _ => [false, false],
        }),
        Role::Baseline | Role::Alone => None,
    });
    said.collect()
}

/// The arm minus the baseline; `None` if one of them fails at every rate.
pub fn every_rate(arm: &Tuned, baseline: &Tuned) -> Option<EveryRate> {
    Some(compare(arm.scored()?, baseline.scored()?))
}

/// The p-value of a paired t test at the rates that the tuning seeds chose, on the other seeds: what
/// the rule replaces. A failed run counts as the constant predictor in the choice.
pub fn choice_left_out(arm: &ArmScores, baseline: &ArmScores) -> f64 {
    let at_chosen = |scores: &ArmScores| -> Vec<BySeed> {
        let capped = |row: &BySeed| {
            row[..TUNING].iter().map(|loss| Some(loss.unwrap_or(2.3))).collect::<BySeed>()
        };
        let capped: Vec<BySeed> = scores.validation.iter().map(capped).collect();
        let chosen = plausible(&capped).expect("no run is missing").chosen;
        vec![scores.test[chosen][TUNING..].to_vec()]
    };
    let only = Plausible { chosen: 0, rates: vec![0] };
    let (arm, baseline) = (at_chosen(arm), at_chosen(baseline));
    compare(Scored { test: &arm, plausible: &only }, Scored { test: &baseline, plausible: &only }).p
}
