//! The folder of results, as studies that follow one another use it.

use std::fs;
use std::path::Path;

use nets::Seed;
use training::{Evaluation, Outcome, Status};

use super::*;
use crate::engine::ENGINE;
use crate::plan::{Phase, Run};
use crate::recorder::RunFiles;

const A: &str = "00000000000a";
const B: &str = "00000000000b";

fn run(id: &str) -> Run {
    Run {
        id: id.to_string(),
        identity: format!("identity of {id}"),
        arm: 0,
        phase: Phase::Tune,
        learning_rate: 1e-3,
        seed: 0,
        root: Seed(0),
    }
}

fn outcome() -> Outcome {
    let evaluation = Evaluation { loss: 0.5, accuracy: 0.75 };
    Outcome {
        status: Status::Finished,
        steps: 9,
        train_loss: 0.5,
        fit: evaluation,
        validation: evaluation,
        test: evaluation,
        overconfident: false,
        parameters: 10,
        constant_loss: 2.3,
    }
}

fn files() -> RunFiles {
    RunFiles { metrics: b"step\n".into(), layers: b"layer\n".into(), timing: b"epoch\n".into() }
}

/// The folder of a study that finished one run.
fn with_a_run(check: impl FnOnce(&Path)) {
    let temporary = tempfile::tempdir().unwrap();
    let root = temporary.path().join("study");
    let folder = Folder::open(root.clone(), "one").unwrap();
    folder.keep(&run(A), &outcome(), &files()).unwrap();
    drop(folder);
    check(&root);
}

fn refusal(root: &Path, runs: &[Run]) -> String {
    let survey = survey(root);
    survey.and_then(|survey| survey.admits(root, runs)).unwrap_err().to_string()
}

#[test]
fn a_finished_run_is_there_when_the_folder_is_opened_again() {
    with_a_run(|root| {
        let folder = Folder::open(root.to_path_buf(), "two").unwrap();
        assert_eq!(folder.finished(&run(A)).unwrap().steps, 9);
        assert!(folder.finished(&run(B)).is_none());
        assert_eq!(fs::read_to_string(study_toml(root)).unwrap(), "two");
        assert_eq!(survey(root).unwrap().runs, [A]);
    });
}

#[test]
fn what_was_left_unfinished_is_swept_and_a_damaged_run_is_replaced() {
    with_a_run(|root| {
        fs::create_dir_all(root.join("runs/.part-x")).unwrap();
        fs::write(root.join(".part-y"), "torn").unwrap();
        fs::write(root.join("runs").join(A).join("run.toml"), "id = \"a\"\nengi").unwrap();
        let folder = Folder::open(root.to_path_buf(), "one").unwrap();
        assert!(!root.join("runs/.part-x").exists() && !root.join(".part-y").exists());
        assert!(folder.finished(&run(A)).is_none());
        folder.keep(&run(A), &outcome(), &files()).unwrap();
        assert!(folder.finished(&run(A)).is_some());
    });
}

#[test]
fn a_study_that_shares_no_run_is_refused_and_one_that_shares_some_is_not() {
    with_a_run(|root| {
        survey(root).unwrap().admits(root, &[run(A), run(B)]).unwrap();
        let message = refusal(root, &[run(B)]);
        assert!(
            message.contains("holds the results of another study: 1 run finished"),
            "{message}"
        );
    });
}

#[test]
fn runs_of_another_engine_only_are_refused_and_beside_own_ones_they_are_counted() {
    with_a_run(|root| {
        let path = root.join("runs").join(A).join("run.toml");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replacen(&format!("engine = {ENGINE}"), "engine = 1", 1)).unwrap();
        let message = refusal(root, &[run(A)]);
        assert!(message.contains("holds 1 run of engine 1; this is engine "), "{message}");
        let folder = Folder::open(root.to_path_buf(), "one").unwrap();
        folder.keep(&run(B), &outcome(), &files()).unwrap();
        let both = survey(root).unwrap();
        assert_eq!((&both.runs[..], &both.other_engines[..]), (&[B.to_string()][..], &[1][..]));
        both.admits(root, &[run(B)]).unwrap();
    });
}

