//! Layouts, and the batch without rows.

use super::{Bench, Finding, Tested, read};
use crate::ladder::largest;
use crate::layer::Evaluation;
use crate::random::moved_by_spacings;
use crate::strided::{Layout, Strided};

/// Cotangent and input in a layout, against the same numbers without gaps.
pub(super) fn layout(bench: &Bench, layout: Layout) -> Tested {
    let same_shape = bench.output.len() == bench.place.arguments[0].len();
    if !bench.session.layouts().contains(&layout) || !same_shape {
        return Ok(Finding::NotOffered);
    }
    let cotangent = laid_out(&bench.cotangents[0], &bench.place.shape, layout);
    let x = laid_out(&bench.place.arguments[0], &bench.place.shape, layout);
    let mut values = bench.place.slices();
    let strided = |values: &[f64], layout| Strided::with_layout(&bench.place.shape, values, layout);

    let plain = bench.ready()?;
    let expected = bench.session.backward(&plain, &strided(&cotangent, Layout::Contiguous))?;
    let given = strided(&cotangent, layout);
    let before = given.storage();
    let found = bench.session.backward(&plain, &given)?;
    let what = format!("with a {} cotangent", layout.name());
    bench.agree(&read(&found, &plain), &read(&expected, &plain), 1.0, &what)?;
    if given.storage() != before {
        return Err(format!("a {} cotangent is written to", layout.name()));
    }

    values[0] = &x;
    let plain = bench.ready_at(bench.session, &values, Layout::Contiguous)?;
    let laid = bench.ready_at(bench.session, &values, layout)?;
    let expected = read(&bench.session.backward(&plain, &bench.cotangent(0))?, &plain);
    let found = read(&bench.session.backward(&laid, &bench.cotangent(0))?, &laid);
    let what = format!("with a {} input", layout.name());
    if layout == Layout::Broadcast {
        let slack = spread(bench, &values, &expected)?;
        let allowed: Vec<f64> = bench.allowed.iter().zip(slack).map(|(a, b)| a + b).collect();
        bench.agree_within(&found, &expected, &allowed, &what)?;
    } else {
        bench.agree(&found, &expected, 1.0, &what)?;
    }
    Ok(Finding::Kept)
}

/// Moves by what rounding may do to a mean over the rows, one spacing for each of them.
const MOVES: usize = 2;
/// So many times what they change is forgiven.
const SPREADS: f64 = 8.0;

/// What rounding does to the gradients at an input that is not that of the place. Equal rows have no
/// variance over the batch, where a kernel divides its rounding by the root of eps; what is allowed at
/// the place says nothing of that. A kernel that misreads strides is wrong by far more.
fn spread(bench: &Bench, values: &[&[f64]], at: &[Vec<f64>]) -> Result<Vec<f64>, String> {
    let roundings = 64.0 * bench.precision.unit_roundoff();
    let mut spread: Vec<f64> =
        at.iter().map(|gradient| roundings * largest(gradient.iter().copied())).collect();
    let x = vec![values[0].to_vec()];
    let spacings = bench.place.shape[0] as f64;
    let moves = (0..MOVES).flat_map(|n| moved_by_spacings(0, n, &x, bench.precision, spacings));
    for moved in moves {
        let mut values = values.to_vec();
        values[0] = &moved[0];
        let with = bench.ready_at(bench.session, &values, Layout::Contiguous)?;
        let found = read(&bench.session.backward(&with, &bench.cotangent(0))?, &with);
        for ((spread, found), at) in spread.iter_mut().zip(&found).zip(at) {
            let change = largest(found.iter().zip(at).map(|(a, b)| a - b));
            *spread = spread.max(SPREADS * change);
        }
    }
    Ok(spread)
}

/// Values that a layout can hold: the first row again and again for a broadcast.
fn laid_out(values: &[f64], shape: &[usize], layout: Layout) -> Vec<f64> {
    let row = values.len() / shape.first().copied().unwrap_or(1).max(1);
    match layout {
        Layout::Broadcast => values[..row].iter().copied().cycle().take(values.len()).collect(),
        Layout::Contiguous | Layout::Transposed | Layout::Sliced => values.to_vec(),
    }
}

/// A batch without rows, if the definition takes it.
pub(super) fn empty_batch(bench: &Bench) -> Tested {
    let place = &bench.empty;
    let values = place.slices();
    let at = Evaluation {
        shape: &place.shape,
        arguments: &values,
        base: &values,
        mode: place.mode,
        state: &place.state,
    };
    let takes =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| bench.layer.definition(&at)));
    let is_empty = matches!(takes, Ok(Ok(value)) if value.output.is_empty());
    if !is_empty || !place.arguments[0].is_empty() {
        return Ok(Finding::NotOffered);
    }
    let with = bench.session.using(place, &values, Layout::Contiguous);
    bench.session.forward(&with, &place.state)?;
    let cotangent = Strided::new(&place.shape, &[]);
    let gradients = read(&bench.session.backward(&with, &cotangent)?, &with);
    for (name, gradient) in place.names().iter().zip(&gradients) {
        if let Some(value) = gradient.iter().find(|&&value| value != 0.0) {
            return Err(format!("without rows the gradient of {name} holds {value}, not 0"));
        }
    }
    Ok(Finding::Kept)
}
