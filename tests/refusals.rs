use crate::world::{TINY, World};

/// A study with one part replaced is refused with code 2 and nothing written; the message has all
/// of the given texts.
fn refused(good: &str, bad: &str, expected: &[&str]) {
    assert_eq!(TINY.matches(good).count(), 1, "{good:?} must be in the study once");
    let world = World::with(&TINY.replace(good, bad));
    let ran = world.normlab("run study.toml").exits_with(2);
    for text in expected {
        assert!(ran.stderr.contains(text), "wanted {text:?} in\n{}", ran.stderr);
    }
    assert_eq!(ran.stdout, "");
    assert!(!world.path("results").exists(), "{bad:?} left something behind");
}

#[test]
fn mistakes_in_the_file_name_the_line_the_value_and_what_is_allowed() {
    refused("width = 8", "widht = 8", &["study.toml:9:1", "\"widht\"", "did you mean \"width\"?"]);
    refused(
        "width = 8",
        "norm = \"leyer\"",
        &[
            "study.toml:9:8",
            "\"leyer\"",
            "names are allowed, `normlab list` shows them; did you mean",
            "\"layer\"?",
        ],
    );
    refused(
        "depth = 2",
        "depth = \"two\"",
        &["study.toml:8:9", "\"two\"", "a whole number from 1"],
    );
    refused("depth = 2", "depth = -2", &["study.toml:8:9", "depth is -2", "a whole number from 1"]);
    refused(
        "placement = [\"pre\", \"none\"]",
        "placement = []",
        &["study.toml:13:13", "placement is an empty list", "at least one"],
    );
    refused(
        "seeds = 2\n[confirm]",
        "seeds = 0\n[confirm]",
        &["study.toml:16:9", "seeds is 0", "a whole number from 1"],
    );
    refused(
        "width = 8",
        "width = 8\nnorm = { name = \"group\", groups = 3 }",
        &["study.toml:10:8", "3", "8"],
    );
    refused("epochs = 2", "batch_size = 5000", &["study.toml:11:14", "5000", "1078"]);
    refused("[data]", "[data", &["study.toml:5:", "TOML"]);
}

#[test]
fn all_mistakes_of_a_file_are_reported_at_once() {
    refused(
        "width = 8\n[training]\n",
        "width = 8\nnorm = { name = \"group\", groups = 3 }\ndept = 3\n[training]\nbatch_size = 5000\nweight_decay = 0.1\n",
        &[
            "study.toml:10:8: 8 features cannot be divided into 3 groups of equal size\n",
            "study.toml:11:1: unknown key \"dept\" in [network]\n",
            "study.toml:13:14: batch_size is 5000\n",
            "study.toml:14:1: misplaced key \"weight_decay\" in [training]\n",
            "= it is an option: write optimizer = { name = \"adamw\", weight_decay = 0.1 }\n",
            "4 mistakes in study.toml\nnothing was written",
        ],
    );
}

#[test]
fn a_missing_study_is_named() {
    let world = World::with(TINY);
    let ran = world.normlab("run nowhere.toml").exits_with(2);
    assert!(ran.stderr.contains("cannot read the experiment file nowhere.toml"), "{}", ran.stderr);
}

/// The data set after a change to its lines.
fn damaged(change: impl Fn(&mut Vec<String>), expected: &[&str]) {
    let world = World::with(TINY);
    let text = world.read("data/digits/digits.csv");
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    change(&mut lines);
    world.write("data/digits/digits.csv", &lines.join("\n"));
    let ran = world.normlab("run study.toml").exits_with(2);
    for text in expected {
        assert!(ran.stderr.contains(text), "wanted {text:?} in\n{}", ran.stderr);
    }
    assert!(!world.path("results").exists());
}

