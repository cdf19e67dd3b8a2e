//! Every alias, chosen by its name.

use equations::{Extents, Mode};
use norms::{Alias, CATALOGUE, Entry, NormChoice, names};

/// Every alias of the catalogue with its entry.
fn all() -> impl Iterator<Item = (&'static Entry, &'static Alias)> {
    CATALOGUE.iter().flat_map(|entry| entry.aliases.iter().map(|alias| (*entry, alias)))
}

fn named(name: &str) -> NormChoice {
    NormChoice::named(name).unwrap_or_else(|| panic!("no norm {name}"))
}

fn values(constants: &[(&str, f64)]) -> Vec<(String, f64)> {
    constants.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
}

#[test]
fn an_alias_is_its_entry_with_its_constants_under_its_name() {
    assert!(all().count() >= 3, "burn, candle and dfdx");
    for (entry, alias) in all() {
        let choice = named(alias.name);
        assert_eq!((choice.name(), choice.groups()), (alias.name, 1));
        assert_eq!(choice.alias(), Some(alias));
        assert_eq!(choice.entry().map(|entry| entry.name), Some(entry.name));
        assert_eq!((choice.claims(), choice.kernel()), (entry.claims.to_vec(), entry.kernel));
        let by_hand = NormChoice::new(entry, 1, values(alias.constants)).expect(alias.name);
        assert_eq!(choice.equation(), by_hand.equation(), "{}", alias.name);
        // It is told apart from its entry, and from itself with other constants.
        assert_ne!(choice, by_hand);
        assert_eq!(choice, named(alias.name));
    }
}

/// What an alias differs in changes the equation; what it does not differ in is a policy, in words.
#[test]
fn constants_of_an_alias_are_none_of_its_entry() {
    for (entry, alias) in all() {
        let (plain, choice) = (NormChoice::plain(entry), named(alias.name));
        let is_same = plain.equation() == choice.equation();
        assert_eq!(is_same, alias.constants.is_empty(), "{}", alias.name);
        for (name, value) in alias.constants {
            let said = format!("{name} = {value}");
            assert!(alias.difference.contains(&said), "{}: {said}", alias.name);
        }
    }
}

#[test]
fn a_constant_that_is_given_goes_before_that_of_the_alias() {
    for (_, alias) in all() {
        let choice = named(alias.name);
        for (name, value) in alias.constants {
            let given = vec![((*name).to_owned(), value / 2.0)];
            let other = choice.with(1, given.clone()).expect(alias.name);
            assert_eq!((other.name(), other.values()), (alias.name, &given[..]));
            assert_ne!(other.equation(), choice.equation());
            // Without it the alias's holds again; another one leaves it alone.
            assert_eq!(other.with(1, Vec::new()).expect(alias.name), choice);
            let eps = choice.with(1, vec![("eps".to_owned(), 0.5)]).expect(alias.name);
            assert_eq!(eps.equation().momentum(), choice.equation().momentum());
        }
        assert!(choice.with(1, vec![("epz".to_owned(), 0.5)]).is_err());
    }
}

/// burn moves its averages by a tenth, as its `BatchNormConfig` documents, and keeps the biased variance:
/// of the batch (1, 9), with mean 5 and variance 16, it keeps 0.1 * 5 and 0.9 * 1 + 0.1 * 16.
#[test]
fn burn_moves_its_averages_by_a_tenth_and_flax_by_a_hundredth() {
    let averages = |name: &str| {
        let equation = named(name).equation().clone();
        let extents = Extents::new(2, 1, 1, 1).expect("sizes");
        let parameters: [&[f64]; 2] = [&[1.0], &[0.0]];
        let mut state = equation.start_state(&extents);
        let y = equation.evaluate(&extents, &[1.0, 9.0], &parameters, &mut state, Mode::Train);
        y.expect("two values");
        state.concat()
    };
    for (name, expected) in [("batch-burn", [0.5, 2.5]), ("batch-flax", [0.05, 1.15])] {
        for (got, want) in averages(name).iter().zip(expected) {
            assert!((got - want).abs() < 1e-15, "{name}: {got} {want}");
        }
    }
}

#[test]
fn every_name_is_a_norm_and_no_other_is() {
    for name in names() {
        assert_eq!(named(name).name(), name);
    }
    assert!(NormChoice::named("batch-bern").is_none());
    assert!(NormChoice::named("").is_none());
}
