//! What becomes of value and gradient as the input shrinks towards a constant.

use equations::{Extents, Mode, Place};
use norms::NormChoice;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use crate::curves::Curve;
use crate::low_precision::with_layer_norm;

/// The root mean square of the value and of the gradient of x, for a standard normal cotangent, at
/// standard deviations from 1 to 1e-8 around the mean 1, in double precision.
pub(crate) fn curves(choice: &NormChoice) -> Vec<Curve> {
    with_layer_norm(choice).iter().flat_map(of).collect()
}

fn of(choice: &NormChoice) -> [Curve; 2] {
    let sizes: Vec<(f64, f64, f64)> = (0..=16)
        .map(|step| 10_f64.powf(-0.5 * f64::from(step)))
        .map(|scale| {
            let (value, gradient) = at(choice, scale);
            (scale, value, gradient)
        })
        .collect();
    [
        Curve::new("value", choice.name(), sizes.iter().map(|(scale, value, _)| (*scale, *value))),
        Curve::new("gradient of x", choice.name(), sizes.iter().map(|(scale, _, g)| (*scale, *g))),
    ]
}

fn at(choice: &NormChoice, scale: f64) -> (f64, f64) {
    let equation = choice.equation();
    let features = 32_usize.next_multiple_of(choice.groups());
    let extents = Extents::new(8, 4, features, choice.groups()).unwrap_or_else(|e| panic!("{e}"));
    let mut stream = ChaCha8Rng::seed_from_u64(0);
    let mut normal = || -> f64 { stream.sample(StandardNormal) };
    let x: Vec<f64> = (0..extents.len()).map(|_| 1.0 + scale * normal()).collect();
    let cotangent: Vec<f64> = (0..extents.len()).map(|_| normal()).collect();
    let parameters: Vec<Vec<f64>> =
        equation.parameters().iter().map(|p| vec![p.start; p.len(&extents)]).collect();
    let at = Place {
        extents: &extents,
        x: &x,
        parameters: &parameters.iter().map(Vec::as_slice).collect::<Vec<_>>(),
        state: &equation.start_state(&extents),
        cotangent: &cotangent,
    };
    let gradients = equation.derivation(Mode::Train).evaluate(equation, &at);
    (root_mean_square(&gradients.y), root_mean_square(&gradients.dx))
}

fn root_mean_square(values: &[f64]) -> f64 {
    (values.iter().map(|v| v * v).sum::<f64>() / values.len() as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eps_takes_over_where_the_variance_is_below_it() {
        let curves = curves(&NormChoice::plain(norms::find("layer").unwrap()));
        assert_eq!(curves.len(), 2, "layer norm is not compared with itself");
        let y = |curve: usize, at: usize| curves[curve].points[at].1.unwrap();
        // At standard deviation 1 the value has size 1; at 1e-8 it is scale / sqrt(eps).
        assert!((y(0, 0) - 1.0).abs() < 1e-3);
        assert!((y(0, 16) / (1e-8 / 1e-5_f64.sqrt()) - 1.0).abs() < 0.1);
        // There the gradient is that of a division by sqrt(eps), less the mean of 32.
        assert!((y(1, 16) * 1e-5_f64.sqrt() - 1.0).abs() < 0.1);
    }
}
