//! Norms of the catalogue.

use std::time::Instant;

use gradcheck::Options;
use norms::{Entry, NormChoice, certify, standing_control};

use super::progress::Progress;
use super::{Examined, What};
use crate::config::nearest;
use crate::failure::Failure;

/// Examines the named norms, or all of them, in their order.
pub(super) fn examine(names: &[String], options: &Options) -> Result<Examined, Failure> {
    let entries = chosen(names)?;
    let progress = Progress::begin(entries.len() * options.cases.cases().len());
    let (mut examinations, mut seconds) = (Vec::new(), Vec::new());
    for entry in entries {
        let begun = Instant::now();
        let examined = certify(&NormChoice::plain(entry), options, &|at| progress.show(at));
        examinations.extend(examined.inspect_err(|_| progress.end())?);
        seconds.push(begun.elapsed().as_secs_f64());
    }
    progress.end();
    let plain = Options { only: Some("plain".to_string()), ..options.clone() };
    let control = standing_control(&plain)?;
    Ok(Examined { what: What::Catalogue, examinations, seconds, control })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest() {
        let error = chosen(&["layer".into(), "bath".into()]).err().unwrap().to_string();
        assert!(error.contains("unknown norm \"bath\"; allowed: layer, rms, batch"), "{error}");
        assert!(error.contains("did you mean \"batch\"?"), "{error}");
        assert_eq!(chosen(&[]).unwrap().len(), norms::CATALOGUE.len());
    }
}
