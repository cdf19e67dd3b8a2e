//! The figures: complete documents that show every series and every failure.

mod fixture;

use analysis::{Drawn, Figure, Study, figures, is_figure};
use fixture::Fixture;
use std::fs;

fn draw(fixture: &Fixture) -> Vec<Figure> {
    all_of(&fixture.study(), fixture)
}

/// The figures of a study whose files have no faults.
fn all_of(study: &Study, fixture: &Fixture) -> Vec<Figure> {
    let Drawn { figures, problems } = figures(study, fixture.root());
    assert!(problems.is_empty(), "{problems:?}");
    figures
}

/// The picture of a file.
fn svg<'f>(figures: &'f [Figure], file_name: &str) -> &'f str {
    &figures.iter().find(|figure| figure.file_name == file_name).unwrap().svg
}

/// The first tag that does not fit, if there is one. Enough for documents without comments.
fn misfit(svg: &str) -> Option<String> {
    let mut open = Vec::new();
    for piece in svg.split('<').skip(1) {
        let Some((tag, _)) = piece.split_once('>') else { return Some(piece.to_string()) };
        let name = tag.split_whitespace().next().unwrap_or("");
        if tag.matches('"').count() % 2 == 1 {
            return Some(tag.to_string());
        }
        if let Some(closed) = name.strip_prefix('/') {
            if open.pop() != Some(closed) {
                return Some(tag.to_string());
            }
        } else if !tag.ends_with('/') {
            open.push(name);
        }
    }
    open.pop().map(str::to_string)
}

#[test]
fn the_check_for_misfits_finds_some() {
    assert_eq!(misfit("<svg><g></svg>"), Some("/svg".to_string()));
    assert_eq!(misfit("<svg><g/>"), Some("svg".to_string()));
    assert_eq!(misfit("<svg a=\"1></svg>"), Some("svg a=\"1".to_string()));
    assert_eq!(misfit("<svg><g a=\"1\"/></svg>"), None);
}

#[test]
fn a_tuned_study_has_figures_that_are_complete() {
    let figures = draw(&fixture::write());
    let names: Vec<&str> = figures.iter().map(|figure| figure.file_name.as_str()).collect();
    assert_eq!(
        names,
        [
            "scores.svg",
            "test_loss_by_depth.svg",
            "test_error_by_depth.svg",
            "loss_vs_learning_rate.svg",
            "loss_curves.svg",
            "activation_rms_by_layer.svg",
            "gradient_norm_by_layer.svg"
        ]
    );
    for Figure { file_name, title, svg } in &figures {
        assert_eq!(misfit(svg), None, "{file_name}");
        assert!(is_figure(file_name), "{file_name}");
        assert!(svg.contains(&format!("<title>{title}</title>")), "{file_name}");
        for series in ["pre", "post", "none", "none-scaled"] {
            assert!(svg.contains(&format!(">{series}</text>")), "{file_name}: {series}");
        }
        for panel in [">depth 8", ">depth 64"] {
            let is_axis = file_name.ends_with("_by_depth.svg");
            assert_eq!(svg.contains(panel), !is_axis, "{file_name}: {panel}");
        }
        // 9 of the arms at depth 8 have a best rate with nine seeds.
        assert!(
            title.contains(", 9 seeds") || title.ends_with(", 9 at plausible rates"),
            "{title}"
        );
        for number in ["NaN", "nan", "inf"] {
            assert!(!svg.contains(number), "{file_name}: {number}");
        }
    }
}

#[test]
fn failures_at_a_rate_are_shown_with_their_number() {
    let figures = draw(&fixture::write());
    let svg = svg(&figures, "loss_vs_learning_rate.svg");
    assert!(svg.contains(">failed</text>"));
    // none-scaled at depth 64 and the largest rate fails with one seed of three. Post and none fail
    // with all three at 1 + 2 rates of depth 8, 6 + 5 of depth 64, at one of which post was run on
    // with six seeds that fail as well.
    assert_eq!(svg.matches(">1/3</text>").count(), 1);
    assert_eq!(svg.matches(">3/3</text>").count(), 13);
    assert_eq!(svg.matches(">9/9</text>").count(), 1);
    assert!(svg.contains(">constant predictor</text>") && svg.contains(">best rate</text>"));
}

#[test]
fn means_from_which_seeds_are_missing_have_open_markers() {
    let figures = draw(&fixture::write());
    for file_name in ["loss_vs_learning_rate.svg", "loss_curves.svg", "test_loss_by_depth.svg"] {
        let svg = svg(&figures, file_name);
        assert!(svg.contains(">some seeds failed</text>"), "{file_name}");
        assert!(svg.contains("fill=\"white\" stroke=\"#009e73\""), "{file_name}: none is open");
        assert!(!svg.contains("fill=\"white\" stroke=\"#0072b2\""), "{file_name}: pre is not");
    }
}

#[test]
fn what_is_beyond_the_axis_is_an_arrow_at_its_edge_with_its_value() {
    let figures = draw(&fixture::write());
    let svg = svg(&figures, "loss_curves.svg");
    // Every failed run has left the axis at its end, so that the only cross, of two strokes, is in the legend.
    assert!(svg.contains(">beyond the axis, and the value farthest out</text>"));
    assert_eq!(svg.matches("stroke-width=\"2.2\"").count(), 2);
    // The last loss of the longest failed run, at step 63: 2.4 * 10^(30 (63 / 180)^2) = 1.14e4.
    assert!(svg.contains(">1.1e4</text>"), "the value is said");
    // The axis ends at ten times the constant predictor, 23: its ticks are plain numbers.
    assert!(svg.contains(">10</text>") && !svg.contains(">1000</text>"));
}

