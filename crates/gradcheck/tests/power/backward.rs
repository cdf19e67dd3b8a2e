//! The gradient of every norm, laid open so that a fault changes one thing:
//! `dx = (g - m1 - xhat m2) / sigma` with `g = gamma dy`, `m1 = mean(g)`, `m2 = mean(g xhat)`.

use crate::norm::{Norm, statistics};
use crate::number::Number;
use crate::slices::{narrow, sum, widen};
use gradcheck::{Gradients, Mode};

/// Entries that share statistics. Every list is in the order of `entries`.
#[derive(Clone, Debug)]
pub struct Slice<E> {
    pub entries: Vec<usize>,
    pub x: Vec<E>,
    pub v: Vec<E>,
    pub gamma: Vec<E>,
    pub g: Vec<E>,
    pub xhat: Vec<E>,
    pub count: E,
    pub mean: E,
    pub variance: E,
    pub eps: E,
    pub sigma: E,
    /// 0 without a centre and in evaluation, where the statistics do not depend on the input.
    pub m1: E,
    /// 0 in evaluation.
    pub m2: E,
}

impl<E: Number> Slice<E> {
    /// `dx` of one entry.
    pub fn right(&self, k: usize) -> E {
        (self.g[k] - self.m1 - self.xhat[k] * self.m2) / self.sigma
    }

    /// The sum of a term over the slice, divided by its size.
    pub fn mean_of(&self, term: impl Fn(usize) -> E) -> E {
        sum((0..self.entries.len()).map(term)) / self.count
    }

    /// The same slice with other statistics, and everything that follows from them.
    pub fn with_statistics(&self, mean: E, variance: E, sigma: E) -> Slice<E> {
        let xhat: Vec<E> = self.x.iter().map(|&x| (x - mean) / sigma).collect();
        let mut slice = Slice { mean, variance, sigma, xhat, ..self.clone() };
        slice.m2 = slice.mean_of(|k| slice.g[k] * slice.xhat[k]);
        slice
    }

    /// The same slice with another divisor.
    pub fn with_sigma(&self, sigma: E) -> Slice<E> {
        self.with_statistics(self.mean, self.variance, sigma)
    }
}

/// One backward pass.
#[derive(Clone, Debug)]
pub struct Backward<'a, E> {
    pub norm: Norm,
    pub shape: &'a [usize],
    pub mode: Mode,
    pub width: usize,
    pub rows: usize,
    pub x: Vec<E>,
    pub gamma: Vec<E>,
    /// Empty if the norm has none.
    pub beta: Vec<E>,
    pub eps: E,
    pub v: Vec<E>,
    pub state: Vec<Vec<E>>,
    pub slices: Vec<Slice<E>>,
}

