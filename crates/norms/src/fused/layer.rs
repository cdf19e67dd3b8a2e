//! Layer normalization in two passes over each row forward and two backward.

use equations::NormEquation;
use ops::{Buffer, Element, Layout, Pass, Value, sum, sum_of, vectorized};

use super::{eps, reciprocal_deviation};
use crate::norm::{Norm, State};

/// With `r = 1 / sqrt(var(x) + eps)`, `xhat = (x - mean(x)) r` and `g = gamma dy`, the derivative is
/// `dx = r (g - mean(g) - xhat mean(g xhat))`, `dgamma = Σ dy xhat`, `dbeta = Σ dy`.
#[derive(Debug)]
pub(crate) struct LayerNorm<E> {
    equation: NormEquation,
    eps: E,
}

/// The mean and `r` of a row: all that the derivative needs beside x.
#[derive(Debug, Clone, Copy)]
struct Statistics<E> {
    mean: E,
    r: E,
}

impl<E: Element> LayerNorm<E> {
    pub(crate) fn new(equation: NormEquation) -> Self {
        let eps = eps(&equation);
        LayerNorm { equation, eps }
    }
}

impl<E: Element> Norm<E> for LayerNorm<E> {
    fn equation(&self) -> &NormEquation {
        &self.equation
    }

    fn groups(&self) -> usize {
        1
    }

    fn apply(
        &self,
        x: &Value<E>,
        layout: Layout,
        parameters: &[Value<E>],
        _: &mut State<E>,
        pass: &mut Pass<E>,
    ) -> Value<E> {
        let width = x.columns();
        assert_eq!(layout.rows(), x.rows(), "{layout:?} for {} rows", x.rows());
        let [gamma, beta] = parameters else { panic!("{} parameters for 2", parameters.len()) };

        let mut y = Buffer::unspecified(x.as_slice().len());
        let mut statistics = Buffer::unspecified(2 * x.rows());
        vectorized(|| {
            let rows = x.as_slice().chunks_exact(width).zip(y.chunks_exact_mut(width));
            for ((x, y), kept) in rows.zip(statistics.as_chunks_mut::<2>().0) {
                let Statistics { mean, r } = statistics_of(x, self.eps);
                *kept = [mean, r];
                let parameters = gamma.as_slice().iter().zip(beta.as_slice());
                for ((y, &x), (&gamma, &beta)) in y.iter_mut().zip(x).zip(parameters) {
                    *y = (x - mean) * r * gamma + beta;
                }
            }
        });
        let y = Value::from_buffer(x.rows(), width, y);

        if pass.records() {
            let (x, gamma) = (x.clone(), gamma.clone());
            let (beta, y) = (beta.key().clone(), y.key().clone());
            pass.record(move |gradients| {
                let Some(mut dy) = gradients.take(&y) else { return };
                let (mut dgamma, mut dbeta) = (Buffer::zeros(width), Buffer::zeros(width));
                vectorized(|| {
                    let rows = x.as_slice().chunks_exact(width).zip(dy.chunks_exact_mut(width));
                    for ((x, dy), &[mean, r]) in rows.zip(statistics.as_chunks::<2>().0) {
                        let statistics = Statistics { mean, r };
                        row_backward(x, dy, gamma.as_slice(), statistics, &mut dgamma, &mut dbeta);
                    }
                });
                gradients.add(x.key(), dy);
                gradients.add(gamma.key(), dgamma);
                gradients.add(&beta, dbeta);
            });
        }
        y
    }
}

#[inline(always)]
fn statistics_of<E: Element>(row: &[E], eps: E) -> Statistics<E> {
    let count = E::nearest(row.len() as f64);
    let mean = sum(row) / count;
    let variance = sum_of(row, row, |x, _| (x - mean) * (x - mean)) / count;
    let deviations = row.iter().map(|&x| x - mean);
    Statistics { mean, r: reciprocal_deviation(variance, eps, deviations, row.len()) }
}

/// Adds a row's part to dgamma and dbeta and turns its dy into dx in place.
#[inline(always)]
fn row_backward<E: Element>(
    x: &[E],
    dy: &mut [E],
    gamma: &[E],
    Statistics { mean, r }: Statistics<E>,
    dgamma: &mut [E],
    dbeta: &mut [E],
) {
    let count = E::nearest(x.len() as f64);
    for (((&x, dy), &gamma), (dgamma, dbeta)) in
        x.iter().zip(dy.iter_mut()).zip(gamma).zip(dgamma.iter_mut().zip(dbeta.iter_mut()))
    {
        *dgamma += *dy * ((x - mean) * r);
        *dbeta += *dy;
        *dy *= gamma;
    }
    let mean_g = sum(dy) / count;
    let mean_g_xhat = sum_of(dy, x, |g, x| g * ((x - mean) * r)) / count;
    for (g, &x) in dy.iter_mut().zip(x) {
        *g = r * (*g - mean_g - (x - mean) * r * mean_g_xhat);
    }
}
