//! What needs no NumPy: interpreters that are none, or that say something else.
#![cfg(unix)]

use crate::environment::start;
use foreign::{ForeignError, PythonLayer, PythonOptions};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A shell script in the place of Python, and a layer that it will not read.
fn with_stub(script: &str, timeout: Duration) -> ForeignError {
    let folder = tempfile::tempdir().expect("a folder");
    let python = folder.path().join("python");
    fs::write(&python, format!("#!/bin/sh\n{script}\n")).expect("written");
    fs::set_permissions(&python, fs::Permissions::from_mode(0o755)).expect("executable");
    let options = PythonOptions { python, timeout };
    PythonLayer::start(&layer_file(folder.path()), &options).expect_err("the stub is no Python")
}

fn layer_file(folder: &Path) -> String {
    let file = folder.join("my_norm.py");
    fs::write(&file, "class MyNorm: pass").expect("written");
    format!("{}:MyNorm", file.display())
}

const LONG: Duration = Duration::from_secs(20);

#[test]
fn no_interpreter() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = PathBuf::from(layer_file(folder.path()).trim_end_matches(":MyNorm"));
    let error = start(Path::new("no-such-python"), &file, "MyNorm").expect_err("no interpreter");
    let message = error.to_string();
    assert!(matches!(error, ForeignError::NoInterpreter { .. }), "{message}");
    assert!(message.contains("no-such-python"), "{message}");
}

#[test]
fn an_interpreter_that_ends_at_once_is_quoted() {
    let error = with_stub("echo 'python: too old' >&2; exit 3", LONG);
    let message = error.to_string();
    assert!(matches!(error, ForeignError::Ended { .. }), "{message}");
    assert!(message.contains("exit status: 3") && message.contains("python: too old"), "{message}");
}

#[test]
fn an_interpreter_that_talks_makes_no_sense() {
    let error = with_stub("echo 'Python 2.7 welcomes you, and then waits'; sleep 20", LONG);
    assert!(matches!(error, ForeignError::Answer { .. }), "{error}");
}

#[test]
fn an_interpreter_that_hangs_is_killed() {
    let begun = Instant::now();
    let error = with_stub("echo 'thinking' >&2; exec sleep 60", Duration::from_millis(300));
    assert!(begun.elapsed() < Duration::from_secs(10));
    let message = error.to_string();
    assert!(matches!(error, ForeignError::Timeout { .. }), "{message}");
    assert!(message.contains("within 0.3 s") && message.contains("thinking"), "{message}");
}

#[test]
fn a_python_without_numpy_is_told() {
    // Without its site packages an interpreter has only what comes with it.
    let error = with_stub(r#"exec "${NORMLAB_PYTHON:-python3}" -S -E "$@""#, LONG);
    let message = error.to_string();
    if matches!(error, ForeignError::Ended { .. }) {
        println!("SKIPPED: there is no Python at all: {message}");
        return;
    }
    assert!(message.contains("cannot import numpy: No module named 'numpy'"), "{message}");
}

#[test]
fn an_answer_of_another_kind_makes_no_sense() {
    // The frame of the header {"a":1}: its length is 7, and there is no payload.
    let error = with_stub(r#"printf '\007\0\0\0\0\0\0\0\0\0\0\0{"a":1}'; sleep 20"#, LONG);
    assert!(matches!(error, ForeignError::Answer { .. }), "{error}");
}
