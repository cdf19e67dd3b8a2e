//! Tables of the rule of every plausible rate in simulation: `rule [REPLICATIONS]`, 4,000 if left out.

#[path = "../tests/null/mod.rs"]
mod null;

use null::{TRUTHS, TUNING, Truth, Tuned, choice_left_out, every_rate, printed, study};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn main() {
    let replications = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let replications = replications.unwrap_or(4_000);
    println!(
        "Two arms: share of comparisons with p < 0.05, one metric, {replications} replications\n"
    );
    header("confirmation seeds");
    for confirmation in [5, 9, 17, 37] {
        let found = TRUTHS.map(|truth| told_apart(&truth, confirmation, replications));
        row(&format!("{confirmation}, every rate"), found.map(|found| found[0]));
        row(&format!("{confirmation}, choice left out"), found.map(|found| found[1]));
        row(&format!("{confirmation}, coverage"), found.map(|found| found[2]));
        row(&format!("{confirmation}, runs per arm"), found.map(|found| found[3]));
    }
    let tables = replications / 4;
    println!("\nPrinted verdicts, 9 confirmation seeds, both metrics, Holm, {tables} tables\n");
    header("arms compared");
    for arms in [1, 3, 7, 20] {
        let found = TRUTHS.map(|truth| said(&truth, arms, tables));
        row(&format!("{arms}, tables with a verdict"), found.map(|found| found[0]));
        row(&format!("{arms}, verdicts on loss"), found.map(|found| found[1]));
        row(&format!("{arms}, verdicts on accuracy"), found.map(|found| found[2]));
    }
}

fn header(first: &str) {
    let names = TRUTHS.map(|truth| truth.name);
    println!("| {first} | {} |", names.join(" | "));
    println!("|---|{}", "---|".repeat(names.len()));
}

fn row(name: &str, cells: [f64; TRUTHS.len()]) {
    let cells = cells.map(|cell| format!("{cell:.3}"));
    println!("| {name} | {} |", cells.join(" | "));
}

/// Shares: p < 0.05 by the rule and with the choice left out, and intervals that hold the truth; then
/// the runs per arm.
fn told_apart(truth: &Truth, confirmation: usize, replications: usize) -> [f64; 4] {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let (mut counts, mut runs) = ([0; 3], 0);
    for _ in 0..replications {
        let scores = study(truth, 2, TUNING + confirmation, &mut rng);
        let arms: Vec<Tuned> = scores.iter().map(Tuned::new).collect();
        runs += arms.iter().map(|arm| arm.runs).sum::<usize>();
        let Some(found) = every_rate(&arms[1], &arms[0]) else { continue };
        let is_inside = (found.interval.low..=found.interval.high).contains(&truth.difference());
        let left_out = choice_left_out(&scores[1], &scores[0]) < 0.05;
        for (count, is_so) in counts.iter_mut().zip([found.p < 0.05, left_out, is_inside]) {
            *count += usize::from(is_so);
        }
    }
    let [rule, left_out, covered] = counts.map(|count| count as f64 / replications as f64);
    [rule, left_out, covered, runs as f64 / (2 * replications) as f64]
}

/// Shares: tables with any verdict, and arms with one on loss and on accuracy.
fn said(truth: &Truth, arms: usize, tables: usize) -> [f64; 3] {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let (mut any, mut of) = (0, [0; 2]);
    for _ in 0..tables {
        let said = printed(&study(truth, arms + 1, TUNING + 9, &mut rng));
        any += usize::from(said.iter().flatten().any(|is_verdict| *is_verdict));
        for verdicts in said {
            of[0] += usize::from(verdicts[0]);
            of[1] += usize::from(verdicts[1]);
        }
    }
    let (tables, compared) = (tables as f64, (tables * arms) as f64);
    [any as f64 / tables, of[0] as f64 / compared, of[1] as f64 / compared]
}