impl<'a, E: Number> Backward<'a, E> {
    pub fn new(
        norm: Norm,
        shape: &'a [usize],
        arguments: &[&[f64]],
        cotangent: &[f64],
        mode: Mode,
        state: &[Vec<f64>],
    ) -> Backward<'a, E> {
        let width = shape[shape.len() - 1];
        let beta = if norm.is_centred() { narrow(arguments[2]) } else { Vec::new() };
        let mut backward = Backward {
            norm,
            shape,
            mode,
            width,
            rows: shape[..shape.len() - 1].iter().product(),
            x: narrow(arguments[0]),
            gamma: narrow(arguments[1]),
            beta,
            eps: E::of(arguments[arguments.len() - 1][0]),
            v: narrow(cotangent),
            state: state.iter().map(|average| narrow(average)).collect(),
            slices: Vec::new(),
        };
        let members = norm.members(shape);
        backward.slices =
            members.into_iter().enumerate().map(|(n, m)| backward.slice(n, m)).collect();
        backward
    }

    /// The same with the statistics of other entries, or in another mode.
    pub fn grouped(&self, norm: Norm, members: Vec<Vec<usize>>, mode: Mode) -> Backward<'a, E> {
        let other = Backward { norm, mode, ..self.clone() };
        let slices = members.into_iter().enumerate().map(|(n, m)| other.slice(n, m)).collect();
        Backward { norm: self.norm, slices, ..other }
    }

    fn slice(&self, number: usize, entries: Vec<usize>) -> Slice<E> {
        let pick = |values: &[E]| entries.iter().map(|&i| values[i]).collect::<Vec<E>>();
        let (x, v) = (pick(&self.x), pick(&self.v));
        let gamma: Vec<E> = entries.iter().map(|&i| self.gamma[i % self.width]).collect();
        let g: Vec<E> = gamma.iter().zip(&v).map(|(&gamma, &v)| gamma * v).collect();
        let (mean, variance) = match self.mode {
            Mode::Train => statistics(self.norm, &x),
            Mode::Eval => (self.state[0][number], self.state[1][number]),
        };
        let sigma = (variance + self.eps).sqrt();
        let count = E::of(entries.len() as f64);
        let (eps, zero) = (self.eps, E::of(0.0));
        let xhat = x.iter().map(|&x| (x - mean) / sigma).collect();
        let mut slice = Slice {
            entries,
            x,
            v,
            gamma,
            g,
            xhat,
            count,
            mean,
            variance,
            eps,
            sigma,
            m1: zero,
            m2: zero,
        };
        if self.mode == Mode::Train {
            slice.m2 = slice.mean_of(|k| slice.g[k] * slice.xhat[k]);
            if self.norm.is_centred() {
                slice.m1 = slice.mean_of(|k| slice.g[k]);
            }
        }
        slice
    }

    /// The right gradients.
    pub fn right(&self) -> Gradients {
        self.with_input(Slice::right)
    }

    /// The gradients with another formula for `dx`.
    pub fn with_input(&self, formula: impl Fn(&Slice<E>, usize) -> E) -> Gradients {
        let mut dx = self.x.clone();
        let mut xhat = self.x.clone();
        for slice in &self.slices {
            for (k, &entry) in slice.entries.iter().enumerate() {
                dx[entry] = formula(slice, k);
                xhat[entry] = slice.xhat[k];
            }
        }
        let dgamma = self.over_rows(|i| self.v[i] * xhat[i]);
        let mut gradients = vec![Some(widen(&dx)), Some(dgamma)];
        if self.norm.is_centred() {
            gradients.push(Some(self.over_rows(|i| self.v[i])));
        }
        gradients.push(None);
        gradients
    }

    /// The gradients with another term whose sum over the rows is `dgamma`, given by slice.
    pub fn with_gain(&self, term: impl Fn(&Slice<E>, usize) -> E) -> Gradients {
        let mut terms = self.x.clone();
        for slice in &self.slices {
            for (k, &entry) in slice.entries.iter().enumerate() {
                terms[entry] = term(slice, k);
            }
        }
        let mut gradients = self.right();
        gradients[1] = Some(self.over_rows(|i| terms[i]));
        gradients
    }

    /// The gradients with another term whose sum over the rows is `dbeta`, given by entry.
    pub fn with_bias(&self, term: impl Fn(usize) -> E) -> Gradients {
        let mut gradients = self.right();
        gradients[2] = Some(self.over_rows(term));
        gradients
    }

    /// The right gradients, the entries of one of them changed by their number.
    pub fn changed(&self, argument: usize, change: impl Fn(usize, f64) -> f64) -> Gradients {
        let mut gradients = self.right();
        if let Some(gradient) = &mut gradients[argument] {
            gradient.iter_mut().enumerate().for_each(|(i, value)| *value = change(i, *value));
        }
        gradients
    }

    /// The right gradients of other slices.
    pub fn sliced(&self, change: impl Fn(&Slice<E>) -> Slice<E>) -> Gradients {
        let slices = self.slices.iter().map(change).collect();
        Backward { slices, ..self.clone() }.right()
    }

    /// One number per feature: the sum of a term over all rows.
    pub fn over_rows(&self, term: impl Fn(usize) -> E) -> Vec<f64> {
        let mut totals = vec![E::of(0.0); self.width];
        for i in 0..self.x.len() {
            totals[i % self.width] = totals[i % self.width] + term(i);
        }
        widen(&totals)
    }
}
