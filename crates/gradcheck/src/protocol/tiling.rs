//! The same numbers again and again, to a size at which indices and blocks overflow.

use super::{Bench, Finding, Tested, read};
use crate::layer::Evaluation;
use crate::session::Use;
use crate::strided::{Layout, Strided};
use crate::values::Place;

/// Rows or columns at least: more than 2^16 rows, which is where launch grids and 16-bit counters end, and more
/// columns than a block has threads.
const MANY_ROWS: usize = 65_537;
const MANY_COLUMNS: usize = 8_193;

/// An input repeated along its rows.
///
/// If `f(tile x) = tile f(x)`, as for statistics over rows or over columns, then the chain rule says
/// that the gradient of the input is repeated too, and that a parameter gets the gradient of those
/// rows alone at which the cotangent is not zero.
pub(super) fn many_rows(bench: &Bench) -> Tested {
    tested(bench, Tiles::new(bench, 0, MANY_ROWS))
}

/// An input repeated along its features, with the parameters that have one number for each.
pub(super) fn many_columns(bench: &Bench) -> Tested {
    tested(bench, Tiles::new(bench, bench.place.shape.len() - 1, MANY_COLUMNS))
}

fn tested(bench: &Bench, tiles: Option<Tiles>) -> Tested {
    let Some(tiles) = tiles else { return Ok(Finding::NotOffered) };
    if !tiles.is_true_of_the_definition() {
        return Ok(Finding::NotOffered);
    }
    let expected = bench.expected()?;
    let v = &bench.cotangents[0];
    let everywhere = tiles.backward(&tiles.tiled(v))?;
    tiles.agree(
        0,
        &everywhere[0],
        &tiles.tiled(&expected[0]),
        "at the same cotangent everywhere",
    )?;
    let last = tiles.backward(&tiles.in_the_last_tile(v))?;
    for (number, expected) in expected.iter().enumerate().skip(1) {
        let found = tiles.folded(&last[number], expected.len());
        tiles.agree(number, &found, expected, "at a cotangent in the last tile alone")?;
    }
    Ok(Finding::Kept)
}

/// A place repeated along an axis.
struct Tiles<'b, 'a, 'k> {
    bench: &'b Bench<'a, 'k>,
    place: Place,
    /// How often.
    count: usize,
    /// Numbers of the input that follow one another before the next tile begins.
    run: usize,
}

impl<'b, 'a, 'k> Tiles<'b, 'a, 'k> {
    /// `None` if the layer takes no such shape, or has parameters that cannot be repeated.
    fn new(bench: &'b Bench<'a, 'k>, axis: usize, least: usize) -> Option<Self> {
        let old = bench.place;
        if bench.output.len() != old.arguments[0].len() || old.shape[axis] == 0 {
            return None;
        }
        let count = least.div_ceil(old.shape[axis]);
        let mut shape = old.shape.clone();
        shape[axis] *= count;
        if bench.layer.fit(&shape) != shape {
            return None;
        }
        let run = old.shape[axis..].iter().product();
        let parameters = bench.layer.parameters(&shape);
        let start = bench.layer.start_state(&shape);
        let repeated = |values: &Vec<f64>, length: usize| match length {
            length if length == values.len() => Some(values.clone()),
            length if length == count * values.len() => Some(values.repeat(count)),
            _ => None,
        };
        let mut arguments = vec![repeat(&old.arguments[0], run, count)];
        for (parameter, values) in parameters.iter().zip(&old.arguments[1..]) {
            arguments.push(repeated(values, parameter.shape.iter().product())?);
        }
        let state: Option<Vec<Vec<f64>>> =
            old.state.iter().zip(&start).map(|(old, start)| repeated(old, start.len())).collect();
        let place = Place { shape, parameters, arguments, mode: old.mode, state: state? };
        Some(Tiles { bench, place, count, run })
    }

    fn tiled(&self, values: &[f64]) -> Vec<f64> {
        repeat(values, self.run.min(values.len()), self.count)
    }

