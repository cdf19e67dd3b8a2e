//! `normlab gradcheck` and `normlab shim`.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::world::{Ran, TINY, World};

/// The first two words of each row of the table.
fn verdicts(ran: &Ran) -> Vec<Vec<&str>> {
    let table = ran.stdout.lines().skip_while(|line| !line.starts_with("---"));
    let rows = table.skip(1).take_while(|line| !line.is_empty());
    rows.map(|line| line.split_whitespace().take(2).collect()).collect()
}

#[test]
fn norms_pass_and_the_control_fails() {
    let world = World::with(TINY);
    let ran = world.normlab("gradcheck rms group").exits_with(0);
    let expected = ["rms", "group"].map(|name| vec![name, "PASS"]);
    assert_eq!(verdicts(&ran), expected);
    assert!(
        ran.stdout.contains("control: detached-layer, whose gradient is wrong on purpose: FAIL")
    );
    assert!(ran.stderr.is_empty(), "progress is for terminals: {}", ran.stderr);
}

/// The whole battery over the whole catalogue takes minutes, and is a step of its own before a change lands.
#[test]
fn without_names_the_whole_catalogue_is_checked() {
    let world = World::with(TINY);
    let ran = world.normlab("gradcheck --case plain").exits_with(0);
    let found = verdicts(&ran);
    assert!(found.len() > 40, "{found:?}");
    assert!(found.iter().all(|line| line[1] == "PASS"), "{found:?}");
}

#[test]
fn json_lines_have_a_schema_and_one_kernel_each() {
    let world = World::with(TINY);
    let ran = world.normlab("gradcheck layer rms --dtype f64 --case plain --seed 3 --json");
    let ran = ran.exits_with(0);
    let lines: Vec<Value> =
        ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kernels: Vec<[&str; 2]> = lines
        .iter()
        .map(|line| ["layer", "kernel"].map(|key| line[key].as_str().unwrap()))
        .collect();
    let expected = [
        ["layer", "fused"],
        ["layer", "compiled"],
        ["layer", "dfdx"],
        ["rms", "compiled"],
        ["rms", "dfdx"],
        ["detached-layer", "compiled"],
        ["detached-layer", "dfdx"],
    ];
    assert_eq!(kernels, expected);
    for line in &lines {
        assert_eq!((&line["schema"], &line["seed"]), (&Value::from(1), &Value::from(3)));
        assert_eq!(line["dtype"], "f64");
        let is_control = line["is_control"].as_bool().unwrap();
        assert_eq!(line["outcome"], if is_control { "failed" } else { "passed" });
        let case = &line["cases"][0];
        assert_eq!((&case["name"], case["shape"][1].as_u64()), (&Value::from("plain"), Some(8)));
        let worst = &case["worst"];
        assert_eq!(
            worst["steps"].as_array().unwrap().len(),
            worst["distances"].as_array().unwrap().len()
        );
    }
    let control = &lines[lines.len() - 1]["cases"][0]["failure"];
    assert!(control["cause"].as_str().is_some_and(|cause| cause.contains("mean")), "{control}");
}

#[test]
fn a_picture_of_the_v_curves_is_drawn() {
    let world = World::with(TINY);
    world.normlab("gradcheck layer --case plain --plot v.svg").exits_with(0);
    let svg = world.read("v.svg");
    for text in
        ["<svg", "layer in f64, case plain", "detached-layer in f32", "bar of the pass rule"]
    {
        assert!(svg.contains(text), "wanted {text:?}");
    }
    let ran = world.normlab("gradcheck layer --case plain --plot nowhere/v.svg").exits_with(2);
    assert!(ran.stderr.starts_with("cannot write to nowhere/v.svg"), "{}", ran.stderr);
    assert!(ran.stdout.is_empty());
}

#[test]
fn what_cannot_be_decided_has_an_exit_code_of_its_own() {
    let world = World::with(TINY);
    let ran = world.normlab("gradcheck layer --dtype f32 --case offset-1e3").exits_with(3);
    assert_eq!(verdicts(&ran), [["layer", "INCONCLUSIVE"]]);
    let again = "again: normlab gradcheck layer --dtype f32 --seed 0 --case offset-1e3";
    assert!(ran.stdout.contains(again), "{}", ran.stdout);
}

#[test]
fn unknown_names_are_answered_with_what_is_allowed() {
    let world = World::with(TINY);
    for (line, message) in [
        ("gradcheck lyaer", "did you mean \"layer\"?"),
        ("gradcheck layer --case plane", "no case is called \"plane\"; the nearest is \"plain\""),
        ("gradcheck layer --dtype f16", "possible values: f32, f64"),
        ("gradcheck --python nothing.py:MyNorm", "there is no file nothing.py"),
        ("shim ruby", "possible values: python"),
    ] {
        let ran = world.normlab(line).exits_with(2);
        assert!(ran.stderr.contains(message), "{line}\n{}", ran.stderr);
        assert!(ran.stdout.is_empty(), "{line}");
    }
}

#[test]
fn the_shim_explains_itself() {
    let world = World::with(TINY);
    let shim = world.normlab("shim python").exits_with(0).stdout;
    for text in ["torch.nn.Module", "jax.vjp", "forward(x, *parameters)", "JSON header"] {
        assert!(shim.contains(text), "wanted {text:?}");
    }
}

/// A right layer and a wrong one, in the user's own Python.
#[test]
fn layers_in_python_are_judged() {
    let python = std::env::var("NORMLAB_PYTHON").unwrap_or_else(|_| "python3".to_string());
    let has_numpy = Command::new(&python).args(["-c", "import numpy"]).output();
    if !has_numpy.is_ok_and(|output| output.status.success()) {
        println!("SKIPPED: {python} cannot import numpy; NORMLAB_PYTHON names another interpreter");
        return;
    }
    let world = World::with(TINY);
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/python");
    let file = examples.join("numpy_layer_norm.py").display().to_string();
    let line = |name: &str| format!("gradcheck --interpreter {python} --python {file}:{name}");

    let ran = world.normlab(&line("LayerNorm")).exits_with(0);
    assert_eq!(verdicts(&ran), [["LayerNorm", "PASS"]]);
    let ran = world.normlab(&line("MissingMeanTerm")).exits_with(1);
    assert_eq!(verdicts(&ran), [["MissingMeanTerm", "FAIL"]]);
    assert!(ran.stdout.contains("the mean term is missing"), "{}", ran.stdout);
}
