//! Values of single operations, by hand.

use equations::{Axes, Expression, Extents, Mode, Name, Vocabulary};

use crate::norm;

/// Two samples of two positions of four features in two groups: 1 to 16.
const EXTENTS: Extents = Extents { samples: 2, positions: 2, groups: 2, channels: 2, parts: 1 };

fn value(equation: &'static str, over: &'static str) -> Vec<f64> {
    let x: Vec<f64> = (1..=16).map(f64::from).collect();
    norm(equation, over).evaluate(&EXTENTS, &x, &[], &mut [], Mode::Train).unwrap()
}

#[track_caller]
fn constant(equation: &'static str, over: &'static str, expected: f64) {
    assert_eq!(value(equation, over), [expected; 16], "{equation}");
}

#[test]
fn statistics_over_everything() {
    // The numbers 1 to 16: sum 136, squares 1496, variance (16^2 - 1) / 12.
    let all = "samples+positions+features";
    constant("sum(x)", all, 136.0);
    constant("mean(x)", all, 8.5);
    constant("var(x)", all, 21.25);
    constant("std(x)", all, 21.25_f64.sqrt());
    constant("rms(x)", all, 93.5_f64.sqrt());
    constant("norm1(-x)", all, 136.0);
    constant("norm2(x)", all, 1496.0_f64.sqrt());
    constant("size", all, 16.0);
}

#[test]
fn means_over_each_set_of_axes() {
    let first_eight = |equation, over| value(equation, over)[..8].to_vec();
    let rows = first_eight("mean(x)", "features");
    assert_eq!(rows, [2.5, 2.5, 2.5, 2.5, 6.5, 6.5, 6.5, 6.5]);
    let groups = first_eight("mean(x)", "group");
    assert_eq!(groups, [1.5, 1.5, 3.5, 3.5, 5.5, 5.5, 7.5, 7.5]);
    let instances = first_eight("mean(x)", "positions");
    assert_eq!(instances, [3.0, 4.0, 5.0, 6.0, 3.0, 4.0, 5.0, 6.0]);
    let batch = first_eight("mean(x)", "samples+positions");
    assert_eq!(batch, [7.0, 8.0, 9.0, 10.0, 7.0, 8.0, 9.0, 10.0]);
    let group_norm = first_eight("mean(x)", "positions+group");
    assert_eq!(group_norm, [3.5, 3.5, 5.5, 5.5, 3.5, 3.5, 5.5, 5.5]);
}

#[test]
fn brackets_override() {
    assert_eq!(value("mean[group](x)", "features"), value("mean(x)", "group"));
    assert_eq!(value("mean[none](x)", "features"), value("x", "none"));
    constant("size[positions+group]", "features", 4.0);
}

#[test]
fn indices_count_in_the_order_of_storage() {
    let first_eight = |equation, over| value(equation, over)[..8].to_vec();
    let features = [0.0, 1.0, 2.0, 3.0, 0.0, 1.0, 2.0, 3.0];
    assert_eq!(first_eight("index", "features"), features);
    assert_eq!(first_eight("index[group]", "none"), [0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0]);
    assert_eq!(first_eight("index", "positions"), [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0]);
    // Position * 2 + channel within the group.
    let both = first_eight("index[group+positions]", "none");
    assert_eq!(both, [0.0, 1.0, 0.0, 1.0, 2.0, 3.0, 2.0, 3.0]);
    assert_eq!(value("index[samples]", "none")[7..9], [0.0, 1.0]);
    constant("index[none]", "features", 0.0);
    // The root mean square of the first half of 1, 2, 3, 4.
    let partial = "first = clamp(size / 2 - index, 0, 1); x / sqrt(sum(first * x^2) / sum(first))";
    let rms = 2.5_f64.sqrt();
    assert_eq!(first_eight(partial, "features")[..4], [1.0, 2.0, 3.0, 4.0].map(|x| x / rms));
}

