//! `normlab gradcheck`: the gradients of norms against finite differences.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use gradcheck::{Outcome, Verdict};
use norms::{Certificate, Entry, certify};

use crate::cli::GradcheckArguments;
use crate::config::nearest;
use crate::failure::Failure;
use crate::tables::table;
use crate::terminal::say;

/// Checks the named norms, or all, and prints a table and the reports of what failed.
///
/// # Errors
/// A name that is not in the catalogue.
pub fn gradcheck(arguments: &GradcheckArguments) -> Result<ExitCode, Failure> {
    let entries = chosen(&arguments.names)?;
    let mut certificates = Vec::new();
    for entry in entries {
        let begun = Instant::now();
        certificates.push((certify(entry, arguments.seed), begun.elapsed()));
    }
    say(&rendered(&certificates));
    let ranks = certificates.iter().map(|(certificate, _)| worse_lane(certificate));
    Ok(exit_code(ranks.max().unwrap_or(Rank::Pass)))
}

fn chosen(names: &[String]) -> Result<Vec<&'static Entry>, Failure> {
    if names.is_empty() {
        return Ok(norms::CATALOGUE.to_vec());
    }
    let known: Vec<&str> = norms::CATALOGUE.iter().map(|entry| entry.name).collect();
    let find = |name: &String| {
        norms::find(name).ok_or_else(|| {
            let nearest = nearest(name, &known);
            let nearest = nearest.map_or(String::new(), |name| format!("; did you mean {name:?}?"));
            let known = known.join(", ");
            Failure::BadInput(format!("unknown norm {name:?}; allowed: {known}{nearest}"))
        })
    };
    names.iter().map(find).collect()
}

/// What a verdict means for the exit code, from good to bad. What was not decided outweighs what
/// passed, and a failure outweighs everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Pass,
    Inconclusive,
    Fail,
}

fn rank(verdict: &Verdict) -> Rank {
    match verdict.outcome() {
        Outcome::Passed => Rank::Pass,
        Outcome::Inconclusive => Rank::Inconclusive,
        Outcome::Failed => Rank::Fail,
    }
}

/// The worse of the two precisions.
fn worse_lane(certificate: &Certificate) -> Rank {
    rank(&certificate.double.verdict).max(rank(&certificate.single.verdict))
}

fn exit_code(worst: Rank) -> ExitCode {
    match worst {
        Rank::Pass => ExitCode::SUCCESS,
        Rank::Fail => ExitCode::from(1),
        Rank::Inconclusive => ExitCode::from(3),
    }
}

fn rendered(certificates: &[(Certificate, Duration)]) -> String {
    let header = [
        "norm",
        "verdict",
        "resolution f64",
        "resolution f32",
        "difference f64",
        "difference f32",
        "cases",
        "undecided f64, f32",
        "seconds",
    ];
    let rows: Vec<Vec<String>> = certificates.iter().map(row).collect();
    let mut text = table(&header, &rows);
    for (certificate, _) in certificates {
        for (precision, lane) in [("f64", &certificate.double), ("f32", &certificate.single)] {
            if let Some(report) = &lane.report {
                text += &format!("\n\n{} in {precision}:\n{report}", certificate.name);
            }
        }
    }
    text
}

fn row((certificate, time): &(Certificate, Duration)) -> Vec<String> {
    let verdict = match worse_lane(certificate) {
        Rank::Pass => "pass",
        Rank::Fail => "fail",
        Rank::Inconclusive => "inconclusive",
    };
    vec![
        certificate.name.to_string(),
        verdict.to_string(),
        format!("{:.1e}", certificate.double.resolution),
        format!("{:.1e}", certificate.single.resolution),
        format!("{:.1e}", certificate.double.largest_difference),
        format!("{:.1e}", certificate.single.largest_difference),
        certificate.cases.to_string(),
        format!("{}, {}", certificate.double.inconclusive, certificate.single.inconclusive),
        format!("{:.2}", time.as_secs_f64()),
    ]
}

#[cfg(test)]
mod tests {
    use norms::Lane;

    use super::*;

    fn certificate(double: Verdict, single: Verdict) -> Certificate {
        let lane = |verdict: Verdict| Lane {
            report: (verdict == Verdict::Fail).then(|| "x[3]: 1 against 2".to_string()),
            verdict,
            inconclusive: 0,
            resolution: 1e-9,
            largest_difference: 2.5e-11,
        };
        Certificate { name: "layer", double: lane(double), single: lane(single), cases: 12 }
    }

    #[test]
    fn one_failure_outweighs_everything() {
        assert_eq!(worse_lane(&certificate(Verdict::Pass, Verdict::Pass)), Rank::Pass);
        assert_eq!(worse_lane(&certificate(Verdict::Pass, Verdict::Fail)), Rank::Fail);
        assert!(Rank::Fail > Rank::Inconclusive && Rank::Inconclusive > Rank::Pass);
    }

    #[test]
    fn a_failure_is_shown_with_its_report() {
        let failed = certificate(Verdict::Pass, Verdict::Fail);
        let text = rendered(&[(failed, Duration::from_millis(1500))]);
        let words: Vec<&str> = text.lines().nth(2).unwrap().split_whitespace().collect();
        let expected =
            ["layer", "fail", "1.0e-9", "1.0e-9", "2.5e-11", "2.5e-11", "12", "0,", "0", "1.50"];
        assert_eq!(words, expected);
        assert!(text.ends_with("\n\nlayer in f32:\nx[3]: 1 against 2"), "{text}");
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest() {
        let error = chosen(&["layer".into(), "bath".into()]).err().unwrap().to_string();
        assert!(error.contains("unknown norm \"bath\"; allowed: layer, rms, batch"), "{error}");
        assert!(error.contains("did you mean \"batch\"?"), "{error}");
        assert_eq!(chosen(&[]).unwrap().len(), norms::CATALOGUE.len());
    }
}
