//! The likely reason for a wrong gradient: a factor, or a term of a normalization.

use crate::terms::{Slicing, Term, terms};

/// One wrong gradient and what surrounds it.
pub(crate) struct Evidence<'a> {
    pub analytic: &'a [f64],
    pub numeric: &'a [f64],
    /// The input of the function, if it has the length of its output.
    pub x: &'a [f64],
    pub shape: &'a [usize],
    pub cotangent: &'a [f64],
    /// What multiplies the normalized input, one per column, if there is such an argument.
    pub gain: Option<&'a [f64]>,
    /// The constant below the root, if there is such an argument.
    pub eps: Option<f64>,
    /// Relative accuracy of the numbers.
    pub accuracy: f64,
    /// Whether the gradient is that of the input.
    pub is_input: bool,
}

/// Words for the likely cause; `None` if nothing fits.
pub(crate) fn cause(evidence: &Evidence) -> Option<String> {
    one_factor(evidence)
        .or_else(|| gain_factor(evidence))
        .or_else(|| missing_term(evidence))
        .or_else(|| factor_per_slice(evidence))
}

/// Whether the gradient is a multiple of the derivative.
fn one_factor(evidence: &Evidence) -> Option<String> {
    let Evidence { analytic, numeric, .. } = *evidence;
    if analytic.iter().all(|&a| a == 0.0) {
        return Some("the gradient is zero".to_string());
    }
    let (factor, residual) = fit(numeric, analytic)?;
    if residual > 32.0 * evidence.accuracy * norm(analytic) || numeric.len() < 2 {
        return None;
    }
    Some(format!("a factor: the gradient is {} times the derivative", number(factor, evidence)))
}

/// A factor with its meaning, where it has one.
fn number(factor: f64, evidence: &Evidence) -> String {
    let columns = evidence.shape.last().copied().unwrap_or(1);
    let rows = evidence.shape.iter().product::<usize>() / columns.max(1);
    let (d, n) = (columns as f64, rows as f64);
    let mut known = vec![(-1.0, "-1, a flipped sign,".to_string()), (2.0, "2".to_string())];
    known.push((0.5, "1/2".to_string()));
    for (size, name) in [(d, "columns"), (n, "rows"), (d * n, "entries")] {
        if size > 2.0 {
            known.push((
                size / (size - 1.0),
                format!("{size}/{}, {name} over one less,", size - 1.0),
            ));
            known.push(((size - 1.0) / size, format!("{}/{size}, {name} less one,", size - 1.0)));
            known.push((1.0 / size, format!("1/{size}, one over the {name},")));
            known.push((size, format!("{size}, the {name},")));
            known.push((size.sqrt(), format!("the root of {size}, the {name},")));
        }
    }
    let close =
        |(value, _): &&(f64, String)| (factor / value - 1.0).abs() < 1e3 * evidence.accuracy;
    known.iter().find(close).map_or_else(|| format!("{factor:.7}"), |(_, words)| words.clone())
}

/// Whether the gain is left out of the gradient, or comes in twice.
fn gain_factor(evidence: &Evidence) -> Option<String> {
    let (gain, width) = (evidence.gain?, evidence.gain?.len());
    let by = |power: i32| -> Vec<f64> {
        let scaled = evidence.numeric.iter().enumerate();
        scaled.map(|(entry, q)| q * gain[entry % width].powi(power)).collect()
    };
    for (power, words) in [(1, "multiplied by gamma once too often"), (-1, "divided by gamma")] {
        let expected = by(power);
        if distance(&expected, evidence.analytic) <= 32.0 * evidence.accuracy * norm(&expected) {
            return Some(words.to_string());
        }
    }
    None
}

/// Whether one term, or two, make up the difference.
fn missing_term(evidence: &Evidence) -> Option<String> {
    let difference: Vec<f64> =
        evidence.analytic.iter().zip(evidence.numeric).map(|(a, q)| a - q).collect();
    // The accuracy is that of the gradient, of which the difference may be a small part.
    let allowed = 64.0 * evidence.accuracy * norm(evidence.numeric) + 1e-4 * norm(&difference);
    if norm(&difference) <= 4.0 * allowed {
        return None;
    }
    let mut best: Option<(f64, String)> = None;
    for slicing in Slicing::ALL {
        for Term { name, values, missing } in terms(evidence, slicing) {
            let Some((factor, residual)) = fit(&values, &difference) else { continue };
            if residual <= allowed && best.as_ref().is_none_or(|(least, _)| residual < *least) {
                let consequence = match missing {
                    Some(missing) if (factor - 1.0).abs() < 1e-3 => {
                        format!(": {missing} is missing")
                    }
                    Some(missing) if (factor + 1.0).abs() < 1e-3 => {
                        format!(": {missing} is taken twice")
                    }
                    Some(missing) if (factor - 2.0).abs() < 1e-3 => {
                        format!(": {missing} has the wrong sign")
                    }
                    Some(missing) => format!(": {missing} has the factor {:.6}", 1.0 - factor),
                    None => String::new(),
                };
                let slices = slicing.name();
                let words = format!(
                    "the difference is {factor:.4} * {name}, statistics over {slices}{consequence}"
                );
                best = Some((residual, words));
            }
        }
    }
    best.map(|(_, words)| words)
}

