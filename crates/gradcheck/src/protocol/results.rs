//! What results depend on, and what they are made of.

use super::{Bench, Finding, Tested, read};
use crate::strided::Strided;

/// Two equal calls.
pub(super) fn determinism(bench: &Bench) -> Tested {
    let with = bench.ready()?;
    let cotangent = bench.cotangent(0);
    let first = read(&bench.session.backward(&with, &cotangent)?, &with);
    let second = read(&bench.session.backward(&with, &cotangent)?, &with);
    bench.agree(&second, &first, 1.0, "a second equal call")?;
    let again = bench.ready()?;
    let third = read(&bench.session.backward(&again, &cotangent)?, &again);
    bench.agree(&third, &first, 1.0, "a second equal forward and backward")?;
    Ok(Finding::Kept)
}

/// Twice a cotangent, the sum of two, and zero.
pub(super) fn linearity(bench: &Bench) -> Tested {
    let with = bench.ready()?;
    let at = |v: &[f64]| {
        let cotangent = bench.session.cotangent(bench.place, v, crate::Layout::Contiguous);
        bench.session.backward(&with, &cotangent).map(|gradients| read(&gradients, &with))
    };
    let [v, w] = &bench.cotangents;
    let (of_v, of_w) = (at(v)?, at(w)?);
    let map = |values: &[Vec<f64>], of: &dyn Fn(usize, usize, f64) -> f64| -> Vec<Vec<f64>> {
        let row = |(a, values): (usize, &Vec<f64>)| {
            values.iter().enumerate().map(|(e, x)| of(a, e, *x)).collect()
        };
        values.iter().enumerate().map(row).collect()
    };
    let twice: Vec<f64> = v.iter().map(|v| 2.0 * v).collect();
    bench.agree(&at(&twice)?, &map(&of_v, &|_, _, a| 2.0 * a), 0.125, "at twice the cotangent")?;
    let sum: Vec<f64> = v.iter().zip(w).map(|(v, w)| bench.precision.round(v + w)).collect();
    let expected = map(&of_v, &|argument, entry, a| a + of_w[argument][entry]);
    bench.agree(&at(&sum)?, &expected, 3.0, "at the sum of two cotangents")?;
    let zero = vec![0.0; v.len()];
    bench.agree(&at(&zero)?, &map(&of_v, &|_, _, _| 0.0), 0.0, "at a cotangent of zero")?;
    Ok(Finding::Kept)
}

/// Arguments and cotangent before and after.
pub(super) fn mutation(bench: &Bench) -> Tested {
    let values = bench.place.slices();
    let with = bench.session.using(bench.place, &values, crate::Layout::Contiguous);
    let names = bench.place.names();
    let before: Vec<Vec<f64>> = with.arguments.iter().map(Strided::storage).collect();
    let intact = |pass: &str| {
        for ((argument, before), name) in with.arguments.iter().zip(&before).zip(&names) {
            same(&argument.storage(), before)
                .then_some(())
                .ok_or_else(|| format!("the {pass} pass writes to {name}"))?;
        }
        Ok::<(), String>(())
    };
    bench.session.forward(&with, &bench.place.state)?;
    intact("forward")?;
    let cotangent = bench.cotangent(0);
    let given = cotangent.storage();
    bench.session.backward(&with, &cotangent)?;
    intact("backward")?;
    if !same(&cotangent.storage(), &given) {
        return Err("the backward pass writes to the cotangent".to_string());
    }
    Ok(Finding::Kept)
}

/// Storage of results, and results after later calls.
pub(super) fn aliasing(bench: &Bench) -> Tested {
    let values = bench.place.slices();
    let with = bench.session.using(bench.place, &values, crate::Layout::Contiguous);
    let names = bench.place.names();
    let output = bench.session.forward(&with, &bench.place.state)?;
    let cotangent = bench.cotangent(0);
    let first = bench.session.backward(&with, &cotangent)?;
    let kept = read(&first, &with);
    let kept_output = output.as_ref().map(Strided::to_vec);
    let others: Vec<f64> = values[0].iter().rev().copied().collect();
    let mut other_values = values.clone();
    other_values[0] = &others;
    let later = bench.session.using(bench.place, &other_values, crate::Layout::Contiguous);
    let later_output = bench.session.forward(&later, &bench.place.state)?;
    let second = bench.session.backward(&later, &bench.cotangent(1))?;

    let mut given: Vec<(String, &Strided)> = vec![("the cotangent".to_string(), &cotangent)];
    given.extend(names.iter().map(|n| n.to_string()).zip(&with.arguments));
    given.extend(output.iter().map(|output| ("the output".to_string(), output)));
    given.extend(later_output.iter().map(|output| ("a later output".to_string(), output)));
    for (number, gradient) in first.iter().enumerate() {
        let Some(gradient) = gradient else { continue };
        let rest = first[number + 1..].iter().flatten().map(|g| ("another gradient", g));
        let all = given.iter().map(|(name, buffer)| (name.as_str(), *buffer)).chain(rest);
        let all = all.chain(second.iter().flatten().map(|g| ("a later gradient", g)));
        for (name, buffer) in all {
            if gradient.shares_storage(buffer) && !gradient.is_empty() {
                return Err(format!("the gradient of {} is a view of {name}", names[number]));
            }
        }
    }
    if let (Some(one), Some(other)) = (&output, &later_output)
        && one.shares_storage(other)
    {
        return Err("the output is a view of a later output".to_string());
    }
    if output.iter().any(|y| with.arguments.iter().any(|argument| y.shares_storage(argument))) {
        return Err("the output is a view of an argument".to_string());
    }
    let output_after = output.as_ref().map(Strided::to_vec);
    if !same_all(&read(&first, &with), &kept) || kept_output != output_after {
        return Err("a later call changes an earlier result".to_string());
    }
    Ok(Finding::Kept)
}

fn same(one: &[f64], other: &[f64]) -> bool {
    one.iter().zip(other).all(|(a, b)| a.to_bits() == b.to_bits()) && one.len() == other.len()
}

fn same_all(one: &[Vec<f64>], other: &[Vec<f64>]) -> bool {
    one.iter().zip(other).all(|(one, other)| same(one, other))
}
