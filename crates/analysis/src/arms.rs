//! The runs of a study, sorted into arms.

use crate::run::{Phase, Run};

/// All runs that differ in learning rate and seed only.
#[derive(Clone)]
pub(crate) struct Arm<'a> {
    pub(crate) label: &'a str,
    pub(crate) keys: &'a [String],
    pub(crate) tuning: Vec<&'a Run>,
    pub(crate) confirm: Vec<&'a Run>,
}

/// The arms in order of first appearance.
pub(crate) fn arms(runs: &[Run]) -> Vec<Arm<'_>> {
    let mut arms: Vec<Arm> = Vec::new();
    for run in runs {
        let index = arms.iter().position(|arm| arm.label == run.arm).unwrap_or_else(|| {
            let (tuning, confirm) = (Vec::new(), Vec::new());
            arms.push(Arm { label: &run.arm, keys: &run.keys, tuning, confirm });
            arms.len() - 1
        });
        match run.phase {
            Phase::Tune => arms[index].tuning.push(run),
            Phase::Confirm => arms[index].confirm.push(run),
        }
    }
    arms
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
