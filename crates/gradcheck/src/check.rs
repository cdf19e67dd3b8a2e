//! The check from beginning to end.

use crate::error::CheckError;
use crate::judge::{judge, judge_constant};
use crate::problem::{Argument, Function, Point, Problem};
use crate::random::{cotangent, moved_by_one_ulp};
use crate::reference::{output_conditioning, reference};
use crate::report::{ArgumentReport, Reason, Report, Verdict};
use crate::settings::Settings;

/// Random moves of the inputs by one unit in the last place, to measure the conditioning.
const MOVES: usize = 8;
/// So many of them also move the gradient, which costs a few forward calls per entry.
const GRADIENT_MOVES: usize = 2;

/// Compares a hand-written gradient with finite differences of its function, for every entry of every
/// argument and `settings.cotangents` random cotangents. The [crate's page](crate) gives the rule.
///
/// The forward pass is called about 30 times per entry of an argument, and up to 100 times where
/// the gradient is zero; the backward pass once per cotangent.
///
/// # Errors
///
/// A [`CheckError`] if the arguments or settings are unsound, if the output or a gradient at the base
/// point is not finite or has a wrong length, or if a closure panics. A wrong gradient is no error: it
/// is the verdict [`Verdict::Fail`].
///
/// # Example
///
/// The function `x^2` at 3 has the derivative 6; at a cotangent `v` the gradient is `6 v`.
///
/// ```
/// use gradcheck::{Argument, Function, Settings, Verdict, check};
///
/// let x = [Argument { name: "x", shape: &[], values: &[3.0] }];
/// let square = |arguments: &[&[f64]]| vec![arguments[0][0].powi(2)];
/// let right = |arguments: &[&[f64]], v: &[f64]| vec![Some(vec![2.0 * arguments[0][0] * v[0]])];
/// let function = Function { forward: &square, backward: &right };
/// assert_eq!(check(&x, &function, &Settings::default())?.verdict, Verdict::Pass);
///
/// let missing = |_: &[&[f64]], _: &[f64]| vec![None];
/// let function = Function { forward: &square, backward: &missing };
/// let report = check(&x, &function, &Settings::default())?;
/// assert_eq!(report.verdict, Verdict::Fail);
/// assert!(report.to_string().contains("missing gradient"));
/// # Ok::<(), gradcheck::CheckError>(())
/// ```
pub fn check(
    arguments: &[Argument],
    function: &Function,
    settings: &Settings,
) -> Result<Report, CheckError> {
    let problem = Problem::new(arguments, function, settings)?;
    let Settings { seed, precision, .. } = *settings;
    let cotangents: Vec<Vec<f64>> = (0..settings.cotangents)
        .map(|number| cotangent(seed, number, problem.output.len(), precision))
        .collect();
    let mut gradients = gradients_by_argument(&problem, &cotangents)?;
    let base = problem.base();
    let mut moved_points: Vec<Point> =
        (0..MOVES).map(|number| moved_by_one_ulp(seed, number, &base, precision)).collect();
    let output_conditioning = output_conditioning(&problem, &moved_points)?;
    moved_points.truncate(GRADIENT_MOVES);

    let mut reports = Vec::new();
    for (number, argument) in arguments.iter().enumerate() {
        let gradients = std::mem::take(&mut gradients[number]);
        reports.push(if settings.expect_gradient.is_constant(argument.name) {
            judge_constant(argument, &gradients)
        } else {
            let reference =
                reference(&problem, number, &cotangents, &mut moved_points, output_conditioning)?;
            judge(argument, &gradients, &reference, precision)
        });
    }
    let differentiated = arguments.iter().any(|a| !settings.expect_gradient.is_constant(a.name));
    Ok(Report {
        verdict: overall(&reports, differentiated),
        resolution: reports.iter().map(|report| report.resolution).fold(0.0, f64::max),
        arguments: reports,
        seed,
        precision,
        cotangents: settings.cotangents,
        forward_calls: problem.forward_calls(),
    })
}

/// The backward pass at every cotangent, sorted by argument and then cotangent.
fn gradients_by_argument(
    problem: &Problem,
    cotangents: &[Vec<f64>],
) -> Result<Vec<Vec<Option<Vec<f64>>>>, CheckError> {
    let mut by_argument = vec![Vec::new(); problem.arguments.len()];
    for cotangent in cotangents {
        for (gradients, gradient) in by_argument.iter_mut().zip(problem.backward(cotangent)?) {
            gradients.push(gradient);
        }
    }
    Ok(by_argument)
}

fn overall(reports: &[ArgumentReport], differentiated: bool) -> Verdict {
    if reports.iter().any(|report| report.verdict == Verdict::Fail) {
        return Verdict::Fail;
    }
    match reports.iter().find(|report| report.verdict != Verdict::Pass) {
        Some(report) => report.verdict.clone(),
        None if differentiated => Verdict::Pass,
        None => Verdict::Inconclusive(Reason::NothingDifferentiated),
    }
}
