//! Exact identities of gradients that follow from properties of the function.

use crate::column::Column;
use crate::error::CheckError;
use crate::ladder::{Scale, largest};
use crate::line::{Cotangents, Line};
use crate::problem::{Differentiate, Problem};
use crate::property::{Property, Slices};

/// What became of one declared property.
#[derive(Clone, Debug, PartialEq)]
pub struct IdentityReport {
    /// Name of the property.
    pub property: String,
    /// Whether its identity holds.
    pub finding: Identity,
}

/// Whether an identity holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Identity {
    /// The forward pass has the property, and the gradient obeys.
    Holds,
    /// The forward pass has the property, and the gradient does not obey: how.
    Violated(String),
    /// The forward pass does not have the property, by so much relative to the largest output.
    NotTrue(f64),
    /// The sizes leave nothing to compare: one slice, or an output of another shape.
    Vacuous,
}

/// A function at a point, the gradients that a kernel claims there, and what rounding may do.
pub(crate) struct Subject<'a> {
    pub problem: &'a Problem<'a>,
    pub cotangent: &'a [f64],
    /// The kernel.
    pub gradients: &'a Differentiate<'a>,
    /// How far rounding may move an entry of each gradient.
    pub allowed: &'a [f64],
    /// How far rounding may move an output, relative to the largest.
    pub relative: f64,
}

/// Tests the forward pass for a property, and then the identity.
pub(crate) fn identity(
    subject: &Subject,
    property: &Property,
) -> Result<IdentityReport, CheckError> {
    let violation = violation(subject.problem, property)?;
    let finding = match violation {
        None => Identity::Vacuous,
        Some(violation) if violation.is_nan() || violation > 1e-9 + subject.relative => {
            Identity::NotTrue(violation)
        }
        Some(_) => match obey(subject, property)? {
            None => Identity::Holds,
            Some(words) => Identity::Violated(words),
        },
    };
    Ok(IdentityReport { property: property.name().to_string(), finding })
}

/// By how much the forward pass violates a property; `None` if there is nothing to compare.
fn violation(problem: &Problem, property: &Property) -> Result<Option<f64>, CheckError> {
    let base = problem.base();
    let scale = largest(problem.output.iter().copied());
    let mut point = base.clone();
    let mut expected = problem.output.clone();
    match property {
        Property::Shift(slices) => {
            let spread = match Scale::of(&base[0]) {
                Scale::Spread(spread) => spread,
                Scale::NoSpread => 1.0,
            };
            for (x, label) in point[0].iter_mut().zip(slices.labels()) {
                *x += spread * (1.0 + (label % 3) as f64);
            }
        }
        Property::Scale(slices) => {
            for (x, label) in point[0].iter_mut().zip(slices.labels()) {
                *x *= [2.0, 4.0, 8.0][label % 3];
            }
        }
        Property::Homogeneous { degrees, output } => {
            for (name, degree) in degrees {
                let Some(number) = problem.arguments.iter().position(|a| a.name == name) else {
                    return Ok(Some(f64::INFINITY));
                };
                point[number].iter_mut().for_each(|x| *x *= 2f64.powf(*degree));
            }
            expected.iter_mut().for_each(|y| *y *= 2f64.powf(*output));
        }
        Property::Independent(slices) | Property::Exchange(slices)
            if slices.count() < 2 || problem.output.len() != base[0].len() =>
        {
            return Ok(None);
        }
        Property::Independent(slices) => {
            for (x, label) in point[0].iter_mut().zip(slices.labels()) {
                *x = if *label == 0 { *x } else { 0.5 - 2.0 * *x };
            }
            let found = problem.forward(&point)?;
            let first = slices.labels().iter().enumerate().filter(|(_, label)| **label == 0);
            let change = first.map(|(entry, _)| found[entry] - expected[entry]);
            return Ok(Some(largest(change) / scale.max(f64::MIN_POSITIVE)));
        }
        Property::Exchange(slices) => {
            let Some(exchanged) = exchange(slices) else { return Ok(None) };
            point[0] = exchanged.iter().map(|&entry| base[0][entry]).collect();
            expected = exchanged.iter().map(|&entry| problem.output[entry]).collect();
        }
    }
    let found = problem.forward(&point)?;
    let scale = largest(expected.iter().copied()).max(f64::MIN_POSITIVE);
    Ok(Some(largest(found.iter().zip(&expected).map(|(a, b)| a - b)) / scale))
}

