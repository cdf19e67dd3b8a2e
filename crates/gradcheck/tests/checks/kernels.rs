//! Layer, RMS and batch norm with their gradients as plain loops, in f64 and f32, and ways to break
//! the gradient.

use crate::number::Number;
use gradcheck::{Argument, CheckError, Function, Gradients, Report, Settings, check};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// `gamma (x - m) / sqrt(v + eps) + beta`, where the statistics differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Norm {
    /// Mean and variance of a row.
    Layer,
    /// No mean, and the mean square of a row.
    Rms,
    /// Mean and variance of a column.
    Batch,
}

/// What is wrong with a gradient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bug {
    None,
    MeanTermMissing,
    VarianceTermMissing,
    /// The mean of the variance term is divided by the count less one.
    OneTooFew,
    EpsOutsideRoot,
    SignFlipped,
    GammaForgotten,
    LastColumnLost,
    FirstRowLost,
    InputGradientZero,
    InputGradientMissing,
    /// One part in a million too large.
    SlightlyLarge,
    GammaGradientMissesARow,
    BetaGradientMissing,
}

pub const BUGS: [Bug; 13] = [
    Bug::MeanTermMissing,
    Bug::VarianceTermMissing,
    Bug::OneTooFew,
    Bug::EpsOutsideRoot,
    Bug::SignFlipped,
    Bug::GammaForgotten,
    Bug::LastColumnLost,
    Bug::FirstRowLost,
    Bug::InputGradientZero,
    Bug::InputGradientMissing,
    Bug::SlightlyLarge,
    Bug::GammaGradientMissesARow,
    Bug::BetaGradientMissing,
];

/// A norm at an input of `rows` times `columns`.
#[derive(Clone, Debug)]
pub struct Case {
    pub norm: Norm,
    pub rows: usize,
    pub columns: usize,
    pub eps: f64,
    pub x: Vec<f64>,
    pub gamma: Vec<f64>,
    pub beta: Vec<f64>,
}

impl Case {
    /// Everything standard normal, `gamma` about 1, all rounded to f32, eps = 1e-5.
    pub fn new(norm: Norm, rows: usize, columns: usize, seed: u64) -> Case {
        let mut generator = ChaCha8Rng::seed_from_u64(1000 + seed);
        let mut normal = |count: usize, centre: f32| -> Vec<f64> {
            (0..count)
                .map(|_| f64::from(centre + generator.sample::<f32, _>(StandardNormal)))
                .collect()
        };
        let (x, gamma, beta) =
            (normal(rows * columns, 0.0), normal(columns, 1.0), normal(columns, 0.0));
        Case { norm, rows, columns, eps: 1e-5, x, gamma, beta }
    }

    /// The same with every input changed, and rounded to f32 again.
    pub fn with_input(mut self, change: impl Fn(f64) -> f64) -> Case {
        for x in &mut self.x {
            *x = f64::from(change(*x) as f32);
        }
        self
    }

    /// Checks a gradient computed in `E` against the forward pass in f64.
    pub fn check<E: Number>(&self, bug: Bug, settings: &Settings) -> Result<Report, CheckError> {
        let forward = |arguments: &[&[f64]]| self.forward(arguments);
        let backward = |arguments: &[&[f64]], v: &[f64]| self.backward::<E>(arguments, v, bug);
        self.check_with(&Function { forward: &forward, backward: &backward }, settings)
    }

    /// Checks any function of this case's three arguments.
    pub fn check_with(
        &self,
        function: &Function,
        settings: &Settings,
    ) -> Result<Report, CheckError> {
        let (shape, width) = ([self.rows, self.columns], [self.columns]);
        let arguments = [
            Argument { name: "x", shape: &shape, values: &self.x },
            Argument { name: "gamma", shape: &width, values: &self.gamma },
            Argument { name: "beta", shape: &width, values: &self.beta },
        ];
        check(&arguments, function, settings)
    }

    pub fn forward(&self, arguments: &[&[f64]]) -> Vec<f64> {
        self.forward_in::<f64>(arguments)
    }

    pub fn forward_in<E: Number>(&self, arguments: &[&[f64]]) -> Vec<f64> {
        let [x, gamma, beta] = arguments else {
            panic!("three arguments, not {}", arguments.len())
        };
        let x: Vec<E> = x.iter().map(|&x| E::of(x)).collect();
        let (standardized, _) = self.standardize(&x);
        let affine = |i: usize| {
            let (gamma, beta) = (E::of(gamma[i % self.columns]), E::of(beta[i % self.columns]));
            (gamma * standardized[i] + beta).wide()
        };
        (0..x.len()).map(affine).collect()
    }

