//! The runs of a study, sorted into arms, and the names of the arms in tables and figures.

use crate::rate::same_rate;
use crate::run::{Phase, Run};
use crate::study::Study;

/// All runs that differ in learning rate and seed only.
#[derive(Debug, Clone)]
pub(crate) struct Arm<'a> {
    /// The name in `runs.csv`.
    pub(crate) label: &'a str,
    /// The label of the arm that this one is compared with.
    pub(crate) baseline: Option<&'a str>,
    /// The values of the swept keys.
    pub(crate) keys: &'a [String],
    /// Its values of the compared keys: those that arms differ in from their baselines, or the first
    /// swept key if nothing is compared.
    pub(crate) compared: Vec<String>,
    /// The name within its panel: those values.
    pub(crate) series: String,
    /// The remaining keys, which the arm has in common with its baseline; empty if there are none.
    pub(crate) panel: String,
    pub(crate) runs: Vec<&'a Run>,
}

impl<'a> Arm<'a> {
    /// The runs of both phases at a rate.
    pub(crate) fn at(&self, rate: f64) -> impl Iterator<Item = &'a Run> {
        self.runs.iter().copied().filter(move |run| same_rate(run.learning_rate, rate))
    }

    pub(crate) fn tuning(&self) -> impl Iterator<Item = &'a Run> + Clone {
        self.runs.iter().copied().filter(|run| run.phase == Phase::Tune)
    }

    pub(crate) fn is_baseline(&self) -> bool {
        self.baseline == Some(self.label)
    }
}

/// A key that has no meaning in an arm, such as the norm where the placement has none.
const NO_MEANING: &str = "-";

/// The arms in order of first appearance.
pub(crate) fn arms(study: &Study) -> Vec<Arm<'_>> {
    let mut arms: Vec<Arm> = Vec::new();
    for run in &study.runs {
        let index = arms.iter().position(|arm| arm.label == run.arm).unwrap_or_else(|| {
            arms.push(Arm {
                label: &run.arm,
                baseline: run.baseline.as_deref(),
                keys: &run.keys,
                compared: Vec::new(),
                series: String::new(),
                panel: String::new(),
                runs: Vec::new(),
            });
            arms.len() - 1
        });
        arms[index].runs.push(run);
    }
    let compared = compared_keys(study, &arms);
    let names: Vec<Names> = arms.iter().map(|arm| names(study, arm, &arms, &compared)).collect();
    for (arm, names) in arms.iter_mut().zip(names) {
        arm.panel = names.panel.join(", ");
        arm.series = match names.compared.is_empty() {
            true => arm.label.to_string(),
            false => names.compared.join(", "),
        };
        arm.compared = names.compared;
    }
    arms
}

/// The values of the compared keys, and those of the others.
struct Names {
    compared: Vec<String>,
    panel: Vec<String>,
}

/// For each swept key whether arms differ in it from their baselines; the first key alone where
/// nothing is compared.
fn compared_keys(study: &Study, arms: &[Arm]) -> Vec<bool> {
    let differs = |key: usize| {
        arms.iter().any(|arm| {
            let baseline = arms.iter().find(|other| Some(other.label) == arm.baseline);
            baseline.is_some_and(|baseline| {
                let (own, other) = (&arm.keys[key], &baseline.keys[key]);
                own != other && own != NO_MEANING && other != NO_MEANING
            })
        })
    };
    let compared: Vec<bool> = (0..study.swept.len()).map(differs).collect();
    match compared.contains(&true) {
        true => compared,
        false => (0..study.swept.len()).map(|key| key == 0).collect(),
    }
}

/// Where a key has no meaning, an arm stands in the panel of its baseline.
fn names(study: &Study, arm: &Arm, arms: &[Arm], is_compared: &[bool]) -> Names {
    let baseline = arms.iter().find(|other| Some(other.label) == arm.baseline).unwrap_or(arm);
    let (mut compared, mut panel) = (Vec::new(), Vec::new());
    for (key, name) in study.swept.iter().enumerate() {
        let own = arm.keys[key].as_str();
        if is_compared[key] {
            compared.extend(value_text(name, own));
        } else {
            let value = if own == NO_MEANING { baseline.keys[key].as_str() } else { own };
            panel.extend((value != NO_MEANING).then(|| with_key(name, value)));
        }
    }
    Names { compared, panel }
}

