//! The verdicts, and the reasons for having none.

use crate::error::CheckError;
use crate::rule::Rule;
use std::fmt;

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
    /// The definition cannot be differenced: it fails, or is not finite.
    Definition {
        /// Why.
        message: String,
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

impl From<CheckError> for Reason {
    fn from(error: CheckError) -> Reason {
        Reason::Definition { message: error.to_string() }
    }
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
            Reason::Definition { message } => formatter.write_str(message),
            Reason::Property { name, violation } => write!(
                formatter,
                "{name} is declared, but the forward pass violates it by {violation:.1e}"
            ),
            Reason::Cases { undecided, allowed } => {
                let cases = if *undecided == 1 { "case" } else { "cases" };
                write!(formatter, "{undecided} {cases} undecided, {allowed} may be")
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
