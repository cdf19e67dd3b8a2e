//! From values to pixels, and the values worth a tick.

use super::svg::text_width;

/// The size of the texts of ticks.
pub(super) const TICK_SIZE: f64 = 11.5;

/// How values are spread along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    Linear,
    /// By decades; all values are positive.
    Log,
}

/// A range of values and the pixels it is drawn on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    pub(super) scale: Scale,
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) low_pixel: f64,
    pub(super) high_pixel: f64,
}

impl Axis {
    pub(super) fn pixel(&self, value: f64) -> f64 {
        let (low, high) = (self.along(self.low), self.along(self.high));
        let fraction = (self.along(value) - low) / (high - low);
        self.low_pixel + fraction * (self.high_pixel - self.low_pixel)
    }

    /// Like [`Axis::pixel`], with values outside of the range put at its end.
    pub(super) fn pixel_within(&self, value: f64) -> f64 {
        self.pixel(value.clamp(self.low, self.high))
    }

    /// The ticks with short texts, all in one style: `0.05`, `0.1` or `1e-6`, `1e-3`, `1e0`. On a log
    /// axis long numbers are written as powers sooner, since a count of steps reads better in full.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        let plain_below = match self.scale {
            Scale::Linear => 1e6,
            Scale::Log => 1e4,
        };
        let ticks = match self.scale {
            Scale::Linear => linear_ticks(self.low, self.high, self.most_linear_ticks()),
            Scale::Log => log_ticks(self.low, self.high, self.most_ticks()),
        };
        // Six digits hide the noise of sums such as 0.1 + 0.2.
        let rounded = |tick: &f64| format!("{tick:.5e}").parse().unwrap_or(*tick);
        let numbers: Vec<f64> = ticks.iter().map(rounded).collect();
        let is_plain = |number: &f64| *number == 0.0 || (1e-3..plain_below).contains(&number.abs());
        let text = |number: &f64| match numbers.iter().all(is_plain) || *number == 0.0 {
            true => format!("{number}"),
            false => format!("{number:e}"),
        };
        ticks.iter().copied().zip(numbers.iter().map(text)).collect()
    }

    /// How many powers of ten have room for their texts, beside each other or one below the other.
    fn most_ticks(&self) -> usize {
        let room = (self.high_pixel - self.low_pixel).abs();
        let longest = [self.low, self.high].map(|end| end.log10().round() as i32);
        let longest = longest.map(|exponent| format!("1e{exponent}").len()).into_iter().max();
        let each = match self.high_pixel > self.low_pixel {
            true => text_width("0", TICK_SIZE) * (longest.unwrap_or(0) + 2) as f64,
            false => 2.0 * TICK_SIZE,
        };
        ((room / each) as usize).clamp(2, 8)
    }

    /// How many round numbers have room for their texts of up to five digits.
    fn most_linear_ticks(&self) -> f64 {
        let room = (self.high_pixel - self.low_pixel).abs();
        (room / text_width("0.0000", TICK_SIZE)).floor().clamp(3.0, 8.0)
    }

    fn along(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear => value,
            Scale::Log => value.log10(),
        }
    }
}

