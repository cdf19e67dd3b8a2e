//! `normlab new norm`: files in a copy of the sources.

use std::path::Path;

use crate::world::{TINY, World};

/// A folder with as much of the sources as the command edits.
fn sources() -> World {
    let world = World::with(TINY);
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/norms/src/catalogue.rs");
    std::fs::create_dir_all(world.path("crates/norms/src/catalogue/features")).unwrap();
    std::fs::create_dir_all(world.path("experiments")).unwrap();
    world.write("crates/norms/src/catalogue.rs", &std::fs::read_to_string(list).unwrap());
    world
}

#[test]
fn a_norm_gets_its_file_its_line_and_a_study() {
    let world = sources();
    let line = "new norm mean-absolute --equation gamma*x/(a*mean(abs(x))+eps) --over features --parameter a=scalar:0.5";
    let said = world.normlab(line).exits_with(0).stdout;
    // Tests compare these with the catalogue.
    for left_to_do in ["scripts/expected_norms.py", "tests/expected.txt", "docs/catalogue.md"] {
        assert!(said.contains(left_to_do), "{left_to_do}: {said}");
    }
    let list = world.read("crates/norms/src/catalogue.rs");
    assert!(list.contains("    pub(super) mod mean_absolute;\n"), "{list}");
    assert!(list.contains("    &features::mean_absolute::ENTRY,\n    &positions::"), "{list}");
    let file = world.read("crates/norms/src/catalogue/features/mean_absolute.rs");
    for part in ["name: \"mean-absolute\"", "Claim::Scale", "shape: ParameterShape::Scalar"] {
        assert!(file.contains(part), "{part}: {file}");
    }
    assert!(!file.contains("Claim::Shift"), "{file}");
    // The mean of |1, 2, 4, -1| is 2, so with a = 0.5 the first number is 1 / (1 + 1e-5).
    assert!(file.contains("0.99999000009"), "{file}");
    // The study can be planned once the norm is known; the arms are named.
    assert!(
        world
            .read("experiments/mean-absolute.toml")
            .contains("[\"layer\", \"rms\", \"mean-absolute\"]")
    );

    let again = world.normlab(line).exits_with(2);
    assert!(again.stderr.contains("is there already"), "{}", again.stderr);
}

#[test]
fn what_is_there_and_what_is_elsewhere_is_refused() {
    let world = sources();
    for (line, message) in [
        ("new norm own --equation x --over none", "has this norm already: identity"),
        ("new norm layer --equation x/2", "has this norm already: layer"),
        ("new norm batch-burn --equation x/2", "has this norm already: batch-burn"),
        ("new norm Own --equation x/2", "lower-case words"),
        ("new norm own", "--equation"),
        ("new norm own --equation maen(x) --over features", "did you mean `mean`"),
        ("new norm own --equation x/2 --root elsewhere", "--root DIR"),
    ] {
        let said = world.normlab(line).exits_with(2).stderr;
        assert!(said.contains(message), "{line}: {said}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_norm_is_begun_though_standard_output_is_full() {
    let world = sources();
    let line = "new norm half --equation x/(2*rms(x)) --over features";
    let said = world.normlab_to(crate::full_output::full(), line).exits_with(1).stderr;
    assert!(said.contains("cannot write to standard output"), "{said}");
    assert!(world.path("experiments/half.toml").exists());
}
