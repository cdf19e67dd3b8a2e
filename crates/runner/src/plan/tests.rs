use std::path::Path;

use super::*;
use crate::config::{self, Source};
use crate::data;

fn digits() -> Loaded {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data");
    let source = data::SOURCES[0];
    source.load(&folder, &source.scaling()).unwrap()
}

fn experiment(text: &str) -> Experiment {
    let source = Source { path: "study.toml".into(), text: text.into() };
    config::parse(&source).unwrap_or_else(|error| panic!("{error}"))
}

/// One rate for each arm.
fn at_1e3(arms: usize) -> Vec<Vec<f64>> {
    vec![vec![1e-3]; arms]
}

fn quickstart() -> Experiment {
    experiment(include_str!("../../../../experiments/quickstart.toml"))
}

const SMALL: &str = "[study]\nname = \"small\"\nseeds = 2\n[data]\nname = \"digits\"\n";

#[test]
fn the_quickstart_is_eight_arms_at_six_rates() {
    let plan = Plan::new(&quickstart(), &digits()).unwrap();
    let labels: Vec<&str> = plan.arms.iter().map(|arm| arm.label.as_str()).collect();
    assert_eq!(
        labels,
        [
            "pre depth 8",
            "post depth 8",
            "none depth 8",
            "none-scaled depth 8",
            "pre depth 64",
            "post depth 64",
            "none depth 64",
            "none-scaled depth 64"
        ]
    );
    let Procedure::Tuned { rates, .. } = &plan.procedure else { panic!("it is tuned") };
    let tuning = plan.tuning_runs(rates);
    assert_eq!(tuning.len(), 8 * 6 * 3);
    let seeds: Vec<u64> = tuning[..4].iter().map(|run| run.seed).collect();
    assert_eq!(seeds, [0, 1, 2, 0]);
    assert_eq!([tuning[0].learning_rate, tuning[3].learning_rate], [1e-4, 3e-4]);
    let mut plausible = at_1e3(8);
    plausible[0].push(3e-3);
    let confirmation = plan.confirmation_runs(&plausible);
    assert_eq!(confirmation.len(), 9 * 9);
    let seeds: Vec<u64> = confirmation[..9].iter().map(|run| run.seed).collect();
    assert_eq!(seeds, [3, 4, 5, 6, 7, 8, 9, 10, 11]);
    let baselines: Vec<Option<usize>> = plan.arms.iter().map(|arm| arm.baseline).collect();
    assert_eq!(baselines, [0, 0, 0, 0, 4, 4, 4, 4].map(Some));
}

#[test]
fn a_network_that_several_combinations_make_is_one_arm() {
    let text = format!(
        "{SMALL}[sweep]\nnorm = [\"layer\", \"rms\", \"batch\"]\nplacement = [\"pre\", \"none\"]\n"
    );
    let plan = |baseline: &str| {
        let text = text.replace("seeds = 2", &format!("seeds = 2\nbaseline = {baseline}"));
        Plan::new(&experiment(&text), &digits()).unwrap()
    };
    let by_norm = plan("{ norm = \"layer\" }");
    let labels: Vec<&str> = by_norm.arms.iter().map(|arm| arm.label.as_str()).collect();
    assert_eq!(labels, ["layer pre", "rms pre", "batch pre", "none"]);
    assert_eq!(by_norm.arms[3].keys, ["-", "none"]);
    assert_eq!(by_norm.confirmation_runs(&at_1e3(4)).len(), 4 * 2);
    let baselines = |plan: &Plan| plan.arms.iter().map(|arm| arm.baseline).collect::<Vec<_>>();
    // The arm without norm is its own baseline: no other arm differs from it in the norm alone.
    assert_eq!(baselines(&by_norm), [0, 0, 0, 3].map(Some));
    assert_eq!(baselines(&plan("{ placement = \"pre\" }")), [0, 1, 2, 0].map(Some));
    assert_eq!(baselines(&plan("{ norm = \"layer\", placement = \"pre\" }")), [0; 4].map(Some));
    assert_eq!(baselines(&plan("{ placement = \"none\" }")), [3; 4].map(Some));
}