    /// `dx = (g - mean(g) - xhat mean(g xhat)) / sigma` with `g = gamma dy`; RMS norm has no
    /// `mean(g)`.
    pub fn backward<E: Number>(&self, arguments: &[&[f64]], v: &[f64], bug: Bug) -> Gradients {
        let narrow = |values: &[f64]| values.iter().map(|&value| E::of(value)).collect::<Vec<E>>();
        let (x, gamma, v) = (narrow(arguments[0]), narrow(arguments[1]), narrow(v));
        let (xhat, sigma) = self.standardize(&x);
        let zero = E::of(0.0);
        let g: Vec<E> = (0..x.len())
            .map(|i| if bug == Bug::GammaForgotten { v[i] } else { gamma[i % self.columns] * v[i] })
            .collect();

        let mut dx = vec![zero; x.len()];
        for slice in self.slices() {
            let count = if bug == Bug::OneTooFew { slice.len() - 1 } else { slice.len() };
            let products: Vec<E> = slice.iter().map(|&i| g[i] * xhat[i]).collect();
            let mut along = sum(&products) / E::of(count as f64);
            let terms: Vec<E> = slice.iter().map(|&i| g[i]).collect();
            let mut mean = sum(&terms) / E::of(slice.len() as f64);
            if bug == Bug::VarianceTermMissing {
                along = zero;
            }
            if bug == Bug::MeanTermMissing || self.norm == Norm::Rms {
                mean = zero;
            }
            for &i in &slice {
                let divisor = match bug {
                    Bug::EpsOutsideRoot => {
                        (sigma[i] * sigma[i] - E::of(self.eps)).sqrt() + E::of(self.eps)
                    }
                    _ => sigma[i],
                };
                dx[i] = (g[i] - mean - xhat[i] * along) / divisor;
            }
        }
        for (i, dx) in dx.iter_mut().enumerate() {
            let (row, column) = (i / self.columns, i % self.columns);
            *dx = match bug {
                Bug::SignFlipped => zero - *dx,
                Bug::LastColumnLost if column + 1 == self.columns => zero,
                Bug::FirstRowLost if row == 0 => zero,
                Bug::InputGradientZero => zero,
                Bug::SlightlyLarge => *dx * E::of(1.0 + 1e-6),
                _ => *dx,
            };
        }
        let (mut dgamma, mut dbeta) = (vec![zero; self.columns], vec![zero; self.columns]);
        for i in 0..x.len() {
            let (row, column) = (i / self.columns, i % self.columns);
            if !(bug == Bug::GammaGradientMissesARow && row == 0) {
                dgamma[column] = dgamma[column] + v[i] * xhat[i];
            }
            dbeta[column] = dbeta[column] + v[i];
        }
        let widen = |values: &[E]| Some(values.iter().map(|value| value.wide()).collect());
        vec![
            if bug == Bug::InputGradientMissing { None } else { widen(&dx) },
            widen(&dgamma),
            if bug == Bug::BetaGradientMissing { None } else { widen(&dbeta) },
        ]
    }

    /// The standardized input and, for each of its entries, the divisor.
    fn standardize<E: Number>(&self, x: &[E]) -> (Vec<E>, Vec<E>) {
        let (mut xhat, mut divisors) = (x.to_vec(), x.to_vec());
        for slice in self.slices() {
            let values: Vec<E> = slice.iter().map(|&i| x[i]).collect();
            let count = E::of(slice.len() as f64);
            let centre = match self.norm {
                Norm::Rms => E::of(0.0),
                Norm::Layer | Norm::Batch => sum(&values) / count,
            };
            let squares: Vec<E> = values.iter().map(|&x| (x - centre) * (x - centre)).collect();
            let divisor = (sum(&squares) / count + E::of(self.eps)).sqrt();
            for &i in &slice {
                xhat[i] = (x[i] - centre) / divisor;
                divisors[i] = divisor;
            }
        }
        (xhat, divisors)
    }

    /// The entries that share statistics.
    fn slices(&self) -> Vec<Vec<usize>> {
        let (rows, columns) = (self.rows, self.columns);
        match self.norm {
            Norm::Layer | Norm::Rms => {
                (0..rows).map(|r| (0..columns).map(|c| r * columns + c).collect()).collect()
            }
            Norm::Batch => {
                (0..columns).map(|c| (0..rows).map(|r| r * columns + c).collect()).collect()
            }
        }
    }
}

fn sum<E: Number>(values: &[E]) -> E {
    values.iter().fold(E::of(0.0), |total, &value| total + value)
}
