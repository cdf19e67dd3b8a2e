//! The list of norms, one file each, in a folder for what their statistics are taken over.

mod entry;

mod batches {
    pub(super) mod batch;
    pub(super) mod batch_cumulative;
    pub(super) mod batch_flax;
    pub(super) mod batch_haiku;
    pub(super) mod batch_instance;
    pub(super) mod batch_renorm;
    pub(super) mod decorrelated_batch;
    pub(super) mod evonorm_b0;
    pub(super) mod ghost_batch;
    pub(super) mod l1_batch;
    pub(super) mod mean_only_batch;
    pub(super) mod power;
    pub(super) mod switchable;
}

mod features {
    pub(super) mod ada_layer;
    pub(super) mod ada_norm;
    pub(super) mod crms;
    pub(super) mod detach_norm;
    pub(super) mod divisive;
    pub(super) mod l2;
    pub(super) mod l2_smooth;
    pub(super) mod layer;
    pub(super) mod layer_no_affine;
    pub(super) mod layer_no_bias;
    pub(super) mod local_response;
    pub(super) mod partial_rms;
    pub(super) mod poly_norm;
    pub(super) mod positional;
    pub(super) mod qk_l2;
    pub(super) mod qk_rms;
    pub(super) mod rms;
    pub(super) mod rms_zero_centred;
    pub(super) mod scale_norm;
    pub(super) mod seed_norm;
    pub(super) mod simple_norm;
    pub(super) mod simple_rms;
}

mod pointwise {
    pub(super) mod affine;
    pub(super) mod derf;
    pub(super) mod dy_atan;
    pub(super) mod dy_isru;
    pub(super) mod dyt;
    pub(super) mod identity;
    pub(super) mod isru;
    pub(super) mod selu;
}

mod positions {
    pub(super) mod evonorm_s0;
    pub(super) mod filter_response;
    pub(super) mod global_response;
    pub(super) mod group;
    pub(super) mod instance;
    pub(super) mod instance_affine;
    pub(super) mod one_group;
    pub(super) mod timestep;
}

mod weights {
    pub(super) mod scaled_weight_standardization;
    pub(super) mod spectral;
    pub(super) mod weight_norm;
    pub(super) mod weight_standardization;
}

use std::{fmt, iter};

pub use entry::{Alias, Citation, Entry, Example, Exception, Kernel, Place, Site};

/// Every norm that normlab knows, in the order in which they are listed. A new one is a file in the
/// folder of its family, its `mod` above and a line here; parsing, listing, gradient checking and
/// training follow from that.
pub static CATALOGUE: &[&Entry] = &[
    &pointwise::identity::ENTRY,
    &pointwise::affine::ENTRY,
    &pointwise::dyt::ENTRY,
    &pointwise::derf::ENTRY,
    &pointwise::dy_isru::ENTRY,
    &pointwise::isru::ENTRY,
    &pointwise::dy_atan::ENTRY,
    &pointwise::selu::ENTRY,
    &features::layer::ENTRY,
    &features::layer_no_bias::ENTRY,
    &features::layer_no_affine::ENTRY,
    &features::detach_norm::ENTRY,
    &features::ada_norm::ENTRY,
    &features::ada_layer::ENTRY,
    &features::positional::ENTRY,
    &features::simple_norm::ENTRY,
    &features::rms::ENTRY,
    &features::partial_rms::ENTRY,
    &features::qk_rms::ENTRY,
    &features::rms_zero_centred::ENTRY,
    &features::simple_rms::ENTRY,
    &features::crms::ENTRY,
    &features::scale_norm::ENTRY,
    &features::l2::ENTRY,
    &features::l2_smooth::ENTRY,
    &features::qk_l2::ENTRY,
    &features::poly_norm::ENTRY,
    &features::seed_norm::ENTRY,
    &features::local_response::ENTRY,
    &features::divisive::ENTRY,
    &positions::group::ENTRY,
    &positions::one_group::ENTRY,
    &positions::instance::ENTRY,
    &positions::instance_affine::ENTRY,
    &positions::global_response::ENTRY,
    &positions::filter_response::ENTRY,
    &positions::evonorm_s0::ENTRY,
    &positions::timestep::ENTRY,
    &batches::batch::ENTRY,
    &batches::batch_flax::ENTRY,
    &batches::batch_haiku::ENTRY,
    &batches::batch_cumulative::ENTRY,
    &batches::ghost_batch::ENTRY,
    &batches::batch_renorm::ENTRY,
    &batches::power::ENTRY,
    &batches::l1_batch::ENTRY,
    &batches::mean_only_batch::ENTRY,
    &batches::evonorm_b0::ENTRY,
    &batches::batch_instance::ENTRY,
    &batches::switchable::ENTRY,
    &batches::decorrelated_batch::ENTRY,
    &weights::weight_norm::ENTRY,
    &weights::weight_standardization::ENTRY,
    &weights::scaled_weight_standardization::ENTRY,
    &weights::spectral::ENTRY,
];

/// Every name that means a norm of the catalogue: those of the entries, each before its aliases.
/// [`NormChoice::named`](crate::NormChoice::named) knows them all.
pub fn names() -> impl Iterator<Item = &'static str> {
    let aliases = |entry: &'static Entry| entry.aliases.iter().map(|alias| alias.name);
    CATALOGUE.iter().copied().flat_map(move |entry| iter::once(entry.name).chain(aliases(entry)))
}

/// The entry of that name. An alias is no entry: [`NormChoice::named`](crate::NormChoice::named) knows
/// it too.
pub fn find(name: &str) -> Option<&'static Entry> {
    CATALOGUE.iter().copied().find(|entry| entry.name == name)
}

