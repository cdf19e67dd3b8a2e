//! The entry of a gradient that is farthest off, or nearest to it, under the microscope.

use crate::column::Column;
use crate::curve::Curve;
use crate::error::CheckError;
use crate::kink;
use crate::ladder::Scale;
use crate::line::{Line, Quotients, differences};
use crate::measured::Measured;
use crate::report::{ArgumentReport, Mismatch, Returned};

/// One entry of a gradient, or one direction, with its V-curve.
#[derive(Clone, Debug, PartialEq)]
pub struct WorstEntry {
    /// The argument that it belongs to.
    pub argument: String,
    /// Its numbers.
    pub worst: Mismatch,
    /// How its distance from the difference quotients changes with the step.
    pub curve: Curve,
    /// The step at which a kink beside it was crossed, if there is one.
    pub kink_distance: Option<f64>,
}

/// The argument that is farthest off in bars; the first one if none is wrong. `None` if all are
/// constants, and what is wrong with a constant needs no differences.
pub(crate) fn worst_argument(reports: &[ArgumentReport]) -> Option<usize> {
    let bars = |report: &ArgumentReport| excess(report) / report.worst.bar;
    let differenced = reports.iter().enumerate();
    let differenced = differenced.filter(|(_, report)| report.returned != Returned::Constant);
    let wrong = differenced.clone().filter(|(_, report)| report.wrong > 0);
    let worst = wrong.max_by(|(_, a), (_, b)| bars(a).total_cmp(&bars(b)));
    worst.or(differenced.clone().next()).map(|(number, _)| number)
}

/// How far the worst entry is off.
pub(crate) fn excess(report: &ArgumentReport) -> f64 {
    (report.worst.analytic - report.worst.numeric).abs()
}

/// Differences the worst entry of an argument once more, and keeps what every step gives.
pub(crate) fn inspect(
    measured: &Measured,
    number: usize,
    report: &ArgumentReport,
) -> Result<WorstEntry, CheckError> {
    let problem = measured.problem;
    let argument = &problem.arguments[number];
    let line = match (&measured.references[number], report.worst.along) {
        (Some(reference), Some(direction)) => reference.lines[direction].line.clone(),
        _ => Line::coordinate(number, report.worst.entry),
    };
    let scale = Scale::of(argument.values);
    let steps = scale.steps(line.size(argument.values), problem.precision);
    let column = Column::measure(problem, &line, &steps, &measured.cotangents)?;
    let cotangent = report.worst.cotangent;
    let estimates = column.estimates(problem, &measured.cotangents);
    let noise = estimates[cotangent].map_or(0.0, |estimate| estimate.noise);
    let mut all = column.quotients[cotangent].clone();
    // A check stops where rounding takes over; a reader wants to see it do so.
    let rest: Vec<(&Line, f64)> = steps[all.len()..].iter().map(|&step| (&line, step)).collect();
    differences(problem, &problem.base(), &rest, &mut |_, found| {
        all.push(Quotients::of(&line, found.as_ref(), &measured.cotangents).central[cotangent]);
    })?;
    let analytic = report.worst.analytic;
    Ok(WorstEntry {
        argument: argument.name.to_string(),
        worst: report.worst.clone(),
        curve: Curve::new(&steps, &all, analytic, noise),
        kink_distance: kink::nearest(&steps, &column.gaps[cotangent], noise),
    })
}
