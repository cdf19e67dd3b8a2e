//! `[sweep]` and the baseline: what is compared with what.

use super::Sweep;
use super::keys::{self, KEYS, Key, Setting};
use super::mistakes::Mistakes;
use super::own_norms::OwnNorms;
use super::value::{Table, allowed_names, list};

/// The swept keys; none without `[sweep]`.
pub fn sweep(
    file: &Table<'_, '_>,
    own: &OwnNorms,
    mistakes: &mut Mistakes<'_>,
) -> Option<Vec<Sweep>> {
    let Some(section) = file.get("sweep") else { return Some(Vec::new()) };
    let names: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
    let table = Table::open("[sweep]", section, &names, mistakes)?;
    let mut sweep = Vec::new();
    let mut complete = true;
    for (name, value) in &table.entries {
        let Some(key) = keys::find(name) else { continue };
        if key.name == "learning_rate" && file.get("tune").is_some() {
            let help = "leave it out here: [tune] gives the rates";
            mistakes.add(value.span(), "learning_rate is both swept and tuned", help);
        }
        let values = list(value, name, mistakes, |item, mistakes| {
            let setting = (key.read)(item, own, mistakes)?;
            let meaning = setting.toml();
            Some((setting, meaning))
        });
        match values {
            Some(values) => sweep.push(Sweep { key, values }),
            None => complete = false,
        }
    }
    complete.then_some(sweep)
}

/// The values that the others are compared with; none without `baseline`.
pub fn baseline(
    study: &Table<'_, '_>,
    sweep: &[Sweep],
    own: &OwnNorms,
    mistakes: &mut Mistakes<'_>,
) -> Option<Vec<(&'static Key, Setting)>> {
    let Some(value) = study.get("baseline") else { return Some(Vec::new()) };
    let names: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
    let table = Table::open("baseline", value, &names, mistakes)?;
    let mut baseline = Vec::new();
    for (name, value) in &table.entries {
        let Some(swept) = sweep.iter().find(|swept| swept.key.name == *name) else {
            let swept: Vec<&str> = sweep.iter().map(|swept| swept.key.name).collect();
            let help = match swept.is_empty() {
                true => "nothing is swept: leave the baseline out, or add [sweep]".to_string(),
                false => allowed_names(name, &swept),
            };
            mistakes.add(value.span(), format!("the baseline key {name} is not swept"), help);
            continue;
        };
        let Some(setting) = (swept.key.read)(value, own, mistakes) else { continue };
        if swept.values.iter().all(|(other, _)| other.toml() != setting.toml()) {
            let values: Vec<String> = swept.values.iter().map(|(other, _)| other.toml()).collect();
            let message = format!(
                "the baseline value {} of {name} is not in the sweep",
                mistakes.quote(value.span())
            );
            mistakes.add(value.span(), message, format!("allowed: {}", values.join(", ")));
        }
        baseline.push((swept.key, setting));
    }
    Some(baseline)
}
