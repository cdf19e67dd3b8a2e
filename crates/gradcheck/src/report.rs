//! What a check found, and how it reads.

use crate::settings::Precision;
use std::fmt;

/// Arguments listed by `Display`; with the heading the text stays below 40 lines.
const MOST_LISTED: usize = 15;

/// The outcome of [`check`](crate::check). `Display` prints at most 40 lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Fails if one argument fails; else inconclusive, with the first reason, if one argument is.
    pub verdict: Verdict,
    /// Largest bar over natural scale, `8 (e + S) / N + 32 u`, of everything compared: the smallest
    /// error relative to `N` that would surely have been seen.
    pub resolution: f64,
    /// One report per argument, in their order.
    pub arguments: Vec<ArgumentReport>,
    /// Seed that repeats the check.
    pub seed: u64,
    /// Precision of the kernel under test.
    pub precision: Precision,
    /// Number of cotangents compared.
    pub cotangents: usize,
    /// Number of calls of the forward pass.
    pub forward_calls: usize,
}

/// Whether the gradient is right.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Right within the bars, and the bars are narrow enough to have shown an error.
    Pass,
    /// Wrong: at least one entry is outside its bar.
    Fail,
    /// Neither can be said.
    Inconclusive(Reason),
}

/// Why neither can be said.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// Rounding of the inputs alone moves the gradient by too much of its natural scale.
    IllConditioned {
        /// Change of the reference gradient when inputs move by one unit in the last place.
        conditioning: f64,
        /// The natural scale, or the largest entry given if that is larger.
        scale: f64,
    },
    /// Fewer than five steps could be used: they are below the spacing of the value, or the function
    /// is not finite there.
    FewSteps {
        /// Number of entries of the argument concerned.
        entries: usize,
    },
    /// The bars are too wide.
    Resolution {
        /// The resolution reached.
        reached: f64,
        /// The largest that may pass.
        required: f64,
    },
    /// A gradient known to be wrong would have passed.
    NoPower {
        /// That gradient.
        accepted: Control,
    },
    /// Every argument was declared a constant.
    NothingDifferentiated,
}

/// A wrong gradient that has to be rejected before the given one may pass. A third control, the
/// gradient of zeros, is the test of whether the true gradient vanishes, in which case there is
/// nothing to reject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// The given gradient times 1.001.
    Scaled,
    /// The given gradient with its largest entry set to zero.
    LargestLost,
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
    /// Entries outside their bar at one cotangent at least.
    pub wrong: usize,
    /// Entries of the argument.
    pub total: usize,
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
    /// Where, in the argument's shape.
    pub index: Vec<usize>,
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
        writeln!(formatter, "{}", self.verdict)?;
        writeln!(
            formatter,
            "  {} precision, seed {}, cotangents {}, forward calls {}, resolution {:.1e}",
            self.precision.name(),
            self.seed,
            self.cotangents,
            self.forward_calls,
            self.resolution
        )?;
        for argument in self.listed() {
            write!(formatter, "{argument}")?;
        }
        match self.arguments.len().saturating_sub(MOST_LISTED) {
            0 => Ok(()),
            hidden => writeln!(formatter, "  and {hidden} more arguments"),
        }
    }
}

impl Report {
    /// The arguments printed; those that do not pass come first where not all have room.
    fn listed(&self) -> Vec<&ArgumentReport> {
        let mut arguments: Vec<&ArgumentReport> = self.arguments.iter().collect();
        if arguments.len() > MOST_LISTED {
            arguments.sort_by_key(|argument| match argument.verdict {
                Verdict::Fail => 0,
                Verdict::Inconclusive(_) => 1,
                Verdict::Pass => 2,
            });
            arguments.truncate(MOST_LISTED);
        }
        arguments
    }
}

impl fmt::Display for ArgumentReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
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
        match verdict {
            Verdict::Pass => Ok(()),
            Verdict::Fail | Verdict::Inconclusive(_) => writeln!(formatter, "    {}", self.worst),
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mismatch { index, cotangent, analytic, numeric, bar } = self;
        write!(
            formatter,
            "worst at {index:?}: analytic {analytic:.9e}, numeric {numeric:.9e}, allowed {bar:.1e}, \
             cotangent {cotangent}"
        )
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Pass => formatter.write_str("PASS"),
            Verdict::Fail => formatter.write_str("FAIL"),
            Verdict::Inconclusive(reason) => write!(formatter, "INCONCLUSIVE ({reason})"),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::IllConditioned { conditioning, scale } => write!(
                formatter,
                "ill-conditioned: rounding of the inputs moves the gradient by {conditioning:.1e}, \
                 its scale is {scale:.1e}"
            ),
            Reason::FewSteps { entries } => {
                write!(formatter, "fewer than 5 usable steps at {entries} entries")
            }
            Reason::Resolution { reached, required } => {
                write!(formatter, "resolution {reached:.1e}, at most {required:.0e} may pass")
            }
            Reason::NoPower { accepted } => write!(formatter, "no power: {accepted} would pass"),
            Reason::NothingDifferentiated => formatter.write_str("every argument is a constant"),
        }
    }
}

impl fmt::Display for Control {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Control::Scaled => "the gradient times 1.001",
            Control::LargestLost => "the gradient without its largest entry",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argument(name: &str, verdict: Verdict, returned: Returned, wrong: usize) -> ArgumentReport {
        let worst = Mismatch {
            index: vec![1, 2],
            cotangent: 0,
            analytic: 0.25,
            numeric: -0.5,
            bar: 1.3e-11,
        };
        let name = name.to_string();
        ArgumentReport { name, verdict, returned, worst, resolution: 2e-11, wrong, total: 6 }
    }

    fn report(arguments: Vec<ArgumentReport>) -> Report {
        Report {
            verdict: Verdict::Fail,
            resolution: 2e-11,
            arguments,
            seed: 7,
            precision: Precision::Double,
            cotangents: 2,
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
            "  double precision, seed 7, cotangents 2, forward calls 1234, resolution 2.0e-11\n",
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
        arguments.extend(vec![argument("wrong", Verdict::Fail, Returned::Gradient, 1); 10]);
        let text = report(arguments).to_string();
        assert!(text.lines().count() <= 40, "{text}");
        assert_eq!(text.matches("wrong: FAIL").count(), 10);
        assert!(text.ends_with("and 85 more arguments\n"), "{text}");
    }
}
