//! `normlab apply`: numbers in files, numbers out.

use crate::world::{TINY, World};

/// The numbers of a file.
fn numbers(world: &World, file: &str) -> Vec<f64> {
    let text = world.read(file);
    text.lines().flat_map(|line| line.split(',')).map(|v| v.parse().unwrap()).collect()
}

#[test]
fn value_and_gradients_are_those_that_pytorch_computes() {
    let world = World::with(TINY);
    world.write("x.csv", "1,2,4\n0,-1,3\n");
    world.write("v.csv", "1,0,-1\n0.5,2,0\n");
    world.write("p.toml", "gamma = [1.0, 2.0, 0.5]\nbeta = [0, 0.5, 0]\n");
    let line = "apply layer --input x.csv --cotangent v.csv --params p.toml --out out";
    world.normlab(line).exits_with(0);
    // torch.nn.functional.layer_norm(x, (3,), gamma, beta, 1e-5) in float64, y.backward(v).
    let y = [
        -1.06904153145,
        -0.03452076573,
        0.66815095716,
        -0.39223159141,
        -1.46115795707,
        0.68640528498,
    ];
    let dx = [
        0.17181343687,
        -0.25771457150,
        0.08590113463,
        -0.90514872972,
        0.67886511131,
        0.22628361842,
    ];
    let dgamma = [-1.26515732716, -1.96115795707, -1.33630191431];
    let expected: [(&str, &[f64]); 4] = [
        ("out/y.csv", &y),
        ("out/dx.csv", &dx),
        ("out/dgamma.csv", &dgamma),
        ("out/dbeta.csv", &[1.5, 2.0, -1.0]),
    ];
    for (file, values) in expected {
        assert_eq!(numbers(&world, file).len(), values.len(), "{file}");
        for (found, expected) in numbers(&world, file).iter().zip(values) {
            assert!((found - expected).abs() < 1e-10, "{file}: {found} is not {expected}");
        }
    }
    let first = world.read("out/y.csv");
    let digits = first.split(',').next().unwrap();
    assert_eq!(digits.trim_start_matches('-').find('e'), Some(18), "17 digits: {digits}");
}

/// A line for each average of the one feature, by its name in the equation.
fn averages_are(world: &World, file: &str, expected: [f64; 2]) {
    let state = world.read(file);
    assert_eq!(state.lines().count(), 2, "{state}");
    for (line, (name, expected)) in state.lines().zip(["m", "v"].into_iter().zip(expected)) {
        let number = line.strip_prefix(&format!("{name} = [")).unwrap_or_else(|| panic!("{line}"));
        let found: f64 = number.trim_end_matches(']').parse().unwrap();
        assert!((found - expected).abs() < 1e-14, "{line}");
    }
}

#[test]
fn running_averages_go_from_pass_to_pass() {
    let world = World::with(TINY);
    // Mean 5, biased variance 16, unbiased 32.
    world.write("x.csv", "1\n9\n");
    world.normlab("apply batch --input x.csv --out one").exits_with(0);
    averages_are(&world, "one/state.toml", [0.5, 4.1]);
    world.normlab("apply batch --input x.csv --state one/state.toml --out two").exits_with(0);
    // 0.9 * 0.5 + 0.1 * 5 and 0.9 * 4.1 + 0.1 * 32.
    averages_are(&world, "two/state.toml", [0.95, 6.89]);
    let line = "apply batch --input x.csv --state one/state.toml --mode eval --out three";
    world.normlab(line).exits_with(0);
    // (1 - 0.5) / sqrt(4.1 + 1e-5) and (9 - 0.5) / sqrt(4.1 + 1e-5).
    for (found, expected) in numbers(&world, "three/y.csv").iter().zip([0.246932, 4.197845]) {
        assert!((found - expected).abs() < 1e-5, "{found} is not {expected}");
    }
    assert!(!world.path("three/state.toml").exists(), "nothing moves in evaluation");
}