/// A range on a log axis that shows these values and, at both ends, the given share of it as air;
/// all must be positive.
pub(super) fn log_range(values: impl Iterator<Item = f64>, air: f64) -> (f64, f64) {
    let (low, high) = values
        .fold((f64::INFINITY, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        return (0.1, 10.0);
    }
    let air = ((high / low).log10() * air).max(0.03);
    (low * 10f64.powf(-air), high * 10f64.powf(air))
}

/// Decades, in round strides if there are more than `most` of them; for short ranges the steps
/// 1, 2, 5, and for very short ones those of a linear axis.
fn log_ticks(low: f64, high: f64, most: usize) -> Vec<f64> {
    let exponents = (low.log10().ceil() as i32)..=(high.log10().floor() as i32);
    let decades = exponents.clone().count();
    if decades >= 3 {
        let least = decades.div_ceil(most);
        let stride = [1, 2, 3, 5, 10, 20, 50, 100].into_iter().find(|stride| *stride >= least);
        let stride = stride.unwrap_or(least) as i32;
        return exponents.filter(|exponent| exponent % stride == 0).map(power_of_ten).collect();
    }
    let around = (low.log10().floor() as i32)..=(high.log10().floor() as i32);
    let steps = around.flat_map(|exponent| [1.0, 2.0, 5.0].map(|m| m * power_of_ten(exponent)));
    let ticks: Vec<f64> = steps.filter(|tick| (low..=high).contains(tick)).collect();
    if ticks.len() >= 3 { ticks } else { linear_ticks(low, high, 8.0) }
}

fn power_of_ten(exponent: i32) -> f64 {
    10f64.powi(exponent)
}

/// Up to `most` multiples of 1, 2 or 5 times a power of ten.
fn linear_ticks(low: f64, high: f64, most: f64) -> Vec<f64> {
    let rough = (high - low) / (most - 1.0);
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|step| *step >= rough);
    let step = step.unwrap_or(rough);
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    (first..=last).map(|multiple| multiple as f64 * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: Scale, low: f64, high: f64) -> Vec<String> {
        labels_on(350.0, scale, low, high)
    }

    fn labels_on(width: f64, scale: Scale, low: f64, high: f64) -> Vec<String> {
        let axis = Axis { scale, low, high, low_pixel: 0.0, high_pixel: width };
        axis.ticks().into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn log_ticks_are_decades_or_1_2_5() {
        let log = |low, high| labels(Scale::Log, low, high);
        assert_eq!(log(5e-5, 20.0), ["1e-4", "1e-3", "1e-2", "1e-1", "1e0", "1e1"]);
        assert_eq!(log(5e-3, 2e3), ["0.01", "0.1", "1", "10", "100", "1000"]);
        assert_eq!(log(0.04, 3.0), ["0.05", "0.1", "0.2", "0.5", "1", "2"]);
        assert_eq!(log(0.31, 0.41), ["0.32", "0.34", "0.36", "0.38", "0.4"]);
        assert_eq!(log(0.5, 2e10), ["1e0", "1e2", "1e4", "1e6", "1e8", "1e10"]);
    }

    #[test]
    fn ticks_are_as_many_as_their_texts_have_room() {
        let on = |width| labels_on(width, Scale::Log, 1e-21, 1e21);
        assert_eq!(on(350.0), ["1e-20", "1e-10", "1e0", "1e10", "1e20"]);
        assert_eq!(on(180.0), ["1e-20", "1e0", "1e20"]);
    }

    #[test]
    fn linear_ticks_are_round() {
        let linear = |low, high| labels(Scale::Linear, low, high);
        assert_eq!(linear(0.0, 64.0), ["0", "10", "20", "30", "40", "50", "60"]);
        assert_eq!(linear(0.0, 180.0), ["0", "50", "100", "150"]);
        assert_eq!(linear(0.0, 1.0), ["0", "0.2", "0.4", "0.6", "0.8", "1"]);
        assert_eq!(
            linear(0.0, 30000.0),
            ["0", "5000", "10000", "15000", "20000", "25000", "30000"]
        );
    }

    #[test]
    fn a_log_axis_gives_equal_room_to_equal_ratios() {
        let axis =
            Axis { scale: Scale::Log, low: 0.01, high: 1.0, low_pixel: 200.0, high_pixel: 0.0 };
        assert!((axis.pixel(0.1) - 100.0).abs() < 1e-9);
        assert!((axis.pixel_within(50.0) - 0.0).abs() < 1e-9);
    }

    #[test]
    fn a_range_without_width_still_has_one() {
        let (low, high) = log_range([2.0].into_iter(), 0.05);
        assert!(low < 2.0 && high > 2.0);
        assert_eq!(log_range([].into_iter(), 0.05), (0.1, 10.0));
    }
}