#[test]
fn damaged_data_are_refused_with_file_line_and_column() {
    let shorten = |lines: &mut Vec<String>| lines[6].truncate(40);
    damaged(shorten, &["data/digits/digits.csv:7:", "but a row has 65"]);
    let letters = |lines: &mut Vec<String>| lines[9].replace_range(0..1, "x");
    damaged(letters, &["data/digits/digits.csv:10:1: \"x\"", "a whole number from 0 to 16"]);
    let label = |lines: &mut Vec<String>| lines[11].push_str("77");
    damaged(label, &["data/digits/digits.csv:12:65: ", "a whole number from 0 to 9"]);
    damaged(|lines| lines.truncate(1), &["data/digits/digits.csv: class 0 has 0 rows"]);
    damaged(|lines| lines.clear(), &["data/digits/digits.csv: the file is empty"]);
}

#[test]
fn missing_data_are_refused_with_the_way_to_name_another_folder() {
    let world = World::with(TINY);
    let ran = world.normlab("run study.toml --data elsewhere").exits_with(2);
    assert!(ran.stderr.contains("elsewhere/digits/digits.csv"), "{}", ran.stderr);
    assert!(ran.stderr.contains("--data DIR"), "{}", ran.stderr);
    world.write("study.toml", &TINY.replace("depth = 2", "depth = 0"));
    let ran = world.normlab("run study.toml --data elsewhere").exits_with(2);
    let (first, then) = ran.stderr.split_once("1 mistake in study.toml").unwrap();
    assert!(first.contains("depth is 0") && then.contains("elsewhere/digits"), "{}", ran.stderr);
    assert!(!world.path("results").exists());
}

