//! Five norms as a textbook writes them: `y = gamma (x - m) / sqrt(v + eps) + beta`. They differ in the
//! entries that share the statistics `m` and `v`.

use crate::number::Number;
use crate::slices::sum;
use gradcheck::{Mode, Parameter, Property, Role, Slices};

/// A norm of an input `[samples, positions.., features]`. Without positions (rank 2) the rows are the
/// samples, but for instance norm, where they are the positions of one sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Norm {
    /// Statistics of each row.
    Layer,
    /// The mean square of each row; no mean, no beta.
    Rms,
    /// Statistics of each feature over all rows in training, running averages in evaluation.
    Batch,
    /// Statistics of [`GROUPS`] groups of features of each sample.
    Group,
    /// Statistics of each feature of each sample.
    Instance,
}

pub const GROUPS: usize = 2;
/// Weight of the batch in the running averages.
pub const MOMENTUM: f64 = 0.1;

impl Norm {
    pub const ALL: [Norm; 5] = [Norm::Layer, Norm::Rms, Norm::Batch, Norm::Group, Norm::Instance];

    pub fn name(self) -> &'static str {
        match self {
            Norm::Layer => "layer",
            Norm::Rms => "rms",
            Norm::Batch => "batch",
            Norm::Group => "group",
            Norm::Instance => "instance",
        }
    }

    pub fn is_centred(self) -> bool {
        self != Norm::Rms
    }

    /// What the norm takes: a group norm needs features that its groups divide.
    pub fn fit(self, shape: &[usize]) -> Vec<usize> {
        let mut shape = shape.to_vec();
        if let (Norm::Group, Some(features)) = (self, shape.last_mut()) {
            *features = features.next_multiple_of(GROUPS);
        }
        shape
    }

    pub fn parameters(self, shape: &[usize]) -> Vec<Parameter> {
        let width = [shape[shape.len() - 1]];
        let mut parameters = vec![Parameter::new("gamma", &width, Role::Gain)];
        if self.is_centred() {
            parameters.push(Parameter::new("beta", &width, Role::Bias));
        }
        parameters.push(Parameter::new("eps", &[], Role::Eps));
        parameters
    }

    /// The number of the slice to which an entry belongs.
    fn slice_of(self, shape: &[usize], entry: usize) -> usize {
        let width = shape[shape.len() - 1];
        let (row, feature) = (entry / width, entry % width);
        let positions: usize = match (self, shape.len()) {
            (Norm::Instance, 2) => shape[0],
            _ => shape[1..shape.len() - 1].iter().product(),
        };
        let sample = row / positions.max(1);
        match self {
            Norm::Layer | Norm::Rms => row,
            Norm::Batch => feature,
            Norm::Group => sample * GROUPS + feature / (width / GROUPS),
            Norm::Instance => sample * width + feature,
        }
    }

    /// The entries of each slice.
    pub fn members(self, shape: &[usize]) -> Vec<Vec<usize>> {
        let mut members = Vec::new();
        for entry in 0..shape.iter().product() {
            let slice = self.slice_of(shape, entry);
            if members.len() <= slice {
                members.resize(slice + 1, Vec::new());
            }
            members[slice].push(entry);
        }
        members
    }

    pub fn properties(self, shape: &[usize]) -> Vec<Property> {
        let strides: Vec<usize> =
            (0..shape.len()).map(|k| shape[k + 1..].iter().product()).collect();
        let entry = |index: &[usize]| index.iter().zip(&strides).map(|(i, s)| i * s).sum();
        let slices = Slices::by(shape, |index| self.slice_of(shape, entry(index)));
        let mut properties = vec![Property::Independent(slices.clone())];
        // The rest does not hold of a batch norm in evaluation, and properties know no mode.
        if self == Norm::Batch {
            return properties;
        }
        let degrees = vec![("x".to_string(), 1.0), ("eps".to_string(), 2.0)];
        properties.push(Property::Homogeneous { degrees, output: 0.0 });
        if self.is_centred() {
            properties.push(Property::Shift(slices.clone()));
        }
        if matches!(self, Norm::Layer | Norm::Rms) {
            properties.push(Property::Exchange(slices));
        }
        properties
    }
}

/// Mean and biased variance of numbers, two-pass; without a centre the mean is 0.
pub fn statistics<E: Number>(norm: Norm, values: &[E]) -> (E, E) {
    let count = E::of(values.len() as f64);
    let mean = match norm.is_centred() {
        true => sum(values.iter().copied()) / count,
        false => E::of(0.0),
    };
    let squares = values.iter().map(|&x| (x - mean) * (x - mean));
    (mean, sum(squares) / count)
}

/// The output, and for a batch norm the running mean and variance afterwards.
pub fn forward<E: Number>(
    norm: Norm,
    members: &[Vec<usize>],
    arguments: &[&[E]],
    mode: Mode,
    state: &[Vec<E>],
) -> (Vec<E>, Vec<Vec<E>>) {
    let (x, gamma, eps) = (arguments[0], arguments[1], arguments[arguments.len() - 1][0]);
    let mut output = x.to_vec();
    let mut after = state.to_vec();
    for (number, entries) in members.iter().enumerate() {
        let values: Vec<E> = entries.iter().map(|&i| x[i]).collect();
        let (mean, variance) = match mode {
            Mode::Eval => (state[0][number], state[1][number]),
            Mode::Train => statistics(norm, &values),
        };
        if norm == Norm::Batch && mode == Mode::Train {
            let (old, new) = (E::of(1.0 - MOMENTUM), E::of(MOMENTUM));
            let count = values.len() as f64;
            let unbiased = variance * E::of(count) / E::of((count - 1.0).max(1.0));
            after[0][number] = old * state[0][number] + new * mean;
            after[1][number] = old * state[1][number] + new * unbiased;
        }
        let sigma = (variance + eps).sqrt();
        for &i in entries {
            let column = i % gamma.len();
            let scaled = gamma[column] * ((x[i] - mean) / sigma);
            output[i] = if norm.is_centred() { scaled + arguments[2][column] } else { scaled };
        }
    }
    (output, after)
}
