//! Everything that finite differences say of a function at one point, whoever's gradient is judged.

use crate::claimed::Claimed;
use crate::error::CheckError;
use crate::judge::{PassRule, judge, judge_constant};
use crate::level::{Level, cost};
use crate::line::{Cotangents, Line};
use crate::problem::{Differentiate, Problem};
use crate::reference::{Moves, Reference, reference};
use crate::report::ArgumentReport;
use crate::settings::Precision;
use crate::verdict::{Reason, Verdict};

/// The differences of a function, against which several kernels can be judged.
pub(crate) struct Measured<'a> {
    pub problem: &'a Problem<'a>,
    pub cotangents: Cotangents,
    pub level: Level,
    pub moves: Vec<Moves>,
    /// One per argument; `None` for a constant.
    pub references: Vec<Option<Reference>>,
}

/// What to measure.
pub(crate) struct Plan<'a> {
    pub is_constant: &'a [bool],
    /// Precisions of the kernels that will be judged.
    pub precisions: &'a [Precision],
    /// Cotangents that are no unit vectors.
    pub random: Vec<Vec<f64>>,
    pub budget: usize,
    /// The finest level wanted: the Jacobian adds unit cotangents to those given.
    pub finest: Level,
    pub seed: u64,
}

impl<'a> Measured<'a> {
    /// Differences the function at the finest level that its size and the budget allow; the inner error
    /// if they allow none.
    pub fn new(
        problem: &'a Problem<'a>,
        plan: Plan,
    ) -> Result<Result<Measured<'a>, Reason>, CheckError> {
        let Plan { is_constant, precisions, random, budget, finest, seed } = plan;
        let outputs = problem.output.len();
        let level = Level::of(problem, is_constant, budget).min(finest);
        let units = if level == Level::Jacobian { outputs } else { 0 };
        let cotangents = Cotangents { random, units };
        let lines: Vec<Option<(Vec<Line>, usize)>> = is_constant
            .iter()
            .enumerate()
            .map(|(number, constant)| (!constant).then(|| level.lines(problem, number, seed)))
            .collect();
        let needed = cost(lines.iter().flatten().map(|(lines, _)| lines.len()).sum(), outputs);
        if needed > budget {
            return Ok(Err(Reason::Budget { needed, allowed: budget }));
        }
        let moves: Result<Vec<Moves>, CheckError> =
            precisions.iter().map(|&precision| Moves::new(problem, seed, precision)).collect();
        let mut measured =
            Measured { problem, cotangents, level, moves: moves?, references: Vec::new() };
        for lines in lines {
            let found = match lines {
                None => None,
                Some((lines, conditioned)) => Some(reference(
                    problem,
                    &lines,
                    conditioned,
                    &measured.cotangents,
                    &measured.moves,
                )?),
            };
            measured.references.push(found);
        }
        Ok(Ok(measured))
    }

    /// What a kernel of some precision claims here.
    pub fn claimed(
        &self,
        backward: &Differentiate,
        precision: Precision,
    ) -> Result<Claimed, CheckError> {
        let moves = self.moves.iter().find(|moves| moves.precision == precision);
        let points = moves.map_or(&[][..], |moves| &moves.points);
        let outputs = self.problem.output.len();
        Claimed::gather(self.problem.arguments, backward, &self.cotangents, outputs, points)
    }

    /// Judges what a kernel claims, argument by argument.
    pub fn judge(&self, claimed: &Claimed, rule: PassRule) -> Vec<ArgumentReport> {
        let arguments = self.problem.arguments.iter().zip(&self.references).enumerate();
        let judged = arguments.map(|(number, (argument, reference))| match reference {
            None => judge_constant(argument, number, claimed),
            Some(reference) => judge(argument, number, claimed, reference, rule),
        });
        judged.collect()
    }

    /// The rule for a kernel of some precision.
    pub fn rule(&self, precision: Precision, required: f64) -> PassRule {
        let (outputs, random) = (self.problem.output.len(), self.cotangents.random.len());
        PassRule { precision, required, level: self.level, outputs, random }
    }

    /// How uncertain the gradients are, relative to their natural scale, for a kernel of some
    /// precision: the largest over the arguments.
    pub fn relative_conditioning(&self, precision: Precision) -> f64 {
        let random = 0..self.cotangents.random.len();
        let of = |reference: &Reference| {
            let sizes = reference.lines.iter().flat_map(|line| &line.term_sizes[random.clone()]);
            let scale = sizes.copied().fold(0.0, f64::max);
            if scale > 0.0 { reference.conditioning(precision) / scale } else { 0.0 }
        };
        self.references.iter().flatten().map(of).fold(0.0, f64::max)
    }

    /// The verdict on all arguments together.
    pub fn overall(&self, reports: &[ArgumentReport]) -> Verdict {
        if self.references.iter().all(Option::is_none)
            && reports.iter().all(|report| report.verdict == Verdict::Pass)
        {
            return Verdict::Inconclusive(Reason::NothingDifferentiated);
        }
        Verdict::weightiest(reports.iter().map(|report| &report.verdict))
    }
}
