//! The figures: complete documents that show every series and every failure.

mod fixture;

use analysis::{Figure, Phase, Run, Study, figures, read_runs};
use fixture::Fixture;
use std::fs;

fn runs(fixture: &Fixture) -> Vec<Run> {
    read_runs(&fixture.root().join("runs.csv"), fixture.study().swept).unwrap()
}

fn draw(fixture: &Fixture) -> Vec<Figure> {
    figures(&fixture.study(), fixture.root(), &runs(fixture)).unwrap()
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
fn a_tuned_study_has_four_figures_that_are_complete() {
    let figures = draw(&fixture::write());
    let names: Vec<&str> = figures.iter().map(|figure| figure.file_name.as_str()).collect();
    assert_eq!(
        names,
        [
            "loss_vs_learning_rate.svg",
            "loss_curves.svg",
            "activation_rms_by_layer.svg",
            "gradient_norm_by_layer.svg"
        ]
    );
    for Figure { file_name, title, svg } in &figures {
        assert_eq!(misfit(svg), None, "{file_name}");
        assert!(svg.contains(&format!("<title>{title}</title>")), "{file_name}");
        for series in ["pre", "post", "none", "none-scaled"] {
            assert!(svg.contains(&format!(">{series}</text>")), "{file_name}: {series}");
        }
        for panel in [">depth 8", ">depth 64"] {
            assert!(svg.contains(panel), "{file_name}: {panel}");
        }
        for number in ["NaN", "nan", "inf"] {
            assert!(!svg.contains(number), "{file_name}: {number}");
        }
    }
}

#[test]
fn failures_at_a_rate_are_shown_with_their_number() {
    let fixture = fixture::write();
    let svg = &draw(&fixture)[0].svg;
    assert!(svg.contains(">failed</text>"));
    // none-scaled at depth 64 and the largest rate fails with one seed of three; none at the
    // smallest with two. Post and none fail with all at 1 + 2 rates of depth 8, 6 + 5 of depth 64.
    assert_eq!(svg.matches(">1/3</text>").count(), 1);
    assert_eq!(svg.matches(">2/3</text>").count(), 1);
    assert_eq!(svg.matches(">3/3</text>").count(), 14);
    assert!(svg.contains(">constant predictor</text>") && svg.contains(">chosen rate</text>"));
}

#[test]
fn failed_runs_end_with_a_cross() {
    let fixture = fixture::write();
    let svg = &draw(&fixture)[1].svg;
    // A cross is two strokes of this width. Failed confirmation runs: one of none at depth 8, four
    // of none and six of post at depth 64; and one cross stands in the legend.
    assert_eq!(svg.matches("stroke-width=\"2.2\"").count(), 2 * (1 + 4 + 6 + 1));
    let finished: Vec<Run> = runs(&fixture).into_iter().filter(|r| r.scores().is_some()).collect();
    let without = figures(&fixture.study(), fixture.root(), &finished).unwrap();
    assert_eq!(without[1].svg.matches("stroke-width=\"2.2\"").count(), 0);
}

#[test]
fn a_study_without_tuning_and_sweep_has_three_figures_of_one_series() {
    let fixture = fixture::write();
    let study = Study { name: "a < b", question: "", swept: &[], baseline: &[], tuned_rates: &[] };
    let mut runs = runs(&fixture);
    runs.retain(|run| run.phase == Phase::Confirm && run.arm == "placement=pre,depth=8");
    runs.iter_mut().for_each(|run| run.keys.clear());
    let figures = figures(&study, fixture.root(), &runs).unwrap();
    assert_eq!(figures.len(), 3);
    for Figure { file_name, svg, .. } in &figures {
        assert_eq!(misfit(svg), None, "{file_name}");
        assert!(svg.contains(">a &lt; b</text>"), "{file_name}");
    }
}

#[test]
fn a_damaged_or_missing_record_is_named() {
    let fixture = fixture::write();
    let folder = fixture.root().join("runs/pre-8-3e-3-100");
    let fails = || figures(&fixture.study(), fixture.root(), &runs(&fixture)).unwrap_err();
    fs::write(folder.join("metrics.csv"), "step,val_loss\n0,2.5\n9,low\n").unwrap();
    let message = fails().to_string();
    assert!(
        message.ends_with("metrics.csv, line 3, column `val_loss`: \"low\" is not a number"),
        "{message}"
    );
    fs::remove_file(folder.join("metrics.csv")).unwrap();
    let message = fails().to_string();
    assert!(message.starts_with("cannot read ") && message.contains("pre-8-3e-3-100/metrics.csv"));
}

#[test]
fn records_without_a_single_number_leave_their_figures_out() {
    let fixture = fixture::write();
    for folder in fs::read_dir(fixture.root().join("runs")).unwrap() {
        fs::write(folder.unwrap().path().join("layers.csv"), "step,layer,statistic,value\n")
            .unwrap();
    }
    assert_eq!(draw(&fixture).len(), 2);
}
