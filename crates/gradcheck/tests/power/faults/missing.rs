//! Gradients that are missing, superfluous, or not of their argument's size; and a wrong output.

use super::{Planted, double, kernel};
use crate::kernel::Textbook;
use crate::norm::Norm;
use gradcheck::{Call, Kernel, Offered, Strided};

pub fn faults() -> Vec<Planted> {
    vec![
        double(Norm::Layer, "x has no gradient", |at| without(at.right(), 0)),
        double(Norm::Layer, "gamma has no gradient", |at| without(at.right(), 1)),
        double(Norm::Layer, "beta has no gradient", |at| without(at.right(), 2)),
        double(Norm::Rms, "gamma has no gradient if it is 1", |at| {
            match at.gamma.iter().all(|&gamma| gamma == 1.0) {
                true => without(at.right(), 1),
                false => at.right(),
            }
        }),
        double(Norm::Layer, "eps has a gradient", |at| {
            let mut gradients = at.right();
            let terms = at.slices.iter().flat_map(|s| {
                (0..s.entries.len()).map(|k| s.g[k] * s.xhat[k] / (-2.0 * s.sigma * s.sigma))
            });
            gradients[3] = Some(vec![terms.sum()]);
            gradients
        }),
        double(Norm::Batch, "dbeta is one number", |at| {
            let mut gradients = at.right();
            gradients[2] = gradients[2].take().map(|dbeta| vec![dbeta.iter().sum()]);
            gradients
        }),
        double(Norm::Group, "dgamma is not summed over the rows", |at| {
            let mut gradients = at.right();
            gradients[1] = Some(at.v.clone());
            gradients
        }),
        double(Norm::Rms, "the last gradient is left out", |at| {
            let mut gradients = at.right();
            gradients.truncate(1);
            gradients
        }),
        kernel(Norm::Layer, "the output divides by the unbiased deviation", |norm| {
            Box::new(WrongOutput { textbook: Textbook::right(norm) })
        }),
        kernel(Norm::Rms, "it panics for more than 100 features", |norm| {
            Box::new(Textbook::<f64>::new(norm, |at| {
                assert!(at.width <= 100, "at most 100 features");
                at.right()
            }))
        }),
        double(Norm::Instance, "dx is NaN where the variance is 0", |at| {
            at.with_input(|s, k| s.right(k) * if s.variance == 0.0 { f64::NAN } else { 1.0 })
        }),
    ]
}

fn without(mut gradients: gradcheck::Gradients, argument: usize) -> gradcheck::Gradients {
    gradients[argument] = None;
    gradients
}

/// A right gradient, and an output that is not the function's.
struct WrongOutput {
    textbook: Textbook<f64>,
}

impl Kernel for WrongOutput {
    fn forward(&mut self, call: &Call) -> Offered<Strided> {
        let output = self.textbook.forward(call)?;
        let width = call.arguments[1].len() as f64;
        let factor = ((width - 1.0).max(1.0) / width).sqrt();
        let scaled = |y: Strided| y.to_vec().iter().map(|y| y * factor).collect::<Vec<f64>>();
        Ok(output.map(|output| Strided::new(call.shape, &scaled(output))))
    }

    fn backward(
        &mut self,
        call: &Call,
        cotangent: &Strided,
    ) -> Result<Vec<Option<Strided>>, String> {
        self.textbook.backward(call, cotangent)
    }
}