/// How the gradient violates the identity of a property, if it does.
fn obey(subject: &Subject, property: &Property) -> Result<Option<String>, CheckError> {
    let base: Vec<&[f64]> = subject.problem.arguments.iter().map(|a| a.values).collect();
    match property {
        Property::Shift(slices) => sums(subject, &base, slices, &|_| 1.0, "dx"),
        Property::Scale(slices) => sums(subject, &base, slices, &|e| base[0][e], "dx x"),
        Property::Homogeneous { degrees, output } => euler(subject, &base, degrees, *output),
        Property::Independent(slices) => {
            let one = |(v, label): (&f64, &usize)| if *label == 0 { *v } else { 0.0 };
            let v: Vec<f64> = subject.cotangent.iter().zip(slices.labels()).map(one).collect();
            let found = (subject.gradients)(&base, &v)?;
            let Some(dx) = &found[0] else { return Ok(None) };
            let others = dx.iter().zip(slices.labels()).enumerate();
            let mut leaks = others.filter(|(_, (dx, label))| **label != 0 && **dx != 0.0);
            Ok(leaks.next().map(|(entry, (dx, _))| {
                format!("a cotangent in slice 0 alone gives {dx:e} at entry {entry} of another")
            }))
        }
        Property::Exchange(slices) => {
            let Some(order) = exchange(slices) else { return Ok(None) };
            let plain = (subject.gradients)(&base, subject.cotangent)?;
            let reorder = |of: &[f64]| order.iter().map(|&entry| of[entry]).collect::<Vec<f64>>();
            let x = reorder(base[0]);
            let mut exchanged = base.clone();
            exchanged[0] = &x;
            let found = (subject.gradients)(&exchanged, &reorder(subject.cotangent))?;
            for (number, (plain, found)) in plain.iter().zip(&found).enumerate() {
                let (Some(plain), Some(found)) = (plain, found) else { continue };
                let expected = if number == 0 { reorder(plain) } else { plain.clone() };
                for (entry, (a, b)) in found.iter().zip(&expected).enumerate() {
                    if (a - b).abs() > 2.0 * subject.allowed[number] {
                        let name = subject.problem.arguments[number].name;
                        return Ok(Some(format!(
                            "after an exchange the gradient of {name} at {entry} is {a:e}, not {b:e}"
                        )));
                    }
                }
            }
            Ok(None)
        }
    }
}

/// Whether the weighted sum of dx over each slice vanishes.
fn sums(
    subject: &Subject,
    base: &[&[f64]],
    slices: &Slices,
    weight: &dyn Fn(usize) -> f64,
    what: &str,
) -> Result<Option<String>, CheckError> {
    let found = (subject.gradients)(base, subject.cotangent)?;
    let Some(dx) = &found[0] else { return Ok(None) };
    for (number, entries) in slices.members().iter().enumerate() {
        let sum: f64 = entries.iter().map(|&e| dx[e] * weight(e)).sum();
        let square: f64 = entries.iter().map(|&e| weight(e).powi(2)).sum();
        let allowed = 2.0 * subject.allowed[0] * square.sqrt();
        if sum.abs() > allowed {
            return Ok(Some(format!(
                "the sum of {what} over slice {number} is {sum:e}, at most {allowed:.1e} is rounding"
            )));
        }
    }
    Ok(None)
}

/// Euler's identity of a homogeneous function, summed over the arguments that take part.
fn euler(
    subject: &Subject,
    base: &[&[f64]],
    degrees: &[(String, f64)],
    output: f64,
) -> Result<Option<String>, CheckError> {
    let problem = subject.problem;
    let found = (subject.gradients)(base, subject.cotangent)?;
    let terms = problem.output.iter().zip(subject.cotangent).map(|(y, v)| y * v);
    let (mut sum, mut allowed) = (0.0, 0.0);
    for (name, degree) in degrees {
        let Some(number) = problem.arguments.iter().position(|a| a.name == name) else { continue };
        let values = base[number];
        let norm = values.iter().map(|x| x * x).sum::<f64>().sqrt();
        match &found[number] {
            Some(gradient) => {
                let product: f64 = gradient.iter().zip(values).map(|(a, x)| a * x).sum();
                sum += degree * product;
                allowed += 2.0 * degree.abs() * subject.allowed[number] * norm;
            }
            None => {
                let Some((product, error)) = along_itself(subject, number)? else {
                    return Ok(None);
                };
                sum += degree * product;
                allowed += degree.abs() * error;
            }
        }
    }
    let expected = output * terms.clone().sum::<f64>();
    allowed += subject.relative * output.abs() * terms.map(f64::abs).sum::<f64>();
    Ok(((sum - expected).abs() > allowed).then(|| {
        format!("sum of degree <dx, x> is {sum:e}, not {expected:e}, and {allowed:.1e} is rounding")
    }))
}

/// The derivative of `v . f` with respect to an argument without gradient, times the argument, by
/// finite differences; `None` if they say nothing.
fn along_itself(subject: &Subject, number: usize) -> Result<Option<(f64, f64)>, CheckError> {
    let problem = subject.problem;
    let values = problem.arguments[number].values;
    let cotangents = Cotangents { random: vec![subject.cotangent.to_vec()], units: 0 };
    let scale = Scale::of(values);
    let (mut product, mut error) = (0.0, 0.0);
    for (entry, &value) in values.iter().enumerate().filter(|(_, value)| **value != 0.0) {
        let line = Line::coordinate(number, entry);
        let steps = scale.steps(value, problem.precision);
        let column = Column::measure(problem, &line, &steps, &cotangents)?;
        let Some(estimate) = column.estimates(problem, &cotangents)[0] else { return Ok(None) };
        product += estimate.value * value;
        error += 8.0 * estimate.error * value.abs();
    }
    Ok(Some((product, error)))
}

/// The entries in the order in which the first and the last slice have changed places; `None` if these
/// differ in size.
fn exchange(slices: &Slices) -> Option<Vec<usize>> {
    let members = slices.members();
    let (first, last) = (members.first()?, members.last()?);
    if first.len() != last.len() || members.len() < 2 {
        return None;
    }
    let mut order: Vec<usize> = (0..slices.labels().len()).collect();
    for (&one, &other) in first.iter().zip(last) {
        order.swap(one, other);
    }
    Some(order)
}
