//! Statistics over a single value: at small sizes less is left of an equation than its text says.

use std::fmt;
use std::ops::Range;

use crate::axes::Axes;
use crate::extents::Extents;
use crate::norm::{Mode, NormEquation};
use crate::operation::{Operation, Statistic};
use crate::print;

/// The statistics of an equation that are over a single value.
///
/// ```
/// use equations::{Extents, Mode, NormEquation, NormSource};
/// let equation = "(x - mean(x)) / rms(x)";
/// let source = NormSource { equation, over: "positions", parameters: &[], constants: &[] };
/// let norm = NormEquation::parse(&source).unwrap();
/// let two = Extents::new(8, 2, 4, 1).unwrap();
/// assert_eq!(norm.single_values(&two, Mode::Train), None);
/// let one = Extents::new(8, 1, 4, 1).unwrap();
/// assert_eq!(
///     norm.single_values(&one, Mode::Train).unwrap().to_string(),
///     "statistics over a single value (positions = 1): `mean(x)` is `x`, `rms(x)` is `abs(x)`\n  \
///      (x - mean(x)) / rms(x)\n       ^^^^^^^    ^^^^^^"
/// );
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct SingleValues {
    /// The statistics, in the order of evaluation.
    pub found: Vec<SingleValue>,
    /// The sizes that are 1, in words.
    pub sizes: String,
    equation: String,
}

/// A statistic, a window or a cumulative sum over a single value.
#[derive(Clone, PartialEq, Debug)]
pub struct SingleValue {
    /// It as canonical text.
    pub text: String,
    /// What it is then, as canonical text.
    pub is: String,
    /// The bytes of the equation that it is.
    pub span: Range<usize>,
}

impl NormEquation {
    /// The statistics, windows and cumulative sums over a single value that the result depends on. Variances and
    /// standard deviations are left out: [`NormEquation::check`] refuses them.
    #[must_use]
    pub fn single_values(&self, extents: &Extents, mode: Mode) -> Option<SingleValues> {
        let extents = &self.divided(extents, mode);
        let expression = self.expression();
        let mut along = Axes::NONE;
        let mut found = Vec::new();
        for (id, needed) in self.needed_for_result(mode).into_iter().enumerate() {
            let node = &expression.nodes()[id];
            let (e, axes, is_absolute) = match node.operation {
                Operation::Statistic(Statistic::Var | Statistic::Std, ..) => continue,
                Operation::Statistic(statistic, e, axes) => {
                    let absolute = [Statistic::Rms, Statistic::Norm1, Statistic::Norm2];
                    (e, axes, absolute.contains(&statistic))
                }
                Operation::Cumulative(_, e, axis) | Operation::Window { e, axis, .. } => {
                    (e, axis, false)
                }
                _ => continue,
            };
            if !needed || axes.is_empty() || extents.size(axes) != 1 {
                continue;
            }
            along = along.union(axes);
            let e = print::part(expression, e);
            found.push(SingleValue {
                text: print::part(expression, id),
                is: if is_absolute { format!("abs({e})") } else { e },
                span: node.span.clone(),
            });
        }
        let (sizes, equation) = (extents.describe(along), expression.text().to_owned());
        (!found.is_empty()).then_some(SingleValues { found, sizes, equation })
    }
}

/// What they are, and the lines of the equation that have them.
impl fmt::Display for SingleValues {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = self.found.iter().map(|one| format!("`{}` is `{}`", one.text, one.is));
        let each = each.collect::<Vec<_>>().join(", ");
        write!(formatter, "statistics over a single value ({}): {each}", self.sizes)?;
        let mut start = 0;
        for line in self.equation.split('\n') {
            let is_marked = |byte: usize| self.found.iter().any(|one| one.span.contains(&byte));
            let marks =
                line.char_indices().map(|(at, _)| if is_marked(start + at) { '^' } else { ' ' });
            let marks: String = marks.collect();
            if marks.contains('^') {
                // A tab would move the line but not the carets below it.
                let shown = line.replace(|character: char| character.is_control(), " ");
                write!(formatter, "\n  {}\n  {}", shown.trim_end(), marks.trim_end())?;
            }
            start += line.len() + 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::NormSource;

    fn said(equation: &str, over: &str, extents: Extents) -> Option<String> {
        let source = NormSource { equation, over, parameters: &[], constants: &[] };
        let norm = NormEquation::parse(&source).unwrap_or_else(|error| panic!("{error}"));
        norm.single_values(&extents, Mode::Train).map(|found| found.to_string())
    }

    #[test]
    fn one_channel_one_sample_and_one_position_are_said() {
        let sizes =
            |samples, positions, groups| Extents::new(samples, positions, 8, groups).unwrap();
        let group = said("x / rms(x)", "group", sizes(4, 2, 8)).unwrap();
        assert!(group.contains("(features = 8 in groups = 8): `rms(x)` is `abs(x)`"), "{group}");
        let sample = said("x - mean(x)", "samples", sizes(1, 2, 1)).unwrap();
        assert!(sample.contains("(samples = 1): `mean(x)` is `x`"), "{sample}");
        let sums = said("cumsum(x) + window(x^2, 1, 0)", "positions", sizes(4, 1, 1)).unwrap();
        assert!(sums.contains("`cumsum(x)` is `x`, `window(x^2, 1, 0)` is `x^2`"), "{sums}");
        assert_eq!(said("x / rms(x)", "features", sizes(1, 1, 8)), None);
        assert_eq!(said("x / rms(x)", "samples+positions", sizes(2, 1, 1)), None);
    }

    #[test]
    fn what_only_averages_follow_and_variances_are_not_said() {
        let one = Extents::new(1, 1, 8, 1).unwrap();
        let tracked = "m = running(mean[samples+positions+features](x), 0, mean[samples+positions](x)); x - m";
        assert_eq!(said(tracked, "none", one), None);
        assert_eq!(said("x / std(x)", "samples", one), None, "it is an error");
    }

    #[test]
    fn every_line_with_a_statistic_is_shown() {
        let one = Extents::new(4, 1, 8, 1).unwrap();
        let found = said("μ = mean(x);\nd = x - μ;\nd / rms(d)", "positions", one).unwrap();
        let lines: Vec<&str> = found.lines().skip(1).collect();
        assert_eq!(lines, ["  μ = mean(x);", "      ^^^^^^^", "  d / rms(d)", "      ^^^^^^"]);
    }
}
