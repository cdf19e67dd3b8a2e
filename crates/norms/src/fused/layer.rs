//! Layer normalization in two passes over each row forward and two backward.

use equations::NormEquation;
use multiversion::multiversion;
use ops::{Buffer, Element, Layout, Pass, Value, sum, sum_of};

use super::{eps, reciprocal_deviation};
use crate::norm::{Norm, State};

/// With `r = 1 / sqrt(var(x) + eps)`, `xhat = (x - mean(x)) r` and `g = gamma dy`, the derivative is
/// `dx = r (g - mean(g) - xhat mean(g xhat))`, `dgamma = Σ dy xhat`, `dbeta = Σ dy`.
#[derive(Debug)]
pub(crate) struct LayerNorm<E> {
    equation: NormEquation,
    eps: E,
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
        let affine = Affine { gamma: gamma.as_slice(), beta: beta.as_slice() };
        forward(&mut y, &mut statistics, x.as_slice(), affine, self.eps);
        let y = Value::from_buffer(x.rows(), width, y);

        if pass.records() {
            let (x, gamma) = (x.clone(), gamma.clone());
            let (beta, y) = (beta.key().clone(), y.key().clone());
            pass.record(move |gradients| {
                let Some(mut dy) = gradients.take(&y) else { return };
                let (mut dgamma, mut dbeta) = (Buffer::zeros(width), Buffer::zeros(width));
                backward(
                    &mut dy,
                    x.as_slice(),
                    &statistics,
                    gamma.as_slice(),
                    &mut dgamma,
                    &mut dbeta,
                );
                gradients.add(x.key(), dy);
                gradients.add(gamma.key(), dgamma);
                gradients.add(&beta, dbeta);
            });
        }
        y
    }
}

/// Gain and bias of every feature.
#[derive(Clone, Copy)]
struct Affine<'a, E> {
    gamma: &'a [E],
    beta: &'a [E],
}

/// Writes y, and the mean and `r` of every row: all that the derivative needs beside x.
#[multiversion(targets = "simd")]
fn forward<E: Element>(y: &mut [E], statistics: &mut [E], x: &[E], affine: Affine<E>, eps: E) {
    let Affine { gamma, beta } = affine;
    let width = gamma.len();
    let count = E::nearest(width as f64);
    let rows = x.chunks_exact(width).zip(y.chunks_exact_mut(width));
    for ((x, y), kept) in rows.zip(statistics.as_chunks_mut::<2>().0) {
        let mean = sum(x) / count;
        let variance = sum_of(x, x, |x, _| (x - mean) * (x - mean)) / count;
        let deviations = || x.iter().map(|&x| x - mean).collect();
        let r = reciprocal_deviation(variance, eps, deviations);
        *kept = [mean, r];
        for ((y, &x), (&gamma, &beta)) in y.iter_mut().zip(x).zip(gamma.iter().zip(beta)) {
            *y = (x - mean) * r * gamma + beta;
        }
    }
}

/// Adds to dgamma and dbeta and turns dy into dx in place.
#[multiversion(targets = "simd")]
fn backward<E: Element>(
    dy: &mut [E],
    x: &[E],
    statistics: &[E],
    gamma: &[E],
    dgamma: &mut [E],
    dbeta: &mut [E],
) {
    let width = gamma.len();
    let count = E::nearest(width as f64);
    let rows = x.chunks_exact(width).zip(dy.chunks_exact_mut(width));
    for ((x, dy), &[mean, r]) in rows.zip(statistics.as_chunks::<2>().0) {
        let sums = dgamma.iter_mut().zip(dbeta.iter_mut());
        for (((&x, dy), &gamma), (dgamma, dbeta)) in
            x.iter().zip(dy.iter_mut()).zip(gamma).zip(sums)
        {
            *dgamma += *dy * ((x - mean) * r);
            *dbeta += *dy;
            *dy *= gamma;
        }
        let g = dy;
        let mean_g = sum(g) / count;
        let mean_g_xhat = sum_of(g, x, |g, x| g * ((x - mean) * r)) / count;
        for (g, &x) in g.iter_mut().zip(x) {
            *g = r * (*g - mean_g - (x - mean) * r * mean_g_xhat);
        }
    }
}
