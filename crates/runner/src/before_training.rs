//! What is said of the norms of a study before anything is trained.

use std::collections::BTreeSet;

use equations::{Axes, Extents, Mode};
use norms::NormChoice;

use crate::config::Experiment;
use crate::config::keys::{Setting, Settings};
use crate::config::{Chosen, combinations};
use crate::failure::Failure;
use crate::ordinary::{Kind, not_finite};
use crate::plan::Arm;
use crate::terminal::complain;

/// Notes statistics over a single value, and where norms are not finite at rarer input.
///
/// # Errors
/// Norms that are NaN or infinite at standard normal input, at the sizes of their networks.
pub fn check_norms(arms: &[Arm], examples: usize) -> Result<(), Failure> {
    let with_norms = arms.iter().filter(|arm| arm.network.placement.uses_norm());
    let sites = with_norms.map(|arm| Site {
        norm: &arm.network.norm,
        width: arm.network.width,
        batch: arm.training.batch_size.min(examples),
        rest: examples % arm.training.batch_size,
    });
    check(sites)
}

/// As [`check_norms`], of those norms of an experiment that are named, where no data are at hand that would say
/// what the last batch is.
///
/// # Errors
/// As [`check_norms`].
pub fn check_norms_of(experiment: &Experiment, names: &[&str]) -> Result<(), Failure> {
    let settings = |chosen: &Vec<Chosen<'_>>| {
        let mut settings = experiment.settings.clone();
        chosen.iter().for_each(|(_, setting, _)| settings.set((*setting).clone()));
        settings
    };
    let arms: Vec<Settings> = combinations(&experiment.sweep).iter().map(settings).collect();
    let named = arms.iter().filter(|arm| names.contains(&arm.norm.name()));
    let with_norms = named.filter(|arm| arm.placement.uses_norm());
    check(with_norms.map(|arm| Site {
        norm: &arm.norm,
        width: arm.width,
        batch: arm.batch_size,
        rest: 0,
    }))
}

/// A norm in the networks of an arm.
struct Site<'s> {
    norm: &'s NormChoice,
    width: usize,
    /// The samples of a full batch.
    batch: usize,
    /// Those of the last one, or 0 if it is full too.
    rest: usize,
}

fn check<'s>(sites: impl Iterator<Item = Site<'s>>) -> Result<(), Failure> {
    let mut said = BTreeSet::new();
    let (mut refused, mut notes) = (Vec::new(), Vec::new());
    for site in sites {
        let Site { norm, width, batch, rest } = site;
        let place =
            format!("{} {} {:?} {width} {batch} {rest}", norm.name(), norm.groups(), norm.values());
        if !said.insert(place) {
            continue;
        }
        notes.extend(site.single_values());
        match site.not_finite() {
            Some((Kind::Ordinary, message)) => refused.push(message),
            Some((Kind::Rare, message)) => notes.push(message),
            None => {}
        }
    }
    notes.iter().for_each(|note| complain(&format!("note: {note}")));
    if refused.is_empty() { Ok(()) } else { Err(Failure::BadInput(refused.join("\n"))) }
}

/// The most numbers at which an equation is evaluated here.
const MOST_NUMBERS: usize = 1 << 16;