#[test]
fn first_seed_moves_all_seeds_and_unpaired_arms_share_none() {
    let text = |study: &str| {
        let sweep = "[sweep]\nnorm = [\"layer\", \"rms\"]\n";
        format!("{}{sweep}", SMALL.replace("seeds = 2", &format!("seeds = 2\n{study}")))
    };
    let runs = |study: &str| {
        let plan = Plan::new(&experiment(&text(study)), &digits()).unwrap();
        plan.confirmation_runs(&at_1e3(2))
    };
    let roots = |runs: &[Run]| runs.iter().map(|run| run.root.0).collect::<Vec<_>>();
    let seeds = |runs: &[Run]| runs.iter().map(|run| run.seed).collect::<Vec<_>>();
    assert_eq!(roots(&runs("")), [0, 1, 0, 1]);
    assert_eq!(seeds(&runs("first_seed = 100")), [100, 101, 100, 101]);
    let unpaired = runs("paired = false");
    assert_eq!(seeds(&unpaired), [0, 1, 0, 1], "they are still matched by number");
    let mut own = roots(&unpaired);
    own.sort_unstable();
    own.dedup();
    assert_eq!(own.len(), 4);
    assert_eq!(unpaired, runs("paired = false"));
    assert_ne!(unpaired[0].id, runs("")[0].id);
}

#[test]
fn an_identity_is_of_the_meaning_and_not_of_the_spelling() {
    let digits = digits();
    let id = |text: &str| {
        let plan = Plan::new(&experiment(text), &digits).unwrap();
        plan.confirmation_runs(&[vec![1e-3]])[0].id.clone()
    };
    let plain = id(SMALL);
    assert_eq!(plain.len(), 12);
    let renamed = SMALL.replace("small", "other");
    for same in [
        format!("{SMALL}[network]\ndepth = 8 # the default\n"),
        format!("{SMALL}[network]\nnorm = {{ name = \"layer\" }}\n"),
        format!("{SMALL}[training]\nlearning_rate = 0.5 # replaced by the rate of the run\n"),
        format!("{renamed}[training]\noptimizer = \"adamw\"\n"),
    ] {
        assert_eq!(id(&same), plain, "{same}");
    }
    for other in [
        "[network]\ndepth = 9\n",
        "[network]\nnorm = { name = \"layer\", eps = 1e-3 }\n",
        "[training]\noptimizer = { name = \"adamw\", weight_decay = 0.02 }\n",
        "[training]\nclip_norm = 1\n",
    ] {
        assert_ne!(id(&format!("{SMALL}{other}")), plain, "{other}");
    }
}

const MINE: &str =
    "[network]\nnorm = \"mine\"\n[norms.mine]\nequation = \"x / rms(x)\"\nover = \"features\"\n";

#[test]
fn a_norm_of_ones_own_is_identified_by_its_definition() {
    let digits = digits();
    let id = |text: &str| {
        let plan = Plan::new(&experiment(&format!("{SMALL}{text}")), &digits).unwrap();
        plan.confirmation_runs(&[vec![1e-3]])[0].id.clone()
    };
    assert_eq!(id(&MINE.replace("x / rms(x)", "x/rms[features](x)")), id(MINE));
    for (good, bad) in [
        ("x / rms(x)", "x / std(x)"),
        ("\"features\"", "\"samples\""),
        ("x / rms", "gamma * x / rms"),
        ("\"mine\"", "{ name = \"mine\" }\nwidth = 32"),
    ] {
        assert_ne!(id(&MINE.replace(good, bad)), id(MINE), "{bad}");
    }
    let scaled = MINE.replace("x / rms", "alpha * x / rms");
    let declared = |start: &str| {
        format!("{scaled}parameters.alpha = {{ shape = \"scalar\", start = {start} }}\n")
    };
    assert_ne!(id(&declared("1.0")), id(&declared("2.0")));
}

#[test]
fn a_resolved_study_has_its_own_norms_in_it() {
    let digits = digits();
    let text = format!(
        "{SMALL}{MINE}parameters.\"γ\" = {{ shape = \"group\", start = -1 }}\nconstants.k = 3\n"
    );
    let original = experiment(&text);
    let written = resolved(&original, &digits);
    let again = experiment(&written);
    assert_eq!(resolved(&again, &digits), written);
    let runs = |experiment: &Experiment| {
        Plan::new(experiment, &digits).unwrap().confirmation_runs(&[vec![1e-3]])
    };
    assert_eq!(runs(&again), runs(&original));
}

