//! A norm at one random input, for the checks that need no battery.

use crate::backward::{Backward, Slice};
use crate::norm::{Norm, forward};
use crate::number::Number;
use gradcheck::{
    Argument, CheckError, ExpectGradient, Function, Gradients, Mode, Report, Settings, check,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// A norm at a matrix of numbers, all of them f32 numbers.
#[derive(Clone, Debug)]
pub struct Point {
    pub norm: Norm,
    shape: [usize; 2],
    values: Vec<Vec<f64>>,
}

/// What is added to a norm's argument list to name it.
const NAMES: [&str; 3] = ["x", "gamma", "beta"];

impl Point {
    /// `x` is `change` of standard normal numbers, `gamma` about 1 and `beta` standard normal.
    pub fn new(
        norm: Norm,
        shape: [usize; 2],
        eps: f64,
        seed: u64,
        change: impl Fn(f64) -> f64,
    ) -> Point {
        let mut generator = ChaCha8Rng::seed_from_u64(77_000 + seed);
        let mut normal = |count: usize| -> Vec<f64> {
            (0..count).map(|_| generator.sample::<f64, _>(StandardNormal)).collect()
        };
        let x = normal(shape[0] * shape[1]).into_iter().map(change).collect();
        let gamma = normal(shape[1]).into_iter().map(|g| 1.0 + 0.5 * g).collect();
        let mut values = vec![x, gamma];
        if norm.is_centred() {
            values.push(normal(shape[1]));
        }
        values.push(vec![eps]);
        for value in values.iter_mut().flatten() {
            *value = f64::from(*value as f32);
        }
        Point { norm, shape, values }
    }

    /// Checks a formula for `dx`, computed in `E`; all other gradients are right.
    pub fn check<E: Number>(
        &self,
        settings: &Settings,
        formula: impl Fn(&Slice<E>, usize) -> E,
    ) -> Result<Report, CheckError> {
        let members = self.norm.members(&self.shape);
        let forward = |arguments: &[&[f64]]| {
            let eps = &self.values[self.values.len() - 1];
            let all = [arguments, &[eps.as_slice()]].concat();
            forward(self.norm, &members, &all, Mode::Train, &self.state()).0
        };
        let backward = |arguments: &[&[f64]], cotangent: &[f64]| {
            let eps = &self.values[self.values.len() - 1];
            let all = [arguments, &[eps.as_slice()]].concat();
            let state = self.state();
            let at: Backward<E> =
                Backward::new(self.norm, &self.shape, &all, cotangent, Mode::Train, &state);
            let mut gradients: Gradients = at.with_input(&formula);
            gradients.pop();
            gradients
        };
        let width = [self.shape[1]];
        let arguments: Vec<Argument> = self.values[..self.values.len() - 1]
            .iter()
            .zip(NAMES)
            .map(|(values, name)| {
                let shape: &[usize] = if name == "x" { &self.shape } else { &width };
                Argument { name, shape, values }
            })
            .collect();
        let settings = Settings { expect_gradient: ExpectGradient::Everywhere, ..settings.clone() };
        check(&arguments, &Function { forward: &forward, backward: &backward }, &settings)
    }

    fn state(&self) -> Vec<Vec<f64>> {
        match self.norm {
            Norm::Batch => crate::kernel::start_state(self.shape[1]),
            _ => Vec::new(),
        }
    }
}
