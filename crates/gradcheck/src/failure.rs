//! What is known of a wrong gradient.

use crate::cause::{Evidence, cause};
use crate::claimed::Claimed;
use crate::curve::Curve;
use crate::error::CheckError;
use crate::measured::Measured;
use crate::pattern::pattern;
use crate::report::{ArgumentReport, Mismatch};
use crate::settings::Precision;
use crate::worst::{WorstEntry, excess, inspect, worst_argument};
use std::fmt;

/// What is known of a wrong gradient.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The argument whose gradient is worst.
    pub argument: String,
    /// Its worst entry.
    pub worst: Mismatch,
    /// Distance of the worst entry from its reference, in bars.
    pub bars: f64,
    /// The same in units in the last place of the reference, in the kernel's precision.
    pub ulps: f64,
    /// Which entries are wrong.
    pub pattern: String,
    /// A likely cause, if one fits.
    pub cause: Option<String>,
    /// The V-curve at the worst entry.
    pub curve: Curve,
    /// The step at which a kink beside the worst entry was crossed, if there is one.
    pub kink_distance: Option<f64>,
}

/// Roles of arguments by which a cause can be looked for.
pub(crate) struct Roles {
    /// Number of the argument that multiplies, if there is one.
    pub gain: Option<usize>,
    /// Value of the constant below the root, if there is one.
    pub eps: Option<f64>,
}

/// Looks into the argument that is farthest off.
pub(crate) fn failure(
    measured: &Measured,
    claimed: &Claimed,
    reports: &[ArgumentReport],
    roles: &Roles,
    precision: Precision,
) -> Result<Option<Failure>, CheckError> {
    let Some(number) = worst_argument(reports) else { return Ok(None) };
    let report = &reports[number];
    if report.wrong == 0 {
        return Ok(None);
    }
    let WorstEntry { argument, worst, curve, kink_distance } = inspect(measured, number, report)?;
    let spacing = 2.0 * precision.unit_roundoff() * report.worst.numeric.abs();
    let is_direction = report.worst.along.is_some();
    let shape = measured.problem.arguments[number].shape;
    Ok(Some(Failure {
        argument,
        worst,
        bars: excess(report) / report.worst.bar,
        ulps: excess(report) / spacing,
        pattern: match is_direction {
            false => pattern(shape, &report.wrong_entries),
            true => format!("{} of {} directions", report.wrong, report.total),
        },
        cause: match is_direction {
            false => likely_cause(measured, claimed, number, roles, precision),
            true => None,
        },
        curve,
        kink_distance,
    }))
}

/// Compares the whole gradient with the terms of a normalization, at the first cotangent.
fn likely_cause(
    measured: &Measured,
    claimed: &Claimed,
    number: usize,
    roles: &Roles,
    precision: Precision,
) -> Option<String> {
    let arguments = measured.problem.arguments;
    let reference = measured.references[number].as_ref()?;
    let Some(analytic) = claimed.gradient(0, number) else {
        return Some("no gradient is returned".to_string());
    };
    let numeric: Option<Vec<f64>> =
        reference.lines.iter().map(|line| Some(line.estimates[0]?.value)).collect();
    let numeric = numeric?;
    let largest = numeric.iter().fold(0.0, |most: f64, q| most.max(q.abs()));
    let bar = reference.lines.iter().flat_map(|line| line.estimates[0]).map(|e| e.error);
    let bar = bar.fold(0.0, f64::max) + reference.conditioning(precision);
    let gain = roles.gain.map(|gain| arguments[gain].values);
    cause(&Evidence {
        analytic,
        numeric: &numeric,
        x: arguments[0].values,
        shape: arguments[0].shape,
        cotangent: measured.cotangents.random.first()?,
        gain,
        eps: roles.eps,
        accuracy: (bar / largest).max(4.0 * precision.unit_roundoff()),
        is_input: number == 0,
    })
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure { argument, worst, bars, ulps, pattern, .. } = self;
        writeln!(
            formatter,
            "  {argument}: off by {bars:.1e} bars, {ulps:.1e} ulp; wrong: {pattern}"
        )?;
        writeln!(formatter, "    {worst}")?;
        if let Some(cause) = &self.cause {
            writeln!(formatter, "  likely cause: {cause}")?;
        }
        if let Some(distance) = self.kink_distance {
            writeln!(formatter, "  a kink lies within {distance:.1e} of the point")?;
        }
        write!(formatter, "{}", self.curve)
    }
}
