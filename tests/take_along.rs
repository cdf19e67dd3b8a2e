//! `normlab show` and `normlab export`.

use std::process::Command;

use crate::world::{TINY, World};

/// The interpreter, if it can import a package.
fn python_with(package: &str) -> Option<String> {
    let python = std::env::var("NORMLAB_PYTHON").unwrap_or_else(|_| "python3".to_string());
    let can = Command::new(&python).args(["-c", &format!("import {package}")]).output();
    if can.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    println!("SKIPPED: {python} cannot import {package}; NORMLAB_PYTHON names another interpreter");
    None
}

/// Of the norms with running averages, `batch-cumulative` alone gives each a weight, 1 / batches.
#[test]
fn momentum_is_shown_where_an_average_follows_by_it() {
    let world = World::with(TINY);
    let half = "--equation x-running(mean(x),0,mean(x),momentum/2) --over samples+positions";
    let own = "--equation x-running(mean(x),0,mean(x),1/2) --over samples+positions";
    let one =
        "--equation x-running(mean(x),0,mean(x),1/2)-running(var(x),1) --over samples+positions";
    for (norm, expected) in [
        ("batch", Some("eps = 0.00001, momentum = 0.1")),
        ("batch-haiku", Some("eps = 0.00001, momentum = 0.1")),
        ("batch-cumulative", Some("eps = 0.00001")),
        ("layer", Some("eps = 0.00001")),
        (half, Some("momentum = 0.1")),
        (one, Some("momentum = 0.1")),
        (own, None),
    ] {
        let shown = world.normlab(&format!("show {norm}")).exits_with(0).stdout;
        let mut lines = shown.lines().skip_while(|line| *line != "constants").skip(1);
        assert_eq!(lines.next().map(str::trim), expected, "{norm}");
    }
}

/// In what is shown and in what a module starts with; the example, which is the entry's, says that it differs.
#[test]
fn starts_of_options_are_shown_and_exported() {
    let world = World::with(TINY);
    let shown = world.normlab("show dyt --option alpha=0.8").exits_with(0).stdout;
    assert!(shown.contains("    alpha  one for all, start 0.8\n"), "{shown}");
    assert!(shown.contains("\nexample\n    1 sample, 1 position\n    alpha = 0.5\n"), "{shown}");
    let module = world.normlab("export dyt --option alpha=0.8 --to torch").exits_with(0).stdout;
    assert!(
        module.contains("self.alpha = nn.Parameter(torch.full((), 0.8, **factory))"),
        "{module}"
    );
    let module = world.normlab("export dyt --option alpha=0.8 --to jax").exits_with(0).stdout;
    assert!(module.contains("\"alpha\": jnp.full((), 0.8, dtype)"), "{module}");
    let card = world.normlab("card dyt --option alpha=0.8 --json card").exits_with(0).stdout;
    assert!(card.contains("\"arguments\": \"dyt --option alpha=0.8\""), "{card}");
}

#[test]
fn a_norm_is_shown_with_all_that_is_known_of_it() {
    let world = World::with(TINY);
    for (line, expected) in [
        (
            "layer",
            &[
                "Layer normalization",
                "gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta",
                "features",
                "gamma  one per feature, start 1",
                "eps = 0.00001",
                "xhat = ",
                "dx = ",
                "dgamma = ",
                "arXiv:1607.06450",
                "passes over memory",
                "fused",
                "one feature                 refused in training: `var` over features needs\n",
                "NaN in one row              stays in its row",
            ][..],
        ),
        (
            "batch",
            &[
                "m  one per feature, start 0",
                "momentum = 0.1",
                "in evaluation",
                "samples+positions",
                "by itself the\n                                equation gives numbers and leaves NaN in the\n",
                "reaches its feature in several samples and the\n",
            ],
        ),
        (
            "--equation alpha*x/(mean(abs(x))+eps) --over features --parameter alpha=scalar:0.5",
            &["alpha * x / (mean(abs(x)) + eps)", "alpha  one for all, start 0.5", "dalpha = "],
        ),
    ] {
        let shown = world.normlab(&format!("show {line}")).exits_with(0).stdout;
        for text in expected {
            assert!(shown.contains(text), "wanted {text:?} in\n{shown}");
        }
    }
    let ran = world.normlab("show lyaer").exits_with(2);
    assert!(ran.stderr.contains("did you mean \"layer\"?"), "{}", ran.stderr);
}

#[test]
fn exported_norms_of_the_catalogue_test_themselves() {
    let world = World::with(TINY);
    for (framework, package) in [("torch", "torch"), ("jax", "jax")] {
        let Some(python) = python_with(package) else { continue };
        for norm in ["layer", "rms", "batch", "group --option groups=4"] {
            let line = format!("export {norm} --to {framework} --out norm.py");
            world.normlab(&line).exits_with(0);
            let ran = Command::new(&python).arg(world.path("norm.py")).output().unwrap();
            let said = String::from_utf8_lossy(&ran.stdout).into_owned();
            let wrong = String::from_utf8_lossy(&ran.stderr).into_owned();
            assert!(ran.status.success(), "{norm} to {framework}\n{said}{wrong}");
            assert!(said.contains("dgamma"), "{said}");
        }
    }
}

#[test]
fn the_equation_and_its_derivative_are_there_in_latex() {
    let world = World::with(TINY);
    let line = "export --equation gamma*x/(mean(abs(x))+eps) --over features --to latex";
    let written = world.normlab(line).exits_with(0).stdout;
    for text in [
        "\\usepackage{amsmath}",
        "\\frac{",
        "\\hat{x} &=",
        "\\mathrm{d}\\gamma &=",
        "\\end{aligned}",
    ] {
        assert!(written.contains(text), "wanted {text:?} in\n{written}");
    }
}

#[test]
fn an_equation_that_is_not_finite_is_answered_with_the_part_that_is_not() {
    let world = World::with(TINY);
    for verb in ["gradcheck", "show"] {
        let ran = world.normlab(&format!("{verb} --equation gamma*log(x)")).exits_with(2);
        let expected =
            "at standard normal input: `log(x)` is NaN\n  gamma*log(x)\n        ^^^^^^\n";
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    }
}

#[test]
fn what_cannot_be_exported_is_refused() {
    let world = World::with(TINY);
    for (line, expected) in [
        ("layer --to tensorflow", "possible values: torch, jax, latex"),
        ("layer --to torch --out nowhere/norm.py", "cannot write to nowhere/norm.py"),
        ("--equation gama*x --to jax", "did you mean `gamma`?"),
    ] {
        let ran = world.normlab(&format!("export {line}")).exits_with(2);
        assert!(ran.stderr.contains(expected), "{line}\n{}", ran.stderr);
        assert_eq!(ran.stdout, "");
    }
}
