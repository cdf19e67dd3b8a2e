//! The check from beginning to end.

use crate::error::{CheckError, Closure};
use crate::failure::{Roles, failure};
use crate::level::{COTANGENTS, Level};
use crate::measured::{Measured, Plan};
use crate::problem::{Argument, Function, Problem, guarded, validate_argument};
use crate::random::cotangent;
use crate::report::Report;
use crate::settings::{ExpectGradient, Settings};
use crate::verdict::Verdict;

/// Compares a hand-written gradient with finite differences of its function, for every argument and
/// four random cotangents: entry by entry where the size allows, along directions else. The
/// [crate's page](crate) gives the rule, and [`Level`] the sizes.
///
/// The forward pass is called about 30 times per entry of an argument, and up to 100 times where
/// the gradient is zero; the backward pass three times per cotangent, and once per output if the whole
/// Jacobian is compared.
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
    let is_constant = constants(arguments, &settings.expect_gradient)?;
    for argument in arguments {
        validate_argument(argument, settings.precision)?;
    }
    let forward = |values: &[&[f64]]| guarded(Closure::Forward, || (function.forward)(values));
    let backward = |values: &[&[f64]], v: &[f64]| {
        guarded(Closure::Backward, || (function.backward)(values, v))
    };
    let problem = Problem::new(arguments, &forward, settings.forward_precision, settings.seed)?;
    let Settings { seed, precision, forward_precision, budget, .. } = *settings;
    let random = (0..COTANGENTS)
        .map(|number| cotangent(seed, number, problem.output.len(), precision))
        .collect();
    let plan = Plan {
        is_constant: &is_constant,
        precisions: &[precision],
        random,
        budget,
        finest: Level::Jacobian,
        seed,
    };
    let mut report = Report {
        verdict: Verdict::Pass,
        resolution: f64::INFINITY,
        level: Level::Adjoint,
        arguments: Vec::new(),
        failure: None,
        seed,
        precision,
        forward_precision,
        forward_calls: 0,
    };
    let measured = match Measured::new(&problem, plan)? {
        Ok(measured) => measured,
        Err(reason) => {
            report.verdict = Verdict::Inconclusive(reason);
            return Ok(report);
        }
    };
    let claimed = measured.claimed(&backward, precision)?;
    let rule = measured.rule(precision, settings.resolution());
    report.arguments = measured.judge(&claimed, rule);
    report.verdict = measured.overall(&report.arguments);
    report.level = measured.level;
    report.resolution = report.arguments.iter().map(|a| a.resolution).fold(0.0, f64::max);
    report.failure = failure(&measured, &claimed, &report.arguments, &roles(arguments), precision)?;
    report.forward_calls = problem.forward_calls();
    Ok(report)
}

/// Which arguments are constants of the derivative.
fn constants(arguments: &[Argument], expected: &ExpectGradient) -> Result<Vec<bool>, CheckError> {
    if let ExpectGradient::ExceptFor(constants) = expected {
        let known: Vec<&str> = arguments.iter().map(|argument| argument.name).collect();
        if let Some(name) = constants.iter().find(|name| !known.contains(&name.as_str())) {
            return Err(CheckError::UnknownArgument {
                name: name.clone(),
                known: known.join(", "),
            });
        }
    }
    Ok(arguments.iter().map(|argument| expected.is_constant(argument.name)).collect())
}

/// Gain and eps by their usual names, for words about a likely cause.
fn roles(arguments: &[Argument]) -> Roles {
    let named = |names: &[&str]| arguments.iter().position(|a| names.contains(&a.name));
    Roles {
        gain: named(&["gamma", "weight", "gain", "scale"]),
        eps: named(&["eps", "epsilon"])
            .and_then(|number| arguments[number].values.first().copied()),
    }
}
