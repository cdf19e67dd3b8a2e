//! The rule of every plausible rate in simulation: how often equal arms are told apart, how often
//! unequal ones, and how often its interval holds the truth.

mod null;

use analysis::detectable_difference;
use null::{TRUTHS, TUNING, Truth, Tuned, choice_left_out, every_rate, printed, study};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Replications of every cell here, and of the table that is compared with.
const REPLICATIONS: usize = 4_000;
const OF_THE_TABLE: f64 = 4_000.0;

/// Shares of comparisons with p < 0.05, and of intervals that hold the true difference.
struct Shares {
    told_apart: f64,
    covered: f64,
    left_out: f64,
    runs: f64,
}

fn simulate(truth: &Truth, confirmation: usize) -> Shares {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let (mut told_apart, mut covered, mut left_out, mut runs) = (0, 0, 0, 0);
    for _ in 0..REPLICATIONS {
        let scores = study(truth, 2, TUNING + confirmation, &mut rng);
        let arms: Vec<Tuned> = scores.iter().map(Tuned::new).collect();
        runs += arms.iter().map(|arm| arm.runs).sum::<usize>();
        let found = every_rate(&arms[1], &arms[0]).expect("rates that train");
        told_apart += usize::from(found.p < 0.05);
        let inside =
            found.interval.low <= truth.difference() && truth.difference() <= found.interval.high;
        covered += usize::from(inside);
        left_out += usize::from(choice_left_out(&scores[1], &scores[0]) < 0.05);
    }
    let share = |count: usize| count as f64 / REPLICATIONS as f64;
    Shares {
        told_apart: share(told_apart),
        covered: share(covered),
        left_out: share(left_out),
        runs: share(runs) / 2.0,
    }
}

/// Three standard errors of a share, ours and the table's, and its rounding to three digits.
fn tolerance(share: f64) -> f64 {
    let variance = (share * (1.0 - share)).max(0.001);
    3.0 * (variance / REPLICATIONS as f64 + variance / OF_THE_TABLE).sqrt() + 0.0005
}

fn assert_row(confirmation: usize, expected: [f64; 10], runs: Option<f64>) {
    for (truth, expected) in TRUTHS.iter().zip(expected) {
        let shares = simulate(truth, confirmation);
        let (found, name) = (shares.told_apart, truth.name);
        assert!((found - expected).abs() <= tolerance(expected), "{name}: {found}, not {expected}");
        assert!(shares.covered >= 0.954 - tolerance(0.954), "{name}: covers {}", shares.covered);
        if let (Some(runs), "equal") = (runs, name) {
            // Three standard errors: the number of plausible rates scatters by about one.
            assert!((shares.runs / runs - 1.0).abs() < 0.02, "{} runs, not {runs}", shares.runs);
        }
    }
}

// Expected numbers: 4,000 replications of an implementation of the same rule and model in numpy
// and scipy that shares no code with this one.

#[test]
fn five_confirmation_seeds() {
    let row = [0.011, 0.003, 0.031, 0.009, 0.016, 0.011, 0.027, 0.104, 0.443, 0.933];
    assert_row(5, row, Some(37.1));
}

#[test]
fn nine_confirmation_seeds_the_default() {
    let row = [0.019, 0.005, 0.040, 0.021, 0.022, 0.018, 0.066, 0.206, 0.685, 0.995];
    assert_row(9, row, Some(50.0));
}

#[test]
fn seventeen_confirmation_seeds() {
    let row = [0.021, 0.004, 0.043, 0.027, 0.026, 0.023, 0.114, 0.433, 0.905, 1.0];
    assert_row(17, row, Some(75.8));
}

#[test]
fn thirty_seven_confirmation_seeds() {
    let row = [0.032, 0.009, 0.046, 0.039, 0.044, 0.035, 0.281, 0.777, 0.991, 1.0];
    assert_row(37, row, Some(140.6));
}

/// The check on the check: an interval that leaves the choice of the rate out tells equal arms apart
/// more often than stated, as the same table says.
#[test]
fn leaving_the_choice_out_is_found_out() {
    for (confirmation, expected) in [
        (9, [0.088, 0.082, 0.096, 0.152, 0.120, 0.075]),
        (37, [0.172, 0.163, 0.136, 0.281, 0.265, 0.172]),
    ] {
        for (truth, expected) in TRUTHS.iter().zip(expected) {
            let found = simulate(truth, confirmation).left_out;
            let name = truth.name;
            assert!((found - expected).abs() <= tolerance(expected), "{name}: {found}");
            assert!(found > 0.05, "{name}: {found}");
        }
    }
}

/// What is printed, through the whole analysis: both metrics, Holm's correction, edges and unsettled
/// rates. In at most 5 % of tables of equal arms may there be any verdict.
#[test]
fn tables_of_equal_arms_say_so() {
    const TABLES: usize = 400;
    for (arms, truth) in [(2, "equal"), (8, "equal"), (8, "tilt 0.5"), (8, "fail")] {
        let truth = TRUTHS.iter().find(|known| known.name == truth).expect("listed");
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let is_wrong = |_: &usize| {
            let scores = study(truth, arms, TUNING + 9, &mut rng);
            printed(&scores).into_iter().flatten().any(|is_verdict| is_verdict)
        };
        let wrong = (0..TABLES).filter(is_wrong).count() as f64 / TABLES as f64;
        let error = 3.0 * (0.05_f64 * 0.95 / TABLES as f64).sqrt();
        assert!(wrong <= 0.05 + error, "{arms} arms, {}: {wrong}", truth.name);
    }
}

/// What a plan promises: a difference of this size is printed as often as not.
#[test]
fn the_detectable_difference_is_detected_half_of_the_time() {
    const TABLES: usize = 300;
    let equal = TRUTHS.iter().find(|known| known.name == "equal").expect("listed");
    for (confirmation, compared) in [(3, 1), (9, 1), (9, 7), (37, 1)] {
        let delta = detectable_difference(TUNING + confirmation, compared).expect("enough seeds");
        let truth = Truth { delta, ..*equal };
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let mut seen = 0;
        for _ in 0..TABLES {
            let said = printed(&study(&truth, compared + 1, TUNING + confirmation, &mut rng));
            seen += said.iter().filter(|[on_loss, _]| *on_loss).count();
        }
        let share = seen as f64 / (TABLES * compared) as f64;
        let name = format!("{confirmation} + {TUNING} seeds, {compared} arms, {delta}: {share}");
        assert!((0.35..0.65).contains(&share), "{name}");
    }
}
