//! From values to pixels, and the texts of ticks.

use super::svg::Area;
use super::text::Font;
use super::ticks;

pub(super) const TICK: Font = Font::plain(11.5);

/// How far the texts of ticks may reach out of the panel: less than half of the gap between two panels.
const OVERHANG: f64 = 10.0;
/// Between the texts of two ticks that stand side by side.
const TEXT_GAP: f64 = 12.0;

/// How values are spread along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    Linear,
    /// Evenly, of things that are counted: a tick is an integer.
    Count,
    /// By decades; all values are positive.
    Log,
}

/// A range of values and the pixels it is drawn on: from left to right, or upwards.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    pub(super) scale: Scale,
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) low_pixel: f64,
    pub(super) high_pixel: f64,
}

/// A value with a line across the panel.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    pub(super) value: f64,
    /// Empty where there is no room.
    pub(super) text: String,
}

impl Axis {
    pub(super) fn from_left_to_right(scale: Scale, (low, high): (f64, f64), area: Area) -> Axis {
        Axis { scale, low, high, low_pixel: area.left, high_pixel: area.right }
    }

    pub(super) fn upwards(scale: Scale, (low, high): (f64, f64), area: Area) -> Axis {
        Axis { scale, low, high, low_pixel: area.bottom, high_pixel: area.top }
    }

    pub(super) fn pixel(&self, value: f64) -> f64 {
        let (low, high) = (self.along(self.low), self.along(self.high));
        let fraction = (self.along(value) - low) / (high - low);
        self.low_pixel + fraction * (self.high_pixel - self.low_pixel)
    }

    /// Like [`Axis::pixel`], with values outside of the range put at its end.
    pub(super) fn pixel_within(&self, value: f64) -> f64 {
        self.pixel(value.clamp(self.low, self.high))
    }

    /// Round values, at least two and as many as their texts have room, all in one style: `0.05`, `0.1` or `1e-6`,
    /// `1e-3`, `1e0`. On a log axis long numbers are written as powers sooner, since a count of steps reads better
    /// in full.
    pub(super) fn ticks(&self) -> Vec<Tick> {
        let (candidates, plain_below) = match self.scale {
            Scale::Linear => (ticks::linear(self.low, self.high, 0.0), 1e6),
            Scale::Count => (ticks::linear(self.low, self.high, 1.0), 1e6),
            Scale::Log => (ticks::log(self.low, self.high), 1e4),
        };
        let labelled = candidates.iter().map(|values| ticks::with_texts(values, plain_below));
        let labelled: Vec<Vec<Tick>> = labelled.collect();
        let roomy = |least: usize| {
            labelled.iter().find(|ticks| ticks.len() >= least && self.have_room(ticks))
        };
        let chosen = roomy(3).or_else(|| roomy(2)).or(labelled.first()).cloned();
        self.thinned(chosen.unwrap_or_default())
    }

    /// The ticks without the texts that have no room between the first and the last.
    pub(super) fn thinned(&self, mut ticks: Vec<Tick>) -> Vec<Tick> {
        let [_, .., last] = &ticks[..] else { return ticks };
        let last = last.clone();
        let mut shown = 0;
        for index in 1..ticks.len() - 1 {
            let (before, own) = (&ticks[shown], &ticks[index]);
            match self.is_apart(before, own) && self.is_apart(own, &last) {
                true => shown = index,
                false => ticks[index].text.clear(),
            }
        }
        ticks
    }

    /// Where the text of a tick is centred: at its value, unless it would reach too far out of the panel.
    pub(super) fn middle_of(&self, tick: &Tick) -> f64 {
        let half = TICK.width(&tick.text) / 2.0;
        let (first, last) = (self.low_pixel + half - OVERHANG, self.high_pixel - half + OVERHANG);
        self.pixel(tick.value).min(last).max(first)
    }

    fn have_room(&self, ticks: &[Tick]) -> bool {
        ticks.windows(2).all(|pair| self.is_apart(&pair[0], &pair[1]))
    }

    fn is_apart(&self, one: &Tick, next: &Tick) -> bool {
        if self.high_pixel < self.low_pixel {
            return self.pixel(one.value) - self.pixel(next.value) >= 1.9 * TICK.size;
        }
        let texts = (TICK.width(&one.text) + TICK.width(&next.text)) / 2.0;
        self.middle_of(next) - self.middle_of(one) >= texts + TEXT_GAP
    }

