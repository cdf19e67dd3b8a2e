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
