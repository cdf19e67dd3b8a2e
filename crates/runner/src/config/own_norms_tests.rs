//! Norms of a file's own: what they mean, and every mistake at its place.

use super::*;

fn parsed(text: &str) -> Result<Experiment, ConfigError> {
    parse(&Source { path: "study.toml".into(), text: text.into() })
}

const OWN: &str = r#"[study]
name = "own"
seeds = 1
[data]
name = "digits"
[network]
norm = "mine"
[norms.mine]
equation = "gamma * x / (alpha * mean(abs(x)) + k)"
over = "features"
parameters.alpha = { shape = "scalar", start = 0.5 }
constants.k = 0.1
[norms.grouped]
equation = "x / rms[group](x)"
over = "none"
[sweep]
norm = ["layer", "mine", { name = "mine", k = -0.2 }, { name = "grouped", groups = 4 }]
"#;

fn report(good: &str, bad: &str) -> String {
    assert_eq!(OWN.matches(good).count(), 1, "{good:?} must be in the study once");
    parsed(&OWN.replace(good, bad)).err().expect("the mistake is found").to_string()
}

#[test]
fn own_norms_are_chosen_and_swept_like_others() {
    let experiment = parsed(OWN).unwrap_or_else(|error| panic!("{error}"));
    let norm = &experiment.settings.norm;
    assert_eq!((norm.name(), norm.groups()), ("mine", 1));
    assert_eq!(norm.equation().constants(), [("k".to_string(), 0.1)]);
    let parameters = norm.equation().parameters();
    let names: Vec<(&str, f64)> = parameters.iter().map(|p| (p.name.as_str(), p.start)).collect();
    assert_eq!(names, [("gamma", 1.0), ("alpha", 0.5)]);
    let labels: Vec<String> =
        experiment.sweep[0].values.iter().map(|(setting, _)| setting.label()).collect();
    assert_eq!(labels, ["layer", "mine", "mine(k=-0.2)", "grouped(groups=4)"]);
}

#[test]
fn a_mistake_in_an_equation_is_shown_where_it_is() {
    insta::assert_snapshot!(report("mean(abs(x))", "maen(abs(x))"), @r#"
    study.toml:9:34: unknown function `maen`
      |
    9 | equation = "gamma * x / (alpha * maen(abs(x)) + k)"
      |                                  ^^^^
      = did you mean `mean`?

    1 mistake in study.toml
    "#);
}

#[test]
fn an_escaped_equation_is_shown_as_a_whole() {
    let bad = report("gamma * x / (alpha * mean(abs(x)) + k)", "\\u0067amma * y");
    assert!(bad.starts_with("study.toml:9:12: unknown name `y`\n"), "{bad}");
}

#[test]
fn every_declaration_is_checked() {
    for (good, bad, place, help) in [
        (
            "over = \"features\"",
            "over = \"feature\"",
            "10:9: unknown axis `feature`",
            "`features`?",
        ),
        ("over = \"features\"\n", "", "[norms.mine]", "write for example over = "),
        ("\"scalar\"", "\"scaler\"", "11:30: unknown shape \"scaler\"", "allowed: scalar, feature"),
        ("\"scalar\"", "\"output\"", "11:30: the shape \"output\" is for", "allowed: scalar"),
        (
            "\"scalar\"",
            "\"side\"",
            "7:8: \"mine\" has the side input \"alpha\"",
            "`gradcheck`, `apply`",
        ),
        ("norm = \"mine\"", "norm = \"ada-layer\"", "the side input \"scale\"", "take such norms"),
        ("start = 0.5", "start = \"a\"", "11:48: start is \"a\"", "a finite number"),
        ("constants.k = 0.1", "constants.k = inf", "12:15: k is inf", "a finite number"),
        ("constants.k", "constants.mean", "`mean` is a word of the language", "another name"),
        ("[norms.mine]", "[norms.layer]", "\"layer\" is a norm of the catalogue", "another name"),
        (
            "over = \"none\"",
            "ovr = \"none\"",
            "15:1: unknown key \"ovr\"",
            "did you mean \"over\"?",
        ),
        ("k = -0.2", "q = -0.2", "unknown key \"q\" in norm", "allowed: name, k"),
        ("groups = 4", "eps = 4", "unknown key \"eps\" in norm", "allowed: name, groups"),
        (
            "norm = \"mine\"",
            "norm = \"mien\"",
            "7:8: unknown norm \"mien\"",
            "`normlab list` shows them; did you mean \"mine\"?",
        ),
    ] {
        let report = report(good, bad);
        for expected in [place, help] {
            assert!(report.contains(expected), "wanted {expected}\ngot\n{report}");
        }
    }
}

#[test]
fn a_wrong_definition_is_not_reported_again_where_it_is_used() {
    let report = report("mean(abs(x))", "maen(abs(x))");
    assert!(report.ends_with("1 mistake in study.toml"), "{report}");
}

#[test]
fn what_is_rarely_meant_is_noted() {
    let notes = parsed(&OWN.replace("x / rms[group](x)", "rms[group](x)")).unwrap().own_norms;
    let expected = "note: norm \"grouped\": the result does not vary along group";
    assert_eq!(notes.notes(), [expected]);
}

#[test]
fn a_file_of_norms_alone_is_enough_for_checks() {
    let start = OWN.find("[norms.mine]").unwrap();
    let end = OWN.find("[sweep]").unwrap();
    let read = |text: &str| {
        norms(&Source { path: "n.toml".into(), text: text.into() }).map(|file| file.norms)
    };
    let names = |own: OwnNorms| -> Vec<String> {
        own.definitions().map(|definition| definition.name.clone()).collect()
    };
    assert_eq!(names(read(&OWN[start..end]).unwrap()), ["mine", "grouped"]);
    assert_eq!(names(read(OWN).unwrap()), ["mine", "grouped"]);
    assert!(read(&OWN[6..]).is_err(), "an experiment is read as a whole");
    let none = read("").unwrap_err().to_string();
    assert!(none.contains("the file defines no norm"), "{none}");
}