#[test]
fn what_does_not_fit_is_refused_with_its_place() {
    let world = World::with(TINY);
    world.write("x.csv", "1,2,3,4\n5,6,7,8\n");
    world.write("letters.csv", "1,2\n3,four\n");
    world.write("ragged.csv", "1,2\n3\n");
    world.write("empty.csv", "");
    world.write("one.csv", "1,2,3,4\n");
    world.write("broken.toml", "gamma = [1, 2\n");
    world.write("short.toml", "gamma = [1, 2]\n");
    world.write("other.toml", "gama = [1, 2, 3, 4]\n");
    world.write("large.csv", "1,2,3,4\n5,6,1e400,8\n");
    world.write("small.csv", "1,2,3,1e-400\n");
    world.write("large.toml", "gamma = [1, 2, 3, 1e400]\n");
    world.write("small.toml", "v = [1e-400, 2, 3, 1]\nm = [0, 0, 0, 0]\n");
    for (line, expected) in [
        ("layer --input letters.csv", "letters.csv:2:2: \"four\" is not a number"),
        (
            "layer --input ragged.csv",
            "ragged.csv:2: the row has 1 numbers, but the first row has 2",
        ),
        ("layer --input large.csv", "large.csv:2:3: 1e400 is too large for a number"),
        ("layer --input small.csv", "small.csv:1:4: 1e-400 is too small for a number"),
        ("layer --input x.csv --params large.toml", "large.toml:1:19: gamma is 1e400"),
        ("batch --input x.csv --state small.toml", "small.toml:1:6: v is 1e-400"),
        ("layer --input empty.csv", "empty.csv:1: the file has no rows"),
        ("layer --input nowhere.csv", "cannot read nowhere.csv"),
        (
            "layer --input x.csv --cotangent one.csv",
            "one.csv has 1 rows of 4 numbers, but x.csv has 2 of 4",
        ),
        ("layer --input x.csv --params broken.toml", "broken.toml:"),
        ("layer --input x.csv --params short.toml", "it must have 4 numbers, one for each feature"),
        ("layer --input x.csv --params other.toml", "did you mean \"gamma\"?"),
        (
            "layer --input x.csv --positions 3",
            "x.csv has 2 rows, which are not 0 samples of 3 positions",
        ),
        ("group --option groups=3 --input x.csv", "4 features cannot be divided into 3 groups"),
        ("batch --input one.csv", "`var` over samples+positions needs at least 2 values, got 1"),
        ("--equation y --input x.csv", "unknown name `y`"),
    ] {
        let ran = world.normlab(&format!("apply {line} --out out")).exits_with(2);
        assert!(ran.stderr.contains(expected), "{line}: wanted {expected:?} in\n{}", ran.stderr);
        assert!(!world.path("out").exists(), "{line} left something behind");
    }
}

/// Explicit infinities are numbers; a byte-order mark is none.
#[test]
fn infinities_and_byte_order_marks_are_read() {
    let world = World::with(TINY);
    world.write("x.csv", "\u{feff}inf,1\n");
    world.write("v.csv", "\u{feff}1,1\n");
    world.write("p.toml", "\u{feff}gamma = [2, nan]\n");
    let line = "apply --equation gamma*x --input x.csv --cotangent v.csv --params p.toml --out out";
    world.normlab(line).exits_with(0);
    let y = numbers(&world, "out/y.csv");
    assert!(y[0] == f64::INFINITY && y[1].is_nan(), "{y:?}");
}

/// tanh(2 * 0.5) and 3 * tanh(2 * 0.5).
#[test]
fn starts_are_those_of_the_options() {
    let world = World::with(TINY);
    world.write("x.csv", "0.5\n");
    world.normlab("apply dyt --option alpha=2 --input x.csv --out one").exits_with(0);
    assert!((numbers(&world, "one/y.csv")[0] - 1_f64.tanh()).abs() < 1e-15);
    let line = "apply dyt --option alpha=2 --option gamma=3 --input x.csv --out two";
    world.normlab(line).exits_with(0);
    assert!((numbers(&world, "two/y.csv")[0] - 3.0 * 1_f64.tanh()).abs() < 1e-15);
}