    fn along(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear | Scale::Count => value,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn on(width: f64, scale: Scale, low: f64, high: f64) -> Axis {
        let area = Area { left: 0.0, top: 0.0, right: width, bottom: 250.0 };
        Axis::from_left_to_right(scale, (low, high), area)
    }

    fn texts(axis: &Axis) -> Vec<String> {
        axis.ticks().into_iter().map(|tick| tick.text).collect()
    }

    #[test]
    fn log_ticks_are_decades_or_1_2_5() {
        let log = |low, high| texts(&on(350.0, Scale::Log, low, high));
        assert_eq!(log(5e-5, 20.0), ["1e-4", "1e-3", "1e-2", "1e-1", "1e0", "1e1"]);
        assert_eq!(log(5e-3, 2e3), ["0.01", "0.1", "1", "10", "100", "1000"]);
        assert_eq!(log(0.04, 3.0), ["0.05", "0.1", "0.2", "0.5", "1", "2"]);
        assert_eq!(log(0.31, 0.41), ["0.32", "0.34", "0.36", "0.38", "0.4"]);
        assert_eq!(log(0.5, 2e10), ["1e0", "1e2", "1e4", "1e6", "1e8", "1e10"]);
    }

    #[test]
    fn ticks_are_as_many_as_their_texts_have_room() {
        let on = |width| texts(&on(width, Scale::Log, 1e-21, 1e21));
        assert_eq!(on(350.0), ["1e-20", "1e-10", "1e0", "1e10", "1e20"]);
        assert_eq!(on(180.0), ["1e-20", "1e0", "1e20"]);
    }

    #[test]
    fn linear_ticks_are_round() {
        let linear = |low, high| texts(&on(350.0, Scale::Linear, low, high));
        assert_eq!(linear(0.0, 64.0), ["0", "10", "20", "30", "40", "50", "60"]);
        assert_eq!(linear(0.0, 180.0), ["0", "50", "100", "150"]);
        assert_eq!(linear(0.0, 1.0), ["0", "0.2", "0.4", "0.6", "0.8", "1"]);
        assert_eq!(
            linear(0.0, 30000.0),
            ["0", "5000", "10000", "15000", "20000", "25000", "30000"]
        );
    }

    #[test]
    fn what_is_counted_has_integers() {
        let count = |last: f64| texts(&on(350.0, Scale::Count, -0.02 * last, 1.03 * last));
        assert_eq!(count(1.0), ["0", "1"]);
        assert_eq!(count(3.0), ["0", "1", "2", "3"]);
        assert_eq!(count(64.0), ["0", "10", "20", "30", "40", "50", "60"]);
    }

    #[test]
    fn every_range_has_two_different_texts_at_least_and_none_lie_upon_each_other() {
        for (scale, middle, width) in ranges() {
            let (low, high) = (middle - width / 2.0, middle + width / 2.0);
            let (low, high) =
                if scale == Scale::Log { (middle, middle + width) } else { (low, high) };
            for pixels in [190.0, 350.0, 900.0] {
                let area = Area { left: 0.0, top: 0.0, right: pixels, bottom: pixels };
                check(&Axis::from_left_to_right(scale, (low, high), area));
                check(&Axis::upwards(scale, (low, high), area));
            }
        }
    }

    /// Middles of all sizes, and widths from a millionth of them to a million times as much.
    fn ranges() -> impl Iterator<Item = (Scale, f64, f64)> {
        let middles = [1e-9, 3.3e-4, 0.1, 0.97, 1.0, 7.7, 99.99, 12345.678, 6e6, 3e11];
        let widths = (-24..=24).map(|quarter| 10f64.powf(f64::from(quarter) / 4.0));
        let ranges = middles
            .into_iter()
            .flat_map(move |middle| widths.clone().map(move |width| (middle, middle * width)));
        ranges.flat_map(|(middle, width)| {
            [
                (Scale::Linear, middle, width),
                (Scale::Linear, -middle, width),
                (Scale::Log, middle, width),
            ]
        })
    }

    fn check(axis: &Axis) {
        let ticks = axis.ticks();
        let shown: Vec<&Tick> = ticks.iter().filter(|tick| !tick.text.is_empty()).collect();
        assert!(shown.len() >= 2, "{axis:?}: {ticks:?}");
        for tick in &shown {
            let said: f64 = tick.text.parse().unwrap();
            let little = 1e-3 * (axis.high - axis.low);
            let is_there = (axis.low - little..=axis.high + little).contains(&said);
            assert!(is_there && (said - tick.value).abs() <= little, "{axis:?}: {tick:?}");
        }
        let (low, high) = (axis.low_pixel - OVERHANG, axis.high_pixel + OVERHANG);
        for tick in shown.iter().filter(|_| low < high) {
            let (middle, half) = (axis.middle_of(tick), TICK.width(&tick.text) / 2.0);
            let is_near = middle - half >= low - 1e-6 && middle + half <= high + 1e-6;
            assert!(is_near, "{axis:?}: {tick:?}");
        }
        for pair in shown.windows(2) {
            assert!(pair[0].text != pair[1].text, "{axis:?}: {ticks:?}");
            assert!(axis.is_apart(pair[0], pair[1]), "{axis:?}: {ticks:?}");
        }
    }

    #[test]
    fn a_log_axis_gives_equal_room_to_equal_ratios() {
        let area = Area { left: 0.0, top: 0.0, right: 1.0, bottom: 200.0 };
        let axis = Axis::upwards(Scale::Log, (0.01, 1.0), area);
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