    /// The values in the last tile, zeros in all others.
    fn in_the_last_tile(&self, values: &[f64]) -> Vec<f64> {
        let run = self.run.min(values.len());
        let mut spread = vec![0.0; self.count * values.len()];
        for (tiles, values) in spread.chunks_mut(self.count * run).zip(values.chunks(run)) {
            tiles[(self.count - 1) * run..].copy_from_slice(values);
        }
        spread
    }

    /// The sum over all tiles of the gradient of a parameter, which may be repeated or not.
    fn folded(&self, gradient: &[f64], length: usize) -> Vec<f64> {
        let mut sum = vec![0.0; length];
        for tile in gradient.chunks(length.max(1)) {
            sum.iter_mut().zip(tile).for_each(|(sum, a)| *sum += a);
        }
        sum
    }

    /// Whether the value repeats with the input, and all tiles are alike: a change in the first one does
    /// there what it does in the last one.
    fn is_true_of_the_definition(&self) -> bool {
        let changed = |x: &mut [f64], tile: usize| {
            let here = &mut x[tile * self.run..][..self.run];
            here.iter_mut().for_each(|x| *x = 0.5 - 1.25 * *x);
        };
        let x = &self.place.arguments[0];
        let (mut first, mut last) = (x.clone(), x.clone());
        changed(&mut first, 0);
        changed(&mut last, self.count - 1);
        let values = [x, &first, &last].map(|x| self.definition(x));
        let [Some(same), Some(first), Some(mut last)] = values else { return false };
        for tiles in last.chunks_mut(self.count * self.run) {
            let (first, others) = tiles.split_at_mut(self.run);
            first.swap_with_slice(&mut others[(self.count - 2) * self.run..]);
        }
        let alike = |one: &[f64], other: &[f64]| {
            let largest = other.iter().fold(0.0, |most: f64, y| most.max(y.abs()));
            one.len() == other.len()
                && one.iter().zip(other).all(|(a, b)| (a - b).abs() <= 1e-9 * largest)
        };
        alike(&same, &self.tiled(self.bench.output)) && alike(&last, &first)
    }

    fn definition(&self, x: &[f64]) -> Option<Vec<f64>> {
        let Place { shape, mode, state, .. } = &self.place;
        let mut values = self.place.slices();
        values[0] = x;
        let at = Evaluation { shape, arguments: &values, base: &values, mode: *mode, state };
        self.bench.layer.definition(&at).ok().map(|value| value.output)
    }

    fn backward(&self, cotangent: &[f64]) -> Result<Vec<Vec<f64>>, String> {
        let session = self.bench.session;
        let with: Use = session.using(&self.place, &self.place.slices(), Layout::Contiguous);
        session.forward(&with, &self.place.state)?;
        let cotangent = Strided::new(&self.place.shape, cotangent);
        session.backward(&with, &cotangent).map(|gradients| read(&gradients, &with))
    }

    /// Plain sums of so many numbers lose a rounding with each of them.
    fn agree(
        &self,
        number: usize,
        found: &[f64],
        expected: &[f64],
        when: &str,
    ) -> Result<(), String> {
        let bench = self.bench;
        let largest = expected.iter().fold(0.0, |most: f64, a| most.max(a.abs()));
        let summed = (self.count * self.bench.place.shape[0].max(8)) as f64;
        let rounding = 4.0 * summed * bench.precision.unit_roundoff() * largest;
        let allowed = 8.0 * bench.allowed[number] + rounding;
        for (entry, (a, b)) in found.iter().zip(expected).enumerate() {
            let agrees = (a - b).abs() <= allowed;
            if !agrees {
                let (name, shape) = (bench.place.names()[number], &self.place.shape);
                return Err(format!(
                    "with the input repeated to {shape:?}, {when}, gradient of {name} at {entry} is {a:e}, not {b:e}"
                ));
            }
        }
        Ok(())
    }
}

/// Runs of values, each so many times.
fn repeat(values: &[f64], run: usize, count: usize) -> Vec<f64> {
    values.chunks(run.max(1)).flat_map(|run| run.repeat(count)).collect()
}