impl Site<'_> {
    /// The norm with the sizes at which it stands.
    fn name(&self) -> String {
        let label = Setting::Norm(Box::new(self.norm.clone())).label();
        format!("norm {label:?} at width {} and batch size {}", self.width, self.batch)
    }

    /// The sizes of the batches; none that an equation does not allow, which is said elsewhere.
    fn extents(&self) -> impl Iterator<Item = Extents> {
        [self.batch, self.rest].into_iter().filter(|samples| *samples > 0).filter_map(|samples| {
            let extents = Extents::new(samples, 1, self.width, self.norm.groups()).ok()?;
            self.norm.equation().check(&extents, Mode::Train).ok().map(|()| extents)
        })
    }

    /// Where statistics of full batches, or else those of the last one, are over a single value.
    fn single_values(&self) -> Option<String> {
        let found = self.extents().find_map(|extents| {
            let found = self.norm.equation().single_values(&extents, Mode::Train)?;
            let last = if extents.samples == self.batch { "" } else { ", in the last batch" };
            Some(format!("{last}: {found}"))
        });
        found.map(|found| self.name() + &found)
    }

    /// At which input the norm is NaN or infinite.
    fn not_finite(&self) -> Option<(Kind, String)> {
        let found =
            self.extents().filter_map(|extents| not_finite(self.norm, &self.fewer(extents)?));
        let (kind, message) = found.min_by_key(|(kind, _)| *kind)?;
        Some((kind, format!("{}, {message}", self.name())))
    }

    /// The sizes, made smaller where they are large along axes over which nothing is reduced; nothing where that is
    /// not enough.
    fn fewer(&self, extents: Extents) -> Option<Extents> {
        let equation = self.norm.equation();
        let has_matrices = equation.has_matrices();
        let is_free = |axis: Axes| equation.reduced().all(|axes| !axes.contains(axis));
        let numbers = |of: &Extents| of.len() * if has_matrices { of.channels } else { 1 };
        let fit =
            |of: &Extents, size: usize| (MOST_NUMBERS / (numbers(of) / size).max(1)).clamp(1, size);
        let mut fewer = extents;
        if is_free(Axes::MEMBERS) && is_free(Axes::PARTS) {
            fewer.samples = fit(&fewer, fewer.samples);
        }
        if is_free(Axes::GROUPS) {
            fewer.groups = fit(&fewer, fewer.groups);
        }
        if is_free(Axes::CHANNELS) && !has_matrices {
            fewer.channels = fit(&fewer, fewer.channels);
        }
        (numbers(&fewer) <= MOST_NUMBERS).then_some(fewer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(norm: &NormChoice, batch: usize, rest: usize) -> Site<'_> {
        Site { norm, width: 8, batch, rest }
    }

    fn own(equation: &str, over: &str) -> NormChoice {
        let definition = norms::Definition {
            name: "own".to_string(),
            equation: equation.to_string(),
            over: over.to_string(),
            parameters: vec![],
            constants: vec![],
        };
        NormChoice::defined(std::sync::Arc::new(definition), 1, vec![]).unwrap()
    }

    #[test]
    fn statistics_over_a_single_value_are_said_with_the_sizes() {
        let positions = own("x - mean(x)", "positions");
        assert_eq!(
            site(&positions, 4, 2).single_values().unwrap(),
            "norm \"own\" at width 8 and batch size 4: statistics over a single value (positions = 1): \
             `mean(x)` is `x`\n  x - mean(x)\n      ^^^^^^^"
        );
        let samples = own("x / rms(x)", "samples");
        assert_eq!(site(&samples, 4, 2).single_values(), None);
        let last = site(&samples, 4, 1).single_values().unwrap();
        assert!(last.contains("batch size 4, in the last batch: statistics"), "{last}");
        let first = site(&samples, 1, 0).single_values().unwrap();
        assert!(first.contains("batch size 1: statistics"), "{first}");
    }

    /// No norm of the catalogue that can be trained is spoken of at usual sizes, but those over positions,
    /// of which these networks have one.
    #[test]
    fn usual_norms_are_not_spoken_of() {
        let mut spoken_of = Vec::new();
        for entry in norms::CATALOGUE {
            let plain = NormChoice::plain(entry);
            let groups = if plain.equation().knows_groups() { 2 } else { 1 };
            let norm = plain.with(groups, vec![]).unwrap();
            let site = Site { norm: &norm, width: 64, batch: 128, rest: 54 };
            assert_eq!(site.not_finite(), None, "{}", entry.name);
            if site.single_values().is_some() {
                spoken_of.push(entry.name);
            }
        }
        assert_eq!(spoken_of, ["global-response", "filter-response", "timestep"]);
    }

    #[test]
    fn norms_are_evaluated_at_the_sizes_of_their_networks() {
        // The mean of one position is x itself, so that this is 0 / 0 in a network of rows.
        let zero = own("(x - mean(x)) / rms(x - mean(x))", "positions");
        let (kind, message) = site(&zero, 4, 0).not_finite().unwrap();
        assert_eq!(kind, Kind::Ordinary);
        let expected = "norm \"own\" at width 8 and batch size 4, at standard normal input: \
                        `(x - mean(x)) / rms(x - mean(x))` is NaN\n";
        assert!(message.starts_with(expected), "{message}");
        assert!(crate::ordinary::check_finite(&zero).is_ok(), "it is finite at two positions");

        let rare = own("x / std[samples](x)", "none");
        let (kind, message) = site(&rare, 4, 0).not_finite().unwrap();
        assert!(kind == Kind::Rare && message.contains("at input with equal rows"), "{message}");
    }

    #[test]
    fn large_networks_are_looked_at_in_part_or_not_at_all() {
        let fewer = |norm: &NormChoice| {
            let large = Site { norm, width: 65_536, batch: 1000, rest: 0 };
            let extents = large.extents().next().unwrap();
            large.fewer(extents).map(|fewer| (fewer.samples, fewer.groups, fewer.channels))
        };
        // 2^16 numbers: as many features, or 65 of 1000 samples.
        assert_eq!(fewer(&own("x / rms(x)", "features")), Some((1, 1, 65_536)));
        assert_eq!(fewer(&own("x / rms(x)", "samples")), Some((1000, 1, 65)));
        assert_eq!(fewer(&own("x / rms(x)", "samples+features")), None);
        let group = NormChoice::named("group").unwrap().with(1024, vec![]).unwrap();
        assert_eq!(fewer(&group), Some((1, 1024, 64)));
    }
}
