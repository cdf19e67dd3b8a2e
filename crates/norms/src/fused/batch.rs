//! Batch normalization in PyTorch's dialect, columns as the axis of the loops.

use equations::NormEquation;
use multiversion::multiversion;
use ops::{Buffer, Element, Layout, Mode, Pass, Value, column_sums, column_sums_of};

use super::{eps, reciprocal_deviation};
use crate::norm::{Norm, State};

/// The derivative is that of layer normalization with the roles of rows and columns exchanged; in
/// evaluation the statistics are constants, so that `dx = r gamma dy`.
#[derive(Debug)]
pub(crate) struct BatchNorm<E> {
    equation: NormEquation,
    eps: E,
    momentum: E,
}

impl<E: Element> BatchNorm<E> {
    pub(crate) fn new(equation: NormEquation) -> Self {
        let (eps, momentum) = (eps(&equation), E::nearest(equation.momentum()));
        BatchNorm { equation, eps, momentum }
    }

    /// Moves the running averages towards a batch's.
    fn track(&self, state: &mut State<E>, mean: &[E], variance: &[E], rows: usize) {
        let [running_mean, running_variance] = &mut state.averages[..] else {
            panic!("{} running averages for 2", state.averages.len())
        };
        let count = E::nearest(rows as f64);
        let unbiased = count / (count - E::one());
        move_towards(running_mean, mean.iter().copied(), self.momentum);
        move_towards(running_variance, variance.iter().map(|&v| v * unbiased), self.momentum);
    }
}

impl<E: Element> Norm<E> for BatchNorm<E> {
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
        state: &mut State<E>,
        pass: &mut Pass<E>,
    ) -> Value<E> {
        let (rows, width) = (x.rows(), x.columns());
        assert_eq!(layout.rows(), rows, "{layout:?} for {rows} rows");
        let [gamma, beta] = parameters else { panic!("{} parameters for 2", parameters.len()) };
        let mode = pass.mode();

        let (mut mean, mut r) = (Buffer::unspecified(width), Buffer::unspecified(width));
        let mut y = Buffer::unspecified(rows * width);
        match mode {
            // An empty batch has no statistics, and nothing to normalize with them.
            Mode::Train if rows == 0 => r.fill(E::zero()),
            Mode::Train => {
                let variance = &mut r;
                statistics(x.as_slice(), &mut mean, variance);
                self.track(state, &mean, variance, rows);
                for (column, (r, &mean)) in r.iter_mut().zip(mean.iter()).enumerate() {
                    let column = x.as_slice().iter().skip(column).step_by(width);
                    let deviations = || column.map(|&x| x - mean).collect();
                    *r = reciprocal_deviation(*r, self.eps, deviations);
                }
            }
            Mode::Eval => {
                mean.copy_from_slice(&state.averages[0]);
                for (r, &variance) in r.iter_mut().zip(&state.averages[1]) {
                    *r = (variance + self.eps).sqrt().recip();
                }
            }
        }
        let columns = Columns { mean: &mean, r: &r, gamma: gamma.as_slice() };
        forward(&mut y, x.as_slice(), columns, beta.as_slice());
        let y = Value::from_buffer(rows, width, y);

        if pass.records() {
            let (x, gamma) = (x.clone(), gamma.clone());
            let (beta, y) = (beta.key().clone(), y.key().clone());
            pass.record(move |gradients| {
                let Some(mut dy) = gradients.take(&y) else { return };
                let (mut dgamma, mut dbeta) = (Buffer::zeros(width), Buffer::zeros(width));
                let columns = Columns { mean: &mean, r: &r, gamma: gamma.as_slice() };
                backward(&mut dy, x.as_slice(), columns, mode, &mut dgamma, &mut dbeta);
                gradients.add(x.key(), dy);
                gradients.add(gamma.key(), dgamma);
                gradients.add(&beta, dbeta);
            });
        }
        y
    }
}

/// What is the same along a column.
#[derive(Clone, Copy)]
struct Columns<'a, E> {
    mean: &'a [E],
    r: &'a [E],
    gamma: &'a [E],
}

/// Writes mean and biased variance of every column, in two passes.
#[multiversion(targets = "simd")]
fn statistics<E: Element>(x: &[E], mean: &mut [E], variance: &mut [E]) {
    let count = E::nearest((x.len() / mean.len()) as f64);
    mean.fill(E::zero());
    column_sums(mean, x);
    mean.iter_mut().for_each(|sum| *sum /= count);
    variance.fill(E::zero());
    column_sums_of(variance, x, x, mean, |x, _, mean| (x - mean) * (x - mean));
    variance.iter_mut().for_each(|sum| *sum /= count);
}

#[multiversion(targets = "simd")]
fn forward<E: Element>(y: &mut [E], x: &[E], columns: Columns<E>, beta: &[E]) {
    let Columns { mean, r, gamma } = columns;
    for (x, y) in x.chunks_exact(beta.len()).zip(y.chunks_exact_mut(beta.len())) {
        let columns = mean.iter().zip(r).zip(gamma).zip(beta);
        for ((y, &x), (((&mean, &r), &gamma), &beta)) in y.iter_mut().zip(x).zip(columns) {
            *y = (x - mean) * r * gamma + beta;
        }
    }
}

/// Adds to dgamma and dbeta and turns dy into dx in place.
#[multiversion(targets = "simd")]
fn backward<E: Element>(
    dy: &mut [E],
    x: &[E],
    columns: Columns<E>,
    mode: Mode,
    dgamma: &mut [E],
    dbeta: &mut [E],
) {
    let Columns { mean, r, gamma } = columns;
    let width = gamma.len();
    column_sums(dbeta, dy);
    column_sums_of(dgamma, dy, x, mean, |dy, x, mean| dy * (x - mean));
    for (dgamma, &r) in dgamma.iter_mut().zip(r) {
        *dgamma *= r;
    }
    // With gamma constant along a column, mean(g) is gamma dbeta / n and mean(g xhat) is
    // gamma dgamma / n; constant statistics, as in evaluation, let nothing through.
    let share = match mode {
        Mode::Train => E::nearest((x.len() / width) as f64).recip(),
        Mode::Eval => E::zero(),
    };
    let (mut mean_dy, mut slope) = (Buffer::copy_of(dbeta), Buffer::copy_of(dgamma));
    let mut factor = Buffer::copy_of(gamma);
    for (((mean_dy, slope), factor), &r) in
        mean_dy.iter_mut().zip(slope.iter_mut()).zip(factor.iter_mut()).zip(r)
    {
        *mean_dy *= share;
        *slope *= share * r;
        *factor *= r;
    }
    for (x, dy) in x.chunks_exact(width).zip(dy.chunks_exact_mut(width)) {
        let columns = mean.iter().zip(mean_dy.iter()).zip(slope.iter().zip(factor.iter()));
        for ((dx, &x), ((&mean, &mean_dy), (&slope, &factor))) in dy.iter_mut().zip(x).zip(columns)
        {
            *dx = factor * (*dx - mean_dy - (x - mean) * slope);
        }
    }
}

/// `average <- (1 - momentum) average + momentum value`
fn move_towards<E: Element>(average: &mut [E], values: impl Iterator<Item = E>, momentum: E) {
    for (average, value) in average.iter_mut().zip(values) {
        *average = (E::one() - momentum) * *average + momentum * value;
    }
}
