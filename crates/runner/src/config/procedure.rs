//! `[tune]` and `[confirm]`, or the seeds of `[study]`: how often each arm runs, and at which rates.

use super::keys;
use super::misplaced;
use super::mistakes::Mistakes;
use super::own_norms::OwnNorms;
use super::sections::keys_of;
use super::value::{Numbers, Table, Value, choice, count, list, number, truth};
use super::{Procedure, Seeds};

/// The most seeds that a phase can have.
pub const MOST_SEEDS: usize = 10_000;
/// The largest first seed.
pub const LARGEST_FIRST_SEED: usize = 1_000_000_000;
/// The most steps that a grid can grow by at each end.
pub const MOST_EXTENSIONS: usize = 10;

/// Seeds at every rate, where a study does not say. With fewer the noise of a rate is hardly known.
const TUNING_SEEDS: usize = 3;
/// Further seeds at every plausible rate: with twelve in all a difference of one standard deviation
/// of a seed is seen more often than not.
const CONFIRMATION_SEEDS: usize = 9;

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
    let own = OwnNorms::default();
    let confirmation_seeds = match file.get("confirm") {
        None => Some(CONFIRMATION_SEEDS),
        Some(value) => misplaced::open("[confirm]", value, &keys_of("confirm"), &own, mistakes)
            .and_then(|table| seeds_or(&table, CONFIRMATION_SEEDS, mistakes)),
    };
    let tune = misplaced::open("[tune]", tune, &keys_of("tune"), &own, mistakes)?;
    if let Some(select) = tune.get("select") {
        choice(select, "select", [("val_loss", ())], mistakes);
    }
    let tuning_seeds = seeds_or(&tune, TUNING_SEEDS, mistakes);
    let extend = tune
        .get("extend")
        .map_or(Some(0), |value| count(value, "extend", 0..=MOST_EXTENSIONS, mistakes));
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
        extend: extend?,
        tuning_seeds: tuning_seeds?,
        confirmation_seeds: confirmation_seeds?,
    })
}

fn seeds_or(table: &Table<'_, '_>, default: usize, mistakes: &mut Mistakes<'_>) -> Option<usize> {
    table
        .get("seeds")
        .map_or(Some(default), |seeds| count(seeds, "seeds", 1..=MOST_SEEDS, mistakes))
}

/// `first_seed` and `paired` of `[study]`.
pub fn seeds(study: &Table<'_, '_>, mistakes: &mut Mistakes<'_>) -> Option<Seeds> {
    let first = study.get("first_seed");
    let first =
        first.map_or(Some(0), |value| count(value, "first_seed", 0..=LARGEST_FIRST_SEED, mistakes));
    let paired = study.get("paired").map_or(Some(true), |value| truth(value, "paired", mistakes));
    Some(Seeds { first: first? as u64, paired: paired? })
}
