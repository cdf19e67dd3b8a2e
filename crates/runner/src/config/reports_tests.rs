//! Whole reports on bad files, as their authors read them.

use std::path::{Path, PathBuf};

use super::*;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data")
}

/// What is said of a study, with the data of the repository.
fn report(text: &str) -> String {
    report_with(text, &folder())
}

fn report_with(text: &str, folder: &Path) -> String {
    let source = Source { path: "study.toml".into(), text: text.into() };
    load(&source, folder).err().expect("the mistakes are found").to_string()
}

const START: &str = "[study]\nname = \"s\"\nseeds = 2\n[data]\nname = \"digits\"\n";

#[test]
fn values_that_do_not_fit_are_reported_with_all_other_mistakes() {
    let text = format!(
        "{START}[network]\ndept = 2\nwidth = 8\nnorm = {{ name = \"group\", groups = 3 }}\n\
         [training]\nbatch_size = 5000\nepochs = \"two\"\n"
    );
    insta::assert_snapshot!(report(&text), @r#"
    study.toml:7:1: unknown key "dept" in [network]
      |
    7 | dept = 2
      | ^^^^
      = allowed: architecture, depth, width, norm, placement, init; did you mean "depth"?

    study.toml:9:8: 8 features cannot be divided into 3 groups of equal size
      |
    9 | norm = { name = "group", groups = 3 }
      |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = the width is 8

    study.toml:11:14: batch_size is 5000
       |
    11 | batch_size = 5000
       |              ^^^^
       = digits has 1078 training examples

    study.toml:12:10: epochs is "two"
       |
    12 | epochs = "two"
       |          ^^^^^
       = it must be a whole number from 1 to 100000

    4 mistakes in study.toml
    "#);
}

#[test]
fn missing_data_are_reported_after_the_mistakes_of_the_file() {
    let text = format!(
        "{START}[network]\nwidth = 8\nnorm = {{ name = \"group\", groups = 3 }}\ndepth = 0\n\
         [training]\nbatch_size = 5000\n"
    );
    insta::assert_snapshot!(report_with(&text, Path::new("nowhere")), @r#"
    study.toml:8:8: 8 features cannot be divided into 3 groups of equal size
      |
    8 | norm = { name = "group", groups = 3 }
      |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = the width is 8

    study.toml:9:9: depth is 0
      |
    9 | depth = 0
      |         ^
      = it must be a whole number from 1 to 10000

    2 mistakes in study.toml

    cannot read the data file nowhere/digits/digits.csv: No such file or directory (os error 2)
      the folder of the data sets is `data` in the current folder; --data DIR names another
    "#);
    let alone = report_with(START, Path::new("nowhere"));
    assert!(alone.starts_with("cannot read the data file"), "{alone}");
}

#[test]
fn misplaced_keys_are_told_where_they_belong() {
    let text = "depth = 8\n[study]\nname = \"s\"\nseeds = 2\ngroups = 4\nplacement = [\"pre\", \"post\"]\n\
                [data]\nname = \"digits\"\nbaseline = { norm = \"rms\" }\n\
                [network]\nnorm = \"batch\"\nmomentum = 0.2\nlearning_rate = 0.1\nwidth = [8, 16]\n\
                [training]\nweight_decay = 0.1\nwarmup = 0.2\noptimizer = \"sgd\"\nover = \"features\"\n\
                [sweep]\nbeta1 = [0.8, 0.9, 0.95]\n";
    insta::assert_snapshot!(report(text), @r#"
    study.toml:1:1: misplaced key "depth" in the file
      |
    1 | depth = 8
      | ^^^^^
      = it belongs in [network]

    study.toml:5:1: misplaced key "groups" in [study]
      |
    5 | groups = 4
      | ^^^^^^
      = it is an option: write norm = { name = "group", groups = 4 } in [network]

    study.toml:6:1: misplaced key "placement" in [study]
      |
    6 | placement = ["pre", "post"]
      | ^^^^^^^^^
      = it belongs in [sweep]

    study.toml:9:1: misplaced key "baseline" in [data]
      |
    9 | baseline = { norm = "rms" }
      | ^^^^^^^^
      = it belongs in [study]

    study.toml:12:1: misplaced key "momentum" in [network]
       |
    12 | momentum = 0.2
       | ^^^^^^^^
       = it is an option: write norm = { name = "batch", momentum = 0.2 }

    study.toml:13:1: misplaced key "learning_rate" in [network]
       |
    13 | learning_rate = 0.1
       | ^^^^^^^^^^^^^
       = it belongs in [training]

    study.toml:14:9: width is a list
       |
    14 | width = [8, 16]
       |         ^^^^^^^
       = it must be one value; [sweep] takes lists of them

    study.toml:16:1: misplaced key "weight_decay" in [training]
       |
    16 | weight_decay = 0.1
       | ^^^^^^^^^^^^
       = it is an option: write optimizer = { name = "sgd", weight_decay = 0.1 }

    study.toml:17:1: misplaced key "warmup" in [training]
       |
    17 | warmup = 0.2
       | ^^^^^^
       = it is an option: write schedule = { name = "cosine", warmup = 0.2 }

    study.toml:19:1: misplaced key "over" in [training]
       |
    19 | over = "features"
       | ^^^^
       = it belongs in [norms.NAME]

    study.toml:21:1: misplaced key "beta1" in [sweep]
       |
    21 | beta1 = [0.8, 0.9, 0.95]
       | ^^^^^
       = it is an option: write optimizer = [{ name = "adamw", beta1 = 0.8 }, { name = "adamw", beta1 = 0.9 }, ...]

    11 mistakes in study.toml
    "#);
}

#[test]
fn every_declaration_of_a_norm_is_read_before_its_equation() {
    let text = format!(
        "{START}[norms.mine]\nequation = \"k * x / rms(x) + c\"\nover = \"features\"\neps = 1e-3\nconstants.k = 1e-400\n\
         [norms.two]\nequation = \"gamma * x ** 2\"\nover = \"feature\"\n\
         parameters.name = {{ shape = \"scalar\", start = 0.5 }}\n\
         [norms.three]\nequation = \"c * x\"\nover = \"none\"\n"
    );
    insta::assert_snapshot!(report(&text), @r#"
    study.toml:9:1: misplaced key "eps" in [norms.mine]
      |
    9 | eps = 1e-3
      | ^^^
      = declare it: constants.eps = 1e-3

    study.toml:10:15: k is 1e-400
       |
    10 | constants.k = 1e-400
       |               ^^^^^^
       = too small for a number: it would be 0, and the smallest is 4.9e-324

    study.toml:12:23: unexpected `**`
       |
    12 | equation = "gamma * x ** 2"
       |                       ^^
       = powers are written `x^2`

    study.toml:13:9: unknown axis `feature`
       |
    13 | over = "feature"
       |         ^^^^^^^
       = did you mean `features`?

    study.toml:14:19: `name` is the key by which a norm is chosen
       |
    14 | parameters.name = { shape = "scalar", start = 0.5 }
       |                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       = give it another name

    study.toml:16:13: unknown name `c`
       |
    16 | equation = "c * x"
       |             ^
       = known here: x, gamma, beta, eps, momentum, parts, size, index, groups, batches; or declare it: constants.c = 0.1, or, if it is learned, parameters.c = { shape = "scalar", start = 0.5 }

    6 mistakes in study.toml
    "#);
}

#[test]
fn numbers_beyond_the_range_are_refused_where_they_stand() {
    let text = format!(
        "{START}[network]\nnorm = {{ name = \"layer\", eps = 1e-400, gamma = 1e400 }}\n\
         [training]\nclip_norm = 1e400\noptimizer = {{ name = \"adamw\", weight_decay = 1e-400 }}\n\
         [tune]\nlearning_rate = [1e-400]\nseeds = 1\n[confirm]\nseeds = 1\n"
    );
    let report = report(&text);
    for place in [
        "7:32: eps is 1e-400",
        "7:48: gamma is 1e400",
        "9:13: clip_norm is 1e400",
        "10:46: weight_decay is 1e-400",
    ] {
        assert!(report.contains(&format!("study.toml:{place}\n")), "{place}\n{report}");
    }
    assert!(report.contains("study.toml:12:18: learning_rate is 1e-400\n"), "{report}");
}

/// What cannot be read is not replaced by a default, which would be found wrong in its place.
#[test]
fn nothing_is_said_of_values_that_are_not_known() {
    for (text, mistakes) in [
        // The width is 64 only where none is meant.
        ("[network]\nGROUP\nwidth = \"14\"\n", 1),
        ("[network]\nGROUP\nwidht = 14\n", 1),
        ("[network]\nGROUP\nfeatures = 14\n", 1),
        ("[network]\nGROUP\n[training]\nwidth = 14\n", 1),
        ("[network.study]\nwidth = 14\n[network]\nGROUP\n", 1),
        ("[netwrok]\nwidth = 14\n[sweep]\nnorm = [{ name = \"group\", groups = 7 }]\n", 1),
        ("[network]\nGROUP\n[sweep]\nwidht = [14, 28]\n", 1),
        ("[network]\nGROUP\n[sweep]\nwidth = 14\n", 1),
        ("[network]\nnorm = \"group\"\ngroups = 7\nwidth = 14\n", 2),
        // Of the swept values those that are known are checked.
        ("[network]\nGROUP\n[sweep]\nwidth = [14, \"28\", 15]\n", 2),
        ("[network]\nGROUP\n[training]\nbatch_size = 5000\n[sweep]\nwidht = [14]\n", 2),
        // A batch of one sample, if that is what is left of 1,078.
        ("[network]\nnorm = \"batch\"\n[training]\nbatch_sise = 359\n", 1),
        ("[network]\nnorm = \"batch\"\nplacment = \"none\"\n[training]\nbatch_size = 359\n", 1),
        ("[network]\nnorm = \"batch\"\n[training]\nbatch_size = 359\nepochs = 0\n", 2),
    ] {
        let text = text.replace("GROUP", "norm = { name = \"group\", groups = 7 }");
        let report = report(&format!("{START}{text}"));
        let counted = if mistakes == 1 { "1 mistake in" } else { "2 mistakes in" };
        assert!(report.contains(&format!("\n{counted} study.toml")), "{text}\n{report}");
    }
}

#[test]
fn a_misspelled_key_or_section_is_not_missing_too() {
    for (good, bad) in [
        ("name = \"s\"", "nmae = \"s\""),
        ("seeds = 2", "seed = 2"),
        ("[study]", "[studdy]"),
        ("[data]", "[dta]"),
    ] {
        let report = report(&START.replace(good, bad));
        assert!(report.ends_with("\n1 mistake in study.toml"), "{report}");
    }
    let tuned = START.replace("seeds = 2\n", "");
    let report =
        report(&format!("{tuned}[tun]\nlearning_rate = [1.0]\nseeds = 1\n[confirm]\nseeds = 1\n"));
    assert!(report.ends_with("\n1 mistake in study.toml"), "{report}");
}

#[test]
fn a_table_without_a_name_may_have_a_misspelled_one() {
    let misspelled = report(&format!("{START}[network.norm]\nnam = \"group\"\ngroups = 4\n"));
    assert!(misspelled.contains("study.toml:7:1: unknown key \"nam\" in norm\n"), "{misspelled}");
    assert!(misspelled.contains("= did you mean \"name\"?\n\n1 mistake"), "{misspelled}");
    let missing = report(&format!("{START}[network]\nnorm = {{ groups = 4 }}\n"));
    assert!(missing.contains("names are allowed, `normlab list` shows them\n"), "{missing}");
}

#[test]
fn a_file_with_a_byte_order_mark_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.toml");
    std::fs::write(&path, format!("\u{feff}{}", START.replace("[study]", "[stdy]"))).unwrap();
    let report = load(&Source::read(&path).unwrap(), &self::folder()).err().unwrap().to_string();
    assert!(report.contains("study.toml:1:2: unknown key \"stdy\" in the file\n"), "{report}");
    assert!(report.contains("\n1 | [stdy]\n  |  ^^^^\n"), "{report}");
}
