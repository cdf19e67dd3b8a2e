//! The corpus on the battery.

use crate::faults::{self, Fault};
use crate::norm::Norm;
use crate::suite::Suite;
use gradcheck::{CheckError, Examination, Options, examine};

/// The corpus of one norm.
pub fn faults_of(norm: Norm) -> Vec<Fault> {
    faults::all().into_iter().filter(|fault| fault.norm == norm).collect()
}

/// Examines these faults of a norm; one result for each.
pub fn examine_some(
    norm: Norm,
    faults: &[Fault],
    options: &Options,
) -> Result<Vec<Examination>, CheckError> {
    let candidates = faults.iter().map(|fault| fault.candidate).collect();
    examine(&Suite::new(norm, candidates), options)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradcheck::Outcome;

    /// The faults of a norm that no case catches. A fault is not examined any further once it is caught,
    /// which is many times faster.
    fn examine_until_caught(norm: Norm, options: &Options) -> Result<Vec<Fault>, CheckError> {
        let mut faults = faults_of(norm);
        for case in options.cases.cases() {
            if faults.is_empty() {
                break;
            }
            let options = Options { only: Some(case.name.clone()), ..options.clone() };
            let found = examine_some(norm, &faults, &options)?;
            let mut found = found.iter();
            faults.retain(|_| {
                let found = found.next().expect("one for each fault");
                found.verdict.outcome() != Outcome::Failed
            });
        }
        Ok(faults)
    }

    fn assert_all_caught(norm: Norm) {
        let missed = examine_until_caught(norm, &Options::default()).expect("it is sound");
        let name = |fault: &Fault| format!("{}: {}", fault.family, fault.candidate.name);
        let missed: Vec<String> = missed.iter().map(name).collect();
        assert!(missed.is_empty(), "not caught: {missed:#?}");
    }

    #[test]
    fn every_fault_of_layer_norm_is_caught() {
        assert_all_caught(Norm::Layer);
    }

    #[test]
    fn every_fault_of_rms_norm_is_caught() {
        assert_all_caught(Norm::Rms);
    }

    #[test]
    fn every_fault_of_batch_norm_is_caught() {
        assert_all_caught(Norm::Batch);
    }

    #[test]
    fn every_fault_of_group_norm_is_caught() {
        assert_all_caught(Norm::Group);
    }

    #[test]
    fn every_fault_of_instance_norm_is_caught() {
        assert_all_caught(Norm::Instance);
    }

    #[test]
    fn the_corpus_is_large_and_its_names_are_distinct() {
        let faults = faults::all();
        assert!(faults.len() >= 70, "{}", faults.len());
        let mut names: Vec<(&str, &str)> =
            faults.iter().map(|f| (f.norm.name(), f.candidate.name)).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), faults.len());
    }
}
