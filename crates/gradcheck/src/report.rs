//! What a check found, and how it reads.

use crate::failure::Failure;
use crate::level::Level;
use crate::settings::Precision;
use crate::verdict::Verdict;
use std::fmt;

/// Arguments listed by `Display`; with all else the text stays below 40 lines.
const MOST_LISTED: usize = 8;

/// The outcome of [`check`](crate::check). `Display` prints at most 40 lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Fails if one argument fails; else inconclusive, with the first reason, if one argument is.
    pub verdict: Verdict,
    /// Largest bar over natural scale, `8 (e + S) / N + 32 u`, of everything compared: the smallest
    /// error relative to `N` that would surely have been seen.
    pub resolution: f64,
    /// How closely the gradient was looked at.
    pub level: Level,
    /// What is known of the worst entry, if the gradient is wrong.
    pub failure: Option<Failure>,
    /// One report per argument, in their order.
    pub arguments: Vec<ArgumentReport>,
    /// Seed that repeats the check.
    pub seed: u64,
    /// Precision of the kernel under test.
    pub precision: Precision,
    /// Precision of the forward pass. Differences in single precision make the verdict weak.
    pub forward_precision: Precision,
    /// Number of calls of the forward pass.
    pub forward_calls: usize,
}

/// What the check found for one argument.
#[derive(Clone, Debug, PartialEq)]
pub struct ArgumentReport {
    /// Name of the argument.
    pub name: String,
    /// Verdict on this argument.
    pub verdict: Verdict,
    /// What the backward pass gave.
    pub returned: Returned,
    /// The entry that is farthest outside its bar, or nearest to it.
    pub worst: Mismatch,
    /// Largest bar over natural scale in this argument; 0 for a constant, where any gradient but
    /// zero is an error.
    pub resolution: f64,
    /// How many times farther the kernel's gradient moves than the true one when the inputs move by
    /// rounding.
    pub stability: f64,
    /// Entries outside their bar at one cotangent at least; directions, at level 1.
    pub wrong: usize,
    /// Entries at which the function has a kink.
    pub kinks: usize,
    /// Entries of the argument, or directions.
    pub total: usize,
    /// The wrong entries by their row-major numbers, or the directions by theirs.
    pub wrong_entries: Vec<usize>,
}

/// What the backward pass gave for an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returned {
    /// A gradient at every cotangent.
    Gradient,
    /// `None` at one cotangent at least, which claims that the gradient is zero.
    Nothing,
    /// The argument is declared a constant, and not differentiated.
    Constant,
}

/// One entry of a gradient beside its finite difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// Where, in the argument's shape; along a direction, where it is heaviest.
    pub index: Vec<usize>,
    /// The same as a row-major number.
    pub entry: usize,
    /// Number of the direction, if the numbers are those along a direction.
    pub along: Option<usize>,
    /// Number of the cotangent.
    pub cotangent: usize,
    /// The entry that the backward pass gave, 0 for `None`.
    pub analytic: f64,
    /// The finite difference; not a number if too few steps could be used.
    pub numeric: f64,
    /// Largest difference that is forgiven: `8 (e + S) + 32 u N`; infinite if too few steps could be
    /// used.
    pub bar: f64,
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.verdict)?;
        match self.verdict {
            Verdict::Pass => {
                writeln!(formatter, ": an error of {:.1e} would be seen", self.resolution)?;
            }
            _ => writeln!(formatter)?,
        }
        writeln!(
            formatter,
            "  {}, {} precision{}, seed {}, forward calls {}, resolution {:.1e}",
            self.level.name(),
            self.precision.name(),
            if self.forward_precision == Precision::Single {
                " (weak: no f64 forward)"
            } else {
                ""
            },
            self.seed,
            self.forward_calls,
            self.resolution
        )?;
        if self.level == Level::Adjoint {
            writeln!(
                formatter,
                "  16 random pairs miss an error of 100 bars less than once in 1e7 times"
            )?;
        }
        let shown_below = self.failure.as_ref().map(|failure| failure.argument.as_str());
        for argument in self.listed() {
            argument.write_heading(formatter)?;
            let is_passed = argument.verdict == Verdict::Pass;
            if !is_passed && shown_below != Some(argument.name.as_str()) {
                writeln!(formatter, "    {}", argument.worst)?;
            }
        }
        if let hidden @ 1.. = self.arguments.len().saturating_sub(MOST_LISTED) {
            writeln!(formatter, "  and {hidden} more arguments")?;
        }
        self.failure.as_ref().map_or(Ok(()), |failure| write!(formatter, "{failure}"))
    }
}