/// Whether each row or column is off by a factor of its own, as a wrong eps makes it.
fn factor_per_slice(evidence: &Evidence) -> Option<String> {
    if !evidence.is_input {
        return None;
    }
    for slicing in [Slicing::Rows, Slicing::Columns] {
        let mut factors = Vec::new();
        for entries in slicing.entries(evidence.shape) {
            let pick = |from: &[f64]| entries.iter().map(|&e| from[e]).collect::<Vec<f64>>();
            let (numeric, analytic) = (pick(evidence.numeric), pick(evidence.analytic));
            let Some((factor, residual)) = fit(&numeric, &analytic) else { continue };
            if entries.len() < 3 || residual > 1e-3 * distance(&numeric, &analytic) {
                return None;
            }
            factors.push(factor);
        }
        let least = factors.iter().copied().fold(f64::INFINITY, f64::min);
        let most = factors.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if factors.len() > 1 {
            return Some(format!(
                "each of the {} is off by a factor of its own, {least:.6} to {most:.6}: look at eps \
                 and at the inverse deviation",
                slicing.name()
            ));
        }
    }
    None
}

/// The factor that brings `of` nearest to `to`, and the distance left.
fn fit(of: &[f64], to: &[f64]) -> Option<(f64, f64)> {
    let square: f64 = of.iter().map(|t| t * t).sum();
    let factor = of.iter().zip(to).map(|(t, d)| t * d).sum::<f64>() / square;
    if !factor.is_finite() || factor == 0.0 {
        return None;
    }
    let residual = of.iter().zip(to).map(|(t, d)| (d - factor * t).powi(2)).sum::<f64>().sqrt();
    Some((factor, residual))
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum::<f64>().sqrt()
}

fn distance(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    const X: [f64; 8] = [0.3, -1.2, 0.7, 2.0, 1.1, 0.2, -0.6, -0.4];
    const V: [f64; 8] = [1.0, -0.3, 0.2, 0.7, -1.1, 0.4, 0.9, -0.2];

    /// dx of a layer norm over rows of four at eps = 0, with some of its terms.
    fn gradient(mean: f64, variance: f64, factor: f64) -> Vec<f64> {
        let mut found = Vec::new();
        for (x, v) in X.chunks(4).zip(V.chunks(4)) {
            let centre = x.iter().sum::<f64>() / 4.0;
            let sigma = (x.iter().map(|x| (x - centre).powi(2)).sum::<f64>() / 4.0).sqrt();
            let m1 = v.iter().sum::<f64>() / 4.0;
            let products = x.iter().zip(v).map(|(x, v)| (x - centre) / sigma * v);
            let m2 = products.sum::<f64>() / 4.0;
            let entry = |(x, v): (&f64, &f64)| {
                factor * (v - mean * m1 - variance * (x - centre) / sigma * m2) / sigma
            };
            found.extend(x.iter().zip(v).map(entry));
        }
        found
    }

    fn words(analytic: &[f64]) -> String {
        let numeric = gradient(1.0, 1.0, 1.0);
        let evidence = Evidence {
            analytic,
            numeric: &numeric,
            x: &X,
            shape: &[2, 4],
            cotangent: &V,
            gain: None,
            eps: Some(0.0),
            accuracy: 1e-11,
            is_input: true,
        };
        cause(&evidence).unwrap_or_default()
    }

    #[test]
    fn terms_and_factors_are_named() {
        assert_eq!(
            words(&gradient(0.0, 1.0, 1.0)),
            "the difference is 1.0000 * r * m1, statistics over rows: the mean term is missing"
        );
        assert!(words(&gradient(1.0, 0.0, 1.0)).ends_with("the variance term is missing"));
        assert!(words(&gradient(1.0, 4.0 / 3.0, 1.0)).ends_with("has the factor 1.333333"));
        assert!(words(&gradient(-1.0, 1.0, 1.0)).ends_with("the mean term has the wrong sign"));
        assert_eq!(
            words(&gradient(1.0, 1.0, -1.0)),
            "a factor: the gradient is -1, a flipped sign, times the derivative"
        );
        assert!(words(&gradient(1.0, 1.0, 4.0 / 3.0)).contains("4/3, columns over one less"));
        assert!(words(&gradient(0.0, 0.0, 1.0)).contains("the pair of mean and variance terms"));
        assert_eq!(words(&[0.0; 8]), "the gradient is zero");
        assert_eq!(words(&[0.1, 7.0, 0.3, 0.0, 2.0, 0.1, 0.2, 5.0]), "");
    }
}
