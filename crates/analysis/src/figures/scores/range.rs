//! The part of an axis that shows most marks well.

use super::mark::Mark;

/// A value as many times as far from the median as three quarters of the values is off the axis.
const FAR_VALUE: f64 = 4.0;
/// An end of an interval as many times as far as these, and as a usual interval is wide on one side, is cut.
const FAR_END: f64 = 6.0;
/// On both sides, as a share of what is shown.
const AIR: f64 = 0.08;
/// What is shown is wider than this share of the numbers: differences in the fifth digit are none.
const NARROWEST: f64 = 1e-4;

/// The range of a linear axis for the bulk of the marks: neither an arm far from the others nor an interval
/// of two seeds may flatten them.
pub(super) fn range(marks: &[Mark], has_zero: bool, possible: (f64, f64)) -> (f64, f64) {
    let mut values: Vec<f64> = marks.iter().map(|mark| mark.value).collect();
    values.extend(has_zero.then_some(0.0));
    let median = quantile(values.clone(), 0.5);
    let distance = |value: f64| (value - median).abs();
    let usual = quantile(values.iter().map(|value| distance(*value)).collect(), 0.75);
    let fits = |value: f64| distance(value) <= FAR_VALUE * usual || usual == 0.0;
    let shown = || marks.iter().filter(|mark| fits(mark.value));
    let halves = shown().map(|mark| (mark.high() - mark.low()) / 2.0).filter(|half| *half > 0.0);
    let reach = FAR_END * usual.max(lower_median(halves.collect()));
    let ends = shown().flat_map(|mark| [mark.low(), mark.high()]);
    let near = ends.filter(|end| distance(*end) <= reach || reach == 0.0);
    let values = values.iter().copied().filter(|value| fits(*value));
    // Differences are read from where 0 is.
    with_air(values.chain(near).chain(has_zero.then_some(0.0)), possible)
}

fn with_air(values: impl Iterator<Item = f64>, (least, most): (f64, f64)) -> (f64, f64) {
    let ends = (f64::INFINITY, f64::NEG_INFINITY);
    let (low, high) = values.fold(ends, |(low, high), value| (low.min(value), high.max(value)));
    let size = low.abs().max(high.abs());
    let air = match high - low {
        0.0 if size == 0.0 => 0.1,
        0.0 => 0.1 * size,
        range => (AIR * range).max(NARROWEST / 2.0 * size),
    };
    // Beyond what can be there is room for half a mark.
    let rim = AIR / 2.0 * (high - low + air);
    ((low - air).max(least - rim), (high + air).min(most + rim))
}

/// The value at that share of the sorted values; 0 if there are none.
fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get((values.len() as f64 * share) as usize).copied().unwrap_or(0.0)
}

fn lower_median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Interval;

    const ANY: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

    fn mark(value: f64, half: f64) -> Mark {
        let interval = Some(Interval { low: value - half, high: value + half });
        Mark { value, interval, is_faint: false, is_open: false }
    }

    #[test]
    fn usual_marks_are_shown_as_a_whole() {
        let marks = [mark(0.1, 0.02), mark(0.12, 0.05), mark(0.2, 0.01)];
        let (low, high) = range(&marks, false, ANY);
        assert!((0.05..0.07).contains(&low) && (0.21..0.23).contains(&high), "{low} {high}");
        let (low, high) = range(&[mark(1.0, 100.0)], false, ANY);
        assert!(low < -99.0 && high > 101.0);
    }

    #[test]
    fn a_value_or_an_interval_far_from_all_others_flattens_nothing() {
        let mut marks: Vec<Mark> = (0..6).map(|i| mark(0.1 + 0.01 * f64::from(i), 0.02)).collect();
        marks.push(mark(9.0, 0.1));
        marks.push(mark(0.13, 40.0));
        let (low, high) = range(&marks, false, ANY);
        assert!(low > 0.0 && high < 0.3, "{low} {high}");
        let two = range(&[mark(0.1, 0.02), mark(0.11, 40.0)], true, ANY);
        assert!(two.0 > -0.1 && two.1 < 0.3, "{two:?}");
    }

    #[test]
    fn equal_values_with_intervals_are_as_wide_as_these() {
        let (low, high) = range(&[mark(0.1, 0.02), mark(0.1, 0.03)], false, ANY);
        assert!((0.05..0.07).contains(&low) && (0.13..0.15).contains(&high), "{low} {high}");
    }

    #[test]
    fn zero_is_shown_beside_differences_that_are_all_alike() {
        let marks: Vec<Mark> = (0..9).map(|i| mark(5.0 + 0.01 * f64::from(i), 0.02)).collect();
        let (low, high) = range(&marks, true, ANY);
        assert!(low < 0.0 && high > 5.08, "{low} {high}");
    }

    #[test]
    fn what_cannot_be_has_hardly_any_room() {
        let (_, high) = range(&[mark(100.0, 0.0), mark(80.0, 0.0)], false, (0.0, 100.0));
        assert!(high < 101.5, "{high}");
        let (low, high) = range(&[mark(100.0, 0.0)], false, (0.0, 100.0));
        assert!(low < 95.0 && high < 101.0, "{low} {high}");
    }
}
