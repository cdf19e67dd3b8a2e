//! Norms that their users write: in experiment files and on the command line.

use crate::world::{TINY, World};

const MINE: &str = r#"[norms.mine]
equation = "gamma * x / (mean(abs(x)) + eps)"
over = "features"
[norms.grouped]
equation = "alpha * x / (rms[group](x) + k)"
over = "none"
parameters.alpha = { shape = "scalar", start = 0.5 }
constants.k = 0.1
"#;

/// The tiny study, sweeping over norms instead of placements.
fn study() -> String {
    let swept = "norm = [\"layer\", \"mine\", { name = \"grouped\", groups = 4 }]";
    let baseline = TINY.replace("baseline = { placement = \"pre\" }\n", "");
    format!("{MINE}{}", baseline.replace("placement = [\"pre\", \"none\"]", swept))
}

#[test]
fn own_norms_train_and_read_back_from_the_resolved_study() {
    let world = World::with(&study());
    world.normlab("run study.toml").exits_with(0);
    let table = world.read("results/tiny/runs.csv");
    for arm in ["layer", "mine", "grouped(groups=4)"] {
        let of_arm = || table.lines().filter(|row| row.split(',').nth(2) == Some(arm));
        let mut confirmed = of_arm().filter(|row| row.contains(",confirm,"));
        assert!(confirmed.clone().count() >= 2, "{arm}\n{table}");
        assert!(confirmed.all(|row| row.contains(",finished,")), "{arm}\n{table}");
    }
    let resolved = world.read("results/tiny/study.toml");
    assert!(resolved.contains("equation = \"gamma * x / (mean(abs(x)) + eps)\""), "{resolved}");
    world.write("again.toml", &resolved);
    world.normlab("run again.toml").exits_with(0);
    assert_eq!(world.read("results/tiny/runs.csv"), table);
}

/// Two starts of dynamic tanh, of which the first is the default.
#[test]
fn starts_of_parameters_are_swept_and_read_back() {
    let world =
        World::with(&study().replace("\"mine\",", "\"dyt\", { name = \"dyt\", alpha = 2 },"));
    world.normlab("run study.toml").exits_with(0);
    let table = world.read("results/tiny/runs.csv");
    let losses = |arm: &str| -> Vec<&str> {
        let rows = table.lines().filter(|row| row.split(',').nth(2) == Some(arm));
        rows.map(|row| row.split_once(arm).unwrap().1).collect()
    };
    // Two rates with two seeds, and two more seeds at one of them at least.
    let (half, two) = (losses("dyt"), losses("dyt(alpha=2)"));
    assert!(half.len() >= 6 && two.len() >= 6, "{table}");
    assert_ne!(half[..4], two[..4], "{table}");
    world.write("again.toml", &world.read("results/tiny/study.toml"));
    world.normlab("run again.toml").exits_with(0);
    assert_eq!(world.read("results/tiny/runs.csv"), table);
}

#[test]
fn norms_that_are_not_finite_or_say_nothing_are_told_before_training() {
    let log = study().replace("mean(abs(x)) + eps", "log(x)");
    let world = World::with(&log);
    for line in ["run study.toml", "run study.toml --dry-run"] {
        let ran = world.normlab(line).exits_with(2);
        let expected = "norm \"mine\" at width 8 and batch size 128, at standard normal input: `log(x)` is NaN\n  \
                        gamma * x / (log(x))\n               ^^^^^^\nnothing was written\n";
        assert_eq!(ran.stderr, expected, "{line}");
    }
    assert!(!world.path("results").exists());

    let single = study().replacen("over = \"features\"", "over = \"positions\"", 1);
    let world = World::with(&single);
    for line in ["run study.toml --dry-run", "gradcheck --config study.toml mine --case plain"] {
        let ran = world.normlab(line).exits_with(0);
        let expected = "note: norm \"mine\" at width 8 and batch size 128: statistics over a single value \
                        (positions = 1): `mean(abs(x))` is `abs(x)`\n  gamma * x / (mean(abs(x)) + eps)\n               \
                        ^^^^^^^^^^^^\n";
        assert_eq!(ran.stderr.matches(expected).count(), 1, "{line}\n{}", ran.stderr);
    }
}

#[test]
fn mistakes_in_equations_are_shown_in_the_file() {
    for (good, bad, expected) in [
        ("mean(abs(x))", "mean(asb(x))", "study.toml:2:31: unknown function `asb`"),
        ("mean(abs(x))", "mean(abs(x)", "study.toml:2:"),
        ("gamma * x /", "gama * x /", "did you mean `gamma`?"),
        ("\"features\"", "\"featurs\"", "study.toml:3:9: unknown axis `featurs`"),
        ("groups = 4", "groups = 3", "8 features cannot be divided into 3 groups"),
        ("mean(abs(x))", "std[samples+group](x) + x^x", "the exponent is not constant"),
    ] {
        assert!(study().contains(good), "{good}");
        let world = World::with(&study().replacen(good, bad, 1));
        let ran = world.normlab("run study.toml").exits_with(2);
        assert!(ran.stderr.contains(expected), "wanted {expected:?} in\n{}", ran.stderr);
        assert!(!world.path("results").exists());
    }
}

