//! `[tune]` and `[confirm]`, or the seeds of `[study]`: how often each arm runs, and at which rates.

use super::Procedure;
use super::keys;
use super::misplaced;
use super::mistakes::Mistakes;
use super::own_norms::OwnNorms;
use super::sections::{keys_of, section};
use super::value::{Numbers, Table, Value, choice, count, list, number};

/// The most seeds that a phase can have.
const MOST_SEEDS: usize = 10_000;

/// With `[tune]` each arm has its own rate, without it all have the one of `[training]`.
pub fn procedure(
    file: &Table<'_, '_>,
    study: Option<&Table<'_, '_>>,
    mistakes: &mut Mistakes<'_>,
) -> Option<Procedure> {
    match file.get("tune") {
        Some(tune) => tuned(file, study, tune, mistakes),
        None if file.may_have("tune") => None,
        None => {
            if let Some(confirm) = file.get("confirm") {
                let help = "[confirm] follows [tune]; without tuning write seeds in [study]";
                mistakes.add(confirm.span(), "[confirm] without [tune]", help);
            }
            let seeds = study?.require("seeds", "3, or add [tune] and [confirm]", mistakes)?;
            count(seeds, "seeds", 1..=MOST_SEEDS, mistakes).map(|seeds| Procedure::Shared { seeds })
        }
    }
}

fn tuned(
    file: &Table<'_, '_>,
    study: Option<&Table<'_, '_>>,
    tune: &Value<'_>,
    mistakes: &mut Mistakes<'_>,
) -> Option<Procedure> {
    if let Some(seeds) = study.and_then(|study| study.get("seeds")) {
        let help = "leave it out here: [tune] and [confirm] give the seeds";
        mistakes.add(seeds.span(), "seeds in [study] beside [tune]", help);
    }
    let confirm = section(file, "confirm", "seeds = 6", mistakes);
    let own = OwnNorms::default();
    let confirm = confirm
        .and_then(|value| misplaced::open("[confirm]", value, &keys_of("confirm"), &own, mistakes));
    let confirmation_seeds = confirm.and_then(|table| seeds(&table, mistakes));
    let tune = misplaced::open("[tune]", tune, &keys_of("tune"), &own, mistakes)?;
    if let Some(select) = tune.get("select") {
        choice(select, "select", [("val_loss", ())], mistakes);
    }
    let tuning_seeds = seeds(&tune, mistakes);
    let rates = tune.require("learning_rate", "[1e-3, 3e-3, 1e-2]", mistakes).and_then(|value| {
        list(value, "learning_rate", mistakes, |item, mistakes| {
            let rate = number(item, "learning_rate", Numbers::Positive, mistakes)?;
            Some((rate, keys::float(rate)))
        })
        .complete()
    });
    let mut rates: Vec<f64> = rates?.into_iter().map(|(rate, _)| rate).collect();
    rates.sort_by(f64::total_cmp);
    Some(Procedure::Tuned {
        rates,
        tuning_seeds: tuning_seeds?,
        confirmation_seeds: confirmation_seeds?,
    })
}

fn seeds(table: &Table<'_, '_>, mistakes: &mut Mistakes<'_>) -> Option<usize> {
    let seeds = table.require("seeds", "3", mistakes)?;
    count(seeds, "seeds", 1..=MOST_SEEDS, mistakes)
}
