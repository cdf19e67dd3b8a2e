//! Sums over neighbours.

use equations::{Direction, Reach};
use multiversion::multiversion;

/// The sums of `count` neighbours that are `inner` apart, lane after lane.
///
/// A near window is a sum of shifted copies, whose cost grows with its reach; a difference of
/// cumulative sums would cost less where it is wide, but lose digits, and spread a NaN.
#[multiversion(targets = "simd")]
pub(in crate::compiled) fn window(
    reach: Reach,
    out: &mut [f64],
    values: &[f64],
    count: usize,
    inner: usize,
) {
    let lane = count * inner;
    for (out, values) in out.chunks_exact_mut(lane).zip(values.chunks_exact(lane)) {
        out.copy_from_slice(values);
        match reach {
            Reach::Near { before, after } => {
                for shift in (1..=before.min(count - 1)).map(|shift| shift * inner) {
                    add(&mut out[shift..], values);
                }
                for shift in (1..=after.min(count - 1)).map(|shift| shift * inner) {
                    add(out, &values[shift..]);
                }
            }
            Reach::All(Direction::UpTo) => {
                for start in (inner..lane).step_by(inner) {
                    let (before, here) = out.split_at_mut(start);
                    add(&mut here[..inner], &before[start - inner..]);
                }
            }
            Reach::All(Direction::From) => {
                for end in (inner..lane).step_by(inner).rev() {
                    let (here, behind) = out.split_at_mut(end);
                    add(&mut here[end - inner..], &behind[..inner]);
                }
            }
        }
    }
}

/// Adds as many numbers as both have.
#[inline(always)]
fn add(sums: &mut [f64], values: &[f64]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value;
    }
}