#[test]
fn equations_are_checked_from_the_command_line_and_from_files() {
    let world = World::with(&study());
    world.write("norms.toml", MINE);
    let options = "--dtype f64 --case plain";
    for line in [
        "gradcheck --equation gamma*x/(mean(abs(x))+eps) --over features",
        "gradcheck --equation tanh(alpha*x) --parameter alpha=scalar:0.5",
        "gradcheck --equation x/(rms[group](x)+k) --constant k=0.1 --option groups=5",
        "gradcheck --config norms.toml",
        "gradcheck --config study.toml mine layer",
    ] {
        let ran = world.normlab(&format!("{line} {options}")).exits_with(0);
        assert!(ran.stdout.contains("PASS"), "{line}\n{}", ran.stdout);
    }
    // The whole battery, for a function with kinks beside its points and for a linear one.
    for line in ["gamma*x/(mean(abs(x))+eps) --over features", "x/4"] {
        world.normlab(&format!("gradcheck --equation {line}")).exits_with(0);
    }
}

#[test]
fn a_wrong_equation_has_a_caret_and_a_name_that_was_meant() {
    let world = World::with(TINY);
    let ran = world.normlab("gradcheck --equation gama*x/rms(x) --over features").exits_with(2);
    let expected = "unknown name `gama`\n  gama*x/rms(x)\n  ^^^^ did you mean `gamma`?\n";
    assert!(ran.stderr.starts_with(expected), "{}", ran.stderr);
    for (line, expected) in [
        (
            "gradcheck --equation k*x",
            "--constant k=VALUE, or, if it is learned, with --parameter k=SHAPE:START",
        ),
        ("show --equation x**2", "  x**2\n   ^^ powers are written `x^2`"),
        ("show dyt --option alfa=1", "did you mean \"alpha\"?"),
        ("gradcheck dyt --option alpha=1", "a check tries values of its own for parameters"),
        ("new norm other --equation gamma*x --option gamma=2", "would not be part of the entry"),
        ("export layer --to latex --constant eps=1e400", "\"1e400\" is too large for a number"),
        ("gradcheck --equation x/rms(x)", "over"),
        ("gradcheck --equation x*mean[rows](x)", "unknown axis `rows`"),
        ("gradcheck --equation alpha*x --parameter alpha=skalar:1", "did you mean \"scalar\"?"),
        ("gradcheck --equation alpha*x --parameter alpha=output:1", "weight matrices"),
        ("gradcheck layer --equation x", "both a norm"),
        ("gradcheck layer --option groups=2", "knows no groups"),
        ("gradcheck --config nowhere.toml", "cannot read nowhere.toml"),
        ("gradcheck --config study.toml", "the file defines no norm"),
        ("gradcheck layr", "did you mean \"layer\"?"),
    ] {
        let ran = world.normlab(line).exits_with(2);
        assert!(ran.stderr.contains(expected), "{line}\n{}", ran.stderr);
        assert_eq!(ran.stdout, "", "{line}");
    }
}

#[test]
fn a_custom_norm_carries_its_name_everywhere() {
    let world = World::with(TINY);
    world.write(
        "norms.toml",
        "[norms.absolute]\nequation = \"x / (mean(abs(x)) + eps)\"\nover = \"features\"\n",
    );
    let norms = [
        "--equation x/(mean(abs(x))+eps) --over features --name absolute",
        "absolute --config norms.toml",
    ];
    for norm in norms {
        let said = |line: &str| world.normlab(&line.replace("NORM", norm)).exits_with(0).stdout;
        let has = |text: &str, parts: &[&str]| {
            for part in parts {
                assert!(text.contains(part), "{norm}: wanted {part:?} in\n{text}");
            }
            assert!(!text.contains("one's own"), "{text}");
        };
        has(&said("show NORM"), &["Custom norm absolute\n"]);
        has(
            &said("export NORM --to torch"),
            &["\"\"\"Custom norm absolute\n", "class AbsoluteNorm(nn.Module)"],
        );
        has(&said("export NORM --to jax"), &["\"\"\"Custom norm absolute\n"]);
        has(&said("export NORM --to latex"), &["% Custom norm absolute\n"]);
        has(&said("gradcheck NORM --case plain --dtype f64 --plot v.svg"), &["\nabsolute  PASS"]);
        has(&world.read("v.svg"), &[">absolute in f64, case plain<"]);
        has(&said("gradcheck NORM --case plain --dtype f64 --json"), &["\"layer\":\"absolute\""]);
        has(
            &said("precision NORM --features 16 --out out"),
            &["norm: absolute\n", "absolute_offset.svg"],
        );
        has(&world.read("out/precision.csv"), &["\nabsolute,bf16,none"]);
        has(
            &world.read("out/absolute_scale.svg"),
            &["absolute in bf16: error by scale of the input"],
        );
        said("card NORM --out card.html");
        has(
            &world.read("card.html"),
            &["<h1>absolute</h1>", "Custom norm absolute", "absolute at tiny variance"],
        );
        has(&world.read("card.svg"), &[">absolute</text>", "absolute in bf16"]);
        // The commands on the card mean this norm under this name.
        let words = norm.split_once(") ").map_or(norm, |(_, after)| after);
        has(
            &world.read("card.html"),
            &[&format!("{words}</code>"), &format!("{words} --json cost</code>")],
        );
        has(&said("verify card.html"), &["PASS"]);
    }
    let unnamed = world.normlab("show --equation x/2").exits_with(0).stdout;
    assert!(unnamed.starts_with("Custom norm\n"), "{unnamed}");
    for (line, message) in [
        ("show --equation x/2 --name layer", "\"layer\" is a norm of the catalogue"),
        ("show --equation x/2 --name a/b", "1 to 100 letters, digits, hyphens"),
        ("show layer --name own", "--equation"),
    ] {
        let said = world.normlab(line).exits_with(2).stderr;
        assert!(said.contains(message), "{line}: {said}");
    }
}
