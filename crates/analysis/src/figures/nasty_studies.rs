//! Studies that are hard to draw, for tests: long names, many arms, losses of all sizes.

use crate::run::{Outcome, Phase, Reason, Run, Scores};
use crate::study::Study;
use std::fs;
use std::path::Path;

pub(super) const LONG: &str =
    "a-norm-with-a-very-long-name-that-somebody-chose-to-describe-all-of-it(kappa=0.333333333333)";
pub(super) const ENDLESS: &str =
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW";

/// How an arm ends with a seed: its test loss, or `None` for a failed run.
type End = fn(arm: usize, rate: f64, seed: u64) -> Option<f64>;

/// A study of arms by their keys, each compared with the first.
pub(super) struct Nasty<'n> {
    name: &'n str,
    swept: &'n [&'n str],
    arms: Vec<Vec<String>>,
    rates: &'n [f64],
    seeds: u64,
    end: End,
}

impl Nasty<'_> {
    pub(super) fn study(&self) -> Study {
        let mut runs = Vec::new();
        for (arm, keys) in self.arms.iter().enumerate() {
            for &learning_rate in self.rates {
                runs.extend((0..self.seeds).map(|seed| self.run(arm, keys, learning_rate, seed)));
            }
        }
        Study {
            name: self.name.to_string(),
            question: "Which of them trains?".to_string(),
            swept: self.swept.iter().map(|key| key.to_string()).collect(),
            runs,
        }
    }

    fn run(&self, arm: usize, keys: &[String], learning_rate: f64, seed: u64) -> Run {
        let scores = |test_loss: f64| Scores {
            fit_loss: test_loss,
            val_loss: test_loss,
            test_loss,
            test_accuracy: (1.0 - test_loss / 5.0).clamp(0.0, 1.0),
            overconfident: false,
        };
        let failed = Outcome::Failed { reason: Reason::Exploded, test_loss: None };
        let end = (self.end)(arm, learning_rate, seed);
        Run {
            id: format!("{arm}-{learning_rate:e}-{seed}"),
            arm: format!("arm {arm}"),
            baseline: Some("arm 0".to_string()),
            phase: if self.rates.len() > 1 { Phase::Tune } else { Phase::Confirm },
            keys: keys.to_vec(),
            learning_rate,
            seed,
            outcome: end.map_or(failed, |loss| Outcome::Finished(scores(loss))),
            steps: 20,
            parameters: 1,
            constant_loss: 2.3,
            test_examples: 100,
        }
    }
}

/// The files of the runs: losses that fall to the last one or explode, and layers by powers of ten.
pub(super) fn write(study: &Study, root: &Path) {
    for run in &study.runs {
        let folder = root.join("runs").join(&run.id);
        fs::create_dir_all(&folder).unwrap();
        let last = run.test_loss().unwrap_or(1e30);
        let metrics = format!("step,val_loss\n0,2.4\n10,{:e}\n20,{last:e}\n", (2.4 * last).sqrt());
        fs::write(folder.join("metrics.csv"), metrics).unwrap();
        let mut layers = "step,layer,statistic,value\n".to_string();
        for (step, layer) in [(0, 0), (0, 1), (20, 0), (20, 1)] {
            for statistic in ["activation_rms", "gradient_norm"] {
                let value = last.powi(layer);
                layers += &format!("{step},{layer},{statistic},{value:e}\n");
            }
        }
        fs::write(folder.join("layers.csv"), layers).unwrap();
    }
}

fn one_by_one(values: &[&str]) -> Vec<Vec<String>> {
    values.iter().map(|value| vec![value.to_string()]).collect()
}

pub(super) fn studies() -> Vec<Nasty<'static>> {
    let rates = &[1e-3, 3e-3, 1e-2];
    let many: Vec<String> = (0..20).map(|norm| format!("norm-number-{norm}-of-them")).collect();
    let by_number: Vec<Vec<String>> = ["1e-3", "0.0011", "0.0012345678901", "8", "1000000"]
        .iter()
        .flat_map(|number| {
            ["-", "pre", LONG].map(|other| vec![number.to_string(), other.to_string()])
        })
        .collect();
    let good: End = |arm, rate, seed| {
        Some(0.1 + 0.01 * arm as f64 + 10.0 * (rate - 3e-3).abs() + 0.003 * ((7 * seed) % 5) as f64)
    };
    let wild: End = |arm, rate, seed| match (arm % 4, seed) {
        (1, 0) => Some(1e30),
        (2, _) => None,
        (3, 1) if rate > 2e-3 => None,
        _ => Some(0.1 + 1e-7 * seed as f64),
    };
    let study =
        |name, swept, arms, rates, seeds, end| Nasty { name, swept, arms, rates, seeds, end };
    vec![
        study("one arm", &[], vec![vec![]], rates, 6, good),
        study("one", &["norm"], one_by_one(&["layer", "rms"]), &rates[..1], 1, good),
        study(LONG, &["norm"], one_by_one(&[LONG, ENDLESS, "rms"]), rates, 12, wild),
        study(ENDLESS, &["norm"], one_by_one(&[ENDLESS, "a", "b", "c"]), rates, 2, wild),
        study(
            "many",
            &["norm"],
            one_by_one(&many.iter().map(String::as_str).collect::<Vec<_>>()),
            rates,
            6,
            wild,
        ),
        study(
            "numbers",
            &["a_key_with_a_very_long_name_for_no_good_reason_at_all", "norm"],
            by_number,
            rates,
            6,
            wild,
        ),
        study(
            "numbers, untuned",
            &["depth", "norm"],
            vec![vec!["8".to_string(), LONG.to_string()], vec!["64".to_string(), LONG.to_string()]],
            &rates[..1],
            120,
            wild,
        ),
    ]
}