/// What the statistics of a norm are taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Nothing: functions of one element.
    Pointwise,
    /// The features of one position.
    Features,
    /// The positions of one sample, with or without features.
    Positions,
    /// All samples, and running averages in evaluation.
    Batches,
    /// The weights of one output.
    Weights,
}

impl Family {
    /// The folder of its entries, beside this file.
    pub fn folder(self) -> &'static str {
        match self {
            Family::Pointwise => "pointwise",
            Family::Features => "features",
            Family::Positions => "positions",
            Family::Batches => "batches",
            Family::Weights => "weights",
        }
    }

    /// Every family, in the order in which they are listed.
    pub const ALL: [Family; 5] =
        [Family::Pointwise, Family::Features, Family::Positions, Family::Batches, Family::Weights];
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Family::Pointwise => "without statistics",
            Family::Features => "over the features of a position",
            Family::Positions => "over the positions of a sample",
            Family::Batches => "over the batch",
            Family::Weights => "of a weight matrix",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use equations::{Extents, Mode, NormEquation};
    use ops::Layout;

    use super::*;
    use crate::{Application, NormChoice};

    #[test]
    fn names_are_unique_and_in_kebab_case() {
        let names: Vec<&str> = names().collect();
        let aliases: usize = CATALOGUE.iter().map(|entry| entry.aliases.len()).sum();
        assert_eq!(names.len(), CATALOGUE.len() + aliases);
        let unique: HashSet<_> = names.iter().collect();
        assert_eq!(unique.len(), names.len());
        for name in names {
            let is_kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(name.chars().all(is_kebab), "{name}");
        }
        assert!(
            CATALOGUE.iter().all(|entry| std::ptr::eq(find(entry.name).expect("listed"), *entry))
        );
        assert!(find("lyaer").is_none());
    }

    #[test]
    fn every_equation_parses_and_every_entry_says_what_it_was_verified_against() {
        for entry in CATALOGUE {
            if let Err(error) = NormEquation::parse(&entry.source) {
                panic!("{}: {error}", entry.name);
            }
            for text in
                [entry.verified].into_iter().chain(entry.aliases.iter().map(|a| a.difference))
            {
                assert!(!text.is_empty() && !text.contains("  "), "{}: {text:?}", entry.name);
            }
            assert!(entry.verified.ends_with('.'), "{}", entry.name);
        }
    }

    #[test]
    fn no_two_entries_are_the_same_function_of_the_same_thing() {
        let mut known = HashSet::new();
        for entry in CATALOGUE {
            let equation = NormEquation::parse(&entry.source).expect("it parses");
            let shapes: Vec<String> =
                equation.parameters().iter().map(|p| format!("{p:?}")).collect();
            let text = format!("{} {:?} {shapes:?}", equation.expression(), equation.over());
            assert!(known.insert((entry.site, text.clone())), "{}: {text}", entry.name);
        }
    }

    #[test]
    fn families_stand_together() {
        let mut families: Vec<Family> = CATALOGUE.iter().map(|entry| entry.family).collect();
        families.dedup();
        assert_eq!(families, Family::ALL);
        for entry in CATALOGUE {
            assert_eq!(entry.site == Site::Weights, entry.family == Family::Weights);
        }
    }

    #[test]
    fn every_worked_example_is_what_is_computed() {
        for entry in CATALOGUE {
            let example = &entry.example;
            let constants = example.constants.iter().map(|(n, v)| ((*n).to_owned(), *v)).collect();
            let choice = NormChoice::new(entry, example.groups, constants).expect(entry.name);
            let layout = Layout { samples: example.samples, positions: example.positions };
            let features = example.x.len() / layout.rows();
            let (samples, positions) = (layout.samples, layout.positions);
            let extents =
                Extents::new(samples, positions, features, example.groups).expect(entry.name);
            let equation = choice.equation();
            let given = |name: &str| example.parameters.iter().find(|(given, _)| *given == name);
            let parameters: Vec<Vec<f64>> = equation
                .parameters()
                .iter()
                .map(|p| given(&p.name).map_or(vec![p.start; p.len(&extents)], |(_, v)| v.to_vec()))
                .collect();
            let known = |name: &str| equation.parameters().iter().any(|p| p.name == name);
            assert!(example.parameters.iter().all(|(name, _)| known(name)), "{}", entry.name);
            let state = equation.start_state(&extents);
            let (x, mode) = (example.x, ops::Mode::Train);
            let at = Application {
                layout,
                x,
                parameters: &parameters,
                state: &state,
                mode,
                cotangent: None,
            };
            let applied = choice.apply(&at).expect(entry.name);
            assert_close(entry.name, &applied.y, example.y);
            assert_eq!(applied.state.len(), example.averages.len(), "{}", entry.name);
            for (got, want) in applied.state.iter().zip(example.averages) {
                assert_close(entry.name, got, want);
            }
            // The interpreter, which is the definition, is no part of what `apply` runs.
            let slices: Vec<&[f64]> = parameters.iter().map(Vec::as_slice).collect();
            let mut defined = state.clone();
            let y = equation.evaluate(&extents, x, &slices, &mut defined, Mode::Train);
            assert_close(entry.name, &y.expect(entry.name), example.y);
        }
    }

    fn assert_close(name: &str, got: &[f64], want: &[f64]) {
        assert_eq!(got.len(), want.len(), "{name}");
        for (got, want) in got.iter().zip(want) {
            assert!((got - want).abs() <= 1e-14 * (1.0 + want.abs()), "{name}: {got} {want}");
        }
    }
}
