//! Counts what is said of arms that are equal: `equal_arms FOLDER...`, each the results of a study
//! whose arms compute the same function. Then every other arm is made better by a known amount, and
//! what is said of those is counted, too. The exit code is 1 if more tables have a verdict on equal arms than
//! a share of one in twenty explains.

use std::path::Path;
use std::process::ExitCode;

use statrs::distribution::{Binomial, DiscreteCDF};

use analysis::{Contrast, Outcome, Role, Study, Verdict, holm, summarize};

fn main() -> ExitCode {
    let folders: Vec<String> = std::env::args().skip(1).collect();
    if folders.is_empty() {
        eprintln!("equal_arms FOLDER...: the folders of results of studies of equal arms");
        return ExitCode::from(2);
    }
    let read = |folder: &String| Study::read(&Path::new(folder).join("runs.csv"), folder, "");
    let studies: Vec<Study> = match folders.iter().map(read).collect() {
        Ok(studies) => studies,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    let equal = counted(&studies, |_| true);
    println!("{} tables of equal arms, {} comparisons", studies.len(), equal.comparisons);
    println!("tables with a verdict        {} of {}", equal.tables, studies.len());
    for (name, metric) in [("loss", &equal.loss), ("accuracy", &equal.accuracy)] {
        println!("{name}");
        println!("  verdicts, after Holm       {}", share(metric.verdicts, equal.comparisons));
        println!("  verdicts on two arms alone {}", share(metric.alone, equal.comparisons));
        println!("  p < 0.05, every rate       {}", share(metric.every_rate, equal.comparisons));
        println!("  p < 0.05, choice left out  {}", share(metric.left_out, equal.comparisons));
    }
    println!("no verdict given             {}", share(equal.withheld, 2 * equal.comparisons));
    println!();
    println!("every other arm made better by some seed standard deviations: found in the table of");
    println!("all arms, and in one of two arms");
    println!("        loss, all     loss, two     accuracy, all  accuracy, two");
    for delta in [0.5, 1.0, 1.5, 2.0] {
        let better: Vec<Study> = studies.iter().map(|study| shifted(study, delta)).collect();
        let found = counted(&better, is_better);
        let power = |count: usize| format!("{:.3}", count as f64 / found.comparisons as f64);
        println!(
            "{delta:.1}     {:12}  {:12}  {:13}  {}",
            power(found.loss.verdicts),
            power(found.loss.alone),
            power(found.accuracy.verdicts),
            power(found.accuracy.alone)
        );
    }
    // The chance of as many or more is below one in a thousand.
    let chance = Binomial::new(0.05, studies.len() as u64).expect("a share of 5 %");
    let is_too_many = equal.tables > 0 && chance.sf(equal.tables as u64 - 1) < 1e-3;
    ExitCode::from(u8::from(is_too_many))
}

#[derive(Default)]
struct Counts {
    comparisons: usize,
    tables: usize,
    withheld: usize,
    loss: Metric,
    accuracy: Metric,
}

#[derive(Default)]
struct Metric {
    verdicts: usize,
    every_rate: usize,
    left_out: usize,
    /// Verdicts if the arm were the only one that is compared.
    alone: usize,
}

/// Counts over the arms of the given positions.
fn counted(studies: &[Study], counts: fn(usize) -> bool) -> Counts {
    let mut total = Counts::default();
    for study in studies {
        let mut any = false;
        for (_, arm) in summarize(study).arms.iter().enumerate().filter(|(i, _)| counts(*i)) {
            let Role::Compared(comparison) = &arm.role else { continue };
            total.comparisons += 1;
            let Some(contrasts) = &comparison.contrasts else {
                total.withheld += 2;
                continue;
            };
            let is_withheld = comparison.withheld.is_some();
            let alone = holm(&[contrasts.loss.p, contrasts.accuracy.p]);
            for (metric, contrast, alone) in [
                (&mut total.loss, &contrasts.loss, alone[0]),
                (&mut total.accuracy, &contrasts.accuracy, alone[1]),
            ] {
                let is_verdict = !is_withheld && is_verdict(contrast);
                metric.verdicts += usize::from(is_verdict);
                metric.every_rate += usize::from(contrast.p < 0.05);
                let plain = contrast.plain;
                metric.left_out += usize::from(plain.low > 0.0 || plain.high < 0.0);
                let none_given = is_withheld || contrast.verdict == Verdict::NotSettled;
                total.withheld += usize::from(none_given);
                metric.alone += usize::from(!none_given && alone < 0.05);
                any |= is_verdict;
            }
        }
        total.tables += usize::from(any);
    }
    total
}

fn is_verdict(contrast: &Contrast) -> bool {
    matches!(contrast.verdict, Verdict::Higher | Verdict::Lower)
}

/// The baseline is arm 0; every other arm after it is made better.
fn is_better(arm: usize) -> bool {
    arm % 2 == 1
}

/// The study with every other arm better by `delta` standard deviations between seeds, at every rate,
/// in validation and test, in loss and accuracy.
fn shifted(study: &Study, delta: f64) -> Study {
    let mut study = study.clone();
    let mut labels: Vec<String> = study.runs.iter().map(|run| run.arm.clone()).collect();
    labels.dedup();
    let best = |label: &String| study.tuned(label).plausible;
    let scores = |part: fn(&analysis::Scores) -> f64| {
        let deviations: Vec<f64> = labels
            .iter()
            .map(|label| {
                let rate = best(label).first().copied().unwrap_or(0.0);
                let runs = study.runs.iter();
                let runs = runs.filter(|run| run.arm == *label && run.learning_rate == rate);
                variance(&runs.filter_map(|run| run.scores()).map(part).collect::<Vec<_>>())
            })
            .collect();
        (deviations.iter().sum::<f64>() / deviations.len() as f64).sqrt()
    };
    let loss = delta * scores(|scores| scores.test_loss);
    let accuracy = delta * scores(|scores| scores.test_accuracy);
    for run in &mut study.runs {
        let arm = labels.iter().position(|label| *label == run.arm).unwrap_or(0);
        if let (true, Outcome::Finished(scores)) = (is_better(arm), &mut run.outcome) {
            scores.val_loss -= loss;
            scores.test_loss -= loss;
            scores.test_accuracy += accuracy;
        }
    }
    study
}

fn variance(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0)
}

fn share(count: usize, of: usize) -> String {
    format!("{:.3} ({count} of {of})", count as f64 / of as f64)
}
