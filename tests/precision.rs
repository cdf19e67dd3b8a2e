//! `normlab precision`: what casts cost.

use crate::world::{TINY, World};

/// The errors of a quantity at an offset, by casts, in the order of the file.
fn errors(world: &World, quantity: &str, offset: &str) -> Vec<(String, f64)> {
    let text = world.read("out/precision.csv");
    let rows = text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    let wanted = rows.filter(|row| row[4] == offset && row[5] == "1" && row[6] == quantity);
    wanted.map(|row| (row[2].to_string(), row[7].parse().unwrap())).collect()
}

#[test]
fn casts_order_as_they_round() {
    let world = World::with(TINY);
    world.normlab("precision layer --samples 4 --features 32 --out out").exits_with(0);
    let found = errors(&world, "y", "10");
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["none", "llama", "gemma"]);
    // Only the result is rounded under gemma's casts: half a unit of bf16, 2^-9 of a power of two.
    let gemma = found[2].1;
    assert!(0.0 < gemma && gemma <= 2f64.powi(-8), "{gemma}");
    assert!(gemma < found[0].1, "{found:?}");
    assert!(world.read("out/layer_offset.svg").contains("error by offset"));
}

#[test]
fn a_one_pass_variance_is_seen_to_fail() {
    let world = World::with(TINY);
    let line = "precision layer --storage f32 --policy none --variance two-pass,one-pass --out out";
    world.normlab(line).exits_with(0);
    let found = errors(&world, "y", "10000");
    assert!(found[0].1 < 0.01 && found[1].1 > 0.1, "{found:?}");
}

#[test]
fn what_is_wrong_is_explained() {
    let world = World::with(TINY);
    world.write("digits.csv", "a file, and no folder");
    for (line, message) in [
        ("precision layer --policy lama", "did you mean \"llama\""),
        ("precision layer --storage bf61", "did you mean \"bf16\""),
        ("precision layer --cast statistic=f32", "did you mean \"statistics\""),
        ("precision layer --features 1", "features = 1"),
        ("precision group --option groups=3", "3 groups"),
        ("precision layer --out digits.csv", "cannot write to digits.csv"),
    ] {
        let said = world.normlab(line).exits_with(2).stderr;
        assert!(said.contains(message), "{line}: {said}");
    }
}
