//! Labelled examples in three parts.

use nets::{Seed, stream};
use ops::{Buffer, Value};
use rand::seq::SliceRandom;

/// A classification problem.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// The name in configs.
    pub name: String,
    /// Numbers per example.
    pub inputs: usize,
    /// Number of classes.
    pub classes: usize,
    /// What is trained on.
    pub train: Examples,
    /// What learning rates are chosen by.
    pub validation: Examples,
    /// What is reported.
    pub test: Examples,
}

/// Examples as rows of features, each with the index of its class.
#[derive(Debug, Clone)]
pub struct Examples {
    features: Vec<f32>,
    labels: Vec<usize>,
    width: usize,
}

impl Dataset {
    /// The mean cross-entropy, in nats, of the predictor that gives every example of `part` the
    /// class frequencies of the training part: what a network must beat.
    pub fn constant_loss(&self, part: &Examples) -> f64 {
        let mut counts = vec![0usize; self.classes];
        self.train.labels.iter().for_each(|&label| counts[label] += 1);
        let total = self.train.len() as f64;
        let losses = part.labels.iter().map(|&label| -(counts[label] as f64 / total).ln());
        losses.sum::<f64>() / part.len() as f64
    }
}

impl Examples {
    /// Examples from row-major features of `width` columns.
    ///
    /// # Panics
    /// If there are not `width` features per label.
    pub fn new(features: Vec<f32>, width: usize, labels: Vec<usize>) -> Self {
        let (have, examples) = (features.len(), labels.len());
        assert_eq!(have, width * examples, "{have} features for {examples} rows of {width}");
        Examples { features, labels, width }
    }

    /// The number of examples.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The class of every example.
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// `count` examples at even distances, or all if there are no more.
    pub(crate) fn subset(&self, count: usize) -> Examples {
        let count = count.min(self.len());
        let rows: Vec<usize> = (0..count).map(|i| i * self.len() / count).collect();
        let row = |&row: &usize| &self.features[row * self.width..][..self.width];
        Examples {
            features: rows.iter().flat_map(row).copied().collect(),
            labels: rows.iter().map(|&row| self.labels[row]).collect(),
            width: self.width,
        }
    }

    /// All examples in order, in parts of at most `size`.
    pub(crate) fn parts(&self, size: usize) -> impl Iterator<Item = (Value<f32>, &[usize])> {
        let features = self.features.chunks(size * self.width);
        features.zip(self.labels.chunks(size)).map(|(features, labels)| {
            (Value::new(labels.len(), self.width, features).constant(), labels)
        })
    }

    /// The examples at `indices` as a batch; `labels` receives their classes.
    pub(crate) fn gather(&self, indices: &[usize], labels: &mut Vec<usize>) -> Value<f32> {
        let mut batch = Buffer::unspecified(indices.len() * self.width);
        labels.clear();
        for (row, &index) in batch.chunks_exact_mut(self.width).zip(indices) {
            row.copy_from_slice(&self.features[index * self.width..][..self.width]);
            labels.push(self.labels[index]);
        }
        Value::from_buffer(indices.len(), self.width, batch).constant()
    }
}

/// The order of the training examples in an epoch: a permutation from the epoch's own stream.
pub(crate) fn shuffled(order: &mut [usize], seed: Seed, epoch: usize) {
    for (index, element) in order.iter_mut().enumerate() {
        *element = index;
    }
    order.shuffle(&mut stream(seed, "order", "train", epoch as u64));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examples(labels: &[usize]) -> Examples {
        let features = (0..2 * labels.len()).map(|i| i as f32).collect();
        Examples::new(features, 2, labels.to_vec())
    }

    #[test]
    fn the_constant_predictor_knows_the_training_frequencies() {
        let part = examples(&[0, 1, 1, 1]);
        let dataset = Dataset {
            name: "two".into(),
            inputs: 2,
            classes: 2,
            train: part.clone(),
            validation: examples(&[0]),
            test: part,
        };
        assert_eq!(dataset.constant_loss(&dataset.validation), 4.0_f64.ln());
        let entropy = 0.25 * 4.0_f64.ln() + 0.75 * (4.0_f64 / 3.0).ln();
        assert!((dataset.constant_loss(&dataset.test) - entropy).abs() < 1e-15);
    }

    #[test]
    fn batches_gather_rows_with_their_labels() {
        let mut labels = Vec::new();
        let batch = examples(&[5, 6, 7]).gather(&[2, 0], &mut labels);
        assert_eq!(batch.as_slice(), [4.0, 5.0, 0.0, 1.0]);
        assert_eq!(labels, [7, 5]);
    }

    #[test]
    fn a_subset_is_spread_over_all_examples() {
        let subset = examples(&[0, 1, 2, 3, 4]).subset(3);
        assert_eq!(subset.labels(), [0, 1, 3]);
        assert_eq!(subset.features, [0.0, 1.0, 2.0, 3.0, 6.0, 7.0]);
        assert_eq!(examples(&[5, 6]).subset(512).labels(), [5, 6]);
    }

    #[test]
    fn an_epoch_visits_every_example_once_in_an_order_of_its_own() {
        let (mut first, mut second) = (vec![0; 100], vec![0; 100]);
        shuffled(&mut first, Seed(1), 1);
        shuffled(&mut second, Seed(1), 2);
        assert_ne!(first, second);
        shuffled(&mut second, Seed(1), 1);
        assert_eq!(first, second);
        first.sort_unstable();
        assert!(first.into_iter().eq(0..100));
    }
}