#[test]
fn one_exploding_arm_does_not_flatten_the_others() {
    let figures = draw(&fixture::write());
    let svg = svg(&figures, "activation_rms_by_layer.svg");
    // Without norm activations grow as 1.41^64 = 3.5e9, the others stay between 1 and 8.
    assert!(svg.contains("e9</text>"), "the value is said");
    assert!(!svg.contains(">1e9</text>\n<text"), "and has no tick");
}

#[test]
fn the_scores_say_which_arm_does_not_train_and_what_is_not_concluded() {
    let figures = draw(&fixture::write());
    let svg = svg(&figures, "scores.svg");
    // Post-norm at depth 64, in two columns.
    assert_eq!(svg.matches(">does not train</text>").count(), 2);
    assert!(svg.contains(">Δ loss, nat</text>") && svg.contains("#999999"));
}

#[test]
fn figures_of_the_best_rate_say_where_an_arm_without_one_is_shown() {
    let says = |figures: &[Figure]| -> Vec<String> {
        let said = "an arm that fails at every rate is shown at the lowest one</text>";
        let all = figures.iter().filter(|figure| figure.svg.contains(said));
        all.map(|figure| figure.file_name.clone()).collect()
    };
    let fixture = fixture::write();
    let others = ["scores.svg", "loss_vs_learning_rate.svg"];
    let said = says(&draw(&fixture));
    assert!(said.len() == 5 && !others.iter().any(|other| said.contains(&other.to_string())));
    let mut study = fixture.study();
    study.runs.retain(|run| run.keys[0] == "pre");
    assert_eq!(says(&all_of(&study, &fixture)), Vec::<String>::new());
    let mut study = fixture.study();
    study.runs.retain(|run| run.keys == ["post", "64"]);
    for Figure { title, .. } in all_of(&study, &fixture) {
        assert!(!title.contains("best rate"), "{title}");
    }
}

#[test]
fn differences_have_columns_where_there_are_some() {
    let fixture = fixture::write();
    let mut study = fixture.study();
    study.runs.retain(|run| ["pre", "post"].contains(&run.keys[0].as_str()) && run.keys[1] == "64");
    let figures = all_of(&study, &fixture);
    assert!(!svg(&figures, "scores.svg").contains(">Δ "), "post fails at every rate of depth 64");
}

#[test]
fn a_study_without_tuning_says_nothing_of_best_rates() {
    let fixture = fixture::write();
    let mut study = fixture.study();
    study.runs.retain(|run| run.phase == analysis::Phase::Confirm && run.keys[1] == "8");
    let figures = all_of(&study, &fixture);
    assert!(svg(&figures, "scores.svg").contains("grey where nothing is concluded</text>"));
    for Figure { file_name, title, svg } in figures {
        assert!(!title.contains("rate"), "{title}");
        assert!(!svg.contains("best rate") && !svg.contains("could be the best"), "{file_name}");
    }
}

#[test]
fn a_study_without_tuning_and_sweep_has_figures_of_one_series() {
    let fixture = fixture::write();
    let mut study = fixture.study();
    study.runs.retain(|run| run.phase == analysis::Phase::Confirm);
    study.runs.retain(|run| run.arm == "placement=pre,depth=8");
    study.runs.iter_mut().for_each(|run| {
        run.keys.clear();
        run.arm = "a < b".to_string();
        run.baseline = None;
    });
    let study = Study { name: "a < b".to_string(), swept: Vec::new(), ..study };
    let figures = all_of(&study, &fixture);
    assert_eq!(figures.len(), 4);
    for Figure { file_name, title, svg } in &figures {
        assert_eq!(misfit(svg), None, "{file_name}");
        assert!(is_figure(file_name), "{file_name}");
        assert!(!title.contains("rate") && title.ends_with(", 6 seeds"), "{title}");
        assert!(svg.contains(">a &lt; b</text>"), "{file_name}");
    }
}

#[test]
fn a_damaged_or_missing_record_is_named_and_takes_its_own_figures_only() {
    let fixture = fixture::write();
    let folder = fixture.root().join("runs/pre-8-3e-3-100");
    let drawn = || figures(&fixture.study(), fixture.root());
    fs::write(folder.join("metrics.csv"), "step,val_loss\n0,2.5\n9,low\n").unwrap();
    let Drawn { figures, problems } = drawn();
    assert_eq!((figures.len(), problems.len()), (6, 1));
    assert!(figures.iter().all(|figure| figure.file_name != "loss_curves.svg"));
    let message = problems[0].to_string();
    assert!(
        message.ends_with("metrics.csv, line 3, column `val_loss`: \"low\" is not a number"),
        "{message}"
    );
    fs::remove_file(folder.join("metrics.csv")).unwrap();
    let message = drawn().problems[0].to_string();
    assert!(message.starts_with("cannot read ") && message.contains("pre-8-3e-3-100/metrics.csv"));
    // Two figures are made of one file.
    fs::remove_file(folder.join("layers.csv")).unwrap();
    let Drawn { figures, problems } = drawn();
    assert_eq!((figures.len(), problems.len()), (4, 3));
}

#[test]
fn records_without_a_single_number_leave_their_figures_out() {
    let fixture = fixture::write();
    for folder in fs::read_dir(fixture.root().join("runs")).unwrap() {
        fs::write(folder.unwrap().path().join("layers.csv"), "step,layer,statistic,value\n")
            .unwrap();
    }
    assert_eq!(draw(&fixture).len(), 5);
}
