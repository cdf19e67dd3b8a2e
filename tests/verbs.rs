use crate::world::{TINY, World};

#[test]
fn lists_have_names_equations_and_citations() {
    let world = World::with(TINY);
    for (topic, expected) in [
        ("norms", &["layer", "gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta", "2016"][..]),
        ("placements", &["pre", "post", "none-scaled", "x + f(norm(x))"]),
        ("inits", &["kaiming-normal", "xavier-normal"]),
        ("schedules", &["constant", "cosine", "linear", "warmup"]),
        ("optimizers", &["sgd", "adamw", "weight_decay = 0.01"]),
        ("architectures", &["resmlp"]),
        ("data", &["digits", "CC BY 4.0"]),
        ("keys", &["depth", "clip_norm", "\"none\"", "[confirm]"]),
    ] {
        let listed = world.normlab(&format!("list {topic}")).exits_with(0).stdout;
        for text in expected {
            assert!(listed.contains(text), "wanted {text:?} in\n{listed}");
        }
        let everything = world.normlab("list").exits_with(0).stdout;
        assert!(everything.contains(listed.trim_end()), "`list` leaves out {topic}");
    }
}

/// Programs read the whole document as it is on standard output.
#[test]
fn lists_are_one_json_document() {
    let world = World::with(TINY);
    let read = |line: &str| -> serde_json::Value {
        let stdout = world.normlab(line).exits_with(0).stdout;
        serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{line}: {error}\n{stdout}"))
    };
    let all = read("list --json");
    let layer =
        &all["norms"].as_array().unwrap().iter().find(|norm| norm["name"] == "layer").unwrap();
    assert_eq!(layer["citation"], "Ba, Kiros, Hinton 2016, arXiv:1607.06450");
    assert_eq!(layer["properties"]["shift_invariant"], true);
    let adamw = read("list optimizers --json");
    assert_eq!(adamw["optimizers"], all["optimizers"]);
    assert_eq!(adamw.as_object().unwrap().len(), 1);
}

/// The width of a terminal that is none is that of the variable, and 80 without it.
#[test]
fn lists_are_as_wide_as_columns_say() {
    let world = World::with(TINY);
    let widest = |line: &str, columns: Option<&str>| {
        let stdout = world.normlab_in(columns, line).exits_with(0).stdout;
        stdout.lines().map(|line| line.chars().count()).max().unwrap()
    };
    assert!(widest("list", None) <= 80 && widest("list", None) > 70);
    assert!(widest("list keys", Some("60")) <= 60);
    assert!(widest("list data", Some("140")) > 100);
    assert!(widest("list data", Some("wide")) <= 80);
    for line in ["show batch", "show switchable", "gradcheck layer --case plain --dtype f64"] {
        assert!(widest(line, Some("60")) <= 60, "{line}");
    }
    let planned = world.normlab_in(Some("60"), "run study.toml --dry-run").exits_with(0).stdout;
    let (_, table) = planned.split_once("\n\n").unwrap();
    assert!(table.lines().all(|line| line.chars().count() <= 60), "{planned}");
    assert!(table.contains("depth: 2\n"), "what every arm has stands above the table: {planned}");
}

#[test]
fn the_page_of_the_catalogue_is_what_the_program_lists() {
    let world = World::with(TINY);
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/catalogue.md");
    let page = std::fs::read_to_string(page).unwrap();
    let listed = world.normlab("list norms").exits_with(0).stdout;
    assert!(page.contains(listed.trim_end()), "`normlab list norms` prints\n{listed}");
}

#[test]
fn help_is_enough_to_get_going() {
    let world = World::with(TINY);
    let help = world.normlab("--help").exits_with(0).stdout;
    for text in ["normlab run experiments/quickstart.toml", "normlab list keys", "gradcheck"] {
        assert!(help.contains(text), "wanted {text:?} in\n{help}");
    }
    let help = world.normlab("run --help").exits_with(0).stdout;
    for text in ["--out", "--jobs", "--dry-run", "--data", "--overwrite"] {
        assert!(help.contains(text), "wanted {text:?} in\n{help}");
    }
}
