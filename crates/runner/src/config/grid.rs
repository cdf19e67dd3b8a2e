//! `[sweep]` and the baseline: what is compared with what.

use std::ops::Range;

use super::Sweep;
use super::keys::{self, Key, Setting};
use super::misplaced;
use super::mistakes::Mistakes;
use super::own_norms::OwnNorms;
use super::value::{Table, allowed_names, list};

/// `[sweep]`, as far as it can be read.
#[derive(Default)]
pub struct Swept {
    /// The swept keys, with the values that could be read.
    pub keys: Vec<Sweep>,
    /// The keys of which some values could not be read.
    pub partial: Vec<&'static str>,
    /// The keys that are swept, or may be, and of which no value is known.
    pub unread: Vec<&'static str>,
}

impl Swept {
    /// Whether every value is known.
    pub fn is_complete(&self) -> bool {
        self.partial.is_empty() && self.unread.is_empty()
    }
}

/// Reads the swept keys; none without `[sweep]`. `given` are the keys that have a value elsewhere.
pub fn sweep(
    file: &Table<'_, '_>,
    given: &[&str],
    own: &OwnNorms,
    mistakes: &mut Mistakes<'_>,
) -> Swept {
    let Some(section) = file.get("sweep") else { return Swept::default() };
    let names = misplaced::every_key();
    let Some(table) = misplaced::open("[sweep]", section, &names, own, mistakes) else {
        return Swept { unread: names, ..Swept::default() };
    };
    let unread = misplaced::unread(&table, &names, given, own);
    let mut swept = Swept { unread, ..Swept::default() };
    for (name, value) in &table.entries {
        let Some(key) = keys::find(name) else { continue };
        if key.name == "learning_rate" && file.get("tune").is_some() {
            let help = "leave it out here: [tune] gives the rates";
            mistakes.add(value.span(), "learning_rate is both swept and tuned", help);
        }
        let items = list(value, name, mistakes, |item, mistakes| {
            let setting = (key.read)(item, own, mistakes)?;
            let meaning = setting.toml();
            Some((setting, meaning))
        });
        if items.values.is_empty() {
            swept.unread.push(key.name);
            continue;
        }
        if !items.is_complete {
            swept.partial.push(key.name);
        }
        swept.keys.push(Sweep { key, values: items.values });
    }
    swept
}

/// A value of a swept key, with its place in the file.
pub type Chosen<'e> = (&'static Key, &'e Setting, Range<usize>);

/// Every combination of the swept values, the first key varying fastest.
pub fn combinations(sweep: &[Sweep]) -> Vec<Vec<Chosen<'_>>> {
    let mut combinations: Vec<Vec<Chosen<'_>>> = vec![Vec::new()];
    for swept in sweep {
        combinations = swept
            .values
            .iter()
            .flat_map(|(setting, place)| {
                combinations.iter().map(move |combination| {
                    let mut longer = combination.clone();
                    longer.push((swept.key, setting, place.clone()));
                    longer
                })
            })
            .collect();
    }
    combinations
}

/// The values that the others are compared with; none without `baseline`.
pub fn baseline(
    study: &Table<'_, '_>,
    swept: &Swept,
    own: &OwnNorms,
    mistakes: &mut Mistakes<'_>,
) -> Option<Vec<(&'static Key, Setting)>> {
    let Some(value) = study.get("baseline") else { return Some(Vec::new()) };
    let table = misplaced::open("baseline", value, &misplaced::every_key(), own, mistakes)?;
    let mut baseline = Vec::new();
    for (name, value) in &table.entries {
        let Some(key) = keys::find(name) else { continue };
        let setting = (key.read)(value, own, mistakes);
        let Some(sweep) = swept.keys.iter().find(|sweep| sweep.key.name == *name) else {
            if !swept.unread.contains(name) {
                let swept: Vec<&str> = swept.keys.iter().map(|sweep| sweep.key.name).collect();
                let help = match swept.is_empty() {
                    true => "nothing is swept: leave the baseline out, or add [sweep]".to_string(),
                    false => allowed_names(name, &swept),
                };
                mistakes.add(value.span(), format!("the baseline key {name} is not swept"), help);
            }
            continue;
        };
        let Some(setting) = setting else { continue };
        let is_swept = sweep.values.iter().any(|(other, _)| other.toml() == setting.toml());
        if !is_swept && !swept.partial.contains(name) {
            let values: Vec<String> = sweep.values.iter().map(|(other, _)| other.toml()).collect();
            let message = format!(
                "the baseline value {} of {name} is not in the sweep",
                mistakes.quote(value.span())
            );
            mistakes.add(value.span(), message, format!("allowed: {}", values.join(", ")));
        }
        baseline.push((key, setting));
    }
    Some(baseline)
}