/// Of a norm of the catalogue and of a custom one; `alpha` of `dyt` starts at 0.5.
#[test]
fn the_start_of_a_parameter_is_swept_and_read_back() {
    let digits = digits();
    let scaled = "[norms.mine]\nequation = \"alpha * x\"\nover = \"none\"\n\
                  parameters.alpha = { shape = \"scalar\", start = 1 }\n";
    let text = format!(
        "{SMALL}{scaled}[sweep]\nnorm = [\"dyt\", {{ name = \"dyt\", alpha = 0.8, gamma = 2 }}, \"mine\", \
         {{ name = \"mine\", alpha = -1 }}]\n"
    );
    let original = experiment(&text);
    let plan = Plan::new(&original, &digits).unwrap();
    let labels: Vec<&str> = plan.arms.iter().map(|arm| arm.label.as_str()).collect();
    assert_eq!(labels, ["dyt", "dyt(gamma=2 alpha=0.8)", "mine", "mine(alpha=-1)"]);
    let runs = plan.confirmation_runs(&at_1e3(4));
    let mut ids: Vec<&str> = runs.iter().map(|run| run.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 4 * 2);

    let written = resolved(&original, &digits);
    assert!(written.contains("{ name = \"dyt\", gamma = 2.0, alpha = 0.8 }"), "{written}");
    let again = experiment(&written);
    assert_eq!(resolved(&again, &digits), written);
    assert_eq!(Plan::new(&again, &digits).unwrap().confirmation_runs(&at_1e3(4)), runs);

    let network = nets::Network::<f32>::new(&plan.arms[1].network, Seed(0)).unwrap();
    let starts = |name: &str| {
        let of = network.parameters().iter().filter(|p| p.name.ends_with(name));
        of.flat_map(|p| p.value.as_slice().to_vec()).collect::<Vec<f32>>()
    };
    assert!(starts(".gamma").iter().all(|gamma| *gamma == 2.0));
    assert!(starts(".alpha").iter().all(|alpha| *alpha == 0.8) && !starts(".alpha").is_empty());
}

/// The default is a run of its own name too: `"dyt"` and `{ name = "dyt", alpha = 0.5 }` are the same.
#[test]
fn a_start_that_is_the_default_is_no_other_norm() {
    let digits = digits();
    let id = |norm: &str| {
        let text = format!("{SMALL}[network]\nnorm = {norm}\n");
        Plan::new(&experiment(&text), &digits).unwrap().confirmation_runs(&at_1e3(1))[0].id.clone()
    };
    assert_eq!(id("{ name = \"dyt\", alpha = 0.5 }"), id("\"dyt\""));
    assert_ne!(id("{ name = \"dyt\", alpha = 0.8 }"), id("\"dyt\""));
}

/// A schedule without a warmup has that of a study without a schedule.
#[test]
fn every_schedule_has_the_same_default_warmup() {
    let digits = digits();
    let plan = |schedule: &str| {
        let text = format!("{SMALL}[training]\n{schedule}\n");
        Plan::new(&experiment(&text), &digits).unwrap()
    };
    let id = |schedule: &str| plan(schedule).confirmation_runs(&at_1e3(1))[0].id.clone();
    for same in [
        "schedule = \"cosine\"",
        "schedule = { name = \"cosine\" }",
        "schedule = { name = \"cosine\", warmup = 0.1 }",
    ] {
        assert_eq!(id(same), id(""), "{same}");
    }
    assert_eq!(plan("schedule = \"linear\"").arms[0].training.schedule.warmup, 0.1);
    assert_ne!(id("schedule = { name = \"cosine\", warmup = 0 }"), id(""));
}

#[test]
fn a_variance_over_one_value_is_refused_with_both_numbers() {
    let text = MINE.replace("rms(x)", "std(x)").replace("\"features\"", "\"samples\"");
    // 1,078 examples in batches of 359 leave one.
    let report = mistakes(&format!("{SMALL}{text}[training]\nbatch_size = 359\n"));
    assert!(report.contains("`std` over samples needs at least 2 values, got 1"), "{report}");
    assert!(
        report.contains("1078 training examples in batches of 359, the width is 64"),
        "{report}"
    );
    let without = format!("{SMALL}{text}[training]\nbatch_size = 359\n")
        .replace("[network]", "[network]\nplacement = \"none\"");
    assert!(Plan::new(&experiment(&without), &digits()).is_ok(), "nothing is normalized there");
}

#[test]
fn every_run_has_an_identity_of_its_own() {
    let plan = Plan::new(&quickstart(), &digits()).unwrap();
    let mut ids: Vec<String> = plan.possible_runs().into_iter().map(|run| run.id).collect();
    let runs = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), runs);
}

