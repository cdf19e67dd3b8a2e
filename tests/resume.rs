//! A study that goes on: after its end, after a kill, with more seeds, beside another process.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::world::{TINY, World};

/// Everything but what the clock decides.
fn results(world: &World, folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = world.files(folder);
    files.retain(|path, _| !path.ends_with("timing.csv"));
    files
}

/// What a run costs: its folder is as old as its training.
fn ages(world: &World, folder: &str) -> BTreeMap<PathBuf, std::time::SystemTime> {
    let paths = world.files(folder).into_keys().filter(|path| path.ends_with("timing.csv"));
    let modified = |path: &PathBuf| {
        let metadata = std::fs::metadata(world.path(folder).join(path)).unwrap();
        metadata.modified().unwrap()
    };
    paths.map(|path| (path.clone(), modified(&path))).collect()
}

/// The tiny study with runs that take some tenths of a second each.
fn slow() -> String {
    TINY.replace("depth = 2", "depth = 24")
        .replace("width = 8", "width = 64")
        .replace("epochs = 2", "epochs = 8")
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(120), "waited too long until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_finished_study_prints_its_table_again_and_trains_nothing() {
    let world = World::with(TINY);
    let first = world.normlab("run study.toml").exits_with(0);
    let (before, trained) = (results(&world, "results"), ages(&world, "results"));
    let second = world.normlab("run study.toml").exits_with(0);
    assert!(before == results(&world, "results"));
    assert_eq!(trained, ages(&world, "results"));
    assert!(second.stdout.contains("of this study are finished and are not made again."));
    assert_eq!(second.stderr, "", "nothing trains, so nothing progresses");
    let table = world.read("results/tiny/summary.txt");
    assert!(first.stdout.contains(table.trim_end()) && second.stdout.contains(table.trim_end()));
}

