//! What came before a call.

use super::{Bench, Finding, Tested, read};
use crate::layer::{Evaluation, Mode};
use crate::session::{Session, Use};
use crate::strided::{Layout, Strided};
use crate::values::Place;

/// Gradients added to buffers that hold something, from two uses of one kernel.
pub(super) fn accumulation(bench: &Bench) -> Tested {
    let first = bench.ready()?;
    let moved = other_values(bench);
    let values: Vec<&[f64]> = moved.iter().map(Vec::as_slice).collect();
    let second = bench.ready_at(bench.session, &values, Layout::Contiguous)?;
    let held = 0.75;
    let totals: Vec<Strided> = first
        .arguments
        .iter()
        .map(|argument| Strided::new(argument.shape(), &vec![held; argument.len()]))
        .collect();
    let (v, w) = (bench.cotangent(0), bench.cotangent(1));
    if bench.session.backward_into(&first, &v, &totals)?.is_none() {
        return Ok(Finding::NotOffered);
    }
    let of_first = read(&bench.session.backward(&first, &v)?, &first);
    let of_second = read(&bench.session.backward(&second, &w)?, &second);
    let sums = |terms: &[&Vec<Vec<f64>>]| -> Vec<Vec<f64>> {
        let row = |a: usize| {
            let entry = |e: usize| held + terms.iter().map(|term| term[a][e]).sum::<f64>();
            (0..totals[a].len()).map(entry).collect()
        };
        (0..totals.len()).map(row).collect()
    };
    let now = || totals.iter().map(Strided::to_vec).collect::<Vec<_>>();
    let slack = rounding_of_held(bench, held);
    within(bench, &now(), &sums(&[&of_first]), slack, "after one use")?;
    bench.session.backward_into(&second, &w, &totals)?;
    within(bench, &now(), &sums(&[&of_first, &of_second]), 2.0 * slack, "after a second use")?;
    Ok(Finding::Kept)
}

/// Forward passes of other numbers and of another shape before the backward pass.
pub(super) fn foreign_forward(bench: &Bench) -> Tested {
    let expected = bench.expected()?;
    let with = bench.ready()?;
    let moved = other_values(bench);
    let values: Vec<&[f64]> = moved.iter().map(Vec::as_slice).collect();
    let foreign = bench.ready_at(bench.session, &values, Layout::Contiguous)?;
    let found = read(&bench.session.backward(&with, &bench.cotangent(0))?, &with);
    bench.agree(&found, &expected, 1.0, "after a forward pass of other numbers")?;

    let with = bench.ready()?;
    let elsewhere = forward_elsewhere(bench, bench.session)?;
    let found = read(&bench.session.backward(&with, &bench.cotangent(0))?, &with);
    bench.agree(&found, &expected, 1.0, "after a forward pass of another shape")?;

    if keeps_shape(bench) {
        let length = elsewhere.arguments[0].len();
        let half = Strided::new(&bench.elsewhere.shape, &vec![0.5; length]);
        bench.session.backward(&elsewhere, &half)?;
    }
    bench.session.backward(&foreign, &bench.cotangent(1))?;
    let found = read(&bench.session.backward(&with, &bench.cotangent(0))?, &with);
    bench.agree(&found, &expected, 1.0, "after foreign backward passes")?;
    Ok(Finding::Kept)
}

/// A new kernel's first call, and its call after one of another shape and mode.
pub(super) fn first_call(bench: &Bench) -> Tested {
    let expected = bench.expected()?;
    let new = (bench.fresh)()?;
    let at = |session: &Session| {
        let with = bench.ready_at(session, &bench.place.slices(), Layout::Contiguous)?;
        session.backward(&with, &bench.cotangent(0)).map(|gradients| read(&gradients, &with))
    };
    bench.agree(&at(&new)?, &expected, 1.0, "in the first call of a new kernel")?;
    bench.agree(&at(&new)?, &expected, 1.0, "in the second call of a new kernel")?;
    agree_elsewhere(bench, &new)?;
    let new = (bench.fresh)()?;
    forward_elsewhere(bench, &new)?;
    for mode in bench.layer.modes() {
        if mode != bench.place.mode {
            let mut place = bench.place.clone();
            place.mode = mode;
            let with = new.using(&place, &place.slices(), Layout::Contiguous);
            new.forward(&with, &place.state)?;
        }
    }
    let words = match bench.place.mode {
        Mode::Train => "after a first call of another shape or in evaluation",
        Mode::Eval => "after a first call of another shape or in training",
    };
    bench.agree(&at(&new)?, &expected, 1.0, words)?;
    Ok(Finding::Kept)
}

/// A kernel that has been used at the place, at the larger shape, beside one that has not.
fn agree_elsewhere(bench: &Bench, used: &Session) -> Result<(), String> {
    if !keeps_shape(bench) {
        return Ok(());
    }
    let at = |session: &Session| {
        let with = forward_elsewhere(bench, session)?;
        let half = vec![0.5; with.arguments[0].len()];
        let half = Strided::new(&bench.elsewhere.shape, &half);
        session.backward(&with, &half).map(|gradients| read(&gradients, &with))
    };
    let (expected, found) = (at(&(bench.fresh)()?)?, at(used)?);
    bench.agree(&found, &expected, 1.0, "at a larger shape after a first call at a smaller one")
}

/// Whether the output at the other shape has that shape; at a single number a sum has it too.
fn keeps_shape(bench: &Bench) -> bool {
    let Place { shape, arguments, mode, state, .. } = &bench.elsewhere;
    let values = bench.elsewhere.slices();
    let at = Evaluation { shape, arguments: &values, base: &values, mode: *mode, state };
    bench.layer.definition(&at).is_ok_and(|value| value.output.len() == arguments[0].len())
}

fn forward_elsewhere(bench: &Bench, session: &Session) -> Result<Use, String> {
    let place = &bench.elsewhere;
    let with = session.using(place, &place.slices(), Layout::Contiguous);
    session.forward(&with, &place.state)?;
    Ok(with)
}

/// Other numbers of the same shapes, for the input and every parameter but constants.
fn other_values(bench: &Bench) -> Vec<Vec<f64>> {
    let constants = bench.place.is_constant();
    let moved = |(values, constant): (&Vec<f64>, &bool)| {
        let change = |x: &f64| bench.precision.round(if *constant { *x } else { 0.25 - 1.5 * x });
        values.iter().rev().map(change).collect()
    };
    bench.place.arguments.iter().zip(&constants).map(moved).collect()
}

fn rounding_of_held(bench: &Bench, held: f64) -> f64 {
    8.0 * bench.precision.unit_roundoff() * held
}

/// Sums at other numbers may be larger than the gradients at the place, and so their rounding.
fn within(
    bench: &Bench,
    found: &[Vec<f64>],
    expected: &[Vec<f64>],
    slack: f64,
    what: &str,
) -> Result<(), String> {
    let names = bench.place.names();
    for (number, (found, expected)) in found.iter().zip(expected).enumerate() {
        for (entry, (a, b)) in found.iter().zip(expected).enumerate() {
            let rounding = 64.0 * bench.precision.unit_roundoff() * b.abs();
            let allowed = bench.allowed[number] + slack + rounding;
            if (a - b).abs() > allowed || (a - b).is_nan() {
                let name = names[number];
                return Err(format!(
                    "{what} the buffer of {name} holds {a:e} at {entry}, not {b:e}"
                ));
            }
        }
    }
    Ok(())
}