#[test]
fn a_folder_with_damaged_runs_only_is_refused() {
    with_a_run(|root| {
        fs::remove_file(root.join("runs").join(A).join("metrics.csv")).unwrap();
        assert_eq!(survey(root).unwrap().damaged, 1);
        let message = refusal(root, &[run(A)]);
        assert!(message.contains("holds 1 run without a complete run.toml"), "{message}");
    });
}

#[test]
fn a_study_that_was_killed_before_its_first_run_may_go_on() {
    let temporary = tempfile::tempdir().unwrap();
    let root = temporary.path();
    for folder in ["runs/.part-x", "figures"] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    for file in [".lock", ".DS_Store"] {
        fs::write(root.join(file), "").unwrap();
    }
    survey(root).unwrap().admits(root, &[run(A)]).unwrap();
}

#[test]
fn without_its_study_toml_a_folder_is_known_by_its_runs() {
    with_a_run(|root| {
        fs::remove_file(study_toml(root)).unwrap();
        fs::write(root.join("notes.md"), "mine").unwrap();
        survey(root).unwrap().admits(root, &[run(A)]).unwrap();
    });
}

#[test]
fn a_folder_of_other_things_is_refused() {
    for path in ["thesis.tex", "figures/photo.svg", "runs/2024/log.txt"] {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path();
        fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        fs::write(root.join(path), "").unwrap();
        let message = survey(root).unwrap_err().to_string();
        assert!(message.contains("and no results of a study"), "{message}");
    }
}

#[test]
fn removing_says_what_it_removes_and_leaves_the_rest() {
    with_a_run(|root| {
        let folder = Folder::open(root.to_path_buf(), "one").unwrap();
        folder.write_runs(b"run_id\n").unwrap();
        write_figure(root, "scores.svg", "<svg/>").unwrap();
        for mine in ["notes.md", "runs/mine.txt", "figures/mine.svg"] {
            fs::write(root.join(mine), "mine").unwrap();
        }
        assert!(matches!(remove(root), Err(OutputError::InUse { .. })));
        drop(folder);
        let said = remove(root).unwrap().unwrap();
        assert!(said.ends_with(": 1 run, 1 figure, study.toml, runs.csv"), "{said}");
        let mut left = Vec::new();
        for folder in [".", "runs", "figures"] {
            let entries = fs::read_dir(root.join(folder)).unwrap();
            left.extend(entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()));
        }
        left.sort();
        assert_eq!(left, [".lock", "figures", "mine.svg", "mine.txt", "notes.md", "runs"]);
        assert_eq!(remove(&root.join("nowhere")).unwrap(), None);
    });
}

#[test]
fn figures_of_an_earlier_version_go_and_those_of_others_stay() {
    with_a_run(|root| {
        for name in ["scores.svg", "test_loss_by_depth.svg", "mine.svg"] {
            write_figure(root, name, "<svg/>").unwrap();
        }
        keep_figures(root, &["scores.svg"]).unwrap();
        let is_there = |name: &str| root.join("figures").join(name).exists();
        assert!(is_there("scores.svg") && is_there("mine.svg"));
        assert!(!is_there("test_loss_by_depth.svg"));
    });
}

#[test]
fn a_path_that_is_no_folder_is_reported() {
    let temporary = tempfile::tempdir().unwrap();
    let file = temporary.path().join("file");
    fs::write(&file, "").unwrap();
    let message = survey(&file).unwrap_err().to_string();
    assert!(message.contains("is a file"), "{message}");
    let message = Folder::open(file.join("study"), "one").err().unwrap().to_string();
    assert!(message.starts_with("cannot write to"), "{message}");
}
