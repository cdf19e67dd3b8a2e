//! Everything random: cotangents, and moves by one unit in the last place.

use crate::problem::Point;
use crate::settings::Precision;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// Independent standard normal numbers, rounded to what the kernel can receive.
pub(crate) fn cotangent(seed: u64, number: usize, length: usize, precision: Precision) -> Vec<f64> {
    let mut generator = generator(seed, Purpose::Cotangent, number);
    (0..length).map(|_| precision.round(generator.sample(StandardNormal))).collect()
}

/// A direction over some entries: independent standard normal numbers less their mean, with the root
/// mean square 1. One entry alone has the direction 1.
pub(crate) fn direction(seed: u64, number: usize, entries: &[usize]) -> Vec<(usize, f64)> {
    let mut generator = generator(seed, Purpose::Direction, number);
    let count = entries.len() as f64;
    let drawn: Vec<f64> = entries.iter().map(|_| generator.sample(StandardNormal)).collect();
    let mean = if entries.len() > 2 { drawn.iter().sum::<f64>() / count } else { 0.0 };
    let square = drawn.iter().map(|w| (w - mean).powi(2)).sum::<f64>() / count;
    entries.iter().zip(drawn).map(|(&e, w)| (e, (w - mean) / square.sqrt())).collect()
}

/// The point with every number moved by one unit in the last place, up or down at random.
pub(crate) fn moved_by_one_ulp(
    seed: u64,
    number: usize,
    point: &Point,
    precision: Precision,
) -> Point {
    let mut generator = generator(seed, Purpose::Move, number);
    let mut moved = |value: f64| match (precision, generator.r#gen::<bool>()) {
        (Precision::Double, true) => value.next_up(),
        (Precision::Double, false) => value.next_down(),
        (Precision::Single, true) => f64::from((value as f32).next_up()),
        (Precision::Single, false) => f64::from((value as f32).next_down()),
    };
    point.iter().map(|values| values.iter().map(|&value| moved(value)).collect()).collect()
}

/// Two points on both sides of one, every number moved by so many times its own spacing, in random
/// directions.
pub(crate) fn moved_by_spacings(
    seed: u64,
    number: usize,
    point: &Point,
    precision: Precision,
    spacings: f64,
) -> [Point; 2] {
    let mut generator = generator(seed, Purpose::Move, 100 + number);
    let mut signed = |value: f64| {
        let spacing = match precision {
            Precision::Double => value.abs().next_up() - value.abs(),
            Precision::Single => f64::from((value as f32).abs().next_up()) - value.abs(),
        };
        if generator.r#gen::<bool>() { spacing * spacings } else { -spacing * spacings }
    };
    let moves: Point =
        point.iter().map(|values| values.iter().map(|&value| signed(value)).collect()).collect();
    let add = |sign: f64| -> Point {
        let sum = |(values, moves): (&Vec<f64>, &Vec<f64>)| {
            values.iter().zip(moves).map(|(x, d)| precision.round(x + sign * d)).collect()
        };
        point.iter().zip(&moves).map(sum).collect()
    };
    [add(1.0), add(-1.0)]
}

#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    Cotangent,
    Move,
    Direction,
    Values,
}

/// Each purpose and number has a stream of its own, so that asking for one more cotangent changes
/// neither the others nor the moves.
pub(crate) fn generator(seed: u64, purpose: Purpose, number: usize) -> ChaCha8Rng {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(4 * number as u64 + purpose as u64);
    generator
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cotangents_are_signed_and_differ_by_seed_and_number() {
        let v = cotangent(3, 0, 1000, Precision::Double);
        // The mean of 1000 standard normal numbers has the standard deviation 0.032.
        assert!((v.iter().sum::<f64>() / 1000.0).abs() < 0.13);
        assert!((v.iter().map(|v| v * v).sum::<f64>() / 1000.0 - 1.0).abs() < 0.18);
        assert_eq!(v, cotangent(3, 0, 1000, Precision::Double));
        assert_ne!(v, cotangent(3, 1, 1000, Precision::Double));
        assert_ne!(v, cotangent(4, 0, 1000, Precision::Double));
    }

    #[test]
    fn a_move_is_one_unit_in_the_last_place_of_the_kernel_under_test() {
        // At 1 the spacing is 2^-52 or 2^-23 above, half of it below.
        let single = moved_by_one_ulp(0, 0, &vec![vec![1.0; 64]], Precision::Single);
        for value in &single[0] {
            assert!([1.0 + 2f64.powi(-23), 1.0 - 2f64.powi(-24)].contains(value));
        }
        let double = moved_by_one_ulp(0, 0, &vec![vec![1.0; 64]], Precision::Double);
        for value in &double[0] {
            assert!([1.0 + 2f64.powi(-52), 1.0 - 2f64.powi(-53)].contains(value));
        }
        assert!(double[0].iter().any(|&v| v > 1.0) && double[0].iter().any(|&v| v < 1.0));
    }
}
