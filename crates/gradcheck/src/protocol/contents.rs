//! Values, running averages, and how far NaN spreads.

use super::{Bench, Finding, Tested, read};
use crate::layer::{Evaluation, Mode, Value};
use crate::property::Property;
use crate::strided::Layout;

/// NaN in one slice of the input.
pub(super) fn containment(bench: &Bench) -> Tested {
    if bench.place.mode == Mode::Eval {
        return Ok(Finding::NotOffered);
    }
    let declared = bench.layer.properties(&bench.place.shape);
    let slices = declared.iter().find_map(|property| match property {
        Property::Independent(slices) => Some(slices),
        _ => None,
    });
    let Some(slices) = slices.filter(|slices| slices.count() > 1) else {
        return Ok(Finding::NotOffered);
    };
    let expected = bench.expected()?;
    let poisoned = slices.count() / 2;
    let entry = slices.labels().iter().position(|&label| label == poisoned).unwrap_or(0);
    let mut x = bench.place.arguments[0].clone();
    x[entry] = f64::NAN;
    let mut values = bench.place.slices();
    values[0] = &x;
    let with = bench.ready_at(bench.session, &values, Layout::Contiguous)?;
    let found = read(&bench.session.backward(&with, &bench.cotangent(0))?, &with);
    let outside = slices.labels().iter().enumerate().filter(|(_, label)| **label != poisoned);
    for (entry, _) in outside {
        let (a, b) = (found[0][entry], expected[0][entry]);
        let agrees = (a - b).abs() <= bench.allowed[0];
        if !agrees {
            return Err(format!(
                "NaN in slice {poisoned} changes entry {entry} of another to {a:e}"
            ));
        }
    }
    let is_clean =
        found[0].iter().zip(slices.labels()).all(|(a, l)| *l != poisoned || a.is_finite());
    // The gradient of a linear function depends on no input, and so shows none.
    x[entry] = 2.0 * bench.place.arguments[0][entry] + 1.0;
    let mut values = bench.place.slices();
    values[0] = &x;
    let moved = bench.ready_at(bench.session, &values, Layout::Contiguous)?;
    let depends = || -> Result<bool, String> {
        let there = read(&bench.session.backward(&moved, &bench.cotangent(0))?, &moved);
        Ok(there[0] != expected[0])
    };
    if is_clean && depends()? {
        return Err("NaN in the input leaves no trace in the gradient of its slice".to_string());
    }
    Ok(Finding::Kept)
}

/// The kernel's value beside the definition's.
pub(super) fn value(bench: &Bench) -> Tested {
    let values = bench.place.slices();
    let with = bench.session.using(bench.place, &values, Layout::Contiguous);
    let Some(output) = bench.session.forward(&with, &bench.place.state)? else {
        return Ok(Finding::NotOffered);
    };
    let (found, expected) = (output.to_vec(), bench.output);
    if found.len() != expected.len() {
        return Err(format!("{} outputs, the definition has {}", found.len(), expected.len()));
    }
    near(bench, &found, expected, "the value")?;
    Ok(Finding::Kept)
}

/// The running averages after two forward passes and a backward pass.
pub(super) fn state(bench: &Bench) -> Tested {
    let values = bench.place.slices();
    let with = bench.session.using(bench.place, &values, Layout::Contiguous);
    bench.session.forward(&with, &bench.place.state)?;
    let Some(once) = bench.session.state()? else { return Ok(Finding::NotOffered) };
    let defined = definition(bench, &bench.place.state)?;
    compare_state(bench, &once, &defined.state, "after a forward pass")?;
    bench.session.backward(&with, &bench.cotangent(0))?;
    let after = bench.session.state()?.unwrap_or_default();
    if !are_same(&after, &once) {
        return Err("the backward pass changes running averages".to_string());
    }
    bench.session.forward_again(&with)?;
    let twice = bench.session.state()?.unwrap_or_default();
    let defined = definition(bench, &once)?;
    compare_state(bench, &twice, &defined.state, "after a second forward pass")?;
    if bench.place.mode == Mode::Eval && !are_same(&twice, &once) {
        return Err("evaluation changes running averages".to_string());
    }
    Ok(Finding::Kept)
}

/// NaN is the same as NaN here.
fn are_same(one: &[Vec<f64>], other: &[Vec<f64>]) -> bool {
    let bits = |state: &[Vec<f64>]| -> Vec<Vec<u64>> {
        state.iter().map(|average| average.iter().map(|x| x.to_bits()).collect()).collect()
    };
    bits(one) == bits(other)
}

fn definition(bench: &Bench, state: &[Vec<f64>]) -> Result<Value, String> {
    let values = bench.place.slices();
    bench.layer.definition(&Evaluation {
        shape: &bench.place.shape,
        arguments: &values,
        base: &values,
        mode: bench.place.mode,
        state,
    })
}

fn compare_state(
    bench: &Bench,
    found: &[Vec<f64>],
    expected: &[Vec<f64>],
    when: &str,
) -> Result<(), String> {
    if found.len() != expected.len() {
        return Err(format!("{} running averages, not {}", found.len(), expected.len()));
    }
    for (number, (found, expected)) in found.iter().zip(expected).enumerate() {
        near(bench, found, expected, &format!("running average {number} {when}"))?;
    }
    Ok(())
}

fn near(bench: &Bench, found: &[f64], expected: &[f64], what: &str) -> Result<(), String> {
    let largest = expected.iter().fold(0.0, |most: f64, y| most.max(y.abs()));
    for (entry, (a, b)) in found.iter().zip(expected).enumerate() {
        // An unbiased variance over one value, say, is NaN in both.
        let agrees = (a - b).abs() <= bench.relative * largest || (a.is_nan() && b.is_nan());
        if !agrees {
            return Err(format!("{what} is {a:e} at {entry}, not {b:e}"));
        }
    }
    Ok(())
}
