//! How closely a gradient is looked at, by the size of the problem and the budget.

use crate::line::Line;
use crate::problem::Problem;
use crate::random::direction;

/// How closely a gradient is compared with finite differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// L1: `<v, D u>` against `<dx, u>` along random and structural directions `u`, for each argument and
    /// random cotangent `v`. At every size.
    Adjoint,
    /// L2: every entry of every argument at random cotangents. Up to 4096 entries.
    Gradient,
    /// L3: every entry of the Jacobian too. Where inputs times outputs are at most 1e5.
    Jacobian,
}

/// Random cotangents of every level.
pub(crate) const COTANGENTS: usize = 4;
/// Gaussian directions per argument at level 1.
const GAUSSIAN: usize = 4;
/// The most entries of all arguments that are differenced one by one.
const MOST_ENTRIES: usize = 4096;
/// The most inputs times outputs whose whole Jacobian is compared.
const MOST_PRODUCTS: usize = 100_000;
/// Forward calls along one line, about.
const CALLS: usize = 60;

impl Level {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Level::Adjoint => "L1 adjoint",
            Level::Gradient => "L2 gradient",
            Level::Jacobian => "L3 Jacobian",
        }
    }

    /// The finest level that size and budget allow.
    pub(crate) fn of(problem: &Problem, is_constant: &[bool], budget: usize) -> Level {
        let differentiated = problem.arguments.iter().zip(is_constant).filter(|(_, c)| !**c);
        let entries: usize = differentiated.map(|(argument, _)| argument.values.len()).sum();
        let products = entries.saturating_mul(problem.output.len());
        if entries > MOST_ENTRIES || products.saturating_mul(CALLS) > budget {
            Level::Adjoint
        } else if products <= MOST_PRODUCTS {
            Level::Jacobian
        } else {
            Level::Gradient
        }
    }

    /// The lines along which an argument is differenced, and along how many of them the conditioning
    /// is measured.
    pub(crate) fn lines(self, problem: &Problem, argument: usize, seed: u64) -> (Vec<Line>, usize) {
        let values = problem.arguments[argument].values;
        if self != Level::Adjoint || values.len() <= GAUSSIAN {
            let lines = (0..values.len()).map(|entry| Line::coordinate(argument, entry)).collect();
            return (lines, values.len());
        }
        (adjoint_lines(problem, argument, seed), 2)
    }
}

/// Number of forward calls that a level needs for some lines, about.
pub(crate) fn cost(lines: usize, outputs: usize) -> usize {
    lines.saturating_mul(CALLS).saturating_mul(outputs)
}

/// Gaussian directions over everything, over single rows at both ends and over the last eighth; and
/// the ones that norms remove: all ones, the argument itself, and the output.
fn adjoint_lines(problem: &Problem, argument: usize, seed: u64) -> Vec<Line> {
    let given = &problem.arguments[argument];
    let (count, values) = (given.values.len(), given.values);
    let width = given.shape.last().copied().unwrap_or(1);
    let gaussian = |number: usize, range: std::ops::Range<usize>| {
        let entries: Vec<usize> = range.collect();
        Line { argument, entries: direction(seed, 16 * argument + number, &entries) }
    };
    let mut lines: Vec<Line> = (0..GAUSSIAN).map(|number| gaussian(number, 0..count)).collect();
    let rows = count / width.max(1);
    if rows > 1 {
        lines.push(gaussian(4, 0..width));
        lines.push(gaussian(5, count - width..count));
        lines.push(gaussian(6, (rows - rows.div_ceil(8)) * width..count));
        let middle = seed as usize % rows;
        lines.push(gaussian(7, middle * width..(middle + 1) * width));
    } else {
        lines.push(gaussian(4, count - count.div_ceil(16)..count));
    }
    let along = |values: &[f64]| Line { argument, entries: normalized(values) };
    lines.push(along(&vec![1.0; count]));
    lines.push(along(values));
    if problem.output.len() == count {
        lines.push(along(&problem.output));
    }
    lines.retain(|line| !line.entries.is_empty());
    lines
}

/// Values as a direction of root mean square 1; nothing if they vanish.
fn normalized(values: &[f64]) -> Vec<(usize, f64)> {
    let largest = crate::ladder::largest(values.iter().copied());
    if largest == 0.0 {
        return Vec::new();
    }
    let square = values.iter().map(|x| (x / largest).powi(2)).sum::<f64>() / values.len() as f64;
    values.iter().enumerate().map(|(e, x)| (e, x / largest / square.sqrt())).collect()
}