impl Report {
    /// The arguments printed; those that do not pass come first where not all have room.
    fn listed(&self) -> Vec<&ArgumentReport> {
        let mut arguments: Vec<&ArgumentReport> = self.arguments.iter().collect();
        if arguments.len() > MOST_LISTED {
            arguments.sort_by_key(|argument| std::cmp::Reverse(argument.verdict.rank()));
            arguments.truncate(MOST_LISTED);
        }
        arguments
    }
}

impl ArgumentReport {
    fn write_heading(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ArgumentReport { name, verdict, wrong, total, resolution, .. } = self;
        write!(formatter, "  {name}: {verdict}, {wrong} of {total} wrong")?;
        match self.returned {
            Returned::Gradient => writeln!(formatter, ", resolution {resolution:.1e}")?,
            Returned::Nothing if *verdict == Verdict::Fail => {
                writeln!(formatter, ", missing gradient")?;
            }
            Returned::Nothing => writeln!(formatter, ", no gradient, resolution {resolution:.1e}")?,
            Returned::Constant => writeln!(formatter, ", declared a constant")?,
        }
        Ok(())
    }
}

impl fmt::Display for ArgumentReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_heading(formatter)?;
        match self.verdict {
            Verdict::Pass => Ok(()),
            _ => writeln!(formatter, "    {}", self.worst),
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mismatch { index, cotangent, analytic, numeric, bar, along, .. } = self;
        match along {
            None => write!(formatter, "worst at {index:?}: ")?,
            Some(direction) => write!(formatter, "worst along direction {direction}: ")?,
        }
        write!(
            formatter,
            "analytic {analytic:.9e}, numeric {numeric:.9e}, allowed {bar:.1e}, cotangent {cotangent}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Reason;

    fn argument(name: &str, verdict: Verdict, returned: Returned, wrong: usize) -> ArgumentReport {
        let worst = Mismatch {
            index: vec![1, 2],
            entry: 5,
            along: None,
            cotangent: 0,
            analytic: 0.25,
            numeric: -0.5,
            bar: 1.3e-11,
        };
        ArgumentReport {
            name: name.to_string(),
            verdict,
            returned,
            worst,
            resolution: 2e-11,
            stability: 0.0,
            wrong,
            kinks: 0,
            total: 6,
            wrong_entries: (0..wrong).collect(),
        }
    }

    fn report(arguments: Vec<ArgumentReport>) -> Report {
        Report {
            verdict: Verdict::Fail,
            resolution: 2e-11,
            level: Level::Jacobian,
            arguments,
            failure: None,
            seed: 7,
            precision: Precision::Double,
            forward_precision: Precision::Double,
            forward_calls: 1234,
        }
    }

    #[test]
    fn a_report_names_the_wrong_entry_by_its_index() {
        let low = Reason::Resolution { reached: 2e-5, required: 1e-6 };
        let report = report(vec![
            argument("x", Verdict::Fail, Returned::Gradient, 3),
            argument("gamma", Verdict::Fail, Returned::Nothing, 6),
            argument("beta", Verdict::Pass, Returned::Gradient, 0),
            argument("k", Verdict::Inconclusive(low), Returned::Gradient, 0),
        ]);
        let worst = "    worst at [1, 2]: analytic 2.500000000e-1, numeric -5.000000000e-1, \
                     allowed 1.3e-11, cotangent 0\n";
        let expected = [
            "FAIL\n",
            "  L3 Jacobian, double precision, seed 7, forward calls 1234, resolution 2.0e-11\n",
            "  x: FAIL, 3 of 6 wrong, resolution 2.0e-11\n",
            worst,
            "  gamma: FAIL, 6 of 6 wrong, missing gradient\n",
            worst,
            "  beta: PASS, 0 of 6 wrong, resolution 2.0e-11\n",
            "  k: INCONCLUSIVE (resolution 2.0e-5, at most 1e-6 may pass), 0 of 6 wrong, \
             resolution 2.0e-11\n",
            worst,
        ];
        assert_eq!(report.to_string(), expected.concat());
    }

    #[test]
    fn many_arguments_fit_forty_lines_and_failures_come_first() {
        let mut arguments = vec![argument("right", Verdict::Pass, Returned::Gradient, 0); 90];
        arguments.extend(vec![argument("wrong", Verdict::Fail, Returned::Gradient, 1); 6]);
        let text = report(arguments).to_string();
        assert!(text.lines().count() <= 40, "{text}");
        assert_eq!(text.matches("wrong: FAIL").count(), 6);
        assert!(text.ends_with("and 88 more arguments\n"), "{text}");
    }
}
