//! Every draw has an address.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// The seed of a run. Runs with the same seed share every draw that they have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Seed(pub u64);

/// The random stream at an address: what it is for, where in the network or the data, and which of
/// several there.
///
/// A stream depends on its address alone, so that one more layer or another norm changes no other
/// draw, and arms that differ in one thing are paired in all others.
///
/// ```
/// use nets::{Seed, stream};
/// use rand::RngCore;
///
/// let first = |seed, path| stream(Seed(seed), "weights", path, 0).next_u64();
/// assert_eq!(first(1, "block.0"), first(1, "block.0"));
/// assert_ne!(first(1, "block.0"), first(1, "block.1"));
/// assert_ne!(first(1, "block.0"), first(2, "block.0"));
/// ```
pub fn stream(seed: Seed, purpose: &str, path: &str, index: u64) -> ChaCha8Rng {
    let mut key = blake3::Hasher::new();
    key.update(&seed.0.to_le_bytes());
    for text in [purpose, path] {
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        key.update(&(text.len() as u64).to_le_bytes());
        key.update(text.as_bytes());
    }
    key.update(&index.to_le_bytes());
    ChaCha8Rng::from_seed(*key.finalize().as_bytes())
}

#[cfg(test)]
mod tests {
    use rand::RngCore;

    use super::*;

    #[test]
    fn every_part_of_the_address_counts() {
        let draw = |seed, purpose, path, index| stream(Seed(seed), purpose, path, index).next_u64();
        let draws = [
            draw(0, "ab", "c", 0),
            draw(1, "ab", "c", 0),
            draw(0, "a", "bc", 0),
            draw(0, "ab", "d", 0),
            draw(0, "ab", "c", 1),
        ];
        for (i, a) in draws.iter().enumerate() {
            assert!(draws[i + 1..].iter().all(|b| a != b));
        }
    }
}
