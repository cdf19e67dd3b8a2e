//! What a check found, and how it reads.

use crate::failure::Failure;
use crate::level::Level;
use crate::rule::Rule;
use crate::settings::Precision;
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

/// Whether the gradient is right.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Right within the bars, and the bars are narrow enough to have shown an error.
    Pass,
    /// Wrong: at least one entry is outside its bar.
    Fail,
    /// Right within the bars, but rounding of the inputs moves the kernel's gradient far more than it
    /// moves the true one: the kernel loses digits that it need not lose.
    PrecisionLoss {
        /// How many times as far.
        ratio: f64,
    },
    /// The function has a kink at the base point.
    Kink(Subgradient),
    /// A rule of conduct is broken, whatever the numbers.
    Protocol(Rule),
    /// Nothing can be said.
    Inconclusive(Reason),
}

/// What a backward pass gives at a kink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subgradient {
    /// A number between the slopes of both sides.
    Valid,
    /// A number outside of them.
    Invalid,
}

/// What a verdict comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A pass, or a valid subgradient.
    Passed,
    /// Anything that is wrong.
    Failed,
    /// Neither can be said.
    Inconclusive,
}

impl Verdict {
    /// What the verdict comes to.
    pub fn outcome(&self) -> Outcome {
        match self {
            Verdict::Pass | Verdict::Kink(Subgradient::Valid) => Outcome::Passed,
            Verdict::Inconclusive(_) => Outcome::Inconclusive,
            Verdict::Fail
            | Verdict::PrecisionLoss { .. }
            | Verdict::Kink(Subgradient::Invalid)
            | Verdict::Protocol(_) => Outcome::Failed,
        }
    }

    /// The name without its particulars.
    pub fn name(&self) -> &'static str {
        match self {
            Verdict::Pass => "PASS",
            Verdict::Fail => "FAIL",
            Verdict::PrecisionLoss { .. } => "PRECISION LOSS",
            Verdict::Kink(_) => "KINK",
            Verdict::Protocol(_) => "PROTOCOL",
            Verdict::Inconclusive(_) => "INCONCLUSIVE",
        }
    }

    /// How much it matters: the verdict on several things is that of the highest rank.
    pub(crate) fn rank(&self) -> usize {
        match self {
            Verdict::Pass => 0,
            Verdict::Kink(Subgradient::Valid) => 1,
            Verdict::Inconclusive(_) => 2,
            Verdict::PrecisionLoss { .. } => 3,
            Verdict::Kink(Subgradient::Invalid) => 4,
            Verdict::Protocol(_) => 5,
            Verdict::Fail => 6,
        }
    }

    /// The weightiest of some verdicts, the first of those that are equal; a pass if there are none.
    pub(crate) fn weightiest<'a>(verdicts: impl Iterator<Item = &'a Verdict>) -> Verdict {
        let heavier = |one: Verdict, other: &Verdict| {
            if other.rank() > one.rank() { other.clone() } else { one }
        };
        verdicts.fold(Verdict::Pass, heavier)
    }
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
    /// The budget is too small for the coarsest level.
    Budget {
        /// Numbers that the forward pass would have to compute, about.
        needed: usize,
        /// How many it may.
        allowed: usize,
    },
    /// A declared property does not hold of the forward pass.
    Property {
        /// Its name.
        name: String,
        /// Largest violation, relative to the largest output.
        violation: f64,
    },
    /// A required case could not be decided, or too many others.
    Cases {
        /// Cases that could not be decided.
        undecided: usize,
        /// How many may be.
        allowed: usize,
    },
}

/// A wrong gradient that has to be rejected before the given one may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Zeros. Where they are accepted the true gradient vanishes, and there is nothing to reject.
    Zeros,
    /// The given gradient times 1.001.
    Scaled,
    /// The given gradient with its largest entry set to zero.
    LargestLost,
    /// The given gradient with every second entry set to zero.
    HalfLost,
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

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())?;
        match self {
            Verdict::Pass | Verdict::Fail => Ok(()),
            Verdict::PrecisionLoss { ratio } => {
                write!(formatter, " (moves {ratio:.0} times as far as the true gradient)")
            }
            Verdict::Kink(Subgradient::Valid) => formatter.write_str(" (valid subgradient)"),
            Verdict::Kink(Subgradient::Invalid) => formatter.write_str(" (no subgradient)"),
            Verdict::Protocol(rule) => write!(formatter, " ({rule})"),
            Verdict::Inconclusive(reason) => write!(formatter, " ({reason})"),
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
            Reason::Budget { needed, allowed } => {
                write!(formatter, "the budget is {allowed}, about {needed} are needed")
            }
            Reason::Property { name, violation } => write!(
                formatter,
                "{name} is declared, but the forward pass violates it by {violation:.1e}"
            ),
            Reason::Cases { undecided, allowed } => {
                write!(formatter, "{undecided} cases undecided, {allowed} may be")
            }
        }
    }
}

impl fmt::Display for Control {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Control::Zeros => "a gradient of zeros",
            Control::Scaled => "the gradient times 1.001",
            Control::LargestLost => "the gradient without its largest entry",
            Control::HalfLost => "the gradient without every second entry",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn the_weightiest_verdict_counts() {
        let few = Verdict::Inconclusive(Reason::FewSteps { entries: 1 });
        let all = [Verdict::Pass, few.clone(), Verdict::Kink(Subgradient::Valid)];
        assert_eq!(Verdict::weightiest(all.iter()), few);
        assert_eq!(Verdict::weightiest([].iter()), Verdict::Pass);
        assert_eq!(Verdict::Kink(Subgradient::Valid).outcome(), Outcome::Passed);
        assert_eq!(Verdict::PrecisionLoss { ratio: 11.0 }.outcome(), Outcome::Failed);
    }
}
