//! What an examination found, and how it reads.

use crate::case::Demand;
use crate::controls::ControlReport;
use crate::failure::Failure;
use crate::identities::{Identity, IdentityReport};
use crate::layer::Mode;
use crate::level::Level;
use crate::protocol::{Finding, ProtocolReport};
use crate::report::ArgumentReport;
use crate::settings::Precision;
use crate::verdict::{Outcome, Reason, Verdict};
use crate::worst::WorstEntry;
use std::fmt;

/// The outcome of [`examine`](crate::examine) for one kernel. `Display` prints at most 40 lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Examination {
    /// Name of the layer.
    pub layer: String,
    /// Name of the kernel.
    pub kernel: String,
    /// Precision of the kernel.
    pub precision: Precision,
    /// Whether the definition was differenced in f32, for want of anything better.
    pub weak: bool,
    /// Seed that repeats the examination.
    pub seed: u64,
    /// The weightiest failure; else inconclusive, if a required case is undecided or too many others;
    /// else a pass.
    pub verdict: Verdict,
    /// The largest resolution of any case that passed: the smallest relative error that would have
    /// been seen in all of them.
    pub resolution: f64,
    /// The median of the resolutions.
    pub typical_resolution: f64,
    /// One per case and mode.
    pub cases: Vec<CaseReport>,
    /// Distance of the gradient to the derivative in which nothing is stopped, relative to the largest
    /// entry, in the first case; `None` for a definition without stops.
    pub unfrozen_distance: Option<f64>,
    /// Seconds that it took, a share of what all kernels have in common included.
    pub seconds: f64,
}

/// What was found in one case.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseReport {
    /// Name of the case.
    pub name: String,
    /// The faults that it is for.
    pub purpose: String,
    /// Shape of the input.
    pub shape: Vec<usize>,
    /// Training or evaluation.
    pub mode: Mode,
    /// What was asked.
    pub demand: Demand,
    /// The weightiest verdict on numbers, identities and conduct.
    pub verdict: Verdict,
    /// Largest bar over natural scale of what was compared.
    pub resolution: f64,
    /// How closely it was looked at.
    pub level: Level,
    /// One per argument; none if the numbers could not be had.
    pub arguments: Vec<ArgumentReport>,
    /// The rules of conduct.
    pub protocol: Vec<ProtocolReport>,
    /// The declared properties.
    pub identities: Vec<IdentityReport>,
    /// The wrong gradients that had to be rejected; `None` if there was no pass to back.
    pub controls: Option<ControlReport>,
    /// The entry that is farthest off, or nearest to it: of the first case, and of those whose numbers are
    /// wrong.
    pub worst: Option<WorstEntry>,
    /// What is known of a wrong gradient.
    pub failure: Option<Failure>,
    /// The smallest input found that fails in the same way, as source text: of the worst case of an
    /// examination alone, for finding it takes many attempts.
    pub literal: Option<String>,
}

impl Examination {
    /// The verdict on all cases together, of which a share may be left undecided.
    pub(crate) fn overall(cases: &[CaseReport], most_undecided: f64) -> Verdict {
        let weightiest = Verdict::weightiest(cases.iter().map(|case| &case.verdict));
        if weightiest.outcome() == Outcome::Failed {
            return weightiest;
        }
        let is_undecided = |case: &&CaseReport| case.verdict.outcome() == Outcome::Inconclusive;
        let undecided = cases.iter().filter(is_undecided).count();
        let required = cases.iter().filter(|case| case.demand == Demand::Required);
        let is_missing = required.filter(is_undecided).count() > 0;
        let allowed = (most_undecided * cases.len() as f64) as usize;
        if is_missing || undecided > allowed || cases.is_empty() {
            return Verdict::Inconclusive(Reason::Cases { undecided, allowed });
        }
        Verdict::Pass
    }

    /// The case that matters most: of those with the weightiest verdict the smallest.
    pub fn worst(&self) -> Option<&CaseReport> {
        self.worst_number().map(|number| &self.cases[number])
    }

    pub(crate) fn worst_number(&self) -> Option<usize> {
        let weight = |&number: &usize| {
            let case = &self.cases[number];
            let size: usize = case.shape.iter().product();
            (case.verdict.rank(), std::cmp::Reverse(size))
        };
        (0..self.cases.len()).rev().max_by_key(weight)
    }

