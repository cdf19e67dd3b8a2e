//! From a failing input to one small enough to paste into a test.

use crate::layer::{Layer, Role};
use crate::values::Place;
use std::fmt::Write;

/// Attempts, each of which is a check of a smaller input.
const ATTEMPTS: usize = 120;
/// Numbers that a literal may hold.
const MOST_NUMBERS: usize = 40;

/// A failing input: where, and at which cotangent of the output.
#[derive(Clone, Debug)]
pub(crate) struct Failing {
    pub place: Place,
    pub cotangent: Vec<f64>,
}

/// Makes a failing input smaller and simpler as long as it fails: fewer rows, columns and middle
/// axes, neutral parameters, one cotangent entry, round numbers.
pub(crate) fn shrink(
    layer: &dyn Layer,
    start: Failing,
    fails: &dyn Fn(&Failing) -> bool,
) -> Failing {
    let mut smallest = start;
    let mut attempts = ATTEMPTS;
    let mut has_shrunk = true;
    while has_shrunk && attempts > 0 {
        has_shrunk = false;
        for smaller in candidates(layer, &smallest) {
            if attempts == 0 {
                break;
            }
            attempts -= 1;
            if fails(&smaller) {
                smallest = smaller;
                has_shrunk = true;
                break;
            }
        }
    }
    smallest
}

/// Simpler inputs, the boldest first. None is equal to the one given.
fn candidates(layer: &dyn Layer, from: &Failing) -> Vec<Failing> {
    let mut found = Vec::new();
    for axis in 0..from.place.shape.len() {
        let size = from.place.shape[axis];
        let half = size / 2;
        let mut kept: Vec<Vec<usize>> = Vec::new();
        if size > 2 {
            kept.push((0..half).collect());
            kept.push((half..size).collect());
        }
        if (2..=8).contains(&size) {
            kept.extend((0..size).rev().map(|out| (0..size).filter(|&i| i != out).collect()));
        }
        found.extend(kept.iter().filter_map(|kept| selected(layer, from, axis, kept)));
    }
    found.extend(neutral(from));
    found.extend(single_cotangents(from));
    for digits in [1.0, 4.0, 64.0] {
        let round = |x: &f64| (x * digits).round() / digits;
        let mut rounded = from.clone();
        rounded.place.arguments[0] = from.place.arguments[0].iter().map(round).collect();
        found.push(rounded);
        let mut rounded = from.clone();
        rounded.cotangent = from.cotangent.iter().map(round).collect();
        found.push(rounded);
        let mut rounded = from.clone();
        for (parameter, values) in
            from.place.parameters.iter().zip(&mut rounded.place.arguments[1..])
        {
            if parameter.role != Role::Eps {
                values.iter_mut().for_each(|x| *x = round(x));
            }
        }
        found.push(rounded);
    }
    found.retain(|other| complexity(other) < complexity(from));
    found
}

/// Numbers, then bits that they need: what shrinking makes less.
fn complexity(of: &Failing) -> (usize, u32) {
    let all = of.place.arguments.iter().chain([&of.cotangent]).flatten();
    let bits = |x: &f64| match *x {
        0.0 => 0,
        1.0 => 1,
        x => 54 - (x.to_bits() | 1 << 52).trailing_zeros().min(52),
    };
    (of.place.arguments[0].len(), all.map(bits).sum())
}

/// The input at some indices of an axis; `None` if the layer takes no such shape.
fn selected(layer: &dyn Layer, from: &Failing, axis: usize, kept: &[usize]) -> Option<Failing> {
    let old = &from.place.shape;
    let mut shape = old.clone();
    shape[axis] = kept.len();
    if layer.fit(&shape) != shape || from.cotangent.len() != from.place.arguments[0].len() {
        return None;
    }
    let inner: usize = old[axis + 1..].iter().product();
    let pick = |values: &[f64]| -> Vec<f64> {
        let is_kept = |entry: &usize| kept.contains(&(entry / inner % old[axis]));
        (0..values.len()).filter(is_kept).map(|entry| values[entry]).collect()
    };
    // A parameter or average may run along the axis; its length then shrinks by the same factor.
    let fit = |values: &Vec<f64>, length: usize| -> Option<Vec<f64>> {
        if values.len() == length {
            Some(values.clone())
        } else if axis + 1 == old.len() && values.len() == old[axis] && length == kept.len() {
            Some(kept.iter().map(|&index| values[index]).collect())
        } else {
            None
        }
    };
    let parameters = layer.parameters(&shape);
    let start = layer.start_state(&shape);
    let mut arguments = vec![pick(&from.place.arguments[0])];
    for (parameter, values) in parameters.iter().zip(&from.place.arguments[1..]) {
        arguments.push(fit(values, parameter.shape.iter().product())?);
    }
    let state: Option<Vec<Vec<f64>>> = from
        .place
        .state
        .iter()
        .zip(&start)
        .map(|(values, start)| fit(values, start.len()))
        .collect();
    let cotangent = pick(&from.cotangent);
    let place = Place { shape, parameters, arguments, mode: from.place.mode, state: state? };
    Some(Failing { place, cotangent })
}

fn neutral(from: &Failing) -> Vec<Failing> {
    let mut found = Vec::new();
    for (number, parameter) in from.place.parameters.iter().enumerate() {
        let value = match parameter.role {
            Role::Gain => 1.0,
            Role::Bias => 0.0,
            Role::Matrix | Role::Eps => continue,
        };
        let mut simpler = from.clone();
        simpler.place.arguments[number + 1].fill(value);
        found.push(simpler);
    }
    found
}

/// One entry of the cotangent alone, the largest ones first.
fn single_cotangents(from: &Failing) -> Vec<Failing> {
    let mut entries: Vec<usize> = (0..from.cotangent.len()).collect();
    entries.sort_by(|&a, &b| from.cotangent[b].abs().total_cmp(&from.cotangent[a].abs()));
    let single = |&entry: &usize| {
        let mut simpler = from.clone();
        simpler.cotangent.fill(0.0);
        simpler.cotangent[entry] = 1.0;
        simpler
    };
    entries.iter().take(4).map(single).collect()
}

/// The input as Rust source, with its cotangent or without; `None` if it is too large for that.
pub(crate) fn literal(of: &Failing, with_cotangent: bool) -> Option<String> {
    let place = &of.place;
    let numbers: usize = place.arguments.iter().chain(&place.state).map(Vec::len).sum();
    if numbers + of.cotangent.len() > MOST_NUMBERS {
        return None;
    }
    let mut text = format!("shape {:?}, {}; ", place.shape, place.mode.name());
    for (name, values) in place.names().iter().zip(&place.arguments) {
        write!(text, "{name} = {values:?}; ").ok()?;
    }
    if !place.state.is_empty() {
        write!(text, "averages = {:?}; ", place.state).ok()?;
    }
    if with_cotangent {
        write!(text, "dy = {:?}", of.cotangent).ok()?;
    }
    Some(text.trim_end_matches("; ").to_string())
}
