//! Gives the language millions of random inputs:
//!
//! ```text
//! cargo run --release -p equations --example fuzz -- 5000000 1
//! ```
//!
//! The arguments are the number of inputs and a seed. It panics at the first input that is printed
//! wrong, takes long or makes the language panic, after showing it.

#[path = "../tests/language/fuzzing.rs"]
mod fuzzing;
#[allow(dead_code)] // The tests use more of it.
#[path = "../tests/language/tree.rs"]
mod tree;

/// Inputs between two lines of progress.
const ROUND: u64 = 100_000;

fn main() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u64>());
    let (Some(Ok(inputs)), Some(Ok(seed)), None) =
        (arguments.next(), arguments.next(), arguments.next())
    else {
        eprintln!("usage: fuzz INPUTS SEED");
        std::process::exit(2);
    };
    let mut parsed = 0;
    for round in 0..inputs.div_ceil(ROUND) {
        let before = round * ROUND;
        // Every round can be repeated by itself: a seed of its own.
        let tally = fuzzing::run(ROUND.min(inputs - before), seed.wrapping_mul(1 << 32) + round);
        parsed += tally.parsed;
        println!("{} inputs, {parsed} of them valid", before + tally.inputs);
    }
}
