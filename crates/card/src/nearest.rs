//! Which norms of the catalogue compute nearly the same, and where they differ.

use equations::{Extents, Mode};
use norms::{CATALOGUE, Entry, NormChoice, Site};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};

/// How many are named.
const NAMED: usize = 3;

/// A norm of the catalogue beside the one that a card is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Relative {
    /// Its name.
    pub name: String,
    /// The distance of the values as a share of their size, after the best common factor, in the
    /// middle of all inputs that were tried.
    pub distance: f64,
    /// That factor at standard normal input: values of this norm / values of the relative.
    pub factor: f64,
    /// The input at which they differ the most.
    pub most_at: String,
    /// Their distance there.
    pub most: f64,
}

/// What is done to a standard normal number at an index.
type Change = fn(usize, f64) -> f64;

/// The inputs by name.
const INPUTS: [(&str, Change); 6] = [
    ("standard normal input", |_, x| x),
    ("offset 3", |_, x| x + 3.0),
    ("scale 0.01", |_, x| x * 0.01),
    ("scale 30", |_, x| x * 30.0),
    ("one large entry of 16", |index, x| if index % 16 == 3 { x + 30.0 } else { x }),
    ("input above zero", |_, x| x.abs()),
];

/// The most similar norms, the most similar first, with all parameters at their starts.
pub(crate) fn nearest(choice: &NormChoice) -> Vec<Relative> {
    let of_choice = values(choice);
    let own = choice.entry();
    let site = own.map_or(Site::Activations, |entry| entry.site);
    // An alias computes what its entry does.
    let is_own = |entry: &Entry| own.is_some_and(|own| own.name == entry.name);
    let others = CATALOGUE.iter().filter(|entry| !is_own(entry) && entry.site == site);
    let mut relatives: Vec<Relative> = others
        .map(|entry| {
            let plain = NormChoice::plain(entry);
            let groups = if plain.equation().knows_groups() { 2 } else { 1 };
            let other = plain.with(groups, Vec::new()).expect("it is in the catalogue");
            relative(entry.name, &of_choice, &values(&other))
        })
        .filter(|relative| relative.distance.is_finite() && relative.most.is_finite())
        .collect();
    relatives.sort_by(|a, b| a.distance.total_cmp(&b.distance).then(a.most.total_cmp(&b.most)));
    relatives.truncate(NAMED);
    relatives
}

fn relative(name: &str, of_choice: &[Vec<f64>], of_other: &[Vec<f64>]) -> Relative {
    let pairs = || of_choice.iter().zip(of_other);
    let distances: Vec<f64> = pairs().map(|(a, b)| distance(a, b)).collect();
    let mut sorted = distances.clone();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let most = (0..distances.len()).max_by(|a, b| distances[*a].total_cmp(&distances[*b]));
    let most = most.expect("there are inputs");
    Relative {
        name: name.to_owned(),
        distance: (sorted[middle - 1] + sorted[middle]) / 2.0,
        factor: factor(&of_choice[0], &of_other[0]),
        most_at: INPUTS[most].0.to_owned(),
        most: distances[most],
    }
}

/// The values at every input, 6 samples x 4 positions x 16 features.
fn values(choice: &NormChoice) -> Vec<Vec<f64>> {
    let equation = choice.equation();
    // Groups of the choice's own may need another width; 16 features have 1, 2, 4, 8 and 16.
    let features = 16_usize.next_multiple_of(choice.groups());
    let extents = Extents::new(6, 4, features, choice.groups()).unwrap_or_else(|e| panic!("{e}"));
    let parameters: Vec<Vec<f64>> =
        equation.parameters().iter().map(|p| vec![p.start; p.len(&extents)]).collect();
    let parameters: Vec<&[f64]> = parameters.iter().map(Vec::as_slice).collect();
    let mut stream = ChaCha8Rng::seed_from_u64(0);
    let normal: Vec<f64> = (0..extents.len()).map(|_| stream.sample(StandardNormal)).collect();
    let value = |(_, change): &(&str, Change)| {
        let x: Vec<f64> = normal.iter().enumerate().map(|(i, x)| change(i, *x)).collect();
        let mut state = equation.start_state(&extents);
        equation.evaluate_unchecked_sizes(&extents, &x, &parameters, &mut state, Mode::Train)
    };
    INPUTS.iter().map(value).collect()
}

/// `|a - c b| / |a|` with the best c: the sine of the angle between them.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    if a.len() != b.len() {
        return f64::NAN;
    }
    let c = factor(a, b);
    let (mut off, mut all) = (0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        off += (a - c * b).powi(2);
        all += a * a;
    }
    if all == 0.0 { f64::from(u8::from(b.iter().any(|b| *b != 0.0))) } else { (off / all).sqrt() }
}

fn factor(a: &[f64], b: &[f64]) -> f64 {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let size = dot(b, b);
    if size == 0.0 { 0.0 } else { dot(a, b) / size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_forgets_a_factor_and_is_the_sine_of_an_angle() {
        assert_eq!(
            (distance(&[3.0, 4.0], &[6.0, 8.0]), factor(&[3.0, 4.0], &[6.0, 8.0])),
            (0.0, 0.5)
        );
        assert_eq!(distance(&[1.0, 0.0], &[0.0, 1.0]), 1.0);
        assert!((distance(&[1.0, 0.0], &[1.0, 1.0]) - 0.5_f64.sqrt()).abs() < 1e-15);
        assert_eq!(distance(&[0.0], &[1.0]), 1.0);
    }

    #[test]
    fn layer_norm_and_rms_norm_differ_by_an_offset() {
        let layer = NormChoice::plain(norms::find("layer").unwrap());
        let rms = NormChoice::plain(norms::find("rms").unwrap());
        let found = relative("rms", &values(&layer), &values(&rms));
        assert_eq!(found.most_at, "offset 3");
        assert!(found.most > 0.5 && found.distance < 0.5, "{found:?}");
        assert!(nearest(&layer).iter().all(|relative| relative.name != "layer"));
        let candle = NormChoice::named("batch-candle").unwrap();
        assert!(nearest(&candle).iter().all(|relative| relative.name != "batch"));
    }
}
