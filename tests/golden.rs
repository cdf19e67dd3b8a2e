//! The losses of some tiny networks as this engine computes them.
//!
//! Equal settings, data and seeds must give equal numbers as long as `ENGINE` is the same, since
//! finished runs are used again. Where a change moves numbers on purpose, raise `ENGINE` in
//! `crates/runner/src/engine.rs` and write this file's numbers again:
//! `NORMLAB_GOLDEN=write cargo test -p integration golden`.

use std::path::Path;

use crate::world::World;

/// Norms and placements; then optimizers, initializations, schedules, clipping and scaling.
const STUDIES: [&str; 2] = [
    r#"
[training]
epochs = 3
learning_rate = 0.01
[sweep]
norm = ["layer", "rms", "batch", { name = "group", groups = 4 }, "dyt"]
placement = ["pre", "post", "none", "none-scaled"]
"#,
    r#"
scale = "feature"
clip = 4
[training]
epochs = 3
learning_rate = 0.003
[sweep]
optimizer = ["adamw", { name = "sgd", momentum = 0.9 }]
init = ["kaiming-normal", "xavier-normal"]
schedule = ["cosine", { name = "linear", warmup = 0.3 }, "constant"]
clip_norm = ["none", 0.5]
"#,
];

const HEAD: &str = "[study]\nname = \"golden\"\nseeds = 2\n[network]\ndepth = 2\nwidth = 16\n[data]\n\
                    name = \"digits\"";

/// Products of matrices are added up in another order on other processors; a few dozen steps carry
/// such roundings no further than this, relative to the loss.
const TOLERANCE: f64 = 1e-4;

/// Arm, seed and losses of every run, below the engine.
fn measured() -> String {
    let mut text = String::new();
    for (number, study) in STUDIES.iter().enumerate() {
        let world = World::with(&format!("{HEAD}{study}"));
        world.normlab("run study.toml").exits_with(0);
        let table = world.read("results/golden/runs.csv");
        let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split(',').collect()).collect();
        let column = |name: &str| rows[0].iter().position(|column| *column == name).unwrap();
        for row in &rows[1..] {
            if text.is_empty() {
                text = format!("engine,{}\n", row[column("engine")]);
            }
            let cells = ["arm", "seed", "train_loss", "fit_loss", "val_loss", "test_loss"];
            let cells = cells.map(|name| row[column(name)]).join(",");
            text += &format!("{number},{cells}\n");
        }
    }
    text
}

/// What differs between two such texts, line by line.
fn differences(measured: &str, golden: &str) -> Vec<String> {
    let (measured, golden): (Vec<_>, Vec<_>) =
        (measured.lines().collect(), golden.lines().collect());
    if measured.len() != golden.len() {
        return vec![format!("{} rows, not {}", measured.len(), golden.len())];
    }
    let equal = |(measured, golden): &(&&str, &&str)| {
        let cells = measured.split(',').zip(golden.split(','));
        cells.into_iter().all(|(a, b)| match (a.parse::<f64>(), b.parse::<f64>()) {
            (Ok(a), Ok(b)) if a.is_finite() => (a - b).abs() <= TOLERANCE * b.abs(),
            _ => a == b,
        })
    };
    let pairs = measured.iter().zip(&golden).filter(|pair| !equal(pair));
    pairs.map(|(measured, golden)| format!("{measured}\n  was {golden}")).collect()
}

#[test]
fn no_number_moves_without_a_new_engine() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden.csv");
    let measured = measured();
    if std::env::var_os("NORMLAB_GOLDEN").is_some() {
        std::fs::write(&path, &measured).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap();
    let found = differences(&measured, &golden);
    assert!(
        found.is_empty(),
        "numbers changed; if on purpose, raise ENGINE and write tests/golden.csv again (see tests/golden.rs)\n{}",
        found.join("\n")
    );
}

#[test]
fn a_changed_number_and_a_changed_engine_are_found() {
    let golden = "engine,2\n0,pre,0,0.5,0.25,0.125,1\n";
    assert!(differences(&golden.replace("0.25", "0.250001"), golden).is_empty());
    assert_eq!(differences(&golden.replace("0.25", "0.2501"), golden).len(), 1);
    assert_eq!(differences(&golden.replace("0.125", "nan"), golden).len(), 1);
    assert_eq!(differences(&golden.replace("engine,2", "engine,3"), golden).len(), 1);
    assert_eq!(differences("engine,2\n", golden).len(), 1);
}