/// The same numbers under two names are two arms, each with its own row; read back, they still are.
#[test]
fn an_alias_is_an_arm_beside_its_entry() {
    let digits = digits();
    let text = format!("{SMALL}[sweep]\nnorm = [\"batch\", \"batch-candle\", \"batch-burn\"]\n");
    let plan = |text: &str| Plan::new(&experiment(text), &digits).unwrap();
    let original = plan(&text);
    let labels: Vec<&str> = original.arms.iter().map(|arm| arm.label.as_str()).collect();
    assert_eq!(labels, ["batch", "batch-candle", "batch-burn"]);
    let runs = original.confirmation_runs(&at_1e3(3));
    let mut ids: Vec<&str> = runs.iter().map(|run| run.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 3 * 2);
    let again = plan(&resolved(&experiment(&text), &digits));
    assert_eq!(again.confirmation_runs(&at_1e3(3)), runs);
}

#[test]
fn a_resolved_study_makes_the_same_plan_and_the_same_resolved_study() {
    let digits = digits();
    let shared = format!(
        "{SMALL}baseline = {{}}\n[sweep]\nnorm = [\"rms\", {{ name = \"group\", groups = 4 }}]\n\
         clip_norm = [\"none\", 2]\nschedule = [\"linear\", {{ name = \"cosine\", warmup = 0.2 }}]\n"
    )
    .replace("seeds = 2\n[data]", "seeds = 2\nquestion = 'who is \"right\"?'\n[data]")
    .replace("baseline = {}\n", "");
    for original in [quickstart(), experiment(&shared)] {
        let written = resolved(&original, &digits);
        let again = experiment(&written);
        assert_eq!(resolved(&again, &digits), written);
        let runs = |experiment: &Experiment| {
            let plan = Plan::new(experiment, &digits).unwrap();
            let rates = at_1e3(plan.arms.len());
            (plan.tuning_runs(&[1e-3, 1e-2]), plan.confirmation_runs(&rates))
        };
        assert_eq!(runs(&again), runs(&original));
    }
}

fn mistakes(text: &str) -> String {
    Plan::new(&experiment(text), &digits()).err().expect("a mistake is found").to_string()
}

#[test]
fn groups_must_divide_the_width_of_every_arm() {
    let text = format!(
        "{SMALL}[sweep]\nwidth = [64, 60]\nnorm = [\"layer\", {{ name = \"group\", groups = 8 }}]\n"
    );
    let report = mistakes(&text);
    assert!(report.starts_with("study.toml:8:18: "), "{report}");
    assert!(report.contains("= the width is 60"), "{report}");
    assert!(report.ends_with("1 mistake in study.toml"), "{report}");
}

#[test]
fn a_batch_must_fit_into_the_training_part() {
    let report = mistakes(&format!("{SMALL}[training]\nbatch_size = 1079\n"));
    assert!(report.starts_with("study.toml:7:14: batch_size is 1079\n"), "{report}");
    assert!(report.contains("= digits has 1078 training examples"), "{report}");
}

/// 1078 examples in batches of 128 leave 54, and 4 divides no rest of 1078.
#[test]
fn parts_must_divide_every_batch() {
    let ghost = |parts: usize| {
        format!(
            "norm = {{ name = \"ghost-batch\", parts = {parts} }}\n[training]\nbatch_size = 128\n"
        )
    };
    let report = mistakes(&format!("{SMALL}[network]\n{}", ghost(4)));
    assert!(report.contains("54 samples cannot be divided into 4 parts of equal size"), "{report}");
    assert!(report.contains("the width is 64; parts = 2 would do"), "{report}");
    let report = mistakes(&format!("{SMALL}[network]\n{}", ghost(7)));
    assert!(report.contains("; batch_size = 126 would do"), "{report}");
}

#[test]
fn a_network_beyond_any_memory_is_refused() {
    let report = mistakes(&format!("{SMALL}[network]\nwidth = 65536\ndepth = 10000\n"));
    assert!(report.starts_with("study.toml:7:9: the network has 85900"), "{report}");
    assert!(report.contains("= at most 500000000: "), "{report}");
}

#[test]
fn a_grid_beyond_all_patience_is_refused() {
    let sizes = (1..=400).map(|size| size.to_string()).collect::<Vec<_>>().join(", ");
    let report = mistakes(&format!("{SMALL}[sweep]\ndepth = [{sizes}]\nwidth = [{sizes}]\n"));
    assert!(report.starts_with("study.toml:7:10: the study has up to 320000 runs\n"), "{report}");
    assert!(report.contains("= at most 100000: sweep less, or in several studies"), "{report}");
}
