//! Random places at which norms are compared.

use equations::{Axes, Extents, Kept, Mode, NormEquation};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// Everything that the value and the gradient of a norm depend on. All numbers are f32 numbers, so
/// that both precisions see the same.
#[derive(Debug, Clone)]
pub(crate) struct Point {
    pub extents: Extents,
    pub x: Vec<f64>,
    pub parameters: Vec<Vec<f64>>,
    pub state: Vec<Vec<f64>>,
}

impl Point {
    /// Standard normal x, parameters around their starts, and the averages that a training pass over
    /// other numbers leaves, or numbers around their starts where such a pass leaves none.
    pub(crate) fn random(equation: &NormEquation, extents: Extents, seed: u64) -> Self {
        let mut stream = ChaCha8Rng::seed_from_u64(seed);
        let mut normals = |len, around, spread| normals(&mut stream, len, around, spread);
        let x = normals(extents.len(), 0.0, 1.0);
        let parameters = equation.parameters().iter();
        let parameters = parameters.map(|p| normals(p.len(&extents), p.start, 0.5)).collect();
        // A spread of 0.1 keeps running variances, which start at 1, positive.
        let running = equation.running().iter();
        let around: Vec<Vec<f64>> = running
            .map(|slot| match slot.kept {
                Kept::Average => normals(slot.len(&extents), slot.start, 0.1),
                Kept::Batches => vec![3.0],
            })
            .collect();
        let earlier = normals(extents.len(), 0.5, 1.5);
        let mut point = Point { extents, x: earlier, parameters, state: around };
        if let Some(left) = point.state_after_training(equation) {
            point.state = left;
        }
        Point { x, ..point }
    }

    /// What a training pass makes of the start of the averages, if that is finite: it is not where a
    /// variance of one value is divided by n - 1.
    fn state_after_training(&self, equation: &NormEquation) -> Option<Vec<Vec<f64>>> {
        let parameters: Vec<&[f64]> = self.parameters.iter().map(Vec::as_slice).collect();
        let (extents, mut state) = (&self.extents, equation.start_state(&self.extents));
        let mode = Mode::Train;
        let _ = equation.evaluate_unchecked_sizes(extents, &self.x, &parameters, &mut state, mode);
        let is_finite = state.iter().flatten().all(|average| average.is_finite());
        // All numbers are f32 numbers.
        state.iter_mut().flatten().for_each(|average| *average = f64::from(*average as f32));
        is_finite.then_some(state)
    }

    /// The same with the features of x, and what parameters and averages have for each of them, moved
    /// on by one.
    pub(crate) fn with_features_rotated(&self, equation: &NormEquation) -> Self {
        let features = self.extents.features();
        let rotated = |values: &Vec<f64>, varies: Axes| match varies.contains(Axes::CHANNELS) {
            true => rotate_rows(values, features),
            false => values.clone(),
        };
        let shapes = equation.parameters().iter().map(|p| p.shape.varies());
        let slots = equation.running().iter().map(|slot| slot.varies);
        Point {
            extents: self.extents,
            x: rotate_rows(&self.x, features),
            parameters: self.parameters.iter().zip(shapes).map(|(p, v)| rotated(p, v)).collect(),
            state: self.state.iter().zip(slots).map(|(s, v)| rotated(s, v)).collect(),
        }
    }
}

/// Every row moved on by one feature, the last one to the front.
pub(crate) fn rotate_rows(values: &[f64], features: usize) -> Vec<f64> {
    let mut rotated = values.to_vec();
    rotated.chunks_mut(features.max(1)).for_each(|row| row.rotate_right(1));
    rotated
}

#[cfg(test)]
impl Point {
    /// A cotangent of the output, signed, so that no direction that a norm removes hides an error.
    pub(crate) fn cotangent(&self) -> Vec<f64> {
        normals(&mut ChaCha8Rng::seed_from_u64(1 << 32), self.extents.len(), 0.0, 1.0)
    }

    /// The same with every x replaced by an f32 number.
    pub(crate) fn map_x(self, function: impl Fn(usize, f64) -> f64) -> Self {
        self.map_x_exactly(|index, x| f64::from(function(index, x) as f32))
    }

    /// The same with every x replaced.
    pub(crate) fn map_x_exactly(mut self, function: impl Fn(usize, f64) -> f64) -> Self {
        for (index, x) in self.x.iter_mut().enumerate() {
            *x = function(index, *x);
        }
        self
    }

    pub(crate) fn rows(&self) -> usize {
        self.extents.rows()
    }

    pub(crate) fn features(&self) -> usize {
        self.extents.features()
    }
}

fn normals(stream: &mut ChaCha8Rng, len: usize, around: f64, spread: f64) -> Vec<f64> {
    let mut draw = || -> f64 { stream.sample(StandardNormal) };
    (0..len).map(|_| f64::from((around + spread * draw()) as f32)).collect()
}
