//! Whether the values of a study fit each other and the data.
//!
//! A study with mistakes is checked as far as its values are known: what could not be read is not replaced by a
//! default, which would be found wrong in its place.

use std::ops::Range;

use equations::{Extents, Mode, SizeError};
use training::Dataset;

use super::grid::{Chosen, combinations};
use super::keys::Settings;
use super::mistakes::Mistakes;
use super::{Procedure, Sweep};

/// The most runs that a study can have; beyond it, a list was longer than its author meant.
const MOST_RUNS: usize = 100_000;

/// The most numbers that a network's linear maps may have; a number, its gradient and two moments of
/// the optimizer take 16 bytes.
const MOST_PARAMETERS: usize = 500_000_000;

/// What could be read of a study.
pub struct Readable<'r> {
    /// The values of `[network]` and `[training]`, with defaults for the others.
    pub settings: &'r Settings,
    /// Where these values stand.
    pub places: &'r [(&'static str, Range<usize>)],
    /// The swept values.
    pub sweep: &'r [Sweep],
    /// Whether these are all of them.
    pub is_complete: bool,
    /// The seeds and rates.
    pub procedure: Option<&'r Procedure>,
    /// The keys whose value is not known where they are not swept.
    pub unread: &'r [&'static str],
}

/// Notes every value that does not fit; what needs the data is checked only with them.
pub fn check(study: &Readable<'_>, dataset: Option<&Dataset>, mistakes: &mut Mistakes<'_>) {
    let lengths = study.sweep.iter().map(|swept| swept.values.len());
    let arms = lengths.fold(1, usize::saturating_mul);
    if let (Some(procedure), true) = (study.procedure, study.is_complete) {
        check_size(study, arms.saturating_mul(procedure.most_runs_per_arm()), mistakes);
    }
    // A grid that is too large is not even listed.
    if arms > MOST_RUNS {
        return;
    }
    for chosen in combinations(study.sweep) {
        let arm = Arm::new(study, chosen);
        arm.check_width(mistakes);
        if let Some(dataset) = dataset {
            arm.check_batches(dataset.train.len(), mistakes);
            arm.check_parameters(dataset, mistakes);
            arm.check_batch_size(dataset, mistakes);
        }
    }
}

fn check_size(study: &Readable<'_>, runs: usize, mistakes: &mut Mistakes<'_>) {
    if runs > MOST_RUNS {
        let place = study.sweep.first().and_then(|swept| swept.values.first());
        let place = place.map_or(0..0, |(_, place)| place.clone());
        let help = format!("at most {MOST_RUNS}: sweep less, or in several studies");
        mistakes.add(place, format!("the study has up to {runs} runs"), help);
    }
}

/// A combination of the swept values.
struct Arm<'r> {
    study: &'r Readable<'r>,
    chosen: Vec<Chosen<'r>>,
    settings: Settings,
}

impl<'r> Arm<'r> {
    fn new(study: &'r Readable<'r>, chosen: Vec<Chosen<'r>>) -> Arm<'r> {
        let mut settings = study.settings.clone();
        for (_, setting, _) in &chosen {
            settings.set((*setting).clone());
        }
        Arm { study, chosen, settings }
    }

    /// Whether the arm's values of these keys are those that its author wrote, or the defaults of keys that are
    /// left out.
    fn knows(&self, keys: &[&str]) -> bool {
        let is_swept = |name: &str| self.chosen.iter().any(|(key, ..)| key.name == name);
        keys.iter().all(|key| is_swept(key) || !self.study.unread.contains(key))
    }

    /// Where the first of these keys that the file has is set.
    fn place(&self, keys: &[&str]) -> Range<usize> {
        let place = |name: &&str| {
            let swept = self.chosen.iter().find(|(key, ..)| key.name == *name);
            let given = self.study.places.iter().find(|(key, _)| key == name);
            swept.map(|(.., place)| place).or(given.map(|(_, place)| place)).cloned()
        };
        keys.iter().find_map(place).unwrap_or(0..0)
    }

    /// Whether the groups divide the width.
    fn check_width(&self, mistakes: &mut Mistakes<'_>) {
        if !self.knows(&["norm", "width"]) {
            return;
        }
        let Settings { norm, width, .. } = &self.settings;
        if let Err(error) = norm.check_width(*width) {
            let help = format!("the width is {width}");
            mistakes.add(self.place(&["norm", "width"]), error.to_string(), help);
        }
    }

    /// Whether the norm means something on the batches of the network: the full ones and the rest.
    fn check_batches(&self, examples: usize, mistakes: &mut Mistakes<'_>) {
        let Settings { norm, width, placement, batch_size: batch, .. } = &self.settings;
        let knows = self.knows(&["norm", "width", "placement", "batch_size"]);
        if !knows || !placement.uses_norm() {
            return;
        }
        for samples in [*batch.min(&examples), examples % batch] {
            let Ok(extents) = Extents::new(samples, 1, *width, norm.groups()) else { return };
            let Err(error) = norm.equation().check(&extents, Mode::Train) else { continue };
            let mut help =
                format!("{examples} training examples in batches of {batch}, the width is {width}");
            if let SizeError::Parts { parts, .. } = error {
                help += &dividing(parts, *batch, examples);
            }
            mistakes.add(self.place(&["norm", "batch_size"]), error.to_string(), help);
        }
    }

    /// Whether the network fits into a memory.
    fn check_parameters(&self, dataset: &Dataset, mistakes: &mut Mistakes<'_>) {
        if !self.knows(&["architecture", "depth", "width"]) {
            return;
        }
        let parameters = self.settings.network(dataset).linear_parameters();
        if parameters > MOST_PARAMETERS {
            let help = format!("at most {MOST_PARAMETERS}: make it narrower or less deep");
            let message = format!("the network has {parameters} parameters");
            mistakes.add(self.place(&["width", "depth"]), message, help);
        }
    }

    /// Whether a batch fits into the training part.
    fn check_batch_size(&self, dataset: &Dataset, mistakes: &mut Mistakes<'_>) {
        let (batch, training) = (self.settings.batch_size, dataset.train.len());
        if self.knows(&["batch_size"]) && batch > training {
            let help = format!("{} has {training} training examples", dataset.name);
            let message = format!("batch_size is {batch}");
            mistakes.add(self.place(&["batch_size"]), message, help);
        }
    }
}

/// Where parts do not divide the batches: a batch size or a number of parts with which they do.
fn dividing(parts: usize, batch: usize, examples: usize) -> String {
    let divides = |parts: usize, batch: usize| {
        batch.is_multiple_of(parts) && (examples % batch).is_multiple_of(parts)
    };
    let size = (1..=batch).rev().find(|size| divides(parts, *size));
    let fewer = (2..parts).rev().find(|fewer| divides(*fewer, batch));
    let size = size.map(|size| format!("; batch_size = {size} would do"));
    let fewer = fewer.map(|fewer| format!("; parts = {fewer} would do"));
    [size, fewer].into_iter().flatten().collect()
}