#[test]
fn arguments_that_do_not_vary_count_as_written_out() {
    constant("sum(3)", "features", 12.0);
    constant("mean(3)", "features", 3.0);
    constant("var(3)", "features", 0.0);
    constant("std(3)", "features", 0.0);
    constant("rms(-3)", "features", 3.0);
    constant("norm1(-3)", "features", 12.0);
    constant("norm2(3)", "features", 6.0);
    // The sum over samples and features of the row means: 4 * (2.5 + 10.5), 4 * (6.5 + 14.5).
    let sums = value("sum[samples+features](mean[features](x))", "none");
    assert_eq!(sums[..8], [52.0, 52.0, 52.0, 52.0, 84.0, 84.0, 84.0, 84.0]);
}

#[test]
fn pointwise_functions() {
    constant("min(2, max(1, -3)) + abs(-2) + sign(-5)", "none", 2.0);
    constant("exp(0) + log(1) + tanh(0) + sigmoid(0)", "none", 1.5);
    constant("rsqrt(16) * sqrt(16) * -3^2", "none", -9.0);
    constant("clamp(7, 0, 1) + clamp(-7, 0, 1) + clamp(0.5, 0, 1)", "none", 1.5);
    constant("2^3^2 / 2^-1", "none", 1024.0);
}

#[test]
fn not_a_number_stays_one() {
    let row = Extents { samples: 1, positions: 1, groups: 1, channels: 2, parts: 1 };
    let y = norm("max(x, 0)", "none");
    let y = y.evaluate(&row, &[f64::NAN, -1.0], &[], &mut [], Mode::Train).unwrap();
    assert!(y[0].is_nan() && y[1] == 0.0);
}

#[test]
fn an_empty_batch_gives_an_empty_result_and_keeps_the_state() {
    let empty = Extents { samples: 0, positions: 1, groups: 1, channels: 2, parts: 1 };
    let batch = norm("gamma * (x - running(mean(x), 0)) / std(x)", "samples+positions");
    let mut state = batch.start_state(&empty);
    let y = batch.evaluate(&empty, &[], &[&[1.0, 1.0]], &mut state, Mode::Train).unwrap();
    assert!(y.is_empty());
    assert_eq!(state, [[0.0, 0.0]]);
}

#[test]
fn one_value_is_an_error_unless_sizes_are_unchecked() {
    let one = Extents { samples: 1, positions: 1, groups: 1, channels: 1, parts: 1 };
    let layer = norm("(x - mean(x)) / sqrt(var(x) + 4)", "features");
    assert!(layer.evaluate(&one, &[3.0], &[], &mut [], Mode::Train).is_err());
    let y = layer.evaluate_unchecked_sizes(&one, &[3.0], &[], &mut [], Mode::Train);
    assert_eq!(y, [0.0]);
}

#[test]
fn a_running_value_used_twice_is_updated_once() {
    let one = Extents { samples: 2, positions: 1, groups: 1, channels: 1, parts: 1 };
    let twice = norm("m = running(mean(x), 0); x - m - m", "samples+positions");
    let mut state = twice.start_state(&one);
    let y = twice.evaluate(&one, &[10.0, 30.0], &[], &mut state, Mode::Train).unwrap();
    assert_eq!((y, state[0][0]), (vec![-30.0, -10.0], 2.0));
    let y = twice.evaluate(&one, &[10.0, 30.0], &[], &mut state, Mode::Eval).unwrap();
    assert_eq!((y, state[0][0]), (vec![6.0, 26.0], 2.0));
}

#[test]
fn the_past_of_a_running_value_is_what_it_was_before_the_pass() {
    let two = Extents { samples: 2, positions: 1, groups: 1, channels: 1, parts: 1 };
    let past = norm("m = running(mean(x), 4); x - past(m) + 0 * m", "samples+positions");
    let mut state = past.start_state(&two);
    // The average goes from 4 a tenth of the way to 20, and from there to 10.
    let y = past.evaluate(&two, &[10.0, 30.0], &[], &mut state, Mode::Train).unwrap();
    assert_eq!((y, state[0][0]), (vec![6.0, 26.0], 5.6));
    let y = past.evaluate(&two, &[10.0, 10.0], &[], &mut state, Mode::Train).unwrap();
    assert_eq!(y, [10.0 - 5.6, 10.0 - 5.6]);
    assert!((state[0][0] - 6.04).abs() < 1e-15);
    let before = state[0][0];
    let y = past.evaluate(&two, &[10.0, 30.0], &[], &mut state, Mode::Eval).unwrap();
    assert_eq!((y, state[0][0]), (vec![10.0 - before, 30.0 - before], before));
}

