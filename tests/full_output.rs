//! Commands whose standard output takes no text: a full disk is a failure, a reader that
//! went away is not.

use std::fs::{File, OpenOptions};

use crate::world::{TINY, World};

/// A file that takes nothing, as one on a full disk.
pub fn full() -> File {
    OpenOptions::new().write(true).open("/dev/full").unwrap()
}

#[test]
fn every_verb_fails_where_its_answer_cannot_be_written() {
    let world = World::with(TINY);
    world.write("x.csv", "1,2\n");
    let check = "gradcheck identity --case plain --dtype f64";
    for line in [
        "--help",
        "--version",
        "run --help",
        "list",
        "list norms",
        "show layer",
        "export layer --to torch",
        "shim python",
        check,
        &format!("{check} --json"),
        "precision identity --features 8",
        "apply layer --input x.csv --out out",
        "card identity --out card.html",
        // The card is on the disk in spite of that.
        "verify card.html",
        "card identity --json cost",
        "run study.toml --dry-run",
    ] {
        let ran = world.normlab_to(full(), line).exits_with(1);
        let expected = "cannot write to standard output: No space left on device";
        assert!(ran.stderr.contains(expected), "{line}: {}", ran.stderr);
    }
    assert_eq!(world.read("out/y.csv").lines().count(), 1);
}

#[test]
fn files_are_written_before_standard_output_fails() {
    let world = World::with(TINY);
    world.normlab_to(full(), "precision identity --features 8 --out out").exits_with(1);
    let plot = "gradcheck identity --case plain --dtype f64 --plot v.svg";
    world.normlab_to(full(), plot).exits_with(1);
    for file in ["out/precision.csv", "out/identity_scale.svg", "v.svg"] {
        assert!(world.path(file).exists(), "{file}");
    }
}

#[test]
fn a_study_keeps_its_results_though_nobody_can_be_told() {
    let world = World::with(TINY);
    let ran = world.normlab_to(full(), "run study.toml --out full").exits_with(1);
    assert!(ran.stderr.contains("cannot write to standard output"), "{}", ran.stderr);
    world.normlab("run study.toml").exits_with(0);
    for file in ["runs.csv", "summary.txt"] {
        assert_eq!(
            world.read(&format!("full/tiny/{file}")),
            world.read(&format!("results/tiny/{file}"))
        );
    }
}

#[test]
fn a_reader_that_went_away_is_no_failure() {
    let world = World::with(TINY);
    for line in ["list", "--help", "export layer --to jax"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = world.normlab_to(writer, line).exits_with(0);
        assert_eq!(ran.stderr, "", "{line}");
    }
}
