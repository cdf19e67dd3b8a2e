//! Norms of the catalogue, as many at a time as there are cores.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use gradcheck::{CheckError, Examination, Options};
use norms::{Entry, certify, standing_control};

use super::progress::Progress;
use super::{Examined, refused};
use crate::config::nearest;
use crate::failure::Failure;

/// Examines the named norms, or all of them, in their order.
pub(super) fn examine(names: &[String], options: &Options) -> Result<Examined, Failure> {
    let entries = chosen(names)?;
    let progress = Progress::begin(entries.len() * options.cases.cases().len());
    let examined = all(&entries, options, &progress);
    progress.end();
    let mut examinations = Vec::new();
    for found in examined {
        examinations.extend(found.map_err(refused)?);
    }
    let plain = Options { only: Some("plain".to_string()), ..options.clone() };
    Ok(Examined { examinations, control: standing_control(&plain).map_err(refused)? })
}

fn all(
    entries: &[&'static Entry],
    options: &Options,
    progress: &Progress,
) -> Vec<Result<Vec<Examination>, CheckError>> {
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(entry) = entries.get(next.fetch_add(1, Ordering::Relaxed)) {
            let examined = certify(entry, options, &mut |at| progress.show(at));
            found.lock().expect("nobody panics with the lock").push((entry.name, examined));
        }
    };
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    thread::scope(|scope| {
        for _ in 0..cores.min(entries.len()) {
            scope.spawn(work);
        }
    });
    let mut found = found.into_inner().expect("nobody panics with the lock");
    let place = |name: &str| entries.iter().position(|entry| entry.name == name);
    found.sort_by_key(|(name, _)| place(name));
    found.into_iter().map(|(_, examined)| examined).collect()
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

    #[test]
    fn what_is_examined_at_once_comes_back_in_order() {
        let entries = chosen(&["group".into(), "layer".into()]).unwrap();
        let options = Options { only: Some("plain".into()), ..Options::default() };
        let found = all(&entries, &options, &Progress::begin(2));
        let names: Vec<String> =
            found.into_iter().map(|examined| examined.unwrap()[0].layer.clone()).collect();
        assert_eq!(names, ["group", "layer"]);
    }
}