/// A plain mean of the means of three batches, as PyTorch's `momentum=None` keeps it.
#[test]
fn averages_with_the_weight_of_a_batch_are_plain_means() {
    let two = Extents { samples: 2, positions: 1, groups: 1, channels: 1, parts: 1 };
    let text = "x - running(mean(x), 7, mean(x), 1 / batches)";
    let cumulative = norm(text, "samples+positions");
    let mut state = cumulative.start_state(&two);
    assert_eq!(state, [[7.0], [0.0]]);
    for (x, mean) in [([1.0, 3.0], 2.0), ([4.0, 8.0], 4.0), ([0.0, 2.0], 3.0)] {
        let y = cumulative.evaluate(&two, &x, &[], &mut state, Mode::Train).unwrap();
        assert_eq!(y[0] + y[1], 0.0);
        assert!((state[0][0] - mean).abs() < 1e-15);
    }
    assert_eq!(state[1], [3.0]);
    assert_eq!(cumulative.running_names(), ["average0", "batches"]);
    let empty = Extents { samples: 0, ..two };
    let _ = cumulative.evaluate(&empty, &[], &[], &mut state, Mode::Train).unwrap();
    assert_eq!(state[1], [3.0]);
    // 1 / 3 in evaluation after three passes, 1 / 4 in the next pass.
    let inverse = norm("x / batches", "none");
    let mut state = vec![vec![3.0]];
    let y = inverse.evaluate(&two, &[3.0, 6.0], &[], &mut state, Mode::Eval).unwrap();
    assert_eq!((y, state[0][0]), (vec![1.0, 2.0], 3.0));
    let y = inverse.evaluate(&two, &[4.0, 8.0], &[], &mut state, Mode::Train).unwrap();
    assert_eq!((y, state[0][0]), (vec![1.0, 2.0], 4.0));
}

#[test]
fn frozen_stops_keep_their_value() {
    let row = Extents { samples: 1, positions: 1, groups: 1, channels: 2, parts: 1 };
    let equation = norm("x * stop(mean(x)) + stop(x)", "features");
    let stops = equation.stop_values(&row, &[1.0, 3.0], &[], &[], Mode::Train);
    let frozen =
        |x: [f64; 2]| equation.evaluate_frozen(&row, &x, &[], &mut [], Mode::Train, &stops);
    let live = |x: [f64; 2]| equation.evaluate(&row, &x, &[], &mut [], Mode::Train).unwrap();
    assert_eq!(frozen([1.0, 3.0]), [3.0, 9.0]);
    assert_eq!(live([1.0, 3.0]), [3.0, 9.0]);
    // x * 2 + (1, 3) against x * 6 + x.
    assert_eq!(frozen([2.0, 10.0]), [5.0, 23.0]);
    assert_eq!(live([2.0, 10.0]), [14.0, 70.0]);
}

#[test]
#[should_panic(expected = "x does not fit")]
fn a_slice_of_the_wrong_length_is_a_bug() {
    let x = norm("x", "none");
    let _ = x.evaluate(&EXTENTS, &[1.0], &[], &mut [], Mode::Train);
}

#[test]
fn schedules_are_expressions_too() {
    let constant = |name| Name { name, varies: Axes::NONE, constant: true };
    let names = [constant("step"), constant("steps"), constant("pi")];
    let vocabulary = Vocabulary { names: &names, functions: &["cos"], over: None };
    let schedule = "min(step / 10, 1) * (1 + cos(π * step / steps)) / 2";
    let schedule = Expression::parse(schedule, &vocabulary).unwrap();
    let rate = |step: f64| {
        schedule.evaluate_scalar(&[step, 100.0, std::f64::consts::PI], &|function, e| {
            assert_eq!(function, 0);
            e.cos()
        })
    };
    assert_eq!(rate(0.0), 0.0);
    assert!((rate(50.0) - 0.5).abs() < 1e-15);
    assert_eq!(rate(100.0), 0.0);
}