    fn count(&self, outcome: Outcome) -> usize {
        self.cases.iter().filter(|case| case.verdict.outcome() == outcome).count()
    }
}

impl fmt::Display for Examination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Examination { layer, kernel, verdict, seed, resolution, .. } = self;
        write!(f, "{verdict}: {layer} by {kernel}, {} precision", self.precision.name())?;
        if self.weak {
            write!(f, " (weak: no f64 definition)")?;
        }
        writeln!(f, ", seed {seed}")?;
        writeln!(
            f,
            "  {} case{}: {} passed, {} failed, {} undecided; {:.2} s",
            self.cases.len(),
            if self.cases.len() == 1 { "" } else { "s" },
            self.count(Outcome::Passed),
            self.count(Outcome::Failed),
            self.count(Outcome::Inconclusive),
            self.seconds
        )?;
        if resolution.is_finite() {
            writeln!(
                f,
                "  an error of {resolution:.1e} would be seen in every case passed, of {:.1e} in half",
                self.typical_resolution
            )?;
        }
        if let Some(distance) = self.unfrozen_distance {
            writeln!(f, "  distance to the derivative without stops: {distance:.1e}")?;
        }
        match (verdict.outcome(), self.worst()) {
            (Outcome::Passed, _) | (_, None) => Ok(()),
            (_, Some(worst)) => {
                write!(f, "{worst}")?;
                writeln!(f, "  replay: seed {seed}, case {}", worst.name)?;
                self.others(f, worst)
            }
        }
    }
}

impl Examination {
    /// Other cases that failed, and those that did not.
    fn others(&self, f: &mut fmt::Formatter<'_>, worst: &CaseReport) -> fmt::Result {
        let names = |outcome: Outcome| -> Vec<&str> {
            let chosen = self.cases.iter().filter(|c| c.verdict.outcome() == outcome);
            chosen.map(|case| case.name.as_str()).filter(|name| *name != worst.name).collect()
        };
        let list = |names: &[&str]| match names.len() {
            0 => "none".to_string(),
            1..=8 => names.join(", "),
            more => format!("{} and {} more", names[..8].join(", "), more - 8),
        };
        if self.cases.len() == 1 {
            return Ok(());
        }
        writeln!(f, "  failed too: {}", list(&names(Outcome::Failed)))?;
        writeln!(f, "  undecided: {}", list(&names(Outcome::Inconclusive)))?;
        writeln!(f, "  passed: {}", list(&names(Outcome::Passed)))
    }
}

impl CaseReport {
    /// The rules that were broken, and how.
    pub fn broken_rules(&self) -> Vec<String> {
        let words = |report: &ProtocolReport| match &report.finding {
            Finding::Broken(words) => Some(format!("{}: {words}", report.rule)),
            Finding::Kept | Finding::NotOffered => None,
        };
        self.protocol.iter().filter_map(words).collect()
    }

    /// The identities that do not hold, and how.
    pub fn broken_identities(&self) -> Vec<String> {
        let words = |report: &IdentityReport| match &report.finding {
            Identity::Violated(words) => Some(format!("{}: {words}", report.property)),
            Identity::NotTrue(by) => {
                Some(format!("{} is declared, but violated by {by:.1e}", report.property))
            }
            Identity::Holds | Identity::Vacuous => None,
        };
        self.identities.iter().filter_map(words).collect()
    }
}

impl fmt::Display for CaseReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CaseReport { name, verdict, shape, mode, level, purpose, .. } = self;
        let (mode, level) = (mode.name(), level.name());
        writeln!(f, "  case {name} (for {purpose}): {verdict}, {shape:?}, {mode}, {level}")?;
        for words in
            self.broken_rules().iter().take(4).chain(self.broken_identities().iter().take(3))
        {
            // A panic may have more than one line to say.
            writeln!(f, "    {}", words.lines().collect::<Vec<_>>().join(" "))?;
        }
        for argument in self.arguments.iter().take(3) {
            writeln!(
                f,
                "    {}: {}, {} of {} wrong",
                argument.name, argument.verdict, argument.wrong, argument.total
            )?;
        }
        if let Some(failure) = &self.failure {
            write!(f, "{failure}")?;
        }
        if let Some(literal) = &self.literal {
            writeln!(f, "  smallest failing input: {literal}")?;
        }
        Ok(())
    }
}