/// A value as a name says it; `None` if the key has no meaning in the arm.
pub(crate) fn value_text(key: &str, value: &str) -> Option<String> {
    let text = if speaks_for_itself(value) { value.to_string() } else { with_key(key, value) };
    (value != NO_MEANING).then_some(text)
}

/// `pre` needs no key in front of it; `8` and `true` do.
fn speaks_for_itself(value: &str) -> bool {
    value.parse::<f64>().is_err() && value != "true" && value != "false"
}

fn with_key(name: &str, value: &str) -> String {
    format!("{} {value}", name.replace('_', " "))
}

/// The values without repetition, in order of first appearance.
pub(crate) fn distinct<T: PartialEq>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut distinct = Vec::new();
    for value in values {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    distinct
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::run::{Outcome, Reason};

    /// A study with one run for each arm: its keys, and the position of its baseline.
    pub(crate) fn study(swept: &[&str], arms: &[(&[&str], Option<usize>)]) -> Study {
        let label = |arm: usize| arms[arm].0.join(" ");
        let run = |(arm, (keys, baseline)): (usize, &(&[&str], Option<usize>))| Run {
            id: label(arm),
            arm: label(arm),
            baseline: baseline.map(label),
            phase: Phase::Confirm,
            keys: keys.iter().map(|key| key.to_string()).collect(),
            learning_rate: 1e-3,
            seed: 0,
            outcome: Outcome::Failed { reason: Reason::Exploded, test_loss: None },
            steps: 1,
            parameters: 1,
            constant_loss: 2.3,
            test_examples: 100,
        };
        Study {
            name: "s".to_string(),
            question: String::new(),
            swept: swept.iter().map(|key| key.to_string()).collect(),
            runs: arms.iter().enumerate().map(run).collect(),
        }
    }

    fn named(study: &Study) -> Vec<(String, String)> {
        study.arms().into_iter().map(|arm| (arm.series, arm.panel)).collect()
    }

    fn pairs(names: &[(&str, &str)]) -> Vec<(String, String)> {
        names.iter().map(|(series, panel)| (series.to_string(), panel.to_string())).collect()
    }

    #[test]
    fn the_baseline_divides_the_keys_into_series_and_panels() {
        let study = study(
            &["placement", "depth", "batch_size"],
            &[(&["pre", "64", "128"], Some(0)), (&["none", "64", "128"], Some(0))],
        );
        let panel = "depth 64, batch size 128";
        assert_eq!(named(&study), pairs(&[("pre", panel), ("none", panel)]));
        assert!(study.arms()[0].is_baseline() && !study.arms()[1].is_baseline());
    }

    #[test]
    fn without_a_baseline_the_first_key_is_the_series() {
        let study = study(&["depth", "norm"], &[(&["8", "rms"], None), (&["16", "rms"], None)]);
        assert_eq!(named(&study), pairs(&[("depth 8", "norm rms"), ("depth 16", "norm rms")]));
    }

    #[test]
    fn an_arm_without_norm_stands_in_the_panel_of_its_baseline() {
        let study = study(
            &["norm", "placement"],
            &[
                (&["layer", "pre"], Some(0)),
                (&["rms", "pre"], Some(1)),
                (&["-", "none"], Some(0)),
                (&["rms", "post"], Some(1)),
            ],
        );
        let expected = [
            ("pre", "norm layer"),
            ("pre", "norm rms"),
            ("none", "norm layer"),
            ("post", "norm rms"),
        ];
        assert_eq!(named(&study), pairs(&expected));
    }

    #[test]
    fn an_arm_without_keys_is_called_by_its_label() {
        let mut study = study(&[], &[(&[], None)]);
        study.runs[0].arm = "s".to_string();
        assert_eq!(named(&study), pairs(&[("s", "")]));
    }
}
