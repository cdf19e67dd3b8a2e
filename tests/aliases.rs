//! Norms under their other names.

use crate::world::{TINY, World};

#[test]
fn an_alias_is_shown_with_its_constants_and_its_entry() {
    let world = World::with(TINY);
    let shown = world.normlab("show batch-burn").exits_with(0).stdout;
    for part in [
        "batch-burn: Batch normalization in flax's dialect",
        "eps = 0.00001, momentum = 0.1\n",
        "as\n    batch-flax, but: momentum = 0.1, the weight of the new value, in burn",
        // The worked example is the entry's, and says with which momentum.
        "momentum = 0.01\n    (1) -> (-1)",
    ] {
        assert!(shown.contains(part), "wanted {part:?} in\n{shown}");
    }
    assert!(!shown.contains("also known as"), "{shown}");
    let shown = world.normlab("show batch-burn --constant momentum=0.5").exits_with(0).stdout;
    assert!(shown.contains("eps = 0.00001, momentum = 0.5\n"), "{shown}");
    let shown = world.normlab("show batch-flax").exits_with(0).stdout;
    assert!(shown.contains("also known as\n    batch-burn: momentum = 0.1"), "{shown}");
    assert!(!shown.contains("momentum = 0.01\n    (1)"), "the usual goes without saying: {shown}");
}

#[test]
fn an_alias_is_certified_exported_and_measured_under_its_name() {
    let world = World::with(TINY);
    let ran = world.normlab("gradcheck batch-burn --case plain").exits_with(0);
    let row = ran.stdout.lines().find(|line| line.starts_with("batch-burn "));
    assert!(row.is_some_and(|row| row.contains("PASS")), "{}", ran.stdout);
    let module = world.normlab("export batch-burn --to torch").exits_with(0).stdout;
    assert!(module.contains("class BatchBurnNorm"), "{module}");
    assert!(module.contains("features, momentum=0.1,"), "{module}");
    let table = world.normlab("precision batch-candle").exits_with(0).stdout;
    assert!(table.contains("batch-candle"), "{table}");
    let said = world.normlab("show batch-bern").exits_with(2).stderr;
    assert!(said.contains("did you mean \"batch-burn\"?"), "{said}");
}

/// candle differs from PyTorch in a batch that is refused here, so that its arm has the numbers of `batch`;
/// burn's averages are ten times as fast as those of flax.
#[test]
fn aliases_are_arms_of_their_own() {
    let swept = "norm = [\"batch\", \"batch-candle\", \"batch-flax\", \"batch-burn\"]";
    let study = TINY.replace("baseline = { placement = \"pre\" }\n", "");
    let world = World::with(&study.replace("placement = [\"pre\", \"none\"]", swept));
    world.normlab("run study.toml").exits_with(0);
    let table = world.read("results/tiny/runs.csv");
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split(',').collect()).collect();
    let column = |name: &str| rows[0].iter().position(|cell| *cell == name).expect(name);
    let of = |arm: &str, name: &str| -> Vec<&str> {
        let of_arm = rows.iter().filter(|row| row[column("arm")] == arm);
        of_arm.map(|row| row[column(name)]).collect()
    };
    for arm in ["batch", "batch-candle", "batch-flax", "batch-burn"] {
        assert_eq!(of(arm, "norm"), [arm; 6], "{table}");
    }
    assert_eq!(of("batch", "val_loss"), of("batch-candle", "val_loss"));
    assert_ne!(of("batch", "run_id"), of("batch-candle", "run_id"));
    assert_ne!(of("batch-flax", "val_loss"), of("batch-burn", "val_loss"));
}
