//! Every mistake with its whole message: place, value, what is allowed, and the nearest name.

use super::*;
use crate::data::{Scale, Scaling};

fn parsed(text: &str) -> Result<Experiment, ConfigError> {
    parse(&Source { path: "study.toml".into(), text: text.into() })
}

/// The report on a good study of which one line is replaced.
fn report(good: &str, bad: &str) -> String {
    assert_eq!(GOOD.matches(good).count(), 1, "{good:?} must be in the study once");
    parsed(&GOOD.replace(good, bad)).err().expect("the mistake is found").to_string()
}

const GOOD: &str = r#"[study]
name = "good"
baseline = { placement = "pre" }
[data]
name = "digits"
[network]
depth = 8
norm = "layer"
init = "kaiming-normal"
[training]
optimizer = "adamw"
schedule = { name = "cosine", warmup = 0.1 }
batch_size = 128
[sweep]
placement = ["pre", "post"]
[tune]
learning_rate = [1e-3, 1e-2]
seeds = 3
[confirm]
seeds = 6
"#;

#[test]
fn a_good_study_says_what_its_author_said() {
    let experiment = parsed(GOOD).unwrap();
    assert_eq!(experiment.name, "good");
    assert_eq!(experiment.settings.depth, 8);
    assert_eq!(experiment.sweep[0].key.name, "placement");
    assert_eq!(experiment.sweep[0].values.len(), 2);
    assert_eq!(
        experiment.procedure,
        Procedure::Tuned {
            rates: vec![1e-3, 1e-2],
            extend: 0,
            tuning_seeds: 3,
            confirmation_seeds: 6
        }
    );
}

#[test]
fn seeds_scaling_and_pairing_have_defaults() {
    let without = GOOD.replace("seeds = 3\n", "").replace("[confirm]\nseeds = 6\n", "");
    let experiment = parsed(&without).unwrap();
    assert_eq!(
        experiment.procedure,
        Procedure::Tuned {
            rates: vec![1e-3, 1e-2],
            extend: 0,
            tuning_seeds: 3,
            confirmation_seeds: 9
        }
    );
    assert_eq!(experiment.seeds, Seeds { first: 0, paired: true });
    assert_eq!(experiment.data.scaling, Scaling { scale: Scale::Global, clip: None });
    let said = GOOD
        .replace("name = \"digits\"", "name = \"digits\"\nscale = \"feature\"\nclip = 3")
        .replace("seeds = 3", "extend = 2")
        .replace("name = \"good\"", "name = \"good\"\nfirst_seed = 7\npaired = false");
    let experiment = parsed(&said).unwrap();
    assert!(matches!(experiment.procedure, Procedure::Tuned { extend: 2, tuning_seeds: 3, .. }));
    assert_eq!(experiment.seeds, Seeds { first: 7, paired: false });
    assert_eq!(experiment.data.scaling, Scaling { scale: Scale::Feature, clip: Some(3.0) });
}

#[test]
fn a_norm_is_chosen_by_an_alias_and_called_by_it() {
    let swept = r#"norm = ["batch", "batch-candle", "batch-burn", { name = "batch-burn", momentum = 0.2 }]"#;
    let text = GOOD.replace("placement = [\"pre\", \"post\"]", swept);
    let text = text
        .replace("baseline = { placement = \"pre\" }", "baseline = { norm = \"batch-candle\" }");
    let experiment = parsed(&text).unwrap_or_else(|error| panic!("{error}"));
    let values = experiment.sweep[0].values.iter();
    let found: Vec<[String; 2]> = values.map(|(value, _)| [value.label(), value.toml()]).collect();
    // burn's momentum is 0.1, where flax, whose equation it has, has 0.01.
    let expected = [
        ["batch", "{ name = \"batch\", eps = 1e-5, momentum = 0.1 }"],
        ["batch-candle", "{ name = \"batch-candle\", eps = 1e-5, momentum = 0.1 }"],
        ["batch-burn", "{ name = \"batch-burn\", eps = 1e-5, momentum = 0.1 }"],
        ["batch-burn(momentum=0.2)", "{ name = \"batch-burn\", eps = 1e-5, momentum = 0.2 }"],
    ];
    assert_eq!(found, expected.map(|pair| pair.map(str::to_string)));
    assert_eq!(experiment.baseline[0].1.label(), "batch-candle");
}

