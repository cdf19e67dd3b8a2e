//! About how long runs take, from the time of a single step of each arm.

use std::num::NonZeroUsize;
use std::time::Duration;

use training::Dataset;

use crate::failure::Failure;
use crate::plan::{Plan, Run};

/// The expected time of a run of each arm, on one thread.
pub struct Estimate {
    per_arm: Vec<Duration>,
}

impl Estimate {
    /// Builds the network of every arm and times a step of it.
    ///
    /// # Errors
    /// A network that cannot be built as the arm says.
    pub fn of(plan: &Plan, dataset: &Dataset) -> Result<Estimate, Failure> {
        let mut per_arm = Vec::new();
        for arm in &plan.arms {
            let step = training::time_one_step(&arm.network, &arm.training, dataset)
                .map_err(|error| Failure::BadInput(format!("arm {}: {error}", arm.label)))?;
            let steps = arm.training.steps(dataset.train.len());
            per_arm.push(step.mul_f64(steps as f64));
        }
        Ok(Estimate { per_arm })
    }

    /// The time of one run.
    pub fn run(&self, run: &Run) -> Duration {
        self.per_arm[run.arm]
    }

    /// The time of the given runs, one after the other.
    pub fn work(&self, runs: &[Run]) -> Duration {
        runs.iter().map(|run| self.run(run)).sum()
    }

    /// The time of as many runs of every arm, one after the other.
    pub fn of_every_arm(&self, runs: usize) -> Duration {
        self.per_arm.iter().sum::<Duration>() * runs as u32
    }
}

/// The time of work that is shared by several threads.
pub fn shared(work: Duration, jobs: NonZeroUsize) -> Duration {
    work / jobs.get() as u32
}

/// A time as people say it: "8 s", "75 s", "12 min", "3.5 h".
pub fn spoken(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 1.0 {
        "1 s".to_string()
    } else if seconds < 120.0 {
        format!("{seconds:.0} s")
    } else if seconds < 7200.0 {
        format!("{:.0} min", seconds / 60.0)
    } else {
        format!("{:.1} h", seconds / 3600.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_in_the_unit_that_fits() {
        let said = |seconds| spoken(Duration::from_secs_f64(seconds));
        assert_eq!(
            [said(0.2), said(75.4), said(720.0), said(12_600.0)],
            ["1 s", "75 s", "12 min", "3.5 h"]
        );
    }
}