#[test]
fn an_unwritable_output_folder_is_refused_before_anything_runs() {
    let world = World::with(TINY);
    world.write("file", "in the way");
    let ran = world.normlab("run study.toml --out file").exits_with(2);
    assert!(ran.stderr.contains("cannot write to file/tiny"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("runs in"), "{}", ran.stderr);
    assert_eq!(world.read("file"), "in the way");
}

#[test]
fn the_results_of_another_study_are_kept_unless_told_otherwise() {
    let world = World::with(TINY);
    let tiny = "run study.toml --out out";
    world.normlab(tiny).exits_with(0);
    let before = world.files("out");

    world.write("study.toml", &TINY.replace("depth = 2", "depth = 1"));
    for line in [tiny.to_string(), format!("{tiny} --dry-run")] {
        let ran = world.normlab(&line).exits_with(2);
        assert!(
            ran.stderr.contains("out/tiny holds the results of another study"),
            "{}",
            ran.stderr
        );
        assert!(ran.stderr.contains("--overwrite"), "{}", ran.stderr);
    }
    assert!(before == world.files("out"), "a refusal changed a file");

    world.normlab(&format!("{tiny} --overwrite")).exits_with(0);
    assert!(world.read("out/tiny/study.toml").contains("depth = 1\n"));
    let folders = std::fs::read_dir(world.path("out/tiny/runs")).unwrap().count();
    assert_eq!(folders, 12, "runs of the study before are left behind");
}

#[test]
fn the_command_line_is_checked_too() {
    let world = World::with(TINY);
    for (line, expected) in [
        ("rnu study.toml", "unrecognized subcommand 'rnu'"),
        ("run", "FILE"),
        ("run study.toml --jobs 0", "--jobs"),
        ("run study.toml --job 2", "--jobs"),
        ("list norm", "norms"),
        ("gradcheck layr", "did you mean \"layer\"?"),
    ] {
        let ran = world.normlab(line).exits_with(2);
        assert!(ran.stderr.contains(expected), "{line}: {}", ran.stderr);
    }
}

/// The file is the input of a command and would be its output.
fn keeps(world: &World, file: &str, line: &str) {
    let before = world.files("");
    let ran = world.normlab(line).exits_with(2);
    assert!(
        ran.stderr.contains(file) && ran.stderr.contains("would replace"),
        "{line}: {}",
        ran.stderr
    );
    assert!(ran.stderr.contains("nothing was written"), "{}", ran.stderr);
    assert_eq!(ran.stdout, "", "{line}");
    assert!(world.files("") == before, "{line} changed a file");
}

#[test]
fn no_command_writes_over_what_it_reads() {
    let world = World::with(TINY);
    for file in ["y.csv", "dx.csv", "dgamma.csv", "other.csv"] {
        world.write(file, "1,2\n");
    }
    world.write("state.toml", "m = [0, 0]\nv = [1, 1]\n");
    world.write("params.toml", "gamma = [1, 1]\n");
    let norms = "[norms.mine]\nequation = \"x / 2\"\nover = \"none\"\n";
    for file in
        ["own.toml", "own.svg", "precision.csv", "mine_scale.svg", "mine.html", "index.html"]
    {
        world.write(file, norms);
    }
    world.write("layer.py", "import numpy\n");
    for (file, line) in [
        ("y.csv", "apply layer --input y.csv --out ."),
        ("y.csv", "apply layer --input ./y.csv --out ../$FOLDER"),
        ("dx.csv", "apply layer --input other.csv --cotangent dx.csv --out ."),
        ("dgamma.csv", "apply layer --input dgamma.csv --cotangent other.csv --out ."),
        ("state.toml", "apply batch --input other.csv --state state.toml --out ."),
        ("state.toml", "apply batch --input other.csv --params state.toml --out ."),
        ("own.toml", "export mine --config own.toml --to torch --out own.toml"),
        ("own.toml", "gradcheck --config own.toml --plot ./own.toml"),
        ("layer.py", "gradcheck --python layer.py:Layer --plot layer.py"),
        ("own.toml", "card mine --config own.toml --out own.toml"),
        ("own.svg", "card mine --config own.svg --out own.html"),
        ("mine.html", "card --config mine.html --all ."),
        ("index.html", "card --config index.html --all ."),
        ("precision.csv", "precision --config precision.csv --out ."),
        ("mine_scale.svg", "precision --config mine_scale.svg --out ."),
    ] {
        let name = world.path("").file_name().unwrap().to_str().unwrap().to_string();
        keeps(&world, file, &line.replace("$FOLDER", &name));
    }
    // Elsewhere the same files are no hindrance.
    world.normlab("apply layer --input y.csv --out out").exits_with(0);
    world
        .normlab("apply batch --input y.csv --mode eval --state state.toml --out eval")
        .exits_with(0);
}

#[test]
#[cfg(unix)]
fn a_link_to_an_input_is_that_input() {
    let world = World::with(TINY);
    world.write("x.csv", "1,2\n");
    std::fs::create_dir(world.path("out")).unwrap();
    std::os::unix::fs::symlink(world.path("x.csv"), world.path("out/y.csv")).unwrap();
    keeps(&world, "out/y.csv", "apply layer --input x.csv --out out");
    keeps(&world, "y.csv", "apply layer --input out/y.csv --out out");
}

#[test]
fn a_study_does_not_replace_the_file_that_it_is_read_from() {
    let world = World::with(TINY);
    std::fs::create_dir_all(world.path("results/tiny/figures")).unwrap();
    world.write("results/tiny/study.toml", TINY);
    world.write("results/tiny/figures/notes.toml", TINY);
    for file in ["results/tiny/study.toml", "results/tiny/figures/notes.toml"] {
        let line = format!("run {file} --overwrite");
        let shown = if file.ends_with("notes.toml") { "results/tiny/figures" } else { file };
        keeps(&world, shown, &line);
    }
    // What a study writes into its folder is the same study, and may be run again from there.
    world.normlab("run study.toml --overwrite").exits_with(0);
    world.normlab("run results/tiny/study.toml").exits_with(0);
}

#[test]
fn a_card_and_its_picture_are_two_files() {
    let world = World::with(TINY);
    let ran = world.normlab("card rms --out rms.svg").exits_with(2);
    assert!(ran.stderr.contains("rms.svg is where the picture goes"), "{}", ran.stderr);
}