#[test]
fn an_alias_is_the_nearest_name_and_is_nobody_elses() {
    let wrong = report("norm = \"layer\"", "norm = \"batch-candel\"");
    assert!(wrong.contains("did you mean \"batch-candle\"?"), "{wrong}");
    let own = format!("{GOOD}[norms.batch-dfdx]\nequation = \"x\"\nover = \"none\"\n");
    let wrong = parsed(&own).err().expect("the name is taken").to_string();
    assert!(wrong.contains("\"batch-dfdx\" is a norm of the catalogue"), "{wrong}");
}

#[test]
fn a_whole_report_looks_like_this() {
    let optimizer = report("optimizer = \"adamw\"", "optimizer = \"adamv\"");
    insta::assert_snapshot!(optimizer, @r#"
    study.toml:11:13: unknown optimizer "adamv"
       |
    11 | optimizer = "adamv"
       |             ^^^^^^^
       = allowed: sgd, adamw; did you mean "adamw"?

    1 mistake in study.toml
    "#);
    let norm = report("norm = \"layer\"", "norm = \"layr\"");
    assert!(norm.contains("`normlab list` shows them; did you mean \"layer\"?"), "{norm}");
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let text = GOOD
        .replace("depth = 8", "depth = -8")
        .replace("init = ", "initialization = ")
        .replace("[confirm]\nseeds = 6", "[confirm]\nseeds = 0");
    insta::assert_snapshot!(parsed(&text).err().unwrap().to_string(), @r#"
    study.toml:7:9: depth is -8
      |
    7 | depth = -8
      |         ^^
      = it must be a whole number from 1 to 10000

    study.toml:9:1: unknown key "initialization" in [network]
      |
    9 | initialization = "kaiming-normal"
      | ^^^^^^^^^^^^^^
      = allowed: architecture, depth, width, norm, placement, init; did you mean "init"?

    study.toml:20:9: seeds is 0
       |
    20 | seeds = 0
       |         ^
       = it must be a whole number from 1 to 10000

    3 mistakes in study.toml
    "#);
}

/// What replaces a line of the good study; the place and the message; the help.
const BAD: &[(&str, &str, &str, &str)] = &[
    (
        "depth = 8",
        "dept = 8",
        "7:1: unknown key \"dept\" in [network]",
        "allowed: architecture, depth, width, norm, placement, init; did you mean \"depth\"?",
    ),
    (
        "[network]",
        "[netwrok]",
        "6:2: unknown key \"netwrok\" in the file",
        "allowed: study, data, network, training, norms, sweep, tune, confirm; did you mean \"network\"?",
    ),
    (
        "placement = [\"pre\", \"post\"]",
        "placement = [\"pre\", \"pots\"]",
        "15:21: unknown placement \"pots\"",
        "allowed: pre, post, none, none-scaled; did you mean \"post\"?",
    ),
    (
        "init = \"kaiming-normal\"",
        "init = \"kaiming\"",
        "9:8: unknown init \"kaiming\"",
        "allowed: kaiming-normal, xavier-normal; did you mean \"kaiming-normal\"?",
    ),
    (
        "optimizer = \"adamw\"",
        "optimizer = { name = \"adam\", beta1 = 0.8 }",
        "11:22: unknown optimizer \"adam\"",
        "allowed: sgd, adamw; did you mean \"adamw\"?",
    ),
    (
        "optimizer = \"adamw\"",
        "optimizer = { name = \"adamw\", beta_1 = 0.8 }",
        "11:31: unknown key \"beta_1\" in optimizer",
        "allowed: name, beta1, beta2, eps, weight_decay; did you mean \"beta1\"?",
    ),
    (
        "optimizer = \"adamw\"",
        "optimizer = { weight_decay = 0.1 }",
        "11:13: optimizer is a table without a name",
        "allowed: sgd, adamw",
    ),
    (
        "depth = 8",
        "depth = \"8\"",
        "7:9: depth is \"8\"",
        "it must be a whole number from 1 to 10000",
    ),
    ("depth = 8", "depth = 8.0", "7:9: depth is 8.0", "it must be a whole number from 1 to 10000"),
    ("depth = 8", "depth = 0", "7:9: depth is 0", "it must be a whole number from 1 to 10000"),
    (
        "depth = 8",
        "depth = 99999999999999999999",
        "7:9: depth is 99999999999999999999",
        "it must be a whole number from 1 to 10000",
    ),
    (
        "norm = \"layer\"",
        "norm = [\"layer\"]",
        "8:8: norm is a list",
        "it must be one value; [sweep] takes lists of them",
    ),
    (
        "norm = \"layer\"",
        "norm = \"group\"",
        "8:8: norm \"group\" needs a number of groups",
        "write for example { name = \"group\", groups = 8 }",
    ),
    (
        "norm = \"layer\"",
        "norm = { name = \"layer\", groups = 8 }",
        "8:26: unknown key \"groups\" in norm",
        "allowed: name, eps, gamma, beta",
    ),
    (
        "norm = \"layer\"",
        "norm = { name = \"layer\", momentum = 0.5 }",
        "8:26: unknown key \"momentum\" in norm",
        "allowed: name, eps, gamma, beta",
    ),
    (
        "norm = \"layer\"",
        "norm = { name = \"batch\", eps = -1 }",
        "8:32: eps is -1",
        "it must be a finite number of 0 or above",
    ),
    (
        "warmup = 0.1",
        "warmup = 1.0",
        "12:40: warmup is 1.0",
        "it must be a number from 0 up to, but not including, 1",
    ),
    (
        "placement = [\"pre\", \"post\"]",
        "placement = []",
        "15:13: placement is an empty list",
        "give it at least one value",
    ),
    (
        "placement = [\"pre\", \"post\"]",
        "placement = \"pre\"",
        "15:13: placement is \"pre\"",
        "it must be a list such as [1, 2]",
    ),
    (
        "placement = [\"pre\", \"post\"]",
        "placement = [\"pre\", \"post\", \"pre\"]",
        "15:29: \"pre\" is twice in placement",
        "every value once",
    ),
    (
        "placement = [\"pre\", \"post\"]",
        "placement = [\"pre\", \"post\"]\nnorm = [\"rms\", { name = \"rms\", eps = 1e-5 }]",
        "16:16: { name = \"rms\", eps = 1e-5 } is twice in norm",
        "every value once",
    ),
    (
        "placement = [\"pre\", \"post\"]",
        "placement = [\"pre\", \"post\"]\nlearning_rate = [1e-3]",
        "16:17: learning_rate is both swept and tuned",
        "leave it out here: [tune] gives the rates",
    ),
    (
        "learning_rate = [1e-3, 1e-2]",
        "learning_rate = [0.0, 1e-2]",
        "17:18: learning_rate is 0.0",
        "it must be a finite number above 0",
    ),
    (
        "learning_rate = [1e-3, 1e-2]",
        "learning_rate = [inf, 1e-2]",
        "17:18: learning_rate is inf",
        "it must be a finite number above 0",
    ),
    (
        "learning_rate = [1e-3, 1e-2]",
        "learning_rate = [1e-3, 0.001]",
        "17:24: 0.001 is twice in learning_rate",
        "every value once",
    ),
    (
        "learning_rate = [1e-3, 1e-2]",
        "select = \"test_loss\"\nlearning_rate = [1e-3]",
        "17:10: unknown select \"test_loss\"",
        "allowed: val_loss",
    ),
    ("seeds = 3", "seeds = 0", "18:9: seeds is 0", "it must be a whole number from 1 to 10000"),
    ("seeds = 3", "extend = 11", "18:10: extend is 11", "it must be a whole number from 0 to 10"),
    (
        "seeds = 6",
        "seeds = \"six\"",
        "20:9: seeds is \"six\"",
        "it must be a whole number from 1 to 10000",
    ),
    (
        "name = \"good\"",
        "name = \"good\"\npaired = 1",
        "3:10: paired is 1",
        "it must be true or false",
    ),
    (
        "name = \"good\"",
        "name = \"good\"\nfirst_seed = -1",
        "3:14: first_seed is -1",
        "it must be a whole number from 0 to 1000000000",
    ),
    (
        "name = \"digits\"",
        "name = \"digits\"\nscale = \"pixel\"",
        "6:9: unknown scale \"pixel\"",
        "allowed: global, feature, none",
    ),
    (
        "name = \"digits\"",
        "name = \"digits\"\nclip = 0",
        "6:8: clip is 0",
        "it must be a finite number above 0, or \"none\"",
    ),
    (
        "[tune]\nlearning_rate = [1e-3, 1e-2]\nseeds = 3\n",
        "",
        "16:1: [confirm] without [tune]",
        "[confirm] follows [tune]; without tuning write seeds in [study]",
    ),
    (
        "name = \"good\"",
        "name = \"good\"\nseeds = 3",
        "3:9: seeds in [study] beside [tune]",
        "leave it out here: [tune] and [confirm] give the seeds",
    ),
    (
        "name = \"good\"",
        "name = \"../good\"",
        "2:8: name is \"../good\"",
        "1 to 100 letters, digits, hyphens, underscores and points, the first no point",
    ),
    (
        "name = \"digits\"",
        "name = \"digit\"",
        "5:8: unknown data set \"digit\"",
        "allowed: digits; did you mean \"digits\"?",
    ),
    (
        "baseline = { placement = \"pre\" }",
        "baseline = { depth = 8 }",
        "3:22: the baseline key depth is not swept",
        "allowed: placement",
    ),
    (
        "baseline = { placement = \"pre\" }",
        "baseline = { placement = \"none\" }",
        "3:26: the baseline value \"none\" of placement is not in the sweep",
        "allowed: \"pre\", \"post\"",
    ),
    (
        "batch_size = 128",
        "batch_size = true",
        "13:14: batch_size is true",
        "it must be a whole number from 1 to 1000000",
    ),
    (
        "batch_size = 128",
        "clip_norm = \"off\"",
        "13:13: clip_norm is \"off\"",
        "it must be a finite number above 0, or \"none\"",
    ),
    (
        "depth = 8",
        "depth = 8\ndepth = 9",
        "8:1: duplicate key",
        "the file must be TOML, see https://toml.io",
    ),
];

#[test]
fn every_mistake_has_its_place_its_value_and_its_help() {
    for (good, bad, message, help) in BAD {
        let report = report(good, bad);
        let first = format!("study.toml:{message}\n");
        assert!(report.contains(&first), "wanted {first}of {bad:?}\ngot\n{report}");
        assert!(report.contains(&format!(" = {help}\n")), "wanted {help}\ngot\n{report}");
    }
}

#[test]
fn one_mistake_is_reported_once() {
    for (good, bad, ..) in BAD {
        let report = report(good, bad);
        let others = ["[netwrok]", "depth = 8\ndepth = 9", "", "select = \"test_loss\"\n"];
        if !others
            .iter()
            .any(|other| bad.starts_with(other) && (!other.is_empty() || bad.is_empty()))
        {
            assert!(report.ends_with("1 mistake in study.toml"), "{bad:?}\n{report}");
        }
    }
}

/// No text, however broken, may panic the checker: every good study cut off at every byte.
#[test]
fn a_study_cut_off_anywhere_is_read_or_refused() {
    let refused = (0..GOOD.len()).filter(|&end| parsed(&GOOD[..end]).is_err()).count();
    assert!(refused > GOOD.len() / 2, "{refused} of {} cuts were refused", GOOD.len());
}
