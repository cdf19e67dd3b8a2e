use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::world::{TINY, World};

#[test]
fn one_command_leaves_a_table_an_answer_and_files() {
    let world = World::with(TINY);
    let ran = world.normlab("run study.toml --jobs 2").exits_with(0);
    let announced = "\
tiny: Does it run?
2 arms on digits: 2 learning rates with 2 seeds (8 runs); then 2 more seeds at
every rate within noise of an arm's best (about 8 runs).
4 seeds are too few for a verdict; 5 are needed.
About ";
    assert!(ran.stdout.starts_with(announced), "{}", ran.stdout);
    assert!(ran.stdout.contains(" with 2 networks at a time.\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("results in results/tiny: study.toml, runs.csv"), "{}", ran.stdout);
    assert!(ran.stdout.contains(world.read("results/tiny/summary.txt").trim_end()));
    let runs = world.read("results/tiny/runs.csv").lines().count() - 1;
    assert!((8 + 4..=8 + 8).contains(&runs), "{runs}");
    assert!(ran.stderr.contains(&format!("{runs} runs in ")), "{}", ran.stderr);
    assert!(ran.stderr.lines().count() <= 12, "{}", ran.stderr);
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ran.stdout);

    let files = world.files("results/tiny");
    let count = |name: &str| files.keys().filter(|path| path.ends_with(name)).count();
    for file in ["run.toml", "metrics.csv", "layers.csv", "timing.csv"] {
        assert_eq!(count(file), runs, "{file}");
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
    let header = "run_id,engine,arm,baseline,phase,placement,learning_rate,seed,status,reason,\
                  overconfident,steps,train_loss,fit_loss,fit_accuracy,val_loss,val_accuracy,\
                  test_loss,test_accuracy,parameters,constant_loss,test_examples";
    assert_eq!(rows[0].join(","), header);
    let cell = |row: &[&str], name: &str| {
        let column = rows[0].iter().position(|column| *column == name).unwrap();
        row[column].to_string()
    };
    let said = |row: &Vec<&str>, names: &[&str]| {
        names.iter().map(|name| cell(row, name)).collect::<Vec<_>>().join(" ")
    };
    let tuned = rows[1..9].iter().map(|row| said(row, &["phase", "arm", "learning_rate", "seed"]));
    assert_eq!(
        tuned.collect::<Vec<_>>(),
        [
            "tune pre 0.01 0",
            "tune pre 0.01 1",
            "tune pre 0.03 0",
            "tune pre 0.03 1",
            "tune none 0.01 0",
            "tune none 0.01 1",
            "tune none 0.03 0",
            "tune none 0.03 1"
        ]
    );
    // The seeds of the confirmation are fresh, and every plausible rate has all of them.
    let confirmed: Vec<String> =
        rows[9..].iter().map(|row| said(row, &["phase", "arm", "seed"])).collect();
    for (pair, seeds) in confirmed.chunks(2).zip(std::iter::repeat([2, 3])) {
        let arm = pair[0].split(' ').nth(1).unwrap();
        assert_eq!(pair, seeds.map(|seed| format!("confirm {arm} {seed}")));
    }
    assert!(confirmed.iter().any(|row| row.contains(" none ")), "{confirmed:?}");
    for row in &rows[1..] {
        assert_eq!(said(row, &["engine", "baseline", "test_examples"]), "2 pre 360");
        // 1,078 examples in batches of 128, the last one smaller, twice.
        assert_eq!(cell(row, "steps"), "18");
        let run = format!("results/tiny/runs/{}", row[0]);
        let metrics = world.read(&format!("{run}/metrics.csv"));
        assert_eq!(metrics.lines().count() - 1, 18);
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
    assert!(one.len() > 3 * 12, "{:?}", one.keys());
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
    let header = "run_id,engine,arm,baseline,phase,learning_rate,seed,status,";
    assert!(table.starts_with(header), "{table}");
    let rows: Vec<String> = table
        .lines()
        .skip(1)
        .map(|row| row.split(',').skip(2).take(5).collect::<Vec<_>>().join(","))
        .collect();
    assert_eq!(
        rows,
        ["learning rate 0.001,,confirm,0.001,0", "learning rate 0.002,,confirm,0.002,0"]
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
    assert!(ran.stdout.contains("2 learning rates with 2 seeds (8 runs)"), "{}", ran.stdout);
    // Every key: those that all arms share above the table, swept ones as columns.
    for shared in ["norm: layer", "depth: 2", "schedule: cosine", "steps: 18"] {
        assert!(ran.stdout.contains(&format!("{shared}\n")), "{shared}\n{}", ran.stdout);
    }
    assert!(ran.stdout.contains("arm   placement  compared with\n--------"), "{}", ran.stdout);
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

/// The best of these rates is the highest, for both arms, so the grid grows until it is not or the limit is
/// reached; a study whose grid had the rate from the start has the same rows.
#[test]
fn a_grid_grows_where_the_best_rate_is_at_its_edge() {
    let low = TINY
        .replace("learning_rate = [1e-2, 3e-2]", "learning_rate = [1e-3, 3e-3, 1e-2]\nextend = 1");
    let world = World::with(&low);
    let ran = world.normlab("run study.toml").exits_with(0);
    let rates = |table: &str| {
        let tuning = table.lines().filter(|row| row.contains(",tune,"));
        let rates: std::collections::BTreeSet<String> =
            tuning.map(|row| row.split(',').nth(6).unwrap().to_string()).collect();
        rates.into_iter().collect::<Vec<_>>().join(" ")
    };
    let table = world.read("results/tiny/runs.csv");
    assert_eq!(rates(&table), "0.001 0.003 0.01 0.03");
    assert!(ran.stdout.contains("the grid is 1e-3, 3e-3, 1e-2, 3e-2."), "{}", ran.stdout);
    let wide = "learning_rate = [1e-3, 3e-3, 1e-2, 3e-2]";
    world.write("study.toml", &TINY.replace("learning_rate = [1e-2, 3e-2]", wide));
    world.normlab("run study.toml --out wide").exits_with(0);
    assert_eq!(world.read("wide/tiny/runs.csv"), table);
}

/// Two norms and a placement without any make three networks.
#[test]
fn a_network_that_two_combinations_make_is_trained_and_shown_once() {
    let study = TINY.replace("[sweep]", "[sweep]\nnorm = [\"layer\", \"rms\"]");
    let world = World::with(&study);
    let ran = world.normlab("run study.toml").exits_with(0);
    let table = world.read("results/tiny/runs.csv");
    let arms: Vec<&str> = table.lines().skip(1).map(|row| row.split(',').nth(2).unwrap()).collect();
    let tuned = |arm: &str| arms.iter().filter(|other| **other == arm).count();
    assert!(tuned("none") >= 6 && tuned("layer pre") >= 6 && tuned("rms pre") >= 6, "{table}");
    assert_eq!(tuned("layer none") + tuned("rms none"), 0, "{table}");
    // It stands beside the first of the two arms that differ from it in the placement alone.
    assert!(ran.stdout.contains("Against pre at norm layer:\n  none: "), "{}", ran.stdout);
}