#[test]
fn a_killed_study_goes_on_with_what_is_missing_and_ends_with_the_same_bytes() {
    let world = World::with(&slow());
    world.normlab("run study.toml --out whole").exits_with(0);
    let mut killed = 0;
    for finished in [1, 3, 6] {
        let mut child = world.begin("run study.toml --out parts --jobs 2");
        wait_until("runs have finished", || {
            world.entries("parts/tiny/runs") >= finished || child.try_wait().unwrap().is_some()
        });
        killed += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(killed > 0, "no kill hit a study at work");
    let trained = ages(&world, "parts");
    assert!(trained.len() >= 6);
    world.normlab("run study.toml --out parts --jobs 1").exits_with(0);
    let after = ages(&world, "parts");
    for (run, time) in &trained {
        assert_eq!(after.get(run), Some(time), "{} was made again", run.display());
    }
    assert!(results(&world, "whole") == results(&world, "parts"), "a kill changed a byte");
}

#[test]
fn one_more_seed_or_rate_or_arm_trains_only_what_is_new() {
    let world = World::with(TINY);
    world.normlab("run study.toml").exits_with(0);
    let mut trained = ages(&world, "results");
    for (good, more) in [
        ("[confirm]\nseeds = 2", "[confirm]\nseeds = 3"),
        ("learning_rate = [1e-2, 3e-2]", "learning_rate = [1e-2, 3e-2, 1e-1]"),
        ("placement = [\"pre\", \"none\"]", "placement = [\"pre\", \"none\", \"post\"]"),
    ] {
        let study = world.read("study.toml");
        assert_eq!(study.matches(good).count(), 1);
        world.write("study.toml", &study.replace(good, more));
        world.normlab("run study.toml").exits_with(0);
        let after = ages(&world, "results");
        assert!(after.len() > trained.len(), "{more} needs new runs");
        for (run, time) in &trained {
            assert_eq!(after.get(run), Some(time), "{} was made again", run.display());
        }
        trained = after;
    }
    // The same study in a fresh folder gives the same table.
    world.normlab("run study.toml --out fresh").exits_with(0);
    assert_eq!(world.read("fresh/tiny/runs.csv"), world.read("results/tiny/runs.csv"));
    assert_eq!(world.read("fresh/tiny/summary.txt"), world.read("results/tiny/summary.txt"));
}

#[test]
fn a_second_process_is_refused_with_the_owner_named() {
    let world = World::with(&slow());
    let mut first = world.begin("run study.toml --jobs 1");
    wait_until("a run has finished", || world.entries("results/tiny/runs") > 0);
    let before = world.entries("results/tiny/runs");
    for line in ["run study.toml", "run study.toml --overwrite"] {
        let second = world.normlab(line).exits_with(2);
        let owner = format!("results/tiny is in use by process {}, `", first.id());
        assert!(second.stderr.contains(&owner), "{}", second.stderr);
        assert!(second.stderr.contains("run study.toml --jobs 1`, for "), "{}", second.stderr);
    }
    assert!(world.entries("results/tiny/runs") >= before, "a refusal removed runs");
    assert!(first.try_wait().unwrap().is_none(), "the first went on");
    first.kill().unwrap();
    first.wait().unwrap();
    // A lock ends with its owner, however that ended.
    world.write("study.toml", TINY);
    world.normlab("run study.toml --overwrite").exits_with(0);
}

#[test]
fn overwriting_says_what_it_removes() {
    let world = World::with(TINY);
    world.normlab("run study.toml").exits_with(0);
    world.write("results/tiny/notes.md", "mine");
    let runs = world.entries("results/tiny/runs");
    let ran = world.normlab("run study.toml --overwrite").exits_with(0);
    let said = format!("removed from results/tiny: {runs} runs, ");
    assert!(ran.stderr.starts_with(&said), "{}", ran.stderr);
    assert!(ran.stderr.contains(" figures, study.toml, runs.csv, summary.txt"), "{}", ran.stderr);
    assert_eq!(world.read("results/tiny/notes.md"), "mine");
}

#[test]
fn runs_of_another_engine_are_not_used_and_do_not_vanish() {
    let world = World::with(TINY);
    world.normlab("run study.toml").exits_with(0);
    let table = world.read("results/tiny/runs.csv");
    let ids: Vec<&str> = table.lines().skip(1).map(|row| row.split(',').next().unwrap()).collect();
    let path = |id: &str| format!("results/tiny/runs/{id}/run.toml");
    let record = world.read(&path(ids[0]));
    let older = |id: &str| {
        let text = world.read(&path(id));
        text.replacen("engine = 2", "engine = 1", 1).replace("engine = 2", "engine = 1")
    };
    world.write(&path(ids[0]), &older(ids[0]));
    let ran = world.normlab("run study.toml").exits_with(0);
    assert!(ran.stdout.contains("1 run of another engine"), "{}", ran.stdout);
    assert!(ran.stderr.contains("1 run in "), "{}", ran.stderr);
    assert_eq!(world.read(&path(ids[0])), record, "it was made again");
    assert_eq!(world.read("results/tiny/runs.csv"), table);
    // A folder that has nothing else is another version's, and its table is not written over.
    for id in &ids {
        world.write(&path(id), &older(id));
    }
    let refused = world.normlab("run study.toml").exits_with(2);
    let found = format!("results/tiny holds {} runs of engine 1; this is engine 2", ids.len());
    assert!(refused.stderr.contains(&found), "{}", refused.stderr);
    assert_eq!(world.read("results/tiny/runs.csv"), table);
}

#[test]
fn a_run_that_lost_a_file_is_made_again() {
    let world = World::with(TINY);
    world.normlab("run study.toml").exits_with(0);
    let before = results(&world, "results");
    let table = world.read("results/tiny/runs.csv");
    let confirmed = table.lines().find(|row| row.contains(",confirm,")).unwrap();
    let id = confirmed.split(',').next().unwrap();
    std::fs::remove_file(world.path(&format!("results/tiny/runs/{id}/metrics.csv"))).unwrap();
    // A report prints what it can and says what is missing.
    let report = world.normlab("report results/tiny").exits_with(1);
    assert!(report.stdout.contains("Against pre:"), "{}", report.stdout);
    assert!(report.stderr.contains(&format!("{id}/metrics.csv")), "{}", report.stderr);
    let ran = world.normlab("run study.toml").exits_with(0);
    assert!(ran.stderr.contains("1 run in "), "{}", ran.stderr);
    assert!(before == results(&world, "results"));
}

#[test]
fn overwriting_touches_no_folder_but_that_of_a_study() {
    let world = World::with(TINY);
    for path in ["results/tiny/figures", "results/tiny/runs"] {
        std::fs::create_dir_all(world.path(path)).unwrap();
    }
    world.write("results/tiny/figures/photo.svg", "mine");
    world.write("results/tiny/runs/log.txt", "mine");
    for line in ["run study.toml", "run study.toml --overwrite", "run study.toml --dry-run"] {
        let refused = world.normlab(line).exits_with(2);
        assert!(refused.stderr.contains("and no results of a study"), "{}", refused.stderr);
    }
    assert_eq!(world.read("results/tiny/figures/photo.svg"), "mine");
    assert_eq!(world.read("results/tiny/runs/log.txt"), "mine");
}

#[test]
fn an_unfinished_study_is_reported_as_that() {
    let world = World::with(&slow());
    let mut child = world.begin("run study.toml --jobs 1");
    wait_until("three runs have finished", || world.entries("results/tiny/runs") >= 3);
    child.kill().unwrap();
    child.wait().unwrap();
    let report = world.normlab("report results/tiny").exits_with(0);
    assert!(!report.stdout.contains("better") && !report.stdout.contains("separated"));
    assert!(report.stdout.contains("unfinished"), "{}", report.stdout);
}

#[test]
fn what_was_confirmed_keeps_its_rows_while_rates_are_tuned_anew() {
    let world = World::with(&slow());
    world.normlab("run study.toml").exits_with(0);
    let confirmed = |table: String| table.lines().filter(|row| row.contains(",confirm,")).count();
    let before = confirmed(world.read("results/tiny/runs.csv"));
    let study = world.read("study.toml");
    let more = study.replace("learning_rate = [1e-2, 3e-2]", "learning_rate = [1e-2, 3e-2, 1e-1]");
    assert_ne!(more, study);
    world.write("study.toml", &more);
    let runs = world.entries("results/tiny/runs");
    let mut child = world.begin("run study.toml --jobs 1");
    wait_until("a run has finished", || world.entries("results/tiny/runs") > runs);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(confirmed(world.read("results/tiny/runs.csv")), before);
}

#[test]
fn a_report_is_made_again_from_the_csv_files_alone() {
    let world = World::with(TINY);
    world.normlab("run study.toml").exits_with(0);
    let before = results(&world, "results/tiny");
    for path in ["summary.txt", "figures/loss_curves.svg"] {
        std::fs::remove_file(world.path("results/tiny").join(path)).unwrap();
    }
    world.normlab("report results/tiny").exits_with(0);
    assert!(before == results(&world, "results/tiny"));
    // Nothing but CSV files: the folder gives the name, and there is no question.
    for path in before.keys().filter(|path| !path.to_string_lossy().ends_with(".csv")) {
        std::fs::remove_file(world.path("results/tiny").join(path)).unwrap();
    }
    let ran = world.normlab("report results/tiny").exits_with(0);
    assert!(ran.stdout.contains("Against pre:"), "{}", ran.stdout);
    let summary = PathBuf::from("summary.txt");
    assert_eq!(world.read("results/tiny/summary.txt").as_bytes(), before[&summary]);
    let missing = world.normlab("report nowhere").exits_with(2);
    assert!(missing.stderr.contains("nowhere/runs.csv is not there"), "{}", missing.stderr);
    world.write("results/tiny/runs.csv", "run_id,arm\na,b\n");
    let damaged = world.normlab("report results/tiny").exits_with(2);
    assert!(damaged.stderr.contains("runs.csv, line 1: no column"), "{}", damaged.stderr);
}
