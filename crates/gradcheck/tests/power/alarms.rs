//! Right kernels are not rejected, and few cases are left undecided.

use crate::norm::Norm;
use crate::suite::{Candidate, Suite};
use gradcheck::{CheckError, Options, Outcome, Precision, examine};
use std::fmt;

/// Cases of right kernels in one precision.
#[derive(Clone, Debug, PartialEq)]
pub struct Alarms {
    pub precision: Precision,
    pub cases: usize,
    /// Right kernels rejected: norm, seed and case.
    pub rejected: Vec<String>,
    pub undecided: usize,
}

impl Alarms {
    fn undecided_share(&self) -> f64 {
        self.undecided as f64 / self.cases as f64
    }
}

/// Examines the right f64 and f32 kernels of every norm, for each seed.
pub fn count(seeds: impl Iterator<Item = u64>) -> Result<[Alarms; 2], CheckError> {
    let mut counts = [Precision::Double, Precision::Single].map(|precision| Alarms {
        precision,
        cases: 0,
        rejected: Vec::new(),
        undecided: 0,
    });
    for seed in seeds {
        let options = Options { seed, ..Options::default() };
        for norm in Norm::ALL {
            let found = examine(&Suite::new(norm, Candidate::right()), &options)?;
            for (alarms, found) in counts.iter_mut().zip(found) {
                alarms.cases += found.cases.len();
                for case in &found.cases {
                    match case.verdict.outcome() {
                        Outcome::Passed => {}
                        Outcome::Inconclusive => alarms.undecided += 1,
                        Outcome::Failed => {
                            let name = format!("{}, seed {seed}\n{case}", norm.name());
                            alarms.rejected.push(name);
                        }
                    }
                }
            }
        }
    }
    Ok(counts)
}

impl fmt::Display for Alarms {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "| {} | {} | {} | {} | {:.1} % |",
            self.precision.name(),
            self.cases,
            self.rejected.len(),
            self.undecided,
            100.0 * self.undecided_share()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 3,000 cases take the example `power`; this is one seed that it does not use.
    #[test]
    fn right_kernels_are_not_rejected() {
        let counts = count(1000..1001).expect("every case is sound");
        for alarms in &counts {
            assert!(alarms.cases > 200, "{alarms}");
            assert!(alarms.rejected.is_empty(), "{}", alarms.rejected.join("\n"));
        }
        let cases: usize = counts.iter().map(|alarms| alarms.cases).sum();
        let undecided: usize = counts.iter().map(|alarms| alarms.undecided).sum();
        assert!(20 * undecided <= cases, "{undecided} of {cases} undecided");
    }
}
