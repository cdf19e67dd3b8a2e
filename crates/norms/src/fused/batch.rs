//! Batch normalization in PyTorch's dialect, columns as the axis of the loops.

use equations::NormEquation;
use ops::{Buffer, Element, Layout, Mode, Pass, Value, column_sums, column_sums_of, vectorized};

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

    /// Writes the batch's mean and `r` of every column and moves the running averages.
    #[inline(always)]
    fn batch_statistics(&self, x: &[E], mean: &mut [E], r: &mut [E], state: &mut State<E>) {
        let width = mean.len();
        let rows = x.len() / width;
        let count = E::nearest(rows as f64);
        mean.fill(E::zero());
        column_sums(mean, x);
        mean.iter_mut().for_each(|sum| *sum /= count);

        let variance = &mut *r;
        variance.fill(E::zero());
        column_sums_of(variance, x, x, mean, |x, _, mean| (x - mean) * (x - mean));
        variance.iter_mut().for_each(|sum| *sum /= count);

        let [running_mean, running_variance] = &mut state.averages[..] else {
            panic!("{} running averages for 2", state.averages.len())
        };
        let unbiased = count / (count - E::one());
        move_towards(running_mean, mean.iter().copied(), self.momentum);
        move_towards(running_variance, variance.iter().map(|&v| v * unbiased), self.momentum);

        for (column, (r, &mean)) in r.iter_mut().zip(mean.iter()).enumerate() {
            let deviations = x.iter().skip(column).step_by(width).map(|&x| x - mean);
            *r = reciprocal_deviation(*r, self.eps, deviations, rows);
        }
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
        vectorized(|| {
            match mode {
                // An empty batch has no statistics, and nothing to normalize with them.
                Mode::Train if rows == 0 => r.fill(E::zero()),
                Mode::Train => self.batch_statistics(x.as_slice(), &mut mean, &mut r, state),
                Mode::Eval => {
                    mean.copy_from_slice(&state.averages[0]);
                    for (r, &variance) in r.iter_mut().zip(&state.averages[1]) {
                        *r = (variance + self.eps).sqrt().recip();
                    }
                }
            }
            for (x, y) in x.as_slice().chunks_exact(width).zip(y.chunks_exact_mut(width)) {
                let columns = mean.iter().zip(r.iter()).zip(gamma.as_slice()).zip(beta.as_slice());
                for ((y, &x), (((&mean, &r), &gamma), &beta)) in y.iter_mut().zip(x).zip(columns) {
                    *y = (x - mean) * r * gamma + beta;
                }
            }
        });
        let y = Value::from_buffer(rows, width, y);

        if pass.records() {
            let (x, gamma) = (x.clone(), gamma.clone());
            let (beta, y) = (beta.key().clone(), y.key().clone());
            pass.record(move |gradients| {
                let Some(mut dy) = gradients.take(&y) else { return };
                let (mut dgamma, mut dbeta) = (Buffer::zeros(width), Buffer::zeros(width));
                vectorized(|| {
                    let kept =
                        Kept { x: x.as_slice(), gamma: gamma.as_slice(), mean: &mean, r: &r };
                    backward(&kept, &mut dy, mode, &mut dgamma, &mut dbeta);
                });
                gradients.add(x.key(), dy);
                gradients.add(gamma.key(), dgamma);
                gradients.add(&beta, dbeta);
            });
        }
        y
    }
}

/// What the forward pass keeps for the derivative.
struct Kept<'a, E> {
    x: &'a [E],
    gamma: &'a [E],
    mean: &'a [E],
    r: &'a [E],
}

/// Adds to dgamma and dbeta and turns dy into dx in place.
#[inline(always)]
fn backward<E: Element>(
    kept: &Kept<E>,
    dy: &mut [E],
    mode: Mode,
    dgamma: &mut [E],
    dbeta: &mut [E],
) {
    let &Kept { x, gamma, mean, r } = kept;
    let width = gamma.len();
    let rows = E::nearest((x.len() / width) as f64);
    column_sums(dbeta, dy);
    column_sums_of(dgamma, dy, x, mean, |dy, x, mean| dy * (x - mean));
    for (dgamma, &r) in dgamma.iter_mut().zip(r) {
        *dgamma *= r;
    }
    // With gamma constant along a column, mean(g) = gamma dbeta / n and mean(g xhat) = gamma dgamma / n.
    let through_statistics = match mode {
        Mode::Train => E::one(),
        Mode::Eval => E::zero(),
    };
    for (x, dy) in x.chunks_exact(width).zip(dy.chunks_exact_mut(width)) {
        let columns = mean.iter().zip(r).zip(gamma).zip(dgamma.iter().zip(dbeta.iter()));
        for ((dx, &x), (((&mean, &r), &gamma), (&dgamma, &dbeta))) in
            dy.iter_mut().zip(x).zip(columns)
        {
            let statistics = (dbeta + (x - mean) * r * dgamma) / rows * through_statistics;
            *dx = r * gamma * (*dx - statistics);
        }
    }
}

/// `average <- (1 - momentum) average + momentum value`
fn move_towards<E: Element>(average: &mut [E], values: impl Iterator<Item = E>, momentum: E) {
    for (average, value) in average.iter_mut().zip(values) {
        *average = (E::one() - momentum) * *average + momentum * value;
    }
}
