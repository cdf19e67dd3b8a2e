use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::world::{TINY, World};

#[test]
fn one_command_leaves_a_table_an_answer_and_files() {
    let world = World::with(TINY);
    let ran = world.normlab("run study.toml --jobs 2").exits_with(0);
    let announced = "2 arms, each at 2 learning rates with 2 seeds for tuning and 2 seeds for \
                     confirmation: 12 runs on digits, 2 at a time, about ";
    assert!(ran.stdout.starts_with("tiny: Does it run?\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains(announced), "{}", ran.stdout);
    assert!(ran.stdout.contains("results in results/tiny: study.toml, runs.csv"), "{}", ran.stdout);
    assert!(ran.stdout.contains(world.read("results/tiny/summary.txt").trim_end()));
    assert!(ran.stderr.contains("12 of 12 runs"), "{}", ran.stderr);
    assert!(ran.stderr.lines().count() <= 12, "{}", ran.stderr);

    let files = world.files("results/tiny");
    let count = |name: &str| files.keys().filter(|path| path.ends_with(name)).count();
    for file in ["metrics.csv", "layers.csv", "timing.csv"] {
        assert_eq!(count(file), 12, "{file}");
    }
    for figure in [
        "loss_vs_learning_rate.svg",
        "loss_curves.svg",
        "activation_rms_by_layer.svg",
        "gradient_norm_by_layer.svg",
    ] {
        assert!(files.contains_key(&Path::new("figures").join(figure)), "{figure} is missing");
    }
}

#[test]
fn the_table_of_runs_is_in_the_order_of_the_plan() {
    let world = World::with(TINY);
    world.normlab("run study.toml --jobs 2").exits_with(0);
    let table = world.read("results/tiny/runs.csv");
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split(',').collect()).collect();
    let header = "run_id,arm,phase,placement,learning_rate,seed,status,reason,steps,train_loss,\
                  val_loss,val_accuracy,test_loss,test_accuracy,parameters,constant_loss";
    assert_eq!(rows[0].join(","), header);
    let tuned: Vec<String> = rows[1..9].iter().map(|row| row[2..6].join(" ")).collect();
    assert_eq!(
        tuned,
        [
            "tune pre 0.001 0",
            "tune pre 0.001 1",
            "tune pre 0.01 0",
            "tune pre 0.01 1",
            "tune none 0.001 0",
            "tune none 0.001 1",
            "tune none 0.01 0",
            "tune none 0.01 1"
        ]
    );
    // The seeds of the confirmation are fresh.
    let confirmed: Vec<String> =
        rows[9..].iter().map(|row| [row[2], row[3], row[5]].join(" ")).collect();
    assert_eq!(confirmed, ["confirm pre 2", "confirm pre 3", "confirm none 2", "confirm none 3"]);
    // Steps: 1,078 examples in batches of 128, twice; in whole batches that is 16, with a part 18.
    assert!(["16", "18"].contains(&rows[1][8]), "{:?}", rows[1]);
    for row in &rows[1..] {
        let run = format!("results/tiny/runs/{}", row[0]);
        let metrics = world.read(&format!("{run}/metrics.csv"));
        if row[6] == "finished" {
            assert_eq!(metrics.lines().count() - 1, row[8].parse::<usize>().unwrap());
        }
        // Both statistics of the input and both blocks, at the five times, if it lasted.
        let layers = world.read(&format!("{run}/layers.csv"));
        assert!(layers.starts_with("step,layer,statistic,value\n0,"), "{layers}");
    }
}

/// Everything but what the clock decides: timings, and nothing else.
fn without_clocks(mut files: BTreeMap<PathBuf, Vec<u8>>) -> BTreeMap<PathBuf, Vec<u8>> {
    files.retain(|path, _| !path.ends_with("timing.csv"));
    files
}

#[test]
fn the_number_of_workers_and_a_second_time_change_no_byte() {
    let world = World::with(TINY);
    world.normlab("run study.toml --jobs 1 --out one").exits_with(0);
    world.normlab("run study.toml --jobs 2 --out two").exits_with(0);
    let one = without_clocks(world.files("one"));
    assert!(one.len() > 2 * 12, "{:?}", one.keys());
    assert!(one == without_clocks(world.files("two")), "--jobs changed a file");

    world.write("one/tiny/runs.csv", "torn");
    world.normlab("run study.toml --jobs 2 --out one").exits_with(0);
    assert!(one == without_clocks(world.files("one")), "a second time changed a file");
}

#[test]
fn without_tuning_every_arm_runs_at_the_given_rate() {
    let study = "[study]\nname = \"plain\"\nseeds = 1\n[data]\nname = \"digits\"\n\
                 [network]\ndepth = 1\nwidth = 8\n[training]\nepochs = 1\n\
                 [sweep]\nlearning_rate = [1e-3, 2e-3]\n";
    let world = World::with(study);
    world.normlab("run study.toml").exits_with(0);
    let table = world.read("results/plain/runs.csv");
    assert!(table.starts_with("run_id,arm,phase,learning_rate,seed,status,"), "{table}");
    let rows: Vec<String> = table
        .lines()
        .skip(1)
        .map(|row| row.split(',').skip(1).take(4).collect::<Vec<_>>().join(","))
        .collect();
    assert_eq!(
        rows,
        ["learning rate 0.001,confirm,0.001,0", "learning rate 0.002,confirm,0.002,0"]
    );
}

#[test]
fn the_resolved_study_is_a_study_and_the_same_one() {
    let world = World::with(TINY);
    world.normlab("run study.toml").exits_with(0);
    let resolved = world.read("results/tiny/study.toml");
    assert!(resolved.contains("optimizer = { name = \"adamw\", beta1 = 0.9"), "{resolved}");
    world.write("again.toml", &resolved);
    let table = world.read("results/tiny/runs.csv");
    // Not refused, although it is another file: it means the same.
    world.normlab("run again.toml").exits_with(0);
    assert_eq!(world.read("results/tiny/runs.csv"), table);
}

#[test]
fn a_dry_run_says_what_would_run_and_writes_nothing() {
    let world = World::with(TINY);
    let ran = world.normlab("run study.toml --dry-run").exits_with(0);
    assert!(ran.stdout.contains("12 runs on digits"), "{}", ran.stdout);
    assert!(ran.stdout.ends_with("dry run: nothing was written\n"), "{}", ran.stdout);
    assert!(!world.path("results").exists());
}

#[test]
fn the_committed_experiments_are_readable() {
    let world = World::with(TINY);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../experiments");
    let mut experiments = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            std::fs::copy(&path, world.path("study.toml")).unwrap();
            world.normlab("run study.toml --dry-run").exits_with(0);
            experiments += 1;
        }
    }
    assert!(experiments >= 1);
}
